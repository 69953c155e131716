"""Queries of routing rules, judged for a monitor whose groups nobody knows beforehand."""

from __future__ import annotations

import pytest

from monitor_sync.model import Monitor
from monitor_sync.oncall.datadog.routing_query import Match, MonitorPage, matches, matches_scope
from tests.growth import calls

MONITOR = Monitor(
    key="load",
    body={
        "name": "Load",
        "type": "query alert",
        "query": "avg(last_5m):avg:system.load.1{region:jakarta} by {host} > 5",
        "message": "",
        "tags": ["env:prod", "team:motor", "service:quotes"],
        "priority": 1,
    },
    business_unit="motor",
    team="motor",
)

SURE: dict[str, Match] = {
    "": True,
    "*": True,
    "tags.env:prod": True,
    "tags.env:Prod": False,
    "tags.env:(dev OR prod)": True,
    "tags.env:p*": True,
    'tags.env:"p*"': False,
    'tags:"env:prod"': True,
    "tags.env:prod AND priority:1": True,
    "tags.env:prod priority:2": False,
    "tags.env:dev OR priority:(1 OR 2)": True,
    "NOT tags.env:prod": False,
    "-tags.env:dev": True,
    "-(tags.env:dev OR priority:3)": True,
    "-tags.env:(prod OR dev)": False,
    "(tags.team:motor OR tags.team:claims) AND tags.service:quotes": True,
    "alert_status:(error OR warn)": True,
    "alert_status:success": False,
    "priority:*": True,
}
UNKNOWN = (
    "tags.host:a1",  # a group of the monitor
    "groups.host:a1",
    "tags.region:jakarta",  # in the scope of its query
    "priority:>2",
    "words",
    "something.else:1",
    'tags.env:"prod',
    "(tags.env:prod",
    "tags.env:prod OR",
    "(" * 500,
)


@pytest.mark.parametrize("query", SURE)
def test_a_query_over_what_is_known_is_judged(query: str) -> None:
    assert matches(query, MonitorPage(monitor=MONITOR, status="error")) is SURE[query]


@pytest.mark.parametrize("query", UNKNOWN)
def test_a_query_over_anything_else_is_not_known(query: str) -> None:
    assert matches(query, MonitorPage(monitor=MONITOR, status="error")) is None


def test_no_tag_in_the_query_or_its_groups_can_match() -> None:
    page = MonitorPage(monitor=MONITOR, status="error")
    assert matches("tags.region:singapore", page) is False
    assert matches("groups.region:singapore", page) is False
    assert matches("tags.host:a1 AND tags.env:dev", page) is False


def test_a_comparison_costs_the_same_however_many_scopes_there_are() -> None:
    def compare(scopes: int) -> None:
        for _ in range(2_000 // scopes):
            for number in range(scopes):
                assert matches_scope(f"team:t{number} AND env:prod", MONITOR) is False

    def calls_of_comparing(scopes: int) -> int:
        compare(scopes)  # reads each scope once
        return calls(lambda: compare(scopes))

    assert calls_of_comparing(2_000) < 2 * calls_of_comparing(100)


@pytest.mark.parametrize("part", [" ", '"', '\\"', "team:", "("])
def test_a_query_that_nobody_writes_is_not_read(part: str) -> None:
    assert matches_scope(part * 100_000, MONITOR) is None
    matches_scope(part * 500, MONITOR)
