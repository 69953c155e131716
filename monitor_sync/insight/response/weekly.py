"""One week as a team reads it on Monday, and as all units review it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from monitor_sync.incidents import Incident, Rca, Seconds
from monitor_sync.insight.response.placement import PlacedIncident, placed, places_of
from monitor_sync.insight.response.rca import RcaFindings
from monitor_sync.insight.response.report import ResponseReport, concerned, question_of, report_of
from monitor_sync.insight.response.shared import SharedService, shared_services
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.weeks import monday_of
from monitor_sync.model import Project, Team


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWeek:
    """
    One team's week: its incidents, and what its RCAs lack over ``USUAL_WEEKS`` up to it.

    ``shared`` are the services whose incidents of the week no figure of ``report`` has.
    ``on_call`` names who is on call, None where nobody asked or the tool did not say.
    """

    team: Team
    report: ResponseReport
    rca: RcaFindings
    shared: tuple[SharedService, ...] = ()
    on_call: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekReview:
    """
    The week of all units, for the weekly meeting.

    ``unseen`` are incidents that no monitor of ours is known to have reported.
    """

    report: ResponseReport
    rca: RcaFindings
    unseen: tuple[Response, ...]


def team_weeks(
    project: Project,
    teams: Iterable[Team],
    incidents: Iterable[Incident],
    register: Sequence[Rca],
    week: str,
    now: Seconds,
    ids: Mapping[int, str] | None = None,
) -> tuple[TeamWeek, ...]:
    """Return the week of each team, in their order; of a team without incidents too."""
    by_team: dict[str, list[PlacedIncident]] = {}
    for claimed in placed(incidents, places_of(project, ids)):
        for name in claimed.claimants:
            by_team.setdefault(name, []).append(claimed)
    return tuple(
        _team_week(project, team, by_team.get(team.name, []), register, week, now) for team in teams
    )


def _team_week(
    project: Project,
    team: Team,
    claimed: Sequence[PlacedIncident],
    register: Sequence[Rca],
    week: str,
    now: Seconds,
) -> TeamWeek:
    own = [incident for incident in claimed if incident.team == team.name]
    entries = concerned(register, (f"team:{team.name}",))
    question = replace(question_of(week, now, 1), by=("priority",))
    month = report_of(project, own, entries, question_of(week, now))
    return TeamWeek(
        team=team,
        report=report_of(project, own, entries, question),
        rca=month.rca,
        shared=shared_services(report_of(project, claimed, (), question), team),
    )


def week_review(
    project: Project,
    incidents: Iterable[Incident],
    register: Sequence[Rca],
    week: str,
    now: Seconds,
    ids: Mapping[int, str] | None = None,
) -> WeekReview:
    """Return the week of all units, and what their RCAs lack over ``USUAL_WEEKS`` up to it."""
    everything = placed(incidents, places_of(project, ids))
    report = report_of(project, everything, register, question_of(week, now, 1))
    month = report_of(project, everything, register, question_of(week, now))
    unseen = tuple(
        response
        for response in report.counted
        if response.placed.detected_by in ("other", "person")
        or (response.placed.detected_by is None and not response.placed.monitor)
    )
    return WeekReview(report=report, rca=month.rca, unseen=unseen)


def days_of(week: str) -> tuple[date, date]:
    """Return the first and the last day of a week."""
    monday = monday_of(week)
    return monday, monday + timedelta(days=6)
