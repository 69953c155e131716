"""From live monitors to the texts of files: placed, named, declared, composed; nothing proven."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from monitor_sync.adopt import composing, scalars
from monitor_sync.adopt.appending import append_below, append_top
from monitor_sync.adopt.composing import FileContext
from monitor_sync.adopt.declaring import declared, fits_map, given_tags, service_of
from monitor_sync.adopt.existing import ExistingFiles
from monitor_sync.adopt.holes import Names, with_holes
from monitor_sync.adopt.inherited import tags_above, unset_tags
from monitor_sync.adopt.naming import Title, names, unit_names
from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.placing import Place, Placing, by_key, common_tags, place_all, written
from monitor_sync.adopt.sharing import Sharing, by_path, makes, naming, template_text
from monitor_sync.adopt.templates.find import Finder
from monitor_sync.adopt.templates.suggestion import Suggestion
from monitor_sync.model import RESERVED_TAGS, UNOWNED, UNPLACED, LiveResource
from monitor_sync.project.layers import merge_tags

_TITLES = {UNPLACED: "Not placed yet", UNOWNED: "Nobody yet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    What would be written: the placed monitors, and the whole new text of each file by its path.

    ``why_not`` says of a monitor, by id, why its unit or its team is not known. ``inferred`` are
    how many are placed as the others of their service. ``in_common`` is what the monitors have in
    common; ``makes`` are, by the path of a file, the ids of the monitors that
    a template or a ``for_each`` in it makes.
    """

    placed: tuple[PlacedMonitor, ...]
    texts: Mapping[str, str]
    teams: tuple[str, ...] = ()
    why_not: Mapping[int, str] = field(default_factory=dict)
    inferred: int = 0
    in_common: Suggestion = field(default_factory=Suggestion)
    makes: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlacedFile:
    """The monitors of one file, and what decides how they are written there."""

    path: str
    monitors: Sequence[PlacedMonitor]
    context: FileContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """
    What earlier attempts have shown of the monitors, by id, and of the files.

    ``literal`` are written without holes, ``out`` not at all. ``ignored`` are the rules whose
    errors a definition came with. Nothing is appended to the files ``closed``, ``unit/file``.
    """

    literal: frozenset[int] = frozenset()
    out: Mapping[int, str] = field(default_factory=dict)
    ignored: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()


