"""Read a folder of files into a Project and everything there is to say about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.model import Limits, Policy, Project, Team
from monitor_sync.project import adoption, files, ignored, references, released, runbooks
from monitor_sync.project.build import MonitorBuilder
from monitor_sync.project.compiled import CompiledMonitor, compile_layers
from monitor_sync.project.document import Document
from monitor_sync.project.expand import Expansion
from monitor_sync.project.layers import Layer, span_of
from monitor_sync.project.limits import read_limits, usual_limits
from monitor_sync.project.loaded import Loaded
from monitor_sync.project.monitor_file import MonitorFile
from monitor_sync.project.moved import named
from monitor_sync.project.normalise import Normaliser
from monitor_sync.project.owners import read_owner, unit_owners, without_approvers
from monitor_sync.project.parsed import Cache, ParsedFile, parse
from monitor_sync.project.policy import read_policy
from monitor_sync.project.response import UTC, read_kinds, read_priorities, read_time_zone
from monitor_sync.project.routing import ProjectSettings
from monitor_sync.project.teams import read_teams
from monitor_sync.project.templates import Template, read_template

__all__ = ["Loaded", "load"]


def load(root: Path, *, notify_only: str = "", cache: Cache | None = None) -> Loaded:
    """
    Read every file under ``root``.

    ``notify_only`` replaces every recipient by one handle (``@slack-quiet``), for a first week
    in which nobody is to be paged. ``cache`` has the values of files that were read before; the
    result is the same without. Opens no socket and needs no key.

    Raises:
        UsageError: ``root`` is no folder.
        FilesInvalid: the folder or a file in it cannot be read at all.
    """
    tree = files.find(root)
    reader = _ProjectReader(root, notify_only, tree.diagnostics, cache)
    return runbooks.with_pages_checked(root, reader.read(tree.files))


class _ProjectReader:
    """Reads the files of one project in the order in which they need each other."""

    def __init__(
        self,
        root: Path,
        notify_only: str,
        diagnostics: Iterable[Diagnostic],
        cache: Cache | None = None,
    ) -> None:
        self._root = root
        self._notify_only = notify_only
        self._cache = cache
        self._diagnostics = list(diagnostics)
        self._normaliser = Normaliser()
        self._by_kind: dict[str, list[ParsedFile]] = {}

    def read(self, project_files: list[files.ProjectFile]) -> Loaded:
        """Read these files and return the project with all diagnostics, in order of the files."""
        for file in project_files:
            parsed, diagnostics = parse(file, self._cache)
            self._diagnostics.extend(diagnostics)
            self._by_kind.setdefault(file.kind, []).append(parsed)
        project = next(iter(self._of_kind("project")), None)
        if project is None:
            self._missing_project()
        teams_file, teams = self._teams()
        policy = self._policy(project, teams_file, teams)
        settings = self._settings(project, teams)
        builder = MonitorBuilder(settings)
        expansion = self._expanded(project, builder)
        units = {file.unit for file in project_files}
        owners = {unit.file.unit: unit.value("team") for unit in self._of_kind("business-unit")}
        return Loaded(
            project=Project(
                name=settings.project,
                site=settings.site,
                moved_from=_texts(project.value("moved_from") if project else None),
                monitors=expansion.monitors,
                released=released.by_key(expansion.released),
                teams=teams,
                business_units=settings.units,
                unit_owners=unit_owners(owners, teams),
                owner=self._owner(project, teams),
                policy=policy,
                limits=self._limits(project, policy, teams, units),
                reverting=self._reverting(project, units),
                time_zone=self._time_zone(project),
                kinds=read_kinds(project.value("kinds") if project else None),
                priorities=read_priorities(project.value("priorities") if project else None),
                files=len(project_files),
            ),
            incomplete=expansion.incomplete,
            stand_ins=builder.stand_ins,
            provenance=expansion.provenance,
            shared=project.document if project else None,
            teams=teams_file,
            diagnostics=self._ordered(),
        )

    def _expanded(self, project: ParsedFile | None, builder: MonitorBuilder) -> Expansion:
        """Return all monitors, each checked against the others."""
        slos = (project.value("slos") if project else None) or {}
        expansion = Expansion(builder, self._normaliser, self._templates(), slos)
        self._expand(project, expansion)
        self._diagnostics += [
            *self._normaliser.diagnostics,
            *builder.diagnostics,
            *expansion.diagnostics,
            *references.check(expansion.monitors, expansion.named, _locator(expansion)),
            *released.check(expansion.released, expansion.named, expansion.monitors),
        ]
        return expansion

    def _of_kind(self, kind: str) -> list[ParsedFile]:
        return self._by_kind.get(kind, [])

    def _ordered(self) -> tuple[Diagnostic, ...]:
        """Return all diagnostics in the order of the files, each once."""
        diagnostics: Iterable[Diagnostic] = self._diagnostics
        if any(
            diagnostic.key and diagnostic.severity is Severity.ERROR
            for diagnostic in self._diagnostics
        ):
            files_of_monitors = [
                (f"{parsed.file.unit}/{parsed.file.name}", parsed.written)
                for parsed in self._of_kind("monitors")
            ]
            diagnostics = ignored.with_ignore_hints(diagnostics, files_of_monitors)
        return tuple(dict.fromkeys(sorted(diagnostics, key=lambda diagnostic: diagnostic.order)))

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

    def _teams(self) -> tuple[Document | None, dict[str, Team]]:
        """Return teams.yaml, None where there is none, and the teams in it."""
        for parsed in self._of_kind("teams"):
            if isinstance(parsed.value("teams"), dict):
                broken = {str(part) for part in parsed.parts("teams")}
                teams, diagnostics = read_teams(parsed.document, broken)
                self._diagnostics.extend(diagnostics)
                return parsed.document, teams
        return None, {}

    def _doubtful_teams(self) -> frozenset[str] | None:
        """Return the teams with mistakes of their own, None where all are unknown for a mistake."""
        parsed = next(iter(self._of_kind("teams")), None)
        if parsed is None:
            return frozenset()
        if not isinstance(parsed.value("teams"), dict):
            return None
        return frozenset(str(part) for part in parsed.parts("teams"))

    def _policy(
        self, project: ParsedFile | None, teams_file: Document | None, teams: dict[str, Team]
    ) -> Policy:
        if project is None:
            return Policy()
        policy, diagnostics = read_policy(project.value("policy"), project.document)
        self._diagnostics += [*diagnostics, *without_approvers(policy, teams, teams_file)]
        return policy

    def _owner(self, project: ParsedFile | None, teams: dict[str, Team]) -> str:
        if project is None:
            return ""
        owner, diagnostics = read_owner(project.value("owner"), project.document, teams)
        self._diagnostics.extend(diagnostics)
        return owner

    def _settings(self, project: ParsedFile | None, teams: dict[str, Team]) -> ProjectSettings:
        def text(key: str) -> str:
            return (project.value(key) if project else None) or ""

        units = self._of_kind("business-unit")
        return ProjectSettings(
            project=text("project"),
            site=text("raw_site") or text("site"),
            runbooks=runbooks.address_of(project.value("runbooks") if project else None),
            folder=self._root.resolve().name,
            notify_only=self._notify_only,
            teams=teams,
            doubtful_teams=self._doubtful_teams(),
            units={unit.file.unit: unit.value("name") or unit.file.unit for unit in units},
        )

    def _limits(
        self, project: ParsedFile | None, policy: Policy, teams: dict[str, Team], units: set[str]
    ) -> Limits:
        usual = usual_limits(policy, teams)
        if project is None:
            return usual
        limits, diagnostics = read_limits(project.value("limits"), project.document, usual, units)
        self._diagnostics.extend(diagnostics)
        return limits

    def _time_zone(self, project: ParsedFile | None) -> str:
        if project is None:
            return UTC
        zone, diagnostics = read_time_zone(project.value("time_zone"), project.document)
        self._diagnostics.extend(diagnostics)
        return zone

    def _reverting(self, project: ParsedFile | None, units: set[str]) -> frozenset[str]:
        """Return the business units whose drift is put back, by their own word or the project's."""
        usual = project.value("drift") if project else None
        own = {unit.file.unit: unit.value("drift") for unit in self._of_kind("business-unit")}
        return frozenset(unit for unit in units if (own.get(unit) or usual) == "revert")

    def _templates(self) -> dict[str, Template | None]:
        """Return the templates by name; None for one that cannot be used for its mistakes."""
        templates: dict[str, Template | None] = {}
        for parsed in self._of_kind("template"):
            name = parsed.file.name
            templates[name] = None
            if isinstance(parsed.value("monitors"), dict) and not parsed.parts("parameters"):
                templates[name], diagnostics = read_template(
                    name, parsed.document, parsed.wrong, self._normaliser
                )
                self._diagnostics.extend(diagnostics)
        return templates

    # the monitors

    def _expand(self, project: ParsedFile | None, expansion: Expansion) -> None:
        top = shared_layers(self._normaliser, "project", project)
        units = {unit.file.unit: unit for unit in self._of_kind("business-unit")}
        bases: dict[str, CompiledMonitor] = {}
        for parsed in self._of_kind("monitors"):
            if parsed.document.data is None:
                continue
            folder = parsed.file.unit
            unit = units.get(folder)
            if folder not in bases:
                own = shared_layers(self._normaliser, "business unit", unit)
                bases[folder] = compile_layers((*top, *own))
            above = [level.doubts for level in (project, unit, parsed) if level is not None]
            expansion.file(
                MonitorFile(
                    file=parsed.file,
                    document=parsed.document,
                    base=compile_layers(
                        shared_layers(self._normaliser, "file", parsed), bases[folder]
                    ),
                    former_files=named(parsed.value("moved_from")),
                    former_units=named(unit.value("moved_from")) if unit else (),
                    adoptions=parsed.value("adopt") or {},
                    released=parsed.value("released") or {},
                    wrong=parsed.wrong_parts(),
                    doubts=frozenset[str]().union(*above),
                )
            )


def shared_layers(normaliser: Normaliser, label: str, parsed: ParsedFile | None) -> list[Layer]:
    """Return what a project, unit or file says of all its monitors; `defaults` are weaker."""
    if parsed is None or parsed.document.data is None:
        return []
    levels = []
    document, defaults = parsed.document, parsed.value("defaults")
    if defaults:
        levels.append(normaliser.layer(label, document, ("defaults",), defaults, ""))
    names = ("team", "service", "tags")
    own = {name: parsed.value(name) for name in names if parsed.value(name) is not None}
    if own:
        levels.append(normaliser.layer(label, document, (), own, ""))
    return levels


def _locator(expansion: Expansion) -> references.Locate:
    """Return how to find where the files say a field of a monitor."""

    def locate(key: str, name: str, needle: str) -> tuple[Document, Span]:
        made = expansion.provenance[key]
        if name == adoption.KEY:
            return adoption.id_span(key, made.source, made.layers)
        return span_of(made.layers, (name,), needle)

    return locate


def _texts(value: object) -> tuple[str, ...]:
    """Return one text or a list of them as a tuple; nothing else."""
    texts = value if isinstance(value, list) else [value]
    return tuple(text for text in texts if isinstance(text, str))
