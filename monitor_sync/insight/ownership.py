"""Who owns which monitors, and what they lack: pager, runbook, test, a page for the person on call.

Counted for each business unit, team and service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from monitor_sync.audience import audience
from monitor_sync.audience.pagers import pager_globs
from monitor_sync.language.runbooks import leads_to_runbook
from monitor_sync.model import UNOWNED, UNPLACED, Monitor, Project, Team

Dimension = Literal["team", "unit", "service"]
"""What monitors are counted by."""

DIMENSIONS: Final[tuple[Dimension, ...]] = ("team", "unit", "service")

URGENT: Final = frozenset({1, 2})
"""Priorities that wake somebody: what `test --coverage` looks at, too."""

_VALUE: Final[Mapping[Dimension, Callable[[Monitor], str]]] = {
    "team": lambda monitor: monitor.team,
    "unit": lambda monitor: monitor.business_unit,
    "service": lambda monitor: monitor.service,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """
    What some monitors lack, as their keys.

    ``unowned`` belong to no team and ``unplaced`` to no business unit, as imports leave them.
    ``unpaged`` and ``untested`` have a priority of ``URGENT``: nothing but a recovery reaches a
    pager, or no unit test is about them. ``without_runbook`` lead to no runbook.
    """

    unowned: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    unpaged: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    without_runbook: tuple[str, ...] = ()

    @property
    def badness(self) -> tuple[int, ...]:
        """How bad it is, to be compared: a page that nobody gets is worse than a missing page."""
        parts = (self.unowned + self.unplaced, self.unpaged, self.without_runbook, self.untested)
        return tuple(map(len, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedMonitors:
    """
    The monitors of one team, unit or service, or all of them (``name`` is empty then).

    ``priorities`` counts monitors by priority; those without one are counted under None.
    """

    name: str
    monitors: int
    priorities: Mapping[int | None, int]
    gaps: Gaps

    @property
    def urgent(self) -> int:
        """How many monitors wake somebody."""
        return sum(number for priority, number in self.priorities.items() if priority in URGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDifferences:
    """
    Where Datadog Teams and teams.yaml disagree, each by handle.

    ``missing`` are teams of the files that Datadog does not have: their `team` tag leads nowhere
    there. ``unknown`` are Datadog's that no file names. ``renamed`` maps a handle to our name for
    the team and Datadog's.
    """

    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    renamed: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.missing or self.unknown or self.renamed)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedLogs:
    """How many error logs a service wrote, and how many of them carry a trace id."""

    service: str
    logs: int
    traced: int

    @property
    def share(self) -> float:
        """The traced ones as a part of 1."""
        return self.traced / self.logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """
    What there is to say of a project's ownership.

    ``rows`` are by dimension, the worst first. ``without_sop`` are the teams whose person on call
    has no page to go by. ``teams`` and ``traced`` (the least traced service first) are None where
    Datadog was not asked or did not say; ``not_checked`` says of each why.
    """

    total: OwnedMonitors
    rows: Mapping[Dimension, tuple[OwnedMonitors, ...]]
    without_sop: tuple[str, ...]
    team_count: int
    teams: TeamDifferences | None = None
    traced: tuple[TracedLogs, ...] | None = None
    not_checked: Mapping[str, str] = field(default_factory=dict)


def ownership(project: Project, monitors: Sequence[Monitor], tested: Collection[str]) -> Ownership:
    """Return who owns these monitors of a project; ``tested`` are the keys that tests are about."""
    globs = pager_globs(project.policy.pagers, project.limits.pager_handles)
    owners = {monitor.team for monitor in monitors}
    teams = [team for team in project.teams.values() if _is_asked(team, owners, monitors, project)]
    return Ownership(
        total=_owned("", monitors, globs, tested),
        rows={
            dimension: _rows(monitors, _VALUE[dimension], globs, tested) for dimension in DIMENSIONS
        },
        without_sop=tuple(sorted(team.name for team in teams if not team.sop)),
        team_count=len(teams),
    )


def _is_asked(
    team: Team, owners: Collection[str], monitors: Sequence[Monitor], project: Project
) -> bool:
    """Return whether a team counts: each that owns something, and all where all are looked at."""
    if team.name == UNOWNED:
        return False
    return team.name in owners or len(monitors) == len(project.monitors)


def _rows(
    monitors: Sequence[Monitor],
    value: Callable[[Monitor], str],
    globs: tuple[str, ...],
    tested: Collection[str],
) -> tuple[OwnedMonitors, ...]:
    groups: dict[str, list[Monitor]] = {}
    for monitor in monitors:
        if value(monitor):
            groups.setdefault(value(monitor), []).append(monitor)
    rows = (_owned(name, group, globs, tested) for name, group in groups.items())
    return tuple(sorted(rows, key=_worst_first))


def _worst_first(row: OwnedMonitors) -> tuple[tuple[int, ...], int, str]:
    return tuple(-number for number in row.gaps.badness), -row.monitors, row.name


def _owned(
    name: str, monitors: Sequence[Monitor], globs: tuple[str, ...], tested: Collection[str]
) -> OwnedMonitors:
    urgent = [monitor for monitor in monitors if monitor.priority in URGENT]
    return OwnedMonitors(
        name=name,
        monitors=len(monitors),
        priorities=Counter(monitor.priority for monitor in monitors),
        gaps=Gaps(
            unowned=_keys(monitor for monitor in monitors if monitor.team == UNOWNED),
            unplaced=_keys(monitor for monitor in monitors if monitor.business_unit == UNPLACED),
            unpaged=_keys(monitor for monitor in urgent if not _pages(monitor, globs)),
            untested=_keys(monitor for monitor in urgent if monitor.key not in tested),
            without_runbook=_keys(monitor for monitor in monitors if not leads_to_runbook(monitor)),
        ),
    )


def _pages(monitor: Monitor, globs: tuple[str, ...]) -> bool:
    return bool(audience.pagers_of_trouble(audience.of_body(monitor.body), globs))


def _keys(monitors: Iterable[Monitor]) -> tuple[str, ...]:
    return tuple(sorted(monitor.key for monitor in monitors))


def team_differences(
    teams: Mapping[str, Team], live: Mapping[str, str], among: Collection[str] | None = None
) -> TeamDifferences:
    """
    Compare the teams of the files with Datadog's, which ``live`` maps from handle to name.

    ``among`` narrows what is told to some of our teams.
    """
    ours = {
        name: team.title
        for name, team in teams.items()
        if name != UNOWNED and (among is None or name in among)
    }
    return TeamDifferences(
        missing=tuple(sorted(ours.keys() - live.keys())),
        unknown=tuple(sorted(live.keys() - teams.keys())) if among is None else (),
        renamed={
            name: (ours[name], live[name])
            for name in sorted(ours.keys() & live.keys())
            if ours[name] != live[name]
        },
    )


def traced_logs(logs: Mapping[str, int], traced: Mapping[str, int]) -> tuple[TracedLogs, ...]:
    """Join counts of error logs by service, of all and of those with a trace id; worst first."""
    joined = (
        TracedLogs(service=service, logs=number, traced=min(traced.get(service, 0), number))
        for service, number in logs.items()
        if number > 0
    )
    return tuple(
        sorted(joined, key=lambda counted: (counted.share, -counted.logs, counted.service))
    )
