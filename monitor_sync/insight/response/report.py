"""The report on how we respond: what ``report sla`` and ``report weekly`` tell, as one value."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, get_args
from zoneinfo import ZoneInfo

from monitor_sync import selectors
from monitor_sync.incidents import Incident, Measure, Rca, Seconds, TimeSpan
from monitor_sync.insight.response import rca, recurrence, sla
from monitor_sync.insight.response.placement import SHARED, PlacedIncident, placed, places_of
from monitor_sync.insight.response.rca import RcaFindings
from monitor_sync.insight.response.recurrence import Recurrence
from monitor_sync.insight.response.sla import ResponseDimension, ResponseRow, Trend
from monitor_sync.insight.response.times import LeftOut, Response, responses
from monitor_sync.insight.response.weeks import (
    last_whole_week,
    midnight,
    monday_of,
    week_name,
    zone_of,
)
from monitor_sync.model import Project

USUAL_WEEKS: Final = 4
"""Whole weeks that a report is about where nobody says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseQuestion:
    """
    What a report is about: incidents created from the day ``start`` to before the day ``end``.

    ``selectors`` narrow it to some incidents, ``by`` says what they are counted by. ``now`` is when
    the history was read: up to then open incidents have lasted.
    """

    start: date
    end: date
    by: tuple[ResponseDimension, ...] = ("team",)
    selectors: tuple[str, ...] = ()
    now: Seconds

    def span(self, zone: ZoneInfo) -> TimeSpan:
        """Return the time that the report is about."""
        return TimeSpan(midnight(self.start, zone), midnight(self.end, zone))

    def before(self, zone: ZoneInfo) -> TimeSpan:
        """Return as many days before it: not as many hours, as clocks change."""
        first = self.start - (self.end - self.start)
        return TimeSpan(midnight(first, zone), midnight(self.start, zone))

    def needed(self, zone: ZoneInfo) -> TimeSpan:
        """Return the time of which the history must be known: trends and recurrence look back."""
        trend = monday_of(self.last_week) - timedelta(weeks=sla.TREND_WEEKS - 1)
        before = self.start - max(self.end - self.start, timedelta(days=31))
        return TimeSpan(midnight(min(trend, before), zone), midnight(self.end, zone))

    @property
    def last_week(self) -> str:
        """The week of its last day: trends end there."""
        return week_name(self.end - timedelta(days=1))

    def has_whole_last_week(self, zone: ZoneInfo) -> bool:
        """Return whether the last week is in it to its end, and is over."""
        return self.end.weekday() == 0 and midnight(self.end, zone) <= self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseReport:
    """
    How we responded.

    ``whole`` is all in one row. ``trends`` are by the values of a row less its week, ``()`` for the
    whole. ``targets`` are the seconds by which anything was judged. ``open`` are those of the span
    that are not resolved, the oldest first; ``open_before`` those of the time before it, as far as
    ``question.needed`` looks back.
    """

    question: ResponseQuestion
    zone: str
    whole: ResponseRow
    rows: tuple[ResponseRow, ...]
    trends: Mapping[tuple[str, ...], Trend]
    targets: Mapping[Measure, tuple[int, ...]]
    left_out: Mapping[LeftOut, int]
    open: tuple[Response, ...]
    open_before: tuple[Response, ...]
    recurrence: Recurrence
    rca: RcaFindings
    counted: tuple[Response, ...]

    @property
    def waiting(self) -> tuple[Response, ...]:
        """The open ones of the span that nobody has acknowledged."""
        return tuple(response for response in self.open if response.waits)

    @property
    def still_open(self) -> tuple[Response, ...]:
        """All that are open, those from before the span too, the oldest first."""
        return (*self.open_before, *self.open)

    def teams_within(self, measure: Measure) -> tuple[int, int]:
        """
        Return how many teams keep each of their targets on the mean, and how many have any.

        What several teams share is in the figures of none, and so it is here.
        """
        kept: dict[str, bool] = {}
        for (team, target), times in _by_target(self.counted, measure).items():
            kept[team] = kept.get(team, True) and statistics.fmean(times) <= target
        return sum(kept.values()), len(kept)

    def teams_without_times(self, measure: Measure) -> int:
        """Return how many teams have late incidents, but none with a time of the measure."""
        timed = {team for team, _ in _by_target(self.counted, measure)}
        teams = sla.rows(self.counted, ("team",))
        return sum(
            row.times(measure).judged > 0 and row.by["team"] not in (SHARED, *timed)
            for row in teams
        )

    def is_above_target(self, measure: Measure) -> bool | None:
        """Return whether the mean is above the target, None without a mean or a single target."""
        return above_target(self.whole.times(measure).mean, self.targets[measure])


def above_target(mean: Seconds | None, targets: Sequence[int]) -> bool | None:
    """Return whether a mean is above the target, None without a mean or a single target."""
    return mean > targets[0] if mean is not None and len(targets) == 1 else None


def usual_question(now: Seconds, zone: ZoneInfo) -> ResponseQuestion:
    """Return what is asked where nobody says which days: the last whole weeks, by team."""
    return question_of(last_whole_week(now, zone), now)


