"""``on-call brief``: what somebody wants to know before a first shift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync.app import files
from monitor_sync.counting import listed
from monitor_sync.errors import UsageError
from monitor_sync.incidents import TimeSpan
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.oncall.tool import title_of

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.insight.response.paged import TeamPages
    from monitor_sync.model import Monitor, Project, Team
    from monitor_sync.oncall.path import OnCall, PagingPath, Shift

PAGED_DAYS: Final = 28
"""So many days back pages are counted: four turns of a week each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallPeople:
    """
    Who is on call with you: ``now``, who is called ``then`` if nobody answers, the ``next`` turn.

    ``unknown`` says why none of it is known; empty where it is.
    """

    now: tuple[OnCall, ...] = ()
    then: tuple[str, ...] = ()
    next: Shift | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """
    What somebody wants to know before a first shift for a team.

    ``paging`` are the monitors that can wake them, the most urgent first; ``owned`` counts the
    monitors of the team. ``runbooks`` are addresses with the number of the team's monitors that
    lead there, the most used first. ``sop_file`` is where the SOP lies if it is a file. ``paged``
    is how often the team was paged lately, None where ``paged_unknown`` says why nobody knows.
    """

    team: Team
    people: OnCallPeople
    paging: tuple[Monitor, ...]
    owned: int
    runbooks: tuple[tuple[str, int], ...]
    sop_file: str = ""
    acknowledge: timedelta | None = None
    """How soon somebody is to say "I am on it", by the strictest target of the team today."""
    paged: TeamPages | None = None
    paged_unknown: str = ""


def brief(root: Path, target: Target, team: str, *, now: datetime | None = None) -> Brief:
    """
    Return the brief of a team. Asks Datadog and the on-call tool where there are keys.

    Raises WrongFiles where the files have errors, UsageError for a team that there is none of.
    """
    project = files.read_whole(root, consequence="so there is no brief").project
    if team not in project.teams:
        hint = did_you_mean(team, sorted(project.teams), f"there are {listed([*project.teams])}")
        raise UsageError(f"no team is called {team!r}", hint=hint)
    owned = [monitor for monitor in project.monitors.values() if monitor.team == team]
    paging = _paging(project, team)
    sop = project.teams[team].sop
    paged, paged_unknown = _paged(project, team, target, now)
    return Brief(
        team=project.teams[team],
        people=_people(project, paging, team, target, now),
        paging=paging,
        owned=len(owned),
        runbooks=_most_used(owned),
        sop_file=(root / sop).as_posix() if sop and "://" not in sop else "",
        acknowledge=_acknowledge(project.teams[team], now),
        paged=paged,
        paged_unknown=paged_unknown,
    )


def _paged(
    project: Project, team: str, target: Target, now: datetime | None
) -> tuple[TeamPages | None, str]:
    """Return how often a team was paged, or why that is not known."""
    from monitor_sync.app.responding import read_known
    from monitor_sync.insight.response.paged import team_pages
    from monitor_sync.insight.response.placement import placed, places_of
    from monitor_sync.insight.response.weeks import zone_of

    end = (now or datetime.now(UTC)).timestamp()
    span = TimeSpan(end - PAGED_DAYS * 86400, end)
    try:
        known = read_known(
            project, target, span, offline=False, budget=None, conversation=None, now=end
        )
    except UsageError as error:
        return None, str(error)
    if why := _why_unread(project.teams[team], known.gaps):
        return None, why
    incidents = placed(known.incidents, places_of(project, known.ids))
    zone = zone_of(project.time_zone)
    return team_pages(incidents, team, days=PAGED_DAYS, zone=zone, now=end), ""


def _why_unread(team: Team, gaps: Mapping[str, str]) -> str:
    """Return why the tool of a team was not read; of any tool where it declares none."""
    if team.tool:
        return gaps.get(title_of(team.tool.casefold()), "")
    return next(iter(gaps.values()), "")


def _acknowledge(team: Team, now: datetime | None) -> timedelta | None:
    from monitor_sync.app import on_call_paths

    return on_call_paths.acknowledge_target(team, (now or datetime.now(UTC)).date())


def _paging(project: Project, team: str) -> tuple[Monitor, ...]:
    """Return the monitors that reach a pager of a team, whoever owns them."""
    from monitor_sync.app import on_call_paths

    paging = {
        monitor.key: monitor
        for used in on_call_paths.in_use(project, project.monitors.values())
        if used.team == team and used.pager and used.states != {"recovery"}
        for monitor in used.monitors.values()
    }
    return tuple(sorted(paging.values(), key=lambda monitor: (monitor.priority or 9, monitor.key)))


def _most_used(monitors: Iterable[Monitor]) -> tuple[tuple[str, int], ...]:
    pages: dict[str, int] = {}
    for monitor in monitors:
        page = monitor.runbook.partition("#")[0]
        if page:
            pages[page] = pages.get(page, 0) + 1
    return tuple(sorted(pages.items(), key=lambda page: (-page[1], page[0])))


def _people(
    project: Project,
    paging: Iterable[Monitor],
    team: str,
    target: Target,
    now: datetime | None,
) -> OnCallPeople:
    from monitor_sync.app import on_call

    try:
        verified = on_call.follow_monitors(project, paging, target, now=now, pagers_of=team)
    except UsageError as error:
        return OnCallPeople(unknown=str(error))
    paths = verified.paths
    for path in paths:
        if path.on_call:
            return _of_path(path)
    reasons = [step.what for path in paths for step in path.steps if step.status != "ok"]
    return OnCallPeople(unknown=next(filter(None, reasons), "no pager of the team is in use"))


def _of_path(path: PagingPath) -> OnCallPeople:
    called = {person.name for person in path.on_call}
    later = {
        person.name: None
        for level in path.levels
        for person in level.people
        if person.name not in called
    }
    coming = (turn for turn in path.ahead if turn.person.name not in called)
    return OnCallPeople(now=path.on_call, then=tuple(later), next=next(coming, None))
