"""Which unit, team and file a live monitor belongs to, by its tags; and which tags say so."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from monitor_sync.model import GIVEN_TAGS, UNOWNED, UNPLACED, Body

_CANDIDATES: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": (
        "business_unit", "business-unit", "businessunit", "bu", "unit", "division", "department",
        "domain", "tribe", "product", "squad", "team",
    ),
    "team": ("team", "squad", "owner", "owner_team", "service_owner", "owning_team"),
    "file": ("service", "app", "application", "component", "project", "cluster", "integration"),
}  # fmt: skip
"""The names that such tags have in real estates, the likeliest first."""

_LEAST: Final = 0.2
"""The share of the monitors that a tag must stand on to be taken before others that are there."""

_MOST: Final = 3
"""Tags that are suggested for one role at most."""

_WEAK: Final[Mapping[str, frozenset[str]]] = {
    "unit": frozenset({"domain", "tribe"}),
    "team": frozenset(),
    "file": frozenset({"project", "cluster", "integration"}),
}
"""Tags that say enough alone, and mean something else beside a better one."""

_STAND_INS: Final = frozenset({"product", "squad", "team"})
"""What says the unit only where it stands on that share of the monitors."""

_OTHER_FILE: Final = "general"
"""The file of what carries no tag that names one."""

_LONGEST_PART: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRole:
    """
    Tags that say one thing about a monitor: the first that it carries. ``names`` renames values.

    Without ``tags`` nothing says it.
    """

    tags: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def value(self, tags: Mapping[str, list[str]]) -> str:
        """Return the part of a key that a monitor's tags give; empty where they give none."""
        parts = {self.names.get(value) or slug(value) for value in self.values(tags)}
        return parts.pop() if len(parts) == 1 else ""

    def values(self, tags: Mapping[str, list[str]]) -> list[str]:
        """Return the values of the first of the tags that a monitor carries."""
        carried = next((tag for tag in self.tags if tags.get(tag)), "")
        return list(dict.fromkeys(tags.get(carried, ())))

    def written(self) -> Any:
        """Return the tags as ``import`` in project.yaml has them."""
        tags = self.tags[0] if len(self.tags) == 1 else list(self.tags)
        return {"tag": tags, "names": dict(self.names)} if self.names else tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Which tags say where a monitor goes: ``import`` in project.yaml."""

    unit: TagRole = TagRole()
    team: TagRole = TagRole()
    file: TagRole = TagRole()


class Place(NamedTuple):
    """
    Where a monitor goes. ``why_not`` says why no unit or no team is known, else it is empty.

    ``inferred`` is said where others of its file gave what its own tags do not say.
    """

    unit: str
    team: str
    file: str
    why_not: str = ""
    inferred: bool = False


class TagShare(NamedTuple):
    """How many of the monitors carry a tag, and how many values it has."""

    tag: str
    monitors: int
    values: int


def read_placing(written: Any) -> Placing:
    """Return what ``import`` in project.yaml says. Its shape was checked by the schema."""
    roles = written if isinstance(written, Mapping) else {}
    return Placing(**{name: _role(roles.get(name)) for name in ("unit", "team", "file")})


def _role(written: Any) -> TagRole:
    if isinstance(written, Mapping):
        names = {str(value): str(name) for value, name in (written.get("names") or {}).items()}
        return TagRole(tags=_keys(written.get("tag")), names=names)
    return TagRole(tags=_keys(written))


def _keys(written: Any) -> tuple[str, ...]:
    return tuple(map(str, written if isinstance(written, list) else [written] if written else ()))


def statistics(bodies: Iterable[Body]) -> list[TagShare]:
    """Return how often each tag key stands on the monitors, the commonest first."""
    monitors: Counter[str] = Counter()
    values: dict[str, set[str]] = defaultdict(set)
    for body in bodies:
        tags = by_key(body)
        monitors.update(tags.keys())
        for key, its in tags.items():
            values[key].update(its)
    return [TagShare(key, count, len(values[key])) for key, count in monitors.most_common()]


def suggest(shares: Iterable[TagShare], total: int) -> Placing:
    """
    Return the tags that fit best, going by how often they stand on the monitors.

    Of the usual names the first that stands on a fifth of them is taken; where none does, the one
    that stands on the most. Behind it come the others that are there, for the monitors that lack
    it. A role for which no usual name is there stays empty, and so does the unit where only a few
    monitors have a team. Where the team stands for the unit, all that says the team says the unit.
    """
    counts = {share.tag: share.monitors for share in shares}
    taken: dict[str, TagRole] = {}
    for role, candidates in _CANDIDATES.items():
        there = [name for name in candidates if counts.get(name)]
        common = [name for name in there if counts[name] >= _LEAST * total]
        rare = sorted(there, key=lambda name: -counts[name])
        rare = [name for name in rare if name not in _STAND_INS or role != "unit"]
        best = (common or rare)[:1]
        others = [name for name in rare if name not in best and name not in _WEAK[role]]
        taken[role] = TagRole(tags=(*best, *others[: _MOST - 1] * bool(best)))
    unit, team = taken["unit"].tags, taken["team"].tags
    if unit[:1] == team[:1]:
        taken["unit"] = TagRole(tags=tuple(dict.fromkeys((*unit, *team))))
    return Placing(**taken)


def place_all(bodies: Mapping[int, Body], placing: Placing) -> dict[int, Place]:
    """
    Return where each monitor goes, by id.

    A monitor that has no tag for unit or team goes where the others with its service go, if all of
    these that say it say the same: half of an estate is tagged, and seldom half of its services.
    """
    places = {id_: place(body, placing) for id_, body in bodies.items()}
    owners: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for its in places.values():
        if its.file != _OTHER_FILE:
            units, teams = owners[its.file]
            units.update({its.unit} - {UNPLACED})
            teams.update({its.team} - {UNOWNED})
    return {
        id_: _as_its_file(its, bodies[id_], placing, *owners[its.file])
        if its.why_not and its.file in owners
        else its
        for id_, its in places.items()
    }


def _as_its_file(
    its: Place, body: Body, placing: Placing, units: Collection[str], teams: Collection[str]
) -> Place:
    """Return a place with the one unit and the one team of its file where tags say nothing."""
    tags = by_key(body)
    unit, team = its.unit, its.team
    if unit == UNPLACED and len(units) == 1 and not placing.unit.values(tags):
        (unit,) = units
    if team == UNOWNED and len(teams) == 1 and not placing.team.values(tags):
        (team,) = teams
    if (unit, team) == (its.unit, its.team):
        return its
    why_not = _why_not(unit, team, placing, tags)
    return its._replace(unit=unit, team=team, why_not=why_not, inferred=True)


def place(body: Body, placing: Placing) -> Place:
    """Return where one monitor goes; ``unplaced`` or ``unowned`` where its tags do not say."""
    tags = by_key(body)
    unit = placing.unit.value(tags) or UNPLACED
    team = placing.team.value(tags) or UNOWNED
    file = placing.file.value(tags) or _OTHER_FILE
    return Place(
        unit=f"{unit}-unit" if unit == "templates" else unit,
        team=team,
        file=f"{file}-file" if file == "business-unit" or file.endswith(".tests") else file,
        why_not=_why_not(unit, team, placing, tags),
    )


def _why_not(unit: str, team: str, placing: Placing, tags: Mapping[str, list[str]]) -> str:
    missing = [_missing("unit", placing.unit, tags)] if unit == UNPLACED else []
    missing += [_missing("team", placing.team, tags)] if team == UNOWNED else []
    return "; ".join(dict.fromkeys(missing))


def _missing(name: str, role: TagRole, tags: Mapping[str, list[str]]) -> str:
    if not role.tags:
        return f"no tag says the {name}"
    carried = next((tag for tag in role.tags if tags.get(tag)), "")
    if len(role.values(tags)) > 1:
        return f"several tags `{carried}`"
    if carried:
        return f"tag `{carried}` without a letter a-z or digit"
    return f"no tag {' or '.join(f'`{tag}`' for tag in role.tags)}"


_SUFFIX: Final = re.compile(r"[-_.]?(?:team|squad|tribe|unit|bu)\Z")
"""What people write behind a name, or not."""


def alike(units: Collection[str]) -> dict[str, str]:
    """Return units that may be another one under a longer name, with that one."""
    shorter = {unit: _SUFFIX.sub("", unit) for unit in sorted(units)}
    return {unit: stem for unit, stem in shorter.items() if stem != unit and stem in units}


def joined(placing: Placing, names: Mapping[str, str]) -> Placing:
    """Return a placing that puts units of these names into others; the owners stay as they are."""
    return replace(placing, unit=replace(placing.unit, names={**placing.unit.names, **names}))


def written(placing: Placing) -> dict[str, Any]:
    """Return a placing as ``import`` in project.yaml has it."""
    roles = {"unit": placing.unit, "team": placing.team, "file": placing.file}
    return {name: role.written() for name, role in roles.items() if role.tags}


def by_key(body: Body) -> dict[str, list[str]]:
    """Return the values of a monitor's tags by key; what has no colon has an empty value."""
    tags: dict[str, list[str]] = defaultdict(list)
    for tag in body.get("tags") or ():
        key, _, value = str(tag).partition(":")
        tags[key].append(value)
    return tags


