"""Read a folder of files into a Project and everything there is to say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.model import Limits, Policy, Project, Team
from monitor_sync.project import (
    explain,
    files,
    ignored,
    recipients,
    references,
    schema,
    source_map,
)
from monitor_sync.project.build import Assembler
from monitor_sync.project.compiled import Blueprint, draw, tag_span
from monitor_sync.project.document import Document
from monitor_sync.project.document import read as read_document
from monitor_sync.project.expand import Expander, Recipe, Source
from monitor_sync.project.explain import Origin
from monitor_sync.project.layers import Field, Layer, place, span_of
from monitor_sync.project.limits import read_limits, usual_limits
from monitor_sync.project.moved import named
from monitor_sync.project.normalise import Cleaner
from monitor_sync.project.owners import read_owner, unit_owners, without_approvers
from monitor_sync.project.policy import read_policy
from monitor_sync.project.routing import Setting
from monitor_sync.project.teams import read_teams
from monitor_sync.project.templates import Template, read_template

__all__ = ["Loaded", "Origin", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """
    What reading the files came to.

    Where there are errors, ``project`` holds the monitors that are whole all the same, so that
    one broken monitor does not hide the others; such a project must not be planned or applied.
    """

    project: Project
    diagnostics: tuple[Diagnostic, ...] = ()
    recipes: Mapping[str, Recipe] = field(default_factory=dict, repr=False)
    shared: Document | None = field(default=None, repr=False)
    """project.yaml, None where there is none."""
    teams: Document | None = field(default=None, repr=False)
    """teams.yaml, None where there is none."""

    @property
    def failed(self) -> bool:
        """Whether any diagnostic is an error."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)

    def explain(self, key: str) -> tuple[Origin, ...]:
        """
        Where each value of one monitor comes from, in the order of Datadog's body.

        Raises:
            KeyError: no whole monitor has this key.
        """
        recipe = self.recipes[key]
        return explain.origins(self.project.monitors[key], recipe.blueprint, recipe.scope)

    def place(
        self, key: str, field: Field, start: int = 0, end: int | None = None
    ) -> tuple[Document, Span]:
        """
        Where a stretch of a rendered value stands in the files.

        ``field`` is the way inside the body, ``("query",)`` or ``("options", "timeout_h")``;
        ``start`` and ``end`` count characters of the rendered text, the author's part of it for
        the message. Without ``end`` it is the whole value. What no file says is where the monitor
        is declared, and so is an empty ``field``: in its file, or in the template that many are
        made from, so that what all of them lack is one finding there, and not one wherever it is
        used. An empty key means project.yaml, and ``field`` a key in it.
        ``("tags", 3)`` is where the fourth of all tags comes from,
        ``("recipients", state, handle)`` where routing got a handle from: the monitor's
        ``notify`` or ``also_notify``, or the rule of its team.
        """
        if not key:
            assert self.shared is not None  # noqa: S101 - only what it says is looked up
            return self.shared, self.shared.key_span(field)
        recipe = self.recipes[key]
        layers = recipe.blueprint.layers
        if not field:
            return _declared(layers)
        if field[:1] == ("recipients",):
            return self._recipient(key, recipe, str(field[1]), str(field[2]))
        if field[:1] == ("tags",) and len(field) == 2:
            return tag_span(layers, self.project.monitors[key].tags[int(field[1])])
        found = place(layers, field)
        if end is None or found is None:
            return span_of(layers, field)
        layer, where = found
        rendered = str(explain.rendered(self.project.monitors[key], field))
        span = source_map.find(layer.document, where, rendered, start, end, recipe.scope)
        return layer.document, span

    def _recipient(
        self, key: str, recipe: Recipe, state: str, handle: str
    ) -> tuple[Document, Span]:
        monitor = self.project.monitors[key]
        team = self.project.teams[monitor.team]
        layers = recipe.blueprint.layers
        own = recipients.on_monitor(layers, recipe.scope, team, state, handle)
        if own is not None:
            return own
        where = recipients.of_team(team, monitor.priority, state)
        if where is None or self.teams is None:
            return span_of(layers, ("notify", state))
        return self.teams, recipients.listed(self.teams, where, team, handle)


def _declared(layers: Sequence[Layer]) -> tuple[Document, Span]:
    """Where the level stands that declares the monitor as a whole."""
    found = [each for each in layers if each.label.split(" ", 1)[0] in ("monitor", "template")]
    layer = found[-1] if found else layers[-1]
    return layer.document, layer.document.key_span(layer.where)


def load(root: Path, *, notify_only: str = "") -> Loaded:
    """
    Read every file under ``root``.

    ``notify_only`` replaces every recipient by one handle (``@slack-quiet``), for a first week
    in which nobody is to be paged. Opens no socket and needs no key.

    Raises:
        UsageError: ``root`` is no folder.
        FilesInvalid: the folder or a file in it cannot be read at all.
    """
    reader = _Reader(root, notify_only)
    reader.read()
    return reader.loaded()


