"""``report noise``: which monitors make noise, and what would make them quieter."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync.app import files, live_statuses, response_history
from monitor_sync.app.selection import select_monitors
from monitor_sync.errors import UsageError
from monitor_sync.incidents import Incident, Seconds, TimeSpan

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor_sync.app.conversation import Conversation
    from monitor_sync.app.response_history import ResponseHistory
    from monitor_sync.app.target import Target
    from monitor_sync.insight.response.noise import LiveStatus, Noise
    from monitor_sync.insight.response.quieter import Proposal
    from monitor_sync.insight.response.shifts import TeamShifts
    from monitor_sync.model import Monitor, Project

_USUAL: Final = timedelta(days=28)
"""Four whole weeks: each weekday and each night counts equally often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseOptions:
    """
    What a report on noise is about.

    ``start`` and ``end`` are days in the project's time zone, ``end`` not included; where they are
    not given, the last four weeks until now. ``within`` is how soon an alert ends that resolved by
    itself, in seconds. ``offline`` asks nobody: it is what was kept, up to its last reading.
    ``budget`` is how many seconds go into reading single incidents.
    """

    selectors: Sequence[str] = ()
    start: date | None = None
    end: date | None = None
    within: Seconds | None = None
    offline: bool = False
    budget: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseReport:
    """
    What there is to say about the noise of the selected monitors.

    ``proposals`` are by key. ``shifts`` are of the teams that were paged, the worst first; with
    ``by_incidents`` they count the on-call tool's incidents, else problems behind pages.
    ``as_of`` and ``notes`` are those of the history. ``not_checked`` maps what could not be asked
    to the reason.
    """

    noise: Noise
    span: TimeSpan
    time_zone: str
    within: Seconds
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    shifts: tuple[TeamShifts, ...] = ()
    by_incidents: bool = False
    as_of: Seconds | None = None
    notes: tuple[str, ...] = ()
    not_checked: Mapping[str, str] = field(default_factory=dict)


def report_noise(
    root: Path,
    target: Target,
    options: NoiseOptions | None = None,
    conversation: Conversation | None = None,
    *,
    now: Seconds | None = None,
) -> NoiseReport:
    """
    Return which of the selected monitors make noise, those that page most first.

    Datadog is asked for its monitors and their alerts, the on-call tool for its incidents; what
    they do not say is not checked. Raises WrongFiles where the files have errors, UsageError for a
    selector that selects nothing and for days in the wrong order.
    """
    from monitor_sync.insight.response import weeks

    options, now = options or NoiseOptions(), time.time() if now is None else now
    with files.uncollected():
        project = files.read_whole(root, consequence="so there is no report").project
        monitors = select_monitors(project, options.selectors)
    zone = weeks.zone_of(project.time_zone)
    span = span_of(options.start, options.end, zone, now)
    statuses = live_statuses.read(project, target, offline=options.offline)
    history = response_history.read_history(
        project,
        target,
        span,
        offline=options.offline,
        budget=options.budget,
        episodes=True,
        listed=statuses.keys,
        conversation=conversation,
        now=now,
    )
    span = known_span(span, history, offline=options.offline)
    return judged(project, monitors, statuses, history, span, now=now, within=options.within)


def known_span(span: TimeSpan, history: ResponseHistory, *, offline: bool) -> TimeSpan:
    """Return the time of a span of which the history tells: offline up to its last reading."""
    if not offline or history.as_of is None or history.as_of <= span.start:
        return span
    return TimeSpan(span.start, min(span.end, history.as_of))


def span_of(start: date | None, end: date | None, zone: ZoneInfo, now: Seconds) -> TimeSpan:
    """Return the time between two days, by default the last four weeks until now."""
    from monitor_sync.insight.response.weeks import midnight

    until = midnight(end, zone) if end is not None else now
    since = midnight(start, zone) if start is not None else until - _USUAL.total_seconds()
    if since >= until:
        raise UsageError(
            "the time that the report is about ends before it begins",
            hint="--from is the first day, --to the day after the last one",
        )
    return TimeSpan(since, min(until, now))


def judged(
    project: Project,
    monitors: Sequence[Monitor],
    statuses: live_statuses.LiveStatuses,
    history: ResponseHistory,
    span: TimeSpan,
    *,
    now: Seconds,
    within: Seconds | None = None,
) -> NoiseReport:
    """Return the report about monitors of which all that could be known is known."""
    from monitor_sync.audience.pagers import pager_globs
    from monitor_sync.insight.response import noise, quieter, weeks

    within = noise.SELF_RESOLVED_WITHIN if within is None else within
    zone = weeks.zone_of(project.time_zone)
    globs = pager_globs(project.policy.pagers, project.limits.pager_handles)
    alerts = noise.AlertHistory(
        span=span,
        zone=zone,
        episodes=history.episodes,
        incidents=history.incidents,
        within=within,
    )
    live = statuses.by_key or {
        key: noise.LiveStatus(id=number) for number, key in history.monitors.items()
    }
    known = alerts if live and history.alerts_read else None
    measured = noise.noise(monitors, live, known, globs)
    hours = (span.end - span.start) / 3600
    proposals = ((row.key, quieter.proposal(row, now, hours)) for row in measured.monitors)
    teams = {monitor.team for monitor in monitors}
    starts = _incidents_by_team(project, history.incidents, live, teams)
    return NoiseReport(
        noise=measured,
        span=span,
        time_zone=project.time_zone,
        within=within,
        proposals={key: proposed for key, proposed in proposals if proposed is not None},
        shifts=_shifts(measured, starts, span, zone),
        by_incidents=bool(starts),
        as_of=history.as_of,
        notes=history.notes,
        not_checked=statuses.not_checked,
    )


def _incidents_by_team(
    project: Project,
    incidents: Sequence[Incident],
    statuses: Mapping[str, LiveStatus],
    teams: Collection[str],
) -> dict[str, list[Seconds]]:
    """
    Return when incidents of these teams began: those that somebody was called for.

    One of a service that teams share calls each of them.
    """
    from monitor_sync.insight.response.placement import place, places_of

    places = places_of(project, {status.id: key for key, status in statuses.items()})
    starts: dict[str, list[Seconds]] = {}
    for incident in incidents:
        if incident.merged or incident.suppressed or incident.maintenance:
            continue
        for team in place(incident, places).claimants:
            if team in teams:
                starts.setdefault(team, []).append(incident.created)
    return starts


def _shifts(
    noise: Noise, starts: dict[str, list[Seconds]], span: TimeSpan, zone: ZoneInfo
) -> tuple[TeamShifts, ...]:
    from monitor_sync.insight.response.shifts import team_shifts

    pages: Counter[str] = Counter()
    of_problems: dict[str, list[Seconds]] = {}
    for problem in noise.problems:
        pages[problem.team] += len(problem.pages)
        of_problems.setdefault(problem.team, []).append(problem.start)
    return team_shifts(starts or of_problems, pages, span, zone)