def slug(text: str, longest: int = _LONGEST_PART) -> str:
    """
    Return a text as a part of a key: lower case, words joined by ``-``; empty if nothing is left.

    It is cut at the end of a word where it is too long.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    joined = re.sub(r"[^a-z0-9._]+", "-", plain).strip("-._")
    if len(joined) <= longest:
        return joined
    cut = joined[: longest + 1].rpartition("-")[0] or joined[:longest]
    return cut[:longest].strip("-._")


def common_tags(bodies: Iterable[tuple[str, Body]]) -> dict[str, dict[str, str]]:
    """
    Return the tags that all monitors of a unit have, by unit and key, of several monitors or more.

    ``bodies`` are live monitors with the unit of each. Tags that a place gives, and keys with
    several values, are none of these. The unit ``unplaced`` has none, since nobody stays there.
    """
    common: dict[str, dict[str, str]] = {}
    number: Counter[str] = Counter()
    for unit, body in bodies:
        number[unit] += 1
        tags = {
            key: values[0]
            for key, values in by_key(body).items()
            if len(values) == 1
            and key
            and values[0]
            and key not in GIVEN_TAGS
            and "${" not in key + values[0]
        }
        before = common.get(unit, tags)
        common[unit] = {key: value for key, value in before.items() if tags.get(key) == value}
    return {
        unit: {key: value for key, value in tags.items() if not key.startswith("monitor_sync_")}
        if number[unit] > 1 and unit != UNPLACED
        else {}
        for unit, tags in common.items()
    }
