"""What a page of a team or of a unit says: whom they call, what they own, what to mend first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from monitor_sync.app.site import PATHS, SiteFacts
from monitor_sync.audience.pagers import USUAL_PAGING
from monitor_sync.counting import count
from monitor_sync.incidents import ResponseTarget
from monitor_sync.insight.ownership import Gaps, OwnedMonitors
from monitor_sync.insight.response.noise import NoisyMonitor
from monitor_sync.model import UNOWNED, Monitor, Team
from monitor_sync.oncall.path import PagingPath
from monitor_sync.render.noise import proposed
from monitor_sync.render.quantities import duration

_UNSAFE: Final = re.compile(r"[^a-z0-9._-]")
_MOST: Final = 10
"""Lines of what to mend first, and of the monitors that page."""

PlaceKind = Literal["team", "unit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePage:
    """
    What is told of a team or a unit.

    ``kind`` is the word for it, ``name`` its key, ``file`` its page. ``teams`` are those whose
    people are called for it, of a team itself. ``mend`` are sentences with where, the most urgent
    first. ``pages`` and ``night`` count its pages, all and at night, None where unknown.
    """

    kind: PlaceKind
    name: str
    title: str
    file: str
    owned: OwnedMonitors
    monitors: tuple[Monitor, ...]
    teams: tuple[Team, ...]
    mend: tuple[tuple[str, str], ...]
    noisy: tuple[NoisyMonitor, ...]
    paging: tuple[Monitor, ...]
    pages: int | None
    night: int | None


def team_file(name: str) -> str:
    """Return where in the site the page of a team lies."""
    return f"teams/{_file_name(name)}.html"


def unit_file(name: str) -> str:
    """Return where in the site the page of a unit lies."""
    return f"units/{_file_name(name)}.html"


def _file_name(name: str) -> str:
    """Return a name as that of a file in every system and address; another name is another file."""
    safe = _UNSAFE.sub("-", name).lstrip(".")
    return safe if safe == name else f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def team_pages(facts: SiteFacts) -> Iterator[PlacePage]:
    """Yield what is told of each team that owns something, or that somebody is on call for."""
    rows = {row.name: row for row in facts.ownership.rows["team"]}
    for name in sorted({*facts.project.teams, *rows}):
        if name == UNOWNED and name not in rows:
            continue
        team = facts.project.teams.get(name)
        yield _page(
            facts,
            kind="team",
            name=name,
            title=team.title if team else name,
            file=team_file(name),
            row=rows.get(name),
            value=lambda monitor: monitor.team,
        )


def unit_pages(facts: SiteFacts) -> Iterator[PlacePage]:
    """Yield what is told of each business unit that has monitors."""
    for row in sorted(facts.ownership.rows["unit"], key=lambda row: row.name):
        yield _page(
            facts,
            kind="unit",
            name=row.name,
            title=facts.project.business_units.get(row.name) or row.name,
            file=unit_file(row.name),
            row=row,
            value=lambda monitor: monitor.business_unit,
        )


def _page(
    facts: SiteFacts,
    *,
    kind: PlaceKind,
    name: str,
    title: str,
    file: str,
    row: OwnedMonitors | None,
    value: Callable[[Monitor], str],
) -> PlacePage:
    noisy = [own for own in facts.noise.noise.monitors if value(own.monitor) == name]
    monitors = tuple(sorted((own.monitor for own in noisy), key=_urgent_first))
    names = {name} if kind == "team" else {monitor.team for monitor in monitors}
    teams = tuple(team for key, team in sorted(facts.project.teams.items()) if key in names)
    owned = row or OwnedMonitors(name=name, monitors=0, priorities={}, gaps=Gaps())
    return PlacePage(
        kind=kind,
        name=name,
        title=title,
        file=file,
        owned=owned,
        monitors=monitors,
        teams=teams,
        mend=tuple(_mend(facts, owned, noisy, names)),
        noisy=tuple(own for own in noisy if own.pages)[:_MOST],
        paging=tuple(monitor for monitor in monitors if monitor.priority in USUAL_PAGING)[:_MOST],
        pages=_sum(own.pages for own in noisy),
        night=_sum(own.night for own in noisy),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    """Return the sum of those that are known, None where none is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _urgent_first(monitor: Monitor) -> tuple[int, str]:
    return monitor.priority or 9, monitor.key


