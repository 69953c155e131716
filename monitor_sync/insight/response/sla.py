"""
Rows of response times by any combination of dimensions, and how they change from week to week.

Percentiles interpolate linearly between the two nearest ranks.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from monitor_sync.incidents import Measure, Seconds
from monitor_sync.insight.response.placement import priority_name
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.weeks import weeks_up_to

ResponseDimension = Literal["unit", "team", "service", "priority", "kind", "week"]
"""What incidents are counted by."""

FEW: Final = 5
"""With fewer incidents than this, figures say little."""

TREND_WEEKS: Final = 12

_VALUE: Final[Mapping[ResponseDimension, Callable[[Response], str]]] = {
    "unit": lambda response: response.placed.unit,
    "team": lambda response: response.placed.team,
    "service": lambda response: response.incident.service,
    "priority": lambda response: priority_name(response.placed),
    "kind": lambda response: response.placed.kind,
    "week": lambda response: response.week,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesSummary:
    """
    Times to acknowledge, or to resolve, of some incidents: seconds, None where there are none.

    ``judged`` counts those of which it is known whether they were in time, ``late`` those that
    were not.
    """

    mean: Seconds | None = None
    median: Seconds | None = None
    p90: Seconds | None = None
    p95: Seconds | None = None
    judged: int = 0
    late: int = 0

    @property
    def within_target(self) -> float | None:
        """The share of the judged ones that were in time, None where none could be judged."""
        return (self.judged - self.late) / self.judged if self.judged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """
    The incidents that are alike in ``by``, counted; ``mtta`` and ``mttr`` are their times.

    ``late`` counts those that were late to be acknowledged, to be resolved, or both. Of
    ``self_resolved_known`` resolved ones the tool tells how they ended; ``self_resolved`` of these
    a recovery resolved, ``self_resolved_unacknowledged`` of them before anybody acknowledged.
    ``acknowledged_at_resolution`` were acknowledged at the moment of their resolution: whether
    Zenduty fills that in where nobody did is not published. ``reopened`` were seen to be triggered
    again after a resolution.
    """

    by: Mapping[ResponseDimension, str]
    incidents: int
    acknowledged: int
    never_acknowledged: int
    waiting: int
    resolved: int
    open: int
    late: int
    self_resolved_known: int
    self_resolved: int
    self_resolved_unacknowledged: int
    acknowledged_at_resolution: int
    reopened: int
    mtta: TimesSummary
    mttr: TimesSummary

    @property
    def is_few(self) -> bool:
        """True if the figures rest on so few incidents that chance decides."""
        return self.incidents < FEW

    @property
    def name(self) -> str:
        """The values of its dimensions, as one name."""
        return " · ".join(self.by.values())

    def times(self, measure: Measure) -> TimesSummary:
        """Return the times of one measure."""
        return self.mtta if measure == "acknowledge" else self.mttr

    def measured(self, measure: Measure) -> int:
        """Return how many incidents have a time of one measure: the mean is theirs."""
        return self.acknowledged if measure == "acknowledge" else self.resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """
    What a row's values were in the weeks up to the last one, oldest first.

    ``mtta`` and ``mttr`` are means, None in a week without any.
    """

    weeks: tuple[str, ...]
    incidents: tuple[int, ...]
    mtta: tuple[Seconds | None, ...]
    mttr: tuple[Seconds | None, ...]

    def means(self, measure: Measure) -> tuple[Seconds | None, ...]:
        """Return the weekly means of one measure."""
        return self.mtta if measure == "acknowledge" else self.mttr

    def change(self, measure: Measure) -> float | None:
        """Return the last week's mean against the week before, 0.5 for half as much again."""
        before, last = self.means(measure)[-2:]
        return last / before - 1 if last is not None and before else None


def rows(responses: Iterable[Response], by: Sequence[ResponseDimension]) -> tuple[ResponseRow, ...]:
    """Return a row for each combination of values that there is; all in one row without ``by``."""
    return tuple(row(group, by, values) for values, group in _groups(responses, by).items())