@dataclass(frozen=True, slots=True)
class _Read:
    """A file read: its document and which of its parts have the wrong shape."""

    found: files.Found
    document: Document
    broken: frozenset[tuple[str | int, ...]]
    """Paths of one or two steps: a top-level key, or a part of one."""

    def value(self, key: str) -> Any:
        """A top-level value, None where its shape is wrong or it is absent."""
        data = self.document.data
        return data.get(key) if isinstance(data, dict) and (key,) not in self.broken else None

    def parts(self, key: str) -> frozenset[str | int]:
        """Which parts of a top-level mapping or list are broken."""
        return frozenset(path[1] for path in self.broken if len(path) == 2 and path[0] == key)


class _Reader:
    """Reads the files of one project in the order in which they need each other."""

    def __init__(self, root: Path, notify_only: str) -> None:
        self._root = root
        self._notify_only = notify_only
        self._diagnostics: list[Diagnostic] = []
        self._cleaner = Cleaner()
        self._files = 0
        self._written: list[tuple[str, Any]] = []
        """The beginning of the keys in each file of monitors, and its data, mistakes included."""
        self._setting = Setting(project="")
        self._policy = Policy()
        self._limits = Limits()
        self._reverting = frozenset[str]()
        self._owner = ""
        self._unit_owners: dict[str, str] = {}
        self._shared: Document | None = None
        self._teams_file: Document | None = None
        self._teams: dict[str, Team] = {}
        self._assembler = Assembler(self._setting)
        self._expander: Expander | None = None

    def read(self) -> None:
        """Read everything."""
        tree = files.find(self._root)
        self._diagnostics.extend(tree.diagnostics)
        self._files = len(tree.files)
        reads = [self._file(found) for found in tree.files]
        by_kind: dict[str, list[_Read]] = {}
        for each in reads:
            by_kind.setdefault(each.found.kind, []).append(each)
        project = next(iter(by_kind.get("project", ())), None)
        if project is None:
            self._missing_project()
        self._read_teams(by_kind.get("teams", []))
        self._set(project, by_kind.get("business-unit", []))
        self._set_limits(project, {each.found.unit for each in reads})
        self._set_drift(project, by_kind.get("business-unit", []), reads)
        self._expander = Expander(
            self._assembler,
            self._cleaner,
            self._read_templates(by_kind.get("template", [])),
            (project.value("slos") if project else None) or {},
        )
        self._expand(project, by_kind)

    def loaded(self) -> Loaded:
        """The project and all diagnostics, in the order of the files."""
        expander = self._expander
        monitors = dict(expander.monitors) if expander else {}
        recipes = expander.recipes if expander else {}
        found = [*self._diagnostics, *self._cleaner.diagnostics, *self._assembler.diagnostics]
        if expander:
            found.extend(expander.diagnostics)
            found.extend(references.check(monitors, expander.named, self._locate))
        project = Project(
            name=self._setting.project,
            site=self._setting.site,
            monitors=monitors,
            teams=self._teams,
            business_units=self._setting.units,
            unit_owners=self._unit_owners,
            owner=self._owner,
            policy=self._policy,
            limits=self._limits,
            reverting=self._reverting,
            files=self._files,
        )
        if any(each.key and each.severity is Severity.ERROR for each in found):
            found = list(ignored.told(found, self._written))
        ordered = dict.fromkeys(sorted(found, key=lambda each: each.order))
        return Loaded(
            project=project,
            diagnostics=tuple(ordered),
            recipes=recipes,
            shared=self._shared,
            teams=self._teams_file,
        )

    def _locate(self, key: str, name: str, needle: str) -> tuple[Document, Span]:
        assert self._expander is not None  # noqa: S101 - called only after expanding
        return span_of(self._expander.recipes[key].blueprint.layers, (name,), needle)

    # one file

    def _file(self, found: files.Found) -> _Read:
        try:
            content = found.path.read_bytes()
        except OSError as error:
            document = Document(found.shown, "", None, {})
            self._diagnostics.append(
                document.diagnostic(
                    "file/unreadable", f"cannot be read: {error.strerror}", Span(found.shown, 1)
                )
            )
            return _Read(found, document, frozenset())
        document, problems = read_document(found.shown, content)
        self._diagnostics.extend(problems)
        broken: set[tuple[str | int, ...]] = set()
        if document.data is not None:
            if found.kind == "monitors":
                self._written.append((f"{found.unit}/{found.name}", document.data))
            wrong = list(schema.problems(document.data, found.kind))
            for problem in wrong:
                broken.add(
                    problem.where[:2] if problem.where[0:1] in _IN_PARTS else problem.where[:1]
                )
                span = (document.key_span if problem.at_key else document.span)(problem.where)
                self._diagnostics.append(
                    document.diagnostic(
                        problem.rule,
                        problem.message,
                        span,
                        hint=problem.hint,
                        key=found.key_of(problem.where),
                    )
                )
            document.data = schema.without(document.data, wrong)
            if not isinstance(document.data, dict):
                document.data = None
        return _Read(found, document, frozenset(broken))

    # what the whole project shares

    def _missing_project(self) -> None:
        shown = (self._root / files.PROJECT).as_posix()
        self._diagnostics.append(
            Diagnostic(
                rule="file/missing",
                severity=Severity.ERROR,
                span=Span(shown, 1),
                message="the project has no project.yaml",
                hint="create it with one line: `project: NAME`",
            )
        )

    def _read_teams(self, reads: list[_Read]) -> None:
        for each in reads:
            broken = {str(part) for part in each.parts("teams")}
            if isinstance(each.value("teams"), dict):
                self._teams_file = each.document
                teams, found = read_teams(each.document, broken)
                self._teams.update(teams)
                self._diagnostics.extend(found)

    def _set(self, project: _Read | None, units: list[_Read]) -> None:
        setting = self._setting
        if project is not None:
            setting.project = project.value("project") or ""
            setting.site = project.value("site") or ""
            setting.runbooks = project.value("runbooks") or ""
            self._shared = project.document
            self._policy, found = read_policy(project.value("policy"), project.document)
            self._diagnostics.extend(found)
            self._owner, found = read_owner(project.value("owner"), project.document, self._teams)
            self._diagnostics.extend(found)
            self._diagnostics += without_approvers(self._policy, self._teams, self._teams_file)
        setting.folder = self._root.resolve().name
        setting.notify_only = self._notify_only
        setting.teams = self._teams
        setting.units = {each.found.unit: each.value("name") or each.found.unit for each in units}
        teams = {each.found.unit: each.value("team") for each in units}
        self._unit_owners = unit_owners(teams, self._teams)

    def _set_limits(self, project: _Read | None, units: set[str]) -> None:
        self._limits = usual_limits(self._policy, self._teams)
        if project is not None:
            written = project.value("limits")
            self._limits, found = read_limits(written, project.document, self._limits, units)
            self._diagnostics.extend(found)

    def _set_drift(self, project: _Read | None, units: list[_Read], reads: list[_Read]) -> None:
        usual = project.value("drift") if project else None
        own = {each.found.unit: each.value("drift") or usual for each in units}
        self._reverting = frozenset(
            each.found.unit for each in reads if own.get(each.found.unit, usual) == "revert"
        )

    def _read_templates(self, reads: list[_Read]) -> dict[str, Template]:
        templates = {}
        for each in reads:
            if isinstance(each.value("monitors"), dict) and ("parameters",) not in each.broken:
                broken = {str(part) for part in each.parts("monitors")}
                template, found = read_template(
                    each.found.name, each.document, broken, self._cleaner
                )
                templates[each.found.name] = template
                self._diagnostics.extend(found)
        return templates

    # the monitors

    def _expand(self, project: _Read | None, by_kind: Mapping[str, list[_Read]]) -> None:
        assert self._expander is not None  # noqa: S101 - set by the only caller
        top = self._level("project", project)
        units = {each.found.unit: each for each in by_kind.get("business-unit", [])}
        bases: dict[str, Blueprint] = {}
        for each in by_kind.get("monitors", []):
            if each.document.data is None or each.broken & {("team",), ("defaults",), ("tags",)}:
                continue
            unit = units.get(each.found.unit)
            if each.found.unit not in bases:
                bases[each.found.unit] = draw((*top, *self._level("business unit", unit)))
            self._expander.file(
                Source(
                    found=each.found,
                    document=each.document,
                    base=draw(self._level("file", each), bases[each.found.unit]),
                    former_files=named(each.value("moved_from")),
                    former_units=named(unit.value("moved_from")) if unit else (),
                    broken=each.parts("monitors") | each.parts("use"),
                )
            )

    def _level(self, label: str, read: _Read | None) -> list[Layer]:
        """What a project, unit or file says of all its monitors; `defaults` are the weaker."""
        if read is None or read.document.data is None:
            return []
        levels = []
        defaults = read.value("defaults")
        if defaults:
            levels.append(self._cleaner.layer(label, read.document, ("defaults",), defaults, ""))
        own = {
            name: read.value(name)
            for name in ("team", "service", "tags")
            if read.value(name) is not None
        }
        if own:
            levels.append(self._cleaner.layer(label, read.document, (), own, ""))
        return levels


_IN_PARTS = {("monitors",), ("use",), ("teams",)}