class Drafter:
    """Makes drafts of one import, each with what the doubts of the one before have shown."""

    def __init__(
        self,
        live: Sequence[LiveResource],
        existing: ExistingFiles,
        placing: Placing,
        *,
        taken: Mapping[str, int | None],
        texts: Mapping[str, str],
        schemas: bool = False,
        templates: bool = False,
    ) -> None:
        """
        Keep what all drafts share.

        ``taken`` are the declared keys with the ids of their live monitors, ``texts`` the files as
        they are by path, ``schemas`` whether the project has copies of the schemas, ``templates``
        whether to look for what the monitors have in common.
        """
        self._live = live
        self._existing = existing
        self._taken = taken
        self._texts = texts
        self._schemas = schemas
        self._places = place_all({int(resource.id): resource.body for resource in live}, placing)
        self._finder = Finder() if templates else None
        placed = [(self._place(resource), resource) for resource in live]
        titles = [Title(its.unit, its.file, resource) for its, resource in placed]
        self._names = names(titles, taken)
        self._closed = frozenset(self._unfit())
        self._unit_tags = common_tags((its.unit, resource.body) for its, resource in placed)
        self._unit_teams: dict[str, set[str]] = defaultdict(set)
        for its, _ in placed:
            self._unit_teams[its.unit].add(its.team)
        called = {**unit_names(titles), **existing.unit_names}
        self._unit_names = {unit: _title(unit) for unit in self._unit_teams} | called

    def _place(self, live: LiveResource) -> Place:
        return self._places[int(live.id)]

    def _unfit(self) -> Iterator[str]:
        """
        Yield the files of people to which monitors cannot be added for their tags.

        What a file gives is unset in a map of tags, in which one without a value cannot stand.
        """
        for live in self._live:
            its = self._place(live)
            above = self._existing.of_files.get(f"{its.unit}/{its.file}", {})
            if above.get("tags") and not all(map(fits_map, live.body.get("tags") or ())):
                yield f"{its.unit}/{its.file}"

    def draft(self, doubts: Doubts) -> Draft:
        """Return the files that declare all monitors but those that are out."""
        groups: dict[tuple[str, str], list[LiveResource]] = defaultdict(list)
        for live in self._live:
            if live.id not in doubts.out:
                groups[self._target(self._place(live), doubts.closed | self._closed)].append(live)
        known = Names(keys=self._keys(groups), slos=self._existing.slos)
        placed_files = [
            self._placed_file(unit, file, members, known, doubts)
            for (unit, file), members in sorted(groups.items())
        ]
        in_common = self._in_common(placed_files, doubts)
        keys = in_common.keys
        placed_files = [
            replace(file, monitors=[naming(monitor, keys) for monitor in file.monitors])
            for file in placed_files
        ]
        sharing = by_path(in_common)
        texts = {file.path: self._text(file, sharing.get(file.path)) for file in placed_files}
        texts |= self._templates(in_common)
        parts = in_common.parts
        placed = [
            replace(monitor, name=parts.get(monitor.key, monitor.name))
            for file in placed_files
            for monitor in file.monitors
        ]
        texts |= self._units(placed)
        teams = self._new_teams(placed)
        if teams:
            texts["teams.yaml"] = self._teams(teams)
        why_not = {
            id_: its.why_not
            for id_, its in self._places.items()
            if its.why_not and id_ not in doubts.out
        }
        inferred = sum(self._places[monitor.id].inferred for monitor in placed)
        return Draft(
            placed=tuple(placed),
            texts=texts,
            teams=tuple(teams),
            why_not=why_not,
            inferred=inferred,
            in_common=in_common,
            makes=makes(in_common),
        )

    def _target(self, its: Place, closed: Collection[str]) -> tuple[str, str]:
        """Return the unit and the file that a monitor is written to."""
        file = its.file
        while f"{its.unit}/{file}" in closed:
            file += "-imported"
        return its.unit, file

    def _keys(self, groups: Mapping[tuple[str, str], Sequence[LiveResource]]) -> dict[int, str]:
        keys = {id_: key for key, id_ in self._taken.items() if id_ is not None}
        for (unit, file), members in groups.items():
            for live in members:
                keys[int(live.id)] = f"{unit}/{file}/{self._names[int(live.id)]}"
        return keys

    # one file

    def _placed_file(
        self, unit: str, file: str, members: Sequence[LiveResource], known: Names, doubts: Doubts
    ) -> _PlacedFile:
        above = self._above(unit, file)
        unset = unset_tags((live.body.get("tags") or () for live in members), above.get("tags", ()))
        monitors = self._placed(unit, file, members, tags_above(above, unset), known, doubts)
        context = FileContext(
            above=above,
            unset=unset,
            ignored={monitor.name: _ignored(monitor, doubts) for monitor in monitors},
            schema=self._schema("monitors"),
        )
        return _PlacedFile(path=f"{unit}/{file}.yaml", monitors=monitors, context=context)

    def _text(self, file: _PlacedFile, sharing: Sharing | None) -> str:
        if file.path not in self._texts:
            return composing.new_file(file.monitors, file.context, sharing or Sharing())
        entries = composing.appended(file.monitors, file.context)
        return _with_entries(self._texts[file.path], "monitors", entries)

    def _in_common(self, placed_files: Sequence[_PlacedFile], doubts: Doubts) -> Suggestion:
        """Return what the monitors of new files have in common; nothing where it is not asked."""
        if self._finder is None:
            return Suggestion()
        monitors = [
            replace(monitor, declared=composing.entry(monitor, file.context))
            for file in placed_files
            if file.path not in self._texts
            for monitor in file.monitors
            if monitor.id not in doubts.literal and not monitor.notes
        ]
        chosen = {monitor.key for monitor in monitors}
        everything = (monitor.key for file in placed_files for monitor in file.monitors)
        others = set(everything) - chosen
        return self._finder.find(
            monitors,
            self._unit_names,
            taken_templates=self._existing.templates,
            taken_keys={*self._taken, *others},
        )

    def _templates(self, in_common: Suggestion) -> Iterator[tuple[str, str]]:
        schema = self._schema("template")
        for template in in_common.templates:
            yield template.file, template_text(template, schema)

    def _above(self, unit: str, file: str) -> dict[str, Any]:
        above = dict(self._existing.inherited(unit, file))
        if unit not in self._existing.units:
            team = self._unit_team(unit)
            above = {**above, "team": team} if team else above
            tags = [f"{key}:{value}" for key, value in self._unit_tags[unit].items()]
            above["tags"] = merge_tags(above.get("tags") or [], tags)
        return above

    def _unit_team(self, unit: str) -> str:
        """Return the one team that owns all of a new unit; empty where there are several."""
        teams = self._unit_teams[unit]
        return next(iter(teams)) if len(teams) == 1 else ""

    def _placed(
        self,
        unit: str,
        file: str,
        members: Sequence[LiveResource],
        tags: Sequence[str],
        known: Names,
        doubts: Doubts,
    ) -> list[PlacedMonitor]:
        exists = f"{unit}/{file}" in self._existing.of_files
        services = {service_of(live.body) for live in members}
        shared = services.pop() if len(services) == 1 and not exists else ""
        if exists:
            shared = str(self._existing.inherited(unit, file).get("service") or "")
        monitors = []
        for live in sorted(members, key=lambda live: self._names[int(live.id)]):
            its, service = self._place(live), service_of(live.body)
            on_call = self._existing.on_call.get(its.team, its.team)
            given = {*given_tags(its, service, on_call), *tags}
            values = declared(live.body, service if service != shared else "", given)
            notes: tuple[str, ...] = ()
            if int(live.id) not in doubts.literal:
                values, notes = with_holes(values, known)
            monitors.append(
                PlacedMonitor(
                    unit=unit,
                    file=file,
                    name=self._names[int(live.id)],
                    team=its.team,
                    service=shared,
                    id=int(live.id),
                    declared=values,
                    live=live.body,
                    notes=notes,
                )
            )
        return monitors

    # what all files share

    def _units(self, placed: Sequence[PlacedMonitor]) -> Iterator[tuple[str, str]]:
        schema = self._schema("business-unit")
        for unit in sorted({monitor.unit for monitor in placed} - self._existing.units):
            tags = self._unit_tags[unit]
            text = composing.unit_file(self._unit_names[unit], self._unit_team(unit), tags, schema)
            yield f"{unit}/business-unit.yaml", text

    def _new_teams(self, placed: Sequence[PlacedMonitor]) -> list[str]:
        return sorted({monitor.team for monitor in placed} - self._existing.on_call.keys())

    def _teams(self, teams: Sequence[str]) -> str:
        entries = composing.team_entries({team: _title(team) for team in teams})
        return _with_entries(self._texts.get("teams.yaml", ""), "teams", entries)

    def _schema(self, kind: str) -> str:
        """Return where editors find the schema of a kind of file; empty without copies of them."""
        return f"../.schemas/{kind}.json" if self._schemas else ""


def _with_entries(text: str, name: str, entries: str) -> str:
    """Return a file with more entries; at its end where they cannot stand below their key."""
    below = append_below(text, name, entries)
    return below if below is not None else text + entries


def _ignored(monitor: PlacedMonitor, doubts: Doubts) -> list[str]:
    """Return the rules that a monitor ignores; with the second a reserved tag stays beside ours."""
    rules = set(doubts.ignored.get(monitor.id, ()))
    tags = merge_tags([], monitor.declared.get("tags") or [])
    if RESERVED_TAGS & by_key({"tags": tags}).keys():
        rules.add("tags/second-value")
    return sorted(rules)


def _title(part: str) -> str:
    """Return what people may call a unit or a team: ``motor-quotes`` is Motor quotes."""
    return _TITLES.get(part) or part.replace("-", " ").replace("_", " ").strip().capitalize()


def with_placing(text: str, placing: Placing) -> str:
    """Return project.yaml with the tags under ``import:`` that say where monitors go."""
    comment = "    # which live tags say where an imported monitor goes"
    return append_top(text, f"import: {scalars.flow(written(placing))}{comment}\n")