def _groups(
    responses: Iterable[Response], by: Sequence[ResponseDimension]
) -> dict[tuple[str, ...], list[Response]]:
    groups: dict[tuple[str, ...], list[Response]] = {}
    for response in responses:
        values = tuple(_VALUE[dimension](response) for dimension in by)
        groups.setdefault(values, []).append(response)
    return groups


def row(
    group: Sequence[Response],
    by: Sequence[ResponseDimension] = (),
    values: Sequence[str] = (),
) -> ResponseRow:
    """Return some incidents as one row."""
    acknowledged = [
        response.acknowledged_after for response in group if response.acknowledged_after is not None
    ]
    resolved = [
        response.resolved_after for response in group if response.resolved_after is not None
    ]
    waiting = sum(response.waits for response in group)
    ends = [response for response in group if response.by_itself is not None]
    by_itself = [response for response in ends if response.by_itself]
    return ResponseRow(
        by=dict(zip(by, values, strict=True)),
        incidents=len(group),
        acknowledged=len(acknowledged),
        never_acknowledged=len(group) - len(acknowledged) - waiting,
        waiting=waiting,
        resolved=len(resolved),
        open=len(group) - len(resolved),
        late=sum(response.is_late for response in group),
        self_resolved_known=len(ends),
        self_resolved=len(by_itself),
        self_resolved_unacknowledged=sum(own.acknowledged_after is None for own in by_itself),
        acknowledged_at_resolution=sum(own.acknowledged_at_resolution for own in group),
        reopened=sum(response.incident.reopened > 0 for response in group),
        mtta=_times(acknowledged, [response.acknowledged_in_time for response in group]),
        mttr=_times(resolved, [response.resolved_in_time for response in group]),
    )


def _times(times: Sequence[Seconds], in_time: Iterable[bool | None]) -> TimesSummary:
    judged = [verdict for verdict in in_time if verdict is not None]
    ordered = sorted(times)
    return TimesSummary(
        mean=statistics.fmean(ordered) if ordered else None,
        median=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        p95=percentile(ordered, 95),
        judged=len(judged),
        late=judged.count(False),
    )


def percentile(ordered: Sequence[Seconds], percent: float) -> Seconds | None:
    """Return a percentile of sorted values, between the two nearest; None without values."""
    if not ordered:
        return None
    rank = percent / 100 * (len(ordered) - 1)
    below = math.floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])


def in_order(rows_of: Iterable[ResponseRow]) -> tuple[ResponseRow, ...]:
    """Return rows by week where they have one, else the worst first: the most late incidents."""
    return tuple(sorted(rows_of, key=_order))


def _order(row: ResponseRow) -> tuple[object, ...]:
    """Many late ones are worse than a high share of few; then what nobody has acknowledged."""
    if "week" in row.by:
        rest = [value for dimension, value in row.by.items() if dimension != "week"]
        return (*rest, row.by["week"])
    return (-row.late, -(row.waiting + row.never_acknowledged), -row.incidents, *row.by.values())


def trends(
    responses: Iterable[Response], by: Sequence[ResponseDimension], last: str
) -> dict[tuple[str, ...], Trend]:
    """
    Return the trend of each row over the weeks up to ``last``, by the row's values less the week.

    ``responses`` must reach back so far; what lies outside these weeks is passed over.
    """
    lasting = [dimension for dimension in by if dimension != "week"]
    weeks = weeks_up_to(last, TREND_WEEKS)
    inside = [response for response in responses if response.week in weeks]
    return {values: _trend(group, weeks) for values, group in _groups(inside, lasting).items()}


def _trend(group: Iterable[Response], weeks: tuple[str, ...]) -> Trend:
    by_week = {values[0]: row(of_week) for values, of_week in _groups(group, ("week",)).items()}
    weekly = [by_week.get(week) for week in weeks]
    return Trend(
        weeks=weeks,
        incidents=tuple(week_row.incidents if week_row else 0 for week_row in weekly),
        mtta=tuple(week_row.mtta.mean if week_row else None for week_row in weekly),
        mttr=tuple(week_row.mttr.mean if week_row else None for week_row in weekly),
    )


def values_of(row: ResponseRow) -> tuple[str, ...]:
    """Return what ``trends`` calls a row."""
    return tuple(value for dimension, value in row.by.items() if dimension != "week")
