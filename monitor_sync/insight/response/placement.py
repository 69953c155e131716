"""
Whose an incident is: the team, the business unit, our monitor, the kind, and who noticed.

The team is the one of teams.yaml whose ``on_call.service`` is the incident's service, by name or
by id. The monitor is the one with Datadog's id, or the only one whose whole name Datadog put into
the title. Nothing is guessed from names that are merely alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from monitor_sync.incidents import Incident
from monitor_sync.insight.response.titles import DatadogTitle, datadog_title
from monitor_sync.model import UNPLACED, Monitor, Project, Team

SHARED: Final = "shared"
"""The team, or unit, of an incident that several teams or units claim."""

OTHER_KIND: Final = "other"
"""The kind of an incident whose tags mean none of the project's kinds."""

DetectedBy = Literal["ours", "other", "person"]
"""Who noticed: a monitor of this project, another source such as CloudWatch, or a person."""

_RANKED: Final = re.compile(
    r"(?<![a-z0-9])(?:p|prio|priority|s|sev|severity|level)[\s._:#-]*([0-9]+)", re.IGNORECASE
)
_BARE: Final = re.compile(r"([1-5])(?:\s*[^\w\s]\D*)?")
"""A number by itself, or before words that something sets apart from it: ``1``, ``1 - High``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedIncident:
    """
    An incident and whose it is.

    ``team`` is a key of teams.yaml and ``unit`` a folder; either may be ``SHARED`` or ``UNPLACED``.
    ``claimants`` are the teams whose service it came from: all of them where it is shared.
    ``monitor`` is the key of our monitor, empty where it came from none or nothing tells; ``group``
    is the group of it that alerted.
    ``priority`` is 1 to 5, by the tool or else by the monitor, None where neither says. ``kind`` is
    a kind of project.yaml or ``OTHER_KIND``. ``detected_by`` is None where it cannot be known.
    """

    incident: Incident
    team: str
    unit: str
    claimants: tuple[str, ...] = ()
    monitor: str = ""
    group: str = ""
    priority: int | None = None
    kind: str = OTHER_KIND
    detected_by: DetectedBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """
    What places incidents of one project; ``places_of`` makes it.

    ``teams`` maps a service of an on-call tool, in any case, to the teams that name it. ``units``
    maps a team to its business units. ``monitors`` maps Datadog's id to our monitor; None where
    nobody asked Datadog. ``names`` maps names that only one monitor has to that. ``kinds`` maps a
    tag to its kind, ``priorities`` a word of the tool, in lower case, to the priority.
    """

    teams: Mapping[str, tuple[Team, ...]]
    units: Mapping[str, tuple[str, ...]]
    monitors: Mapping[int, Monitor] | None
    names: Mapping[str, Monitor]
    kinds: Mapping[str, str]
    kind_order: Sequence[str] = field(default=())
    priorities: Mapping[str, int] = field(default_factory=dict)


def places_of(project: Project, ids: Mapping[int, str] | None = None) -> Places:
    """
    Return what places the incidents of a project.

    ``ids`` maps Datadog's ids to keys of monitors; None where Datadog was not asked.
    """
    teams: dict[str, tuple[Team, ...]] = {}
    for team in project.teams.values():
        if team.service:
            name = team.service.casefold()
            teams[name] = (*teams.get(name, ()), team)
    monitors = project.monitors
    return Places(
        teams=teams,
        units=_units(project),
        monitors=None
        if ids is None
        else {live: monitors[key] for live, key in ids.items() if key in monitors},
        names=_names(project.monitors.values()),
        kinds=_kinds(project.kinds),
        kind_order=tuple(project.kinds),
        priorities=_priorities(project),
    )


def _units(project: Project) -> dict[str, tuple[str, ...]]:
    """Map each team to the units that it owns by default, else to those it has monitors in."""
    owning: dict[str, dict[str, None]] = {}
    for monitor in project.monitors.values():
        owning.setdefault(monitor.team, {})[monitor.business_unit] = None
    defaults: dict[str, dict[str, None]] = {}
    for unit, team in project.unit_owners.items():
        defaults.setdefault(team, {})[unit] = None
    return {team: tuple(units) for team, units in {**owning, **defaults}.items()}


def _names(monitors: Iterable[Monitor]) -> dict[str, Monitor]:
    """Map names to monitors; names of several monitors or with Datadog's variables are left out."""
    by_name: dict[str, list[Monitor]] = {}
    for monitor in monitors:
        by_name.setdefault(monitor.name.strip(), []).append(monitor)
    return {name: same[0] for name, same in by_name.items() if len(same) == 1}


