"""
Monitors that compare one number with thresholds, taken apart: metrics, and counts of a search.

This shares nothing with the package's own reading of queries, so it shares no mistakes with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.emulator.metrics.query import Expression, NotServed, read
from monitor_sync.emulator.queries import METRIC_TYPES, comparison

_HEAD: Final = re.compile(
    r"\s*(?:(?P<change>change|pct_change)\(\s*)?(?P<method>avg|sum|min|max)"
    r"\(\s*last_(?P<count>\d+)(?P<unit>m|h|d|w)\s*\)"
    r"(?(change)\s*,\s*last_(?P<ago>\d+)(?P<ago_unit>m|h|d|w)\s*\))\s*:"
)
SECONDS: Final = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}

_FULL_BUCKET: Final = {"m": 1, "h": 10, "d": 60, "w": 60}

_SEARCH: Final = re.compile(
    r'\s*(?P<source>[\w-]+)\((?P<quote>["\'])(?P<search>(?:\\.|(?!(?P=quote)).)*)(?P=quote)\)'
    r'(?P<steps>.*)\.last\(["\'](?P<count>\d+)(?P<unit>[mhd])["\']\)'
)
_COUNTED: Final = re.compile(
    r'(?:\.index\("[^"]*"\))?\.rollup\("count"\)(?:\.by\("(?P<by>[^"]+)"\))?\Z'
)


@dataclass(frozen=True, slots=True)
class SearchCount:
    """How many items a search finds, by its facets; `source` is the word its query begins with."""

    source: str
    text: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMonitor:
    """
    A monitor that compares one number with thresholds, of which `mildest` is the first one met.

    `window` and `ago` are seconds; `ago` is how long before now its `change` (`change`,
    `pct_change` or empty) looks. `full_bucket` are the minutes of the buckets by which its window
    is called full, which follow from the unit that the window is written in.
    """

    id: int
    method: str
    window: int
    expression: Expression | SearchCount
    comparator: str
    critical: float
    mildest: float
    change: str = ""
    ago: int = 0
    full_bucket: int = 1


def read_monitor(monitor: Mapping[str, Any]) -> ReadMonitor:
    """Return a monitor taken apart. Raises `NotServed` where it is not of this form."""
    query = str(monitor.get("query") or "")
    end = comparison(query)
    if end is None:
        raise NotServed("a query without a comparison")
    warning = ((monitor.get("options") or {}).get("thresholds") or {}).get("warning")
    mildest = end.number if warning is None else float(warning)
    if monitor.get("type") not in METRIC_TYPES:
        expression, method, window = _search(query)
        return ReadMonitor(
            id=int(monitor["id"]), method=method, window=window, expression=expression,
            comparator=end.comparator, critical=end.number, mildest=mildest,
        )  # fmt: skip
    head = _HEAD.match(query)
    if head is None:
        raise NotServed("a window that the emulator does not serve")
    return ReadMonitor(
        id=int(monitor["id"]),
        method=head["method"],
        window=int(head["count"]) * SECONDS[head["unit"]],
        expression=read(query[head.end() : end.start]),
        comparator=end.comparator,
        critical=end.number,
        mildest=mildest,
        change=head["change"] or "",
        ago=int(head["ago"]) * SECONDS[head["ago_unit"]] if head["change"] else 0,
        full_bucket=_FULL_BUCKET[head["unit"]],
    )


def _search(query: str) -> tuple[SearchCount, str, int]:
    head = _SEARCH.match(query)
    steps = _COUNTED.match(head["steps"]) if head is not None else None
    if head is None or steps is None:
        raise NotServed("a query that is no count of a search")
    facets = tuple(part.strip() for part in (steps["by"] or "").split(",") if part.strip())
    window = int(head["count"]) * SECONDS[head["unit"]]
    return SearchCount(head["source"], bare(head["search"]), facets), "sum", window


def bare(search: str) -> str:
    """Return a search without the backslashes before its quotes, which only some queries have."""
    return search.replace("\\", "")
