"""
Counts of what a search finds, as generated: the data sources of `query/timeseries` besides metrics.

Submitted logs are counted by `/api/v2/logs/analytics/aggregate` alone. Here each search that a held
monitor has is a line of its own, generated around that monitor's threshold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.metrics import buckets, generated
from monitor_sync.emulator.metrics.buckets import Line
from monitor_sync.emulator.metrics.generated import Shape
from monitor_sync.emulator.metrics.query import NotServed
from monitor_sync.emulator.metrics.read_monitors import bare

_SOURCES: Final = {
    "logs": "logs", "rum": "rum", "spans": "trace-analytics", "events": "events",
    "audit": "audits", "ci_pipelines": "ci-pipelines", "ci_tests": "ci-tests",
}  # fmt: skip
"""The word that a monitor's query begins with, by data source."""


def source_of(word: str) -> str:
    """Return the data source of monitors whose queries begin with a word. Raises `NotServed`."""
    for source, first in _SOURCES.items():
        if first == word:
            return source
    raise NotServed(f"counts of {word}")


def lines(
    account: Account, query: Mapping[str, Any], start: float, end: float, wanted: int
) -> list[tuple[list[str], Line]]:
    """Return group tags and line of each group. Raises `NotServed`."""
    source = _SOURCES.get(str(query.get("data_source")))
    compute, search = query.get("compute") or {}, query.get("search") or {}
    if source is None or not isinstance(compute, Mapping) or not isinstance(search, Mapping):
        raise NotServed(f"the emulator has no data source {query.get('data_source')!r}")
    if compute.get("aggregation") != "count":
        raise NotServed("The emulator computes nothing but count of a search")
    seconds = buckets.interval(end - start, int((compute.get("interval") or 0) / 1000) or wanted)
    facets = [str(group.get("facet")) for group in query.get("group_by") or ()]
    text = str(search.get("query") or "*")
    seed, shape = account.metrics.seed, account.metrics.shapes.searches.get((source, bare(text)))
    if seed is None or shape is None:
        return []
    values = [f"{facets[0].removeprefix('@')}-{letter}" for letter in "abc"] if facets else [""]
    until = min(end, account.clock())
    made = []
    for value in values:
        mine = Shape(
            name=f"{shape.name}/{value}", usual=shape.usual / len(values),
            trouble=shape.trouble / len(values), count=True, rhythm=shape.rhythm,
            noise=shape.noise,
        )  # fmt: skip
        drawn_points = list(generated.points(mine, seed, start, until))
        line = buckets.bucketed(
            [time for time, _ in drawn_points], [number for _, number in drawn_points],
            seconds, math.ceil(start / seconds) * seconds, end, "sum",
        )  # fmt: skip
        tags = [f"{facet}:{value}" for facet in facets]
        made.append((tags, {bucket: number for bucket, number in line.items() if number}))
    return made