def _mend(
    facts: SiteFacts, owned: OwnedMonitors, noisy: Sequence[NoisyMonitor], teams: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield what to mend, each with where: pages that reach nobody, gaps, then noise."""
    for path in _broken(facts, teams):
        for step in path.steps:
            if step.status == "broken":
                yield f"{path.handle}: {step.what}", step.fix or "monitor-sync on-call verify"
    gaps = owned.gaps
    for keys, of_one, of_several in (
        (gaps.unowned, "has no owner", "have no owner"),
        (gaps.unplaced, "is in no business unit", "are in no business unit"),
        (gaps.unpaged, "is P1 or P2 and reaches no pager", "are P1 or P2 and reach no pager"),
        (gaps.untested, "is P1 or P2 and has no unit test", "are P1 or P2 and have no unit test"),
        (gaps.without_runbook, "has no runbook", "have no runbook"),
    ):
        if keys:
            yield count(len(keys), f"monitor {of_one}", f"monitors {of_several}"), keys[0]
    proposals = [row for row in noisy if row.key in facts.noise.proposals]
    for row in proposals[:_MOST]:
        where = f"{row.monitor.path}:{row.monitor.line}"
        yield f"{row.key}: {proposed(facts.noise, row)}", where


def _broken(facts: SiteFacts, teams: Iterable[str]) -> list[PagingPath]:
    paths = facts.paths.paths if facts.paths is not None else ()
    return [path for path in paths if path.team in set(teams) and path.status == "broken"]


def on_call(facts: SiteFacts, team: Team) -> dict[str, Any]:
    """Return who is on call for a team as of when; people by name only where that is wanted."""
    if facts.paths is None:
        return {"known": False, "why": facts.not_checked.get(PATHS, "not asked"), "who": ()}
    paths = [path for path in facts.paths.paths if path.team == team.name and path.on_call]
    if not paths:
        steps = [
            step.what
            for path in facts.paths.paths
            if path.team == team.name
            for step in path.steps
            if step.status != "ok"
        ]
        why = next(filter(None, steps), "no pager of the team is in use")
        return {"known": False, "why": why, "who": ()}
    who = [
        {
            "name": person.name if facts.names else "somebody",
            "until": f"{person.until:%Y-%m-%d %H:%M %Z}" if person.until else "",
        }
        for person in paths[0].on_call
    ]
    return {"known": True, "why": "", "who": who}


def targets(team: Team, today: date) -> list[str]:
    """Return what a team promises today and later, a sentence for each of its targets."""
    sentences: list[str] = []
    now: list[ResponseTarget] = []
    for target in team.targets:
        ahead = [earlier for earlier in now if _measures(target) <= _measures(earlier)]
        if any(_fits_all_of(earlier, target) for earlier in ahead):
            continue  # it held before the earlier one did
        rest = "all others" if ahead and ahead == now else "every priority"
        sentences.append(_target(target, today, rest))
        if target.start is None or target.start <= today:
            now.append(target)
    return sentences


def _measures(target: ResponseTarget) -> set[str]:
    times = {"acknowledge": target.acknowledge, "resolve": target.resolve}
    return {measure for measure, seconds in times.items() if seconds is not None}


def _fits_all_of(earlier: ResponseTarget, target: ResponseTarget) -> bool:
    """Return whether an earlier target holds for all priorities of a later one."""
    if not earlier.priorities:
        return True
    return bool(target.priorities) and target.priorities <= earlier.priorities


def _target(target: ResponseTarget, today: date, rest: str) -> str:
    promises = []
    if target.acknowledge is not None:
        promises.append(f"{duration(target.acknowledge)} to acknowledge")
    if target.resolve is not None:
        promises.append(f"{duration(target.resolve)} to resolve")
    which = ", ".join(f"P{priority}" for priority in sorted(target.priorities)) or rest
    later = f" (from {target.start})" if target.start and target.start > today else ""
    return f"{which}: {', '.join(promises)}{later}"
