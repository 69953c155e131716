"""``report weekly``: a team's week for Monday, the agenda of the review, and its way to Slack."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.app import responding
from monitor_sync.app.selection import suggest
from monitor_sync.errors import UsageError
from monitor_sync.incidents import YEARS, TimeSpan

if TYPE_CHECKING:
    from monitor_sync.app.conversation import Conversation
    from monitor_sync.app.target import Target
    from monitor_sync.incidents import Seconds
    from monitor_sync.insight.response.weekly import TeamWeek, WeekReview
    from monitor_sync.model import Project, Team

_WEEK = re.compile(r"[0-9]{4}-W(?:0[1-9]|[1-4][0-9]|5[0-3])")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyOptions:
    """
    ``teams`` are names of teams; none means every team. ``week`` is such as ``2026-W40``, empty for
    the last whole one. ``review`` asks for the agenda over all units in place of teams. ``names``:
    say who is on call.
    """

    teams: Sequence[str] = ()
    week: str = ""
    review: bool = False
    names: bool = False
    offline: bool = False
    budget: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """
    What is reported of one week: ``teams``, or the ``review`` of all units.

    ``as_of`` is when the history was read, ``notes`` what it lacks.
    """

    project: Project
    week: str
    teams: tuple[TeamWeek, ...]
    review: WeekReview | None
    as_of: Seconds | None
    complete: bool
    notes: tuple[str, ...]


def report_weekly(
    root: Path,
    target: Target,
    options: WeeklyOptions | None = None,
    *,
    conversation: Conversation | None = None,
    now: Seconds | None = None,
) -> Weekly:
    """
    Return one week of teams, or of all units.

    Raises WrongFiles where the files have errors, RCAs included, and UsageError for a week or a
    team that does not exist.
    """
    from monitor_sync.insight.response import weekly, weeks
    from monitor_sync.insight.response.report import question_of

    options = options or WeeklyOptions()
    now = time.time() if now is None else now
    project, register = responding.read_files(root)
    teams = _teams(project, options.teams)
    zone = weeks.zone_of(project.time_zone)
    week = _week(options.week) or weeks.last_whole_week(now, zone)
    month = question_of(week, now).needed(zone)
    known = responding.read_known(
        project, target, TimeSpan(month.start, month.end),
        offline=options.offline, budget=options.budget, conversation=conversation, now=now,
    )  # fmt: skip
    empty = Weekly(
        project=project, week=week, teams=(), review=None,
        as_of=known.as_of, complete=known.complete, notes=known.notes,
    )  # fmt: skip
    known_of_week = (known.incidents, register, week, known.at(now), known.ids)
    if options.review:
        return replace(empty, review=weekly.week_review(project, *known_of_week))
    own = weekly.team_weeks(project, teams, *known_of_week)
    return replace(empty, teams=_with_people(own, project, target, now) if options.names else own)


def _teams(project: Project, names: Sequence[str]) -> list[Team]:
    """Return the teams that are meant. Raises UsageError for an unknown one."""
    from monitor_sync.model import UNOWNED

    if not names:
        return [team for team in project.teams.values() if team.name != UNOWNED and team.service]
    plain = [name.removeprefix("team:") for name in names]
    for name in plain:
        if name not in project.teams:
            hint = suggest(project, f"team:{name}")
            raise UsageError(f"no team is called {name!r}", hint=hint)
    return [project.teams[name] for name in plain]


def _week(written: str) -> str:
    """Return a week as it was asked for. Raises UsageError for a text that names no week."""
    from monitor_sync.insight.response.weeks import monday_of

    if not written:
        return ""
    try:
        if _WEEK.fullmatch(written) and monday_of(written).year in YEARS:
            return written
    except ValueError:
        pass
    raise UsageError(f"{written!r} is no week", hint="write `--week 2026-W40`")


def _with_people(
    weeks: Sequence[TeamWeek], project: Project, target: Target, now: Seconds
) -> tuple[TeamWeek, ...]:
    """Return the weeks with who is on call at each team, as far as the tools say."""
    from monitor_sync.app import on_call

    try:
        verified = on_call.follow_monitors(
            project, project.monitors.values(), target, now=datetime.fromtimestamp(now, UTC)
        )
    except UsageError:
        return tuple(weeks)
    people: dict[str, dict[str, None]] = {}
    for path in verified.paths:
        if path.on_call:
            people.setdefault(path.team, {}).update(
                dict.fromkeys(person.name for person in path.on_call)
            )
    return tuple(
        replace(own, on_call=tuple(people[own.team.name])) if own.team.name in people else own
        for own in weeks
    )
