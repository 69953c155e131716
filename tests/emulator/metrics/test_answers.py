"""Queries over what was submitted, and over what is generated from a seed."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import Caller, Clock

START = 1_799_996_400  # a full hour, an hour before the clock of these tests


def submit(call: Caller, metric: str, kind: int, tags: list[str], *values: float) -> None:
    points = [
        {"timestamp": START + 60 * index + 5, "value": value} for index, value in enumerate(values)
    ]
    sent = {"series": [{"metric": metric, "type": kind, "points": points, "tags": tags}]}
    status, answer = call("POST", "/v2/series", sent)
    assert (status, answer) == (202, {"errors": []})


def timeseries(
    call: Caller, query: str, *, seconds: int = 600, interval: int = 60, start: int = START
) -> dict[str, dict[int, float]]:
    """Return value by second from the start, by group tags."""
    attributes = {
        "from": start * 1000,
        "to": (start + seconds) * 1000,
        "interval": interval * 1000,
        "queries": [{"data_source": "metrics", "name": "a", "query": query}],
    }
    body = {"data": {"type": "timeseries_request", "attributes": attributes}}
    status, answer = call("POST", "/v2/query/timeseries", body)
    assert status == 200, answer
    given = answer["data"]["attributes"]
    return {
        ",".join(series["group_tags"]): {
            time // 1000 - start: value
            for time, value in zip(given["times"], values, strict=True)
            if value is not None
        }
        for series, values in zip(given["series"], given["values"], strict=True)
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("avg:app.load{*}", {"": {0: 2.0, 60: 3.0}}),
        ("max:app.load{*} by {host}", {"host:a": {0: 1.0, 60: 2.0}, "host:b": {0: 3.0, 60: 4.0}}),
        ("sum:app.load{host:b}", {"": {0: 3.0, 60: 4.0}}),
        ("sum:app.load{!host:b}", {"": {0: 1.0, 60: 2.0}}),
        ("sum:app.load{host IN (a, b)}", {"": {0: 4.0, 60: 6.0}}),
        ("sum:app.load{env:prod AND NOT host:a}", {"": {0: 3.0, 60: 4.0}}),
        ("avg:app.load{host:a*}.rollup(sum, 120)", {"": {0: 3.0}}),
        ("100 * avg:app.load{host:a} / sum:app.load{*}", {"": {0: 25.0, 60: 100 * 2 / 6}}),
        ("sum:app.load{*} by {none}", {}),
    ],
)
def test_submitted_points_are_bucketed_then_grouped_then_calculated(
    call: Caller, query: str, expected: dict[str, dict[int, float]]
) -> None:
    submit(call, "app.load", 3, ["host:a", "env:prod"], 1, 2)
    submit(call, "app.load", 3, ["host:b", "env:prod"], 3, 4)

    assert timeseries(call, query) == expected


def test_counts_are_added_up_in_a_bucket_and_rates_are_by_the_second(call: Caller) -> None:
    submit(call, "app.hits", 1, [], 30, 60)

    assert timeseries(call, "sum:app.hits{*}.as_count().rollup(sum, 120)") == {"": {0: 90.0}}
    assert timeseries(call, "sum:app.hits{*}.as_rate()") == {"": {0: 0.5, 60: 1.0}}
    assert timeseries(call, "sum:app.hits{*}", interval=120) == {"": {0: 45.0}}


def test_the_first_version_answers_as_it_was_recorded(call: Caller) -> None:
    series = {
        "metric": "app.load", "points": [[START + 5, 1], [START + 65, 2]], "host": "A",
        "type": "gauge",
    }  # fmt: skip
    assert call("POST", "/v1/series", {"series": [series]}) == (202, {"status": "ok"})

    query = {"from": str(START), "to": str(START + 1200), "query": "avg:app.load{host:a}"}
    status, answer = call("GET", "/v1/query", query=query)

    assert status == 200
    assert answer["series"][0]["interval"] == 5
    assert answer["series"][0]["pointlist"] == [
        [(START + 5) * 1000, 1.0],
        [(START + 65) * 1000, 2.0],
    ]
    assert answer["series"][0]["end"] == (START + 70) * 1000 - 1


def test_no_more_points_come_out_than_datadog_documents(call: Caller) -> None:
    submit(call, "app.load", 3, [], *range(30))
    wide = timeseries(call, "avg:app.load{*}.rollup(avg, 60)", seconds=1501 * 60)

    assert sorted(wide[""])[:2] == [0, 120]


@pytest.mark.parametrize(
    "query",
    [
        "anomalies(avg:app.load{*}, 'basic', 2)",
        "p95:app.load{*}",
        "avg:app.load{a OR b}",
        "avg:app.load{*}.fill(zero)",
        "avg:app.load{*}.rollup(median, 60)",
        "(avg:app.load{*}",
        "1 + 2",
        "",
        "-" * 200,
    ],
)
def test_what_is_not_served_is_refused_and_not_guessed(call: Caller, query: str) -> None:
    status, answer = call(
        "GET", "/v1/query", query={"from": str(START), "to": str(START + 600), "query": query}
    )

    assert status == 400
    assert answer["errors"][0].startswith("Error parsing query")


@pytest.mark.parametrize(
    "series",
    [
        7,
        [7],
        [{"points": []}],
        [{"metric": "a", "points": [{"timestamp": "now", "value": 1}]}],
        [{"metric": "a", "points": [{"timestamp": 1, "value": True}]}],
        [{"metric": "a", "type": 9, "points": []}],
    ],
)
def test_points_of_another_shape_are_refused(call: Caller, series: Any) -> None:
    assert call("POST", "/v2/series", {"series": series})[0] == 400


def test_an_intake_wants_the_api_key_alone() -> None:
    given = Emulator().handle("POST", "/api/v2/series", "", {"DD-API-KEY": "any"}, b'{"series":[]}')

    assert given[0] == 202


@pytest.fixture
def seeded(clock: Clock) -> Caller:
    """Return an account with a monitor on a count, one on a gauge, one on a share and a search."""
    emulator = Emulator(clock=clock)
    caller = Caller(emulator)
    emulator.generate_metrics(7)
    for query in (
        "sum(last_10m):sum:shop.order.count{env:prod}.as_count() < 50",
        "avg(last_5m):avg:shop.db.cpu{env:prod} by {host} > 80",
        "sum(last_1h):100 * sum:shop.order.count{status:error}.as_count()"
        " / sum:shop.order.count{*}.as_count() > 5",
    ):
        caller.created(query=query, type="query alert", options={}, name=query)
    search = 'logs("service:shop status:error").index("*").rollup("count").last("10m") > 40'
    caller.created(query=search, type="log alert", options={}, name=search)
    return caller


def test_history_is_generated_for_what_monitors_read_alone_and_is_the_same_each_time(
    seeded: Caller,
) -> None:
    day = START - 86_400
    first = timeseries(seeded, "sum:shop.order.count{env:prod}.as_count()", start=day)

    assert len(first[""]) == 10
    assert all(value == int(value) for value in first[""].values())
    assert timeseries(seeded, "sum:shop.order.count{env:prod}.as_count()", start=day) == first
    assert timeseries(seeded, "sum:shop.other{*}") == {}


def test_a_line_is_quiet_by_its_monitor_but_for_troubles(seeded: Caller) -> None:
    week = START - 7 * 86_400
    hours = timeseries(
        seeded, "avg:shop.db.cpu{env:prod} by {host}", start=week, seconds=7 * 86_400, interval=3600
    )

    assert sorted(hours) == ["host:host-a", "host:host-b", "host:host-c"]
    values = [value for line in hours.values() for value in line.values()]
    assert sorted(values)[len(values) // 2] < 80 < max(values)


def test_errors_are_a_share_of_all_there_is(seeded: Caller) -> None:
    share = timeseries(
        seeded,
        "100 * sum:shop.order.count{status:error}.as_count() / sum:shop.order.count{*}.as_count()",
        interval=3600, seconds=86_400, start=START - 86_400,
    )  # fmt: skip

    assert all(0 <= value < 20 for value in share[""].values())


def test_nothing_is_generated_of_what_is_still_to_come(seeded: Caller, clock: Clock) -> None:
    line = timeseries(seeded, "avg:shop.db.cpu{env:prod}", start=START, seconds=86_400)

    assert max(line[""]) <= clock.now - START


def test_a_threshold_that_is_changed_later_does_not_change_the_past(seeded: Caller) -> None:
    before = timeseries(seeded, "avg:shop.db.cpu{env:prod} by {host}")
    monitor = seeded.read(seeded.listed()[1])
    changed = {"query": monitor["query"].replace("80", "20"), "options": {}}
    assert seeded("PUT", f"/v1/monitor/{monitor['id']}", changed)[0] == 200

    assert timeseries(seeded, "avg:shop.db.cpu{env:prod} by {host}") == before


def test_a_search_that_a_monitor_has_is_counted_by_its_facets(seeded: Caller) -> None:
    query = {
        "data_source": "logs",
        "name": "a",
        "compute": {"aggregation": "count", "interval": 60_000},
        "search": {"query": "service:shop status:error"},
        "group_by": [{"facet": "@http.path"}],
    }
    attributes = {"from": (START - 3600) * 1000, "to": START * 1000, "queries": [query]}
    body = {"data": {"type": "timeseries_request", "attributes": attributes}}
    status, answer = seeded("POST", "/v2/query/timeseries", body)

    assert status == 200
    groups = [series["group_tags"] for series in answer["data"]["attributes"]["series"]]
    assert groups[0] == ["@http.path:http.path-a"]
    query["compute"] = {"aggregation": "pc95"}
    assert seeded("POST", "/v2/query/timeseries", body)[0] == 400