def question_of(week: str, now: Seconds, weeks: int = USUAL_WEEKS) -> ResponseQuestion:
    """Return the question about so many whole weeks, of which ``week`` is the last."""
    monday = monday_of(week)
    return ResponseQuestion(
        start=monday - timedelta(weeks=weeks - 1), end=monday + timedelta(weeks=1), now=now
    )


def response_report(
    project: Project,
    incidents: Iterable[Incident],
    register: Sequence[Rca],
    question: ResponseQuestion,
    ids: Mapping[int, str] | None = None,
) -> ResponseReport:
    """
    Return how we responded to ``incidents``, which are those of ``question.needed``.

    ``ids`` maps Datadog's ids to keys of monitors; None where Datadog was not asked.
    """
    chosen = selected(placed(incidents, places_of(project, ids)), project, question.selectors)
    return report_of(project, chosen, concerned(register, question.selectors), question)


def report_of(
    project: Project,
    chosen: Sequence[PlacedIncident],
    register: Sequence[Rca],
    question: ResponseQuestion,
) -> ResponseReport:
    """
    Return how we responded to the incidents that a question means, with their RCAs.

    What was created outside of ``question.needed`` changes nothing: who asks the same of more
    incidents gets the same answer.
    """
    zone = zone_of(project.time_zone)
    needed, span = question.needed(zone), question.span(zone)
    known = responses(_within(chosen, needed), project.teams, zone, question.now).counted
    counted = responses(_within(chosen, span), project.teams, zone, question.now)
    return ResponseReport(
        question=question,
        zone=project.time_zone,
        whole=sla.row(counted.counted),
        rows=sla.in_order(sla.rows(counted.counted, question.by)),
        trends={
            **sla.trends(known, (), question.last_week),
            **sla.trends(known, question.by, question.last_week),
        },
        targets=targets_of(counted.counted),
        left_out=counted.left_out,
        open=tuple(response for response in counted.counted if response.is_open),
        open_before=tuple(
            response
            for response in known
            if response.is_open and response.incident.created < span.start
        ),
        recurrence=recurrence.recurrence(counted.counted, known, question.before(zone)),
        rca=rca.findings(register, counted.counted, known, question.now, zone),
        counted=counted.counted,
    )


def _within(chosen: Iterable[PlacedIncident], span: TimeSpan) -> Iterator[PlacedIncident]:
    return (own for own in chosen if span.start <= own.incident.created < span.end)


def selected(
    incidents: Iterable[PlacedIncident], project: Project, texts: Sequence[str]
) -> tuple[PlacedIncident, ...]:
    """
    Return the incidents that selectors mean: by our monitor where it is known, by unit and team.

    ``motor`` means the unit's, ``team:NAME`` the team's, those of a service that it shares
    included, a key those that came from the monitor.
    """
    if not texts:
        return tuple(incidents)
    parsed = [selectors.parse(text) for text in texts]
    return tuple(own for own in incidents if _is_meant(own, project, parsed))


def _is_meant(own: PlacedIncident, project: Project, parsed: Sequence[selectors.Selector]) -> bool:
    monitor = project.monitors.get(own.monitor)
    tags = monitor.tags if monitor else (f"service:{own.incident.service}",)
    teams = (f"team:{name}" for name in (own.team, *own.claimants))
    return selectors.selected(parsed, own.monitor or own.unit, (*tags, *teams))


def concerned(register: Iterable[Rca], texts: Sequence[str]) -> tuple[Rca, ...]:
    """Return the RCAs that selectors mean: by unit, by monitor, or by a team that they name."""
    if not texts:
        return tuple(register)
    parsed = [selectors.parse(text) for text in texts]
    return tuple(entry for entry in register if _concerns(entry, parsed))


def _concerns(entry: Rca, parsed: Sequence[selectors.Selector]) -> bool:
    teams = {entry.team, *(action.team for action in entry.actions)}
    tags = tuple(f"team:{team}" for team in teams)
    return any(selectors.selected(parsed, key, tags) for key in (entry.unit, *entry.monitors))


def _by_target(
    counted: Iterable[Response], measure: Measure
) -> dict[tuple[str, int], list[Seconds]]:
    """Return the times of a measure by team and target, without what teams share."""
    groups: dict[tuple[str, int], list[Seconds]] = {}
    for response in counted:
        took, target = response.took(measure), response.target(measure)
        if took is not None and target is not None and response.placed.team != SHARED:
            groups.setdefault((response.placed.team, target), []).append(took)
    return groups


def targets_of(counted: Sequence[Response]) -> dict[Measure, tuple[int, ...]]:
    """Return the seconds by which incidents are judged, the strictest first."""
    measures: tuple[Measure, ...] = get_args(Measure)
    return {measure: tuple(sorted(_targets(counted, measure))) for measure in measures}


def _targets(counted: Iterable[Response], measure: Measure) -> set[int]:
    targets = (response.target(measure) for response in counted)
    return {target for target in targets if target is not None}