def _kinds(kinds: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Map each tag, in lower case, to the first kind that names it."""
    by_tag: dict[str, str] = {}
    for kind, tags in kinds.items():
        for tag in tags:
            by_tag.setdefault(tag.casefold(), kind)
    return by_tag


def placed(incidents: Iterable[Incident], places: Places) -> tuple[PlacedIncident, ...]:
    """Return incidents with their owners, in the same order."""
    return tuple(place(incident, places) for incident in incidents)


def place(incident: Incident, places: Places) -> PlacedIncident:
    """Return whose an incident is."""
    teams = _claimants(incident, places)
    titled = datadog_title(incident.title)
    monitor = _monitor(incident, titled, places)
    units = {unit for team in teams for unit in places.units.get(team.name, ())}
    priority = priority_number(incident.priority, places.priorities)
    return PlacedIncident(
        incident=incident,
        team=_only([team.name for team in teams]),
        unit=monitor.business_unit if monitor else _only(sorted(units)),
        claimants=tuple(team.name for team in teams),
        monitor=monitor.key if monitor else "",
        group=incident.group or (titled.group if titled else ""),
        priority=priority if priority is not None or monitor is None else monitor.priority,
        kind=_kind(incident, places),
        detected_by=_detected_by(incident, places),
    )


def namesakes(incidents: Iterable[Incident], project: Project) -> Mapping[str, int]:
    """Return which services of teams.yaml are names that several services have, and how many."""
    ids: dict[str, set[str]] = {}
    for incident in incidents:
        if incident.service_id:
            ids.setdefault(incident.service.casefold(), set()).add(incident.service_id)
    named = sorted({team.service for team in project.teams.values() if team.service})
    return {name: len(ids[key]) for name in named if len(ids.get(key := name.casefold(), ())) > 1}


def _claimants(incident: Incident, places: Places) -> Sequence[Team]:
    """Return the teams that name the incident's service, those of its own tool before others."""
    names = {name.casefold() for name in (incident.service_id, incident.service) if name}
    teams = {team.name: team for name in names for team in places.teams.get(name, ())}
    of_tool = [team for team in teams.values() if team.tool.casefold() == incident.tool.casefold()]
    return of_tool or list(teams.values())


def _only(names: Sequence[str]) -> str:
    if not names:
        return UNPLACED
    return names[0] if len(names) == 1 else SHARED


def _monitor(incident: Incident, titled: DatadogTitle | None, places: Places) -> Monitor | None:
    """Return our monitor by Datadog's id; else by its whole name in a title of Datadog's."""
    if incident.monitor_id is not None and places.monitors is not None:
        return places.monitors.get(incident.monitor_id)
    return places.names.get(titled.name) if titled else None


def _kind(incident: Incident, places: Places) -> str:
    """Return the first kind, in the order of project.yaml, that a tag of the incident means."""
    kinds = {places.kinds.get(tag.casefold()) for tag in incident.tags}
    return next((kind for kind in places.kind_order if kind in kinds), OTHER_KIND)


def _detected_by(incident: Incident, places: Places) -> DetectedBy | None:
    if incident.origin in ("other", "person"):
        return incident.origin
    if incident.monitor_id is None or places.monitors is None:
        return None
    return "ours" if incident.monitor_id in places.monitors else "other"


def _priorities(project: Project) -> dict[str, int]:
    return {word.strip().casefold(): number for word, number in project.priorities.items()}


def priority_number(priority: str, named: Mapping[str, int]) -> int | None:
    """
    Return 1 to 5 for a priority of an on-call tool, None for words that mean none.

    People name them as they like, at Zenduty by team, at PagerDuty by account. ``named`` has the
    words of the project, in lower case. In others a number counts that follows a word for priority
    (``P1 - Critical``, ``Sev2``), if there is but one, or that stands first (``1 - High``).
    """
    word = priority.strip()
    if (number := named.get(word.casefold())) is not None:
        return number
    numbers = {int(number) for number in _RANKED.findall(word)}
    if not numbers and (bare := _BARE.fullmatch(word)):
        return int(bare[1])
    return numbers.pop() if len(numbers) == 1 and numbers <= {1, 2, 3, 4, 5} else None


def unknown_priorities(incidents: Iterable[Incident], project: Project) -> tuple[str, ...]:
    """Return the words for a priority of which nothing says which one it is, in order."""
    named = _priorities(project)
    words = {incident.priority.strip() for incident in incidents} - {""}
    return tuple(sorted(word for word in words if priority_number(word, named) is None))


def priority_name(placed_incident: PlacedIncident) -> str:
    """Return the priority as a row's name: ``P1``, the tool's own word, or ``none``."""
    if placed_incident.priority is not None:
        return f"P{placed_incident.priority}"
    return placed_incident.incident.priority or "none"
