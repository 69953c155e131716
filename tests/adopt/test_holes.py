"""A number in a query becomes a name only where the name gives back the same text."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.adopt.holes import Names, with_holes

SLO = "0123456789abcdef0123456789abcdef"
NAMES = Names(keys={11: "motor/a/cpu", 12: "motor/a/disk"}, slos={SLO: "quotes"})


@pytest.mark.parametrize(
    ("kind", "query", "critical", "expected"),
    [
        (None, "avg(last_5m):avg:a{b:90} > 90", 90, "avg(last_5m):avg:a{b:90} > ${critical}"),
        (None, "avg(last_5m):avg:a{*} > 90.0", 90, "avg(last_5m):avg:a{*} > 90.0"),
        (None, "avg(last_5m):avg:a{*} > 1e-05", 0.00001, "avg(last_5m):avg:a{*} > 1e-05"),
        (None, "avg(last_5m):avg:a{*} > 90", None, "avg(last_5m):avg:a{*} > 90"),
        ("log alert", 'logs("a").index("*").rollup("count").last("5m") > 2', 2,
         'logs("a").index("*").rollup("count").last("5m") > ${critical}'),
        ("composite", "11 && !12 || 13", None,
         "${id:motor/a/cpu} && !${id:motor/a/disk} || 13"),
        ("slo alert", f'error_budget("{SLO}").over("7d") > 75', 75,
         'error_budget("${slo:quotes}").over("7d") > ${critical}'),
    ],
)  # fmt: skip
def test_what_is_known_by_name_is_a_hole(
    kind: str | None, query: str, critical: float | None, expected: str
) -> None:
    declared: dict[str, Any] = {"query": query}
    declared |= {"type": kind} if kind else {}
    declared |= {"thresholds": {"critical": critical}} if critical is not None else {}

    assert with_holes(declared, NAMES)[0]["query"] == expected


def test_what_has_no_name_is_noted() -> None:
    _, notes = with_holes({"type": "composite", "query": "11 && 13"}, NAMES)

    assert notes == ("its member 13 is not declared here, so it stands by its id",)
