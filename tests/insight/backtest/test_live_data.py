"""What points say of a definition: groups, which need no Datadog to be counted."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.backtest import live_data
from monitor_sync.insight.backtest.comparison import Definition
from monitor_sync.insight.backtest.replay import Points

SPAN = TimeSpan(start=1_800_000_000.0, end=1_800_003_600.0)


def faults(groups: int, **options: Any) -> list[tuple[str, int]]:
    """Return what is odd about a monitor with so many groups, which alert half of the time."""
    definition = Definition.of(
        {
            "type": "query alert",
            "query": "avg(last_5m):avg:shop.a{*} by {pod} > 80",
            "options": {"thresholds": {"critical": 80}, **options},
        }
    )
    times = list(range(int(SPAN.start) - 600, int(SPAN.end), 60))
    values = [70.0 + (time >= SPAN.start + 1800) * 20 for time in times]
    (line,) = definition.wanted.lines
    points: Points = {line: {(f"p{pod}",): (times, values) for pod in range(groups)}}
    return [(f.fault, f.number) for f in live_data.findings(definition, points, SPAN)]


@pytest.mark.parametrize(
    ("groups", "options", "expected"),
    [
        (100, {}, []),
        (101, {}, [("many_groups", 101)]),
        (101, {"notify_by": ["*"]}, []),
    ],
)
def test_more_than_a_hundred_groups_are_counted_unless_notify_by_says_who_pages(
    groups: int, options: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    assert faults(groups, **options) == expected
