"""SLOs get names that read well in queries; each name stands for one SLO."""

from __future__ import annotations

from monitor_sync.adopt.slo_names import names, unnamed, with_slos
from monitor_sync.resources.monitor import live as reader

ONE, TWO = "1" * 32, "2" * 32


def test_only_slo_alerts_name_slos_and_only_new_ones_count() -> None:
    bodies = [
        {"id": 1, "type": "slo alert", "query": f'error_budget("{ONE}").over("7d") > 5'},
        {"id": 2, "type": "slo alert", "query": f'error_budget("{TWO}").over("7d") > 5'},
        {"id": 3, "type": "slo alert", "query": f'error_budget("{TWO}").over("30d") > 5'},
        {"id": 4, "type": "query alert", "query": f'avg(last_5m):avg:m{{a:"{"3" * 32}"}} > 5'},
    ]
    assert unnamed(reader.read(bodies), {ONE: "quotes"}) == [TWO]


def test_a_name_is_the_title_as_a_part_of_a_key_and_numbered_where_it_is_taken() -> None:
    titles = {ONE: "API: 99.9 % of quotes", TWO: "API - 99.9 of quotes", "3" * 32: "見積"}
    assert names(titles, ["slo"]) == {
        TWO: "api-99-9-of-quotes", ONE: "api-99-9-of-quotes-2", "3" * 32: "slo-2",
    }  # fmt: skip


def test_they_are_added_below_those_that_are_there() -> None:
    text = f"project: acme\nslos:  # ours\n  a: {ONE!r}\nsite: datadoghq.eu\n"
    assert with_slos(text, {TWO: "b"}) == (
        f'project: acme\nslos:  # ours\n  a: {ONE!r}\n  b: "{TWO}"\nsite: datadoghq.eu\n'
    )
    assert with_slos("slos: {}\n", {TWO: "b"}) is None
