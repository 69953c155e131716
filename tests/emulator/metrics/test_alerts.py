"""Alerts follow from points, and not from the span that is asked about."""

from __future__ import annotations

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import Caller, Clock
from tests.emulator.metrics.test_answers import START

HOUR = 3600


def test_an_alert_that_a_span_begins_in_began_before_it(clock: Clock) -> None:
    caller = Caller(Emulator(clock=clock))
    query = "avg(last_5m):avg:app.load{*} > 80"
    caller.created(query=query, type="query alert", options={}, name=query)
    first = START - 10 * HOUR
    points = [
        {"timestamp": first + 60 * minute + 20, "value": 90 if 60 <= minute < 300 else 10}
        for minute in range(600)
    ]
    series = [{"metric": "app.load", "type": 3, "points": points}]
    assert caller("POST", "/v2/series", {"series": series})[0] == 202

    def events(begin: int) -> list[str]:
        search = {"filter": {"query": "source:alert", "from": str(begin * 1000), "to": "now"}}
        events = caller("POST", "/v2/events/search", search)[1]["data"]
        return sorted(event["attributes"]["timestamp"] for event in events)

    whole = events(first)
    assert len(whole) == 2
    assert events(first + 2 * HOUR) == whole[1:]
