"""Single values of response as people read them: durations, shares, changes, sparklines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from monitor_sync.incidents import Measure
from monitor_sync.insight.response.recurrence import Recurrence, Repeater
from monitor_sync.insight.response.report import ResponseQuestion
from monitor_sync.insight.response.sla import ResponseRow
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.titles import short_title
from monitor_sync.render.quantities import UNKNOWN, duration, percent
from monitor_sync.render.text import count

_BARS: Final = "▁▂▃▄▅▆▇█"
_GAP: Final = "·"
_MANY_TIMES: Final = 9.5

LEFT_OUT: Final = {
    "merged": "merged",
    "suppressed": "suppressed",
    "maintenance": "during maintenance",
    "bad_times": "with times that contradict each other",
}
"""Why incidents do not count, as it is said to people."""

CONDITIONS: Final[dict[Measure, str]] = {"acknowledge": "MTTA", "resolve": "MTTR"}
"""What the mean of a measure is called."""


LATE: Final = "late: unacknowledged or open for longer than its target"
"""Which incidents are late, as it is said wherever rows are in the order of it."""


def promised(targets: Sequence[int]) -> str:
    """Return targets for people: ``5m``, or ``5m to 30m`` where they differ."""
    ends = [targets[0], targets[-1]] if len(set(targets)) > 1 else targets[:1]
    return " to ".join(map(duration, ends))


def change(growth: float | None) -> str:
    """Return by how much something grew: ``+12 %``, ``-3 %``, ``x14`` for much more."""
    if growth is None:
        return UNKNOWN
    if growth > _MANY_TIMES:
        return f"x{growth + 1:.0f}"
    percent = round(100 * growth)
    return f"{percent:+} %" if percent else "0 %"


def sparkline(values: Sequence[float | None]) -> str:
    """Return values as bars from zero up to the highest; a dot where there is none."""
    highest = max((value for value in values if value is not None), default=0.0)
    return "".join(_GAP if value is None else _bar(value, highest) for value in values)


def _bar(value: float, highest: float) -> str:
    level = value / highest if highest > 0 else 0.0
    return _BARS[min(len(_BARS) - 1, math.floor(level * len(_BARS)))]


def days(question: ResponseQuestion) -> str:
    """Return which days a report is about, the last one included."""
    last = question.end - timedelta(days=1)
    return f"{question.start}" if last == question.start else f"{question.start} to {last}"


def few(row: ResponseRow) -> str:
    """Return how many incidents there are, with a mark where they are few."""
    return f"{row.incidents}*" if row.is_few else str(row.incidents)


def number(response: Response) -> str:
    """Return how an incident is named: its number and whose it is."""
    return f"#{response.incident.number} of {response.placed.team}"


def problem(repeater: Repeater) -> str:
    """Return what came back: our monitor and its group where known, else the incident's title."""
    kind, *rest = repeater.fingerprint
    if kind != "ours":
        return repeater.monitor or short_title(repeater.title)
    monitor, group = rest
    return f"{monitor} ({group})" if group else monitor


def endings(row: ResponseRow) -> Iterator[str]:
    """Yield how many incidents nobody had to resolve, what is doubtful, what came again."""
    known = row.self_resolved_known
    if known:
        endings_known = f"{known}" if known == row.resolved else f"the {known} of which it is known"
        share = percent(row.self_resolved / known)
        yield (
            f"Resolved by themselves: {row.self_resolved} of {endings_known} ({share}),"
            f" {row.self_resolved_unacknowledged} of these before anybody acknowledged"
        )
    if row.acknowledged_at_resolution:
        yield (
            f"Acknowledged at the moment of their resolution: {row.acknowledged_at_resolution};"
            " perhaps the tool filled that in, and nobody acknowledged them"
        )
    if row.reopened:
        yield f"Opened again after a resolution: {row.reopened}"


def came_back(again: Recurrence) -> str:
    """Return how many incidents were of a problem that had been there shortly before."""
    share = f"{again.reoccurrences} of {count(again.occurrences, 'incident')}"
    if 1 < again.occurrences == again.reoccurrences:
        share = f"All {again.occurrences} incidents"
    else:
        share += f" ({percent(again.rate)})"
    return (
        f"{share} came from a problem resolved within the 30 days before;"
        f" {count(again.distinct, 'different problem')} in all"
    )
