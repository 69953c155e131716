"""What the points themselves tell about how far a replay can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from monitor_sync.incidents import TimeSpan
from monitor_sync.insight import search
from monitor_sync.insight.backtest.comparison import Assumption, Definition
from monitor_sync.insight.backtest.replay import Points
from monitor_sync.language import query as queries

_LATE: Final = ("aws.", "azure.", "gcp.")
"""Metrics of cloud integrations arrive minutes late: Datadog's guide on delays of cloud metrics."""

_SILENT: Final = 900
"""Seconds without a point at the end of the span, after which the end counts as missing."""


def observed(definition: Definition, points: Points, span: TimeSpan) -> Iterator[Assumption]:
    """Yield what is doubtful about the points that a definition reads."""
    lines = {reading.line: points.get(reading.line, {}) for reading in definition.wanted.readings}
    if not definition.settings.options.get("evaluation_delay"):
        late = [m for m in queries.metrics(definition.settings.query) if m.startswith(_LATE)]
        yield from (Assumption(kind="late", name=metric) for metric in late)
    for line, groups in lines.items():
        times = sorted({time for group_times, _ in groups.values() for time in group_times})
        step = math.gcd(*(time - times[0] for time in times[1:])) if len(times) > 2 else 0
        if line.kind == "gauge" and step > line.interval:
            yield Assumption(kind="coarser", name=line.text, low=line.interval, high=step)
        every = max(step, line.interval)
        if times and line.kind == "gauge" and span.end - times[-1] > max(_SILENT, 3 * every):
            yield Assumption(kind="silent_end", name=line.text)
        if line.source != "metrics" and len(groups) >= search.most_groups(line.keys) > 1:
            yield Assumption(kind="groups", name=line.text, high=len(groups))
