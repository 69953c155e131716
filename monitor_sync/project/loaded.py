"""The result of reading the files: the project, its diagnostics, and where values stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.model import Monitor, Project, Team
from monitor_sync.project import adoption, explain, raw, recipients, source_map
from monitor_sync.project.compiled import tag_span
from monitor_sync.project.document import Document
from monitor_sync.project.doubts import IncompleteMonitor
from monitor_sync.project.expand import Provenance
from monitor_sync.project.explain import ValueSource
from monitor_sync.project.failure import failure
from monitor_sync.project.layers import Field, Layer, place, span_of


class Loaded(Struct, frozen=True, kw_only=True):
    """
    What reading the files came to.

    Where there are errors, ``project`` holds the monitors that are whole all the same, so that
    one broken monitor does not hide the others. Such a project must not be planned or applied.
    ``incomplete`` are the others, made without what is wrong with them, so that the rules can look
    at the rest; ``stand_ins`` are the teams that own them in place of unknown ones. ``shared`` is
    project.yaml and ``teams`` teams.yaml, each None where there is none.
    """

    project: Project
    diagnostics: tuple[Diagnostic, ...] = ()
    incomplete: Mapping[str, IncompleteMonitor] = field(default_factory=dict)
    stand_ins: Mapping[str, Team] = field(default_factory=dict)
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    shared: Document | None = None
    teams: Document | None = None

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors among the diagnostics, in their order."""
        return [
            diagnostic for diagnostic in self.diagnostics if diagnostic.severity is Severity.ERROR
        ]

    @property
    def failed(self) -> bool:
        """True if any diagnostic is an error."""
        return bool(self.errors)

    @property
    def checkable(self) -> Project:
        """The project with the incomplete monitors in it: what the rules look at."""
        if not self.incomplete:
            return self.project
        made = {key: incomplete.monitor for key, incomplete in self.incomplete.items()}
        return replace(
            self.project,
            monitors={**self.project.monitors, **made},
            teams={**self.stand_ins, **self.project.teams},
        )

    def without_consequences(self, findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return what reading and the rules found, less what only follows from other mistakes."""
        reading = {diagnostic.rule for diagnostic in self.diagnostics}
        return [
            diagnostic
            for diagnostic in findings
            if diagnostic.rule in reading or not self._follows(diagnostic)
        ]

    def _follows(self, finding: Diagnostic) -> bool:
        """Return whether a rule's finding follows from a mistake, or from an unknown type."""
        key = finding.key
        if key in self.incomplete:
            return self.incomplete[key].explains(finding)
        return key in self.provenance and raw.explains(finding, self.project.monitors[key])

    def failure(self, key: str, error: Exception) -> Diagnostic:
        """Return what to say of an exception that looking at one monitor raised."""
        layer = self.provenance[key].layers[-1]
        return failure(layer.document, error, layer.where, key)

    def explain(self, key: str) -> tuple[ValueSource, ...]:
        """
        Return where each value of one monitor comes from, in the order of Datadog's body.

        What it takes over (``adopt``) is last. Raises KeyError: no whole monitor has this key.
        """
        monitor = self.project.monitors[key]
        made = self.provenance[key]
        sources = explain.value_sources(monitor, made.layers, made.scope)
        if monitor.adopt is None:
            return tuple(sources)
        layer, span = adoption.declared(key, made.source, made.layers)
        adopted = ValueSource(field="adopt", value=monitor.adopt, layer=layer, span=span)
        return (*sources, adopted)

    def place(
        self, key: str, field: Field, start: int = 0, end: int | None = None
    ) -> tuple[Document, Span]:
        """
        Return where a stretch of a rendered value stands in the files.

        ``field`` is the way inside the body, ``("query",)`` or ``("options", "timeout_h")``;
        ``start`` and ``end`` count characters of the rendered text, the author's part of it for
        the message. Without ``end`` it is the whole value.

        An empty ``field``, and a value that no file says, stand where the monitor is declared: in
        its file, or in the template that many are made from, so that what all of them lack is one
        finding. An empty key means project.yaml, and ``field`` a key in it. ``("tags", 3)`` is
        where the fourth of all tags comes from. ``("recipients", state, handle)`` is where routing
        got a handle from: the monitor's ``notify`` or ``also_notify``, or the rule of its team.
        """
        if not key:
            assert self.shared is not None  # noqa: S101 - only what it says is looked up
            return self.shared, self.shared.key_span(field)
        made = self.provenance[key]
        layers = made.layers
        if not field:
            return _declared(layers)
        if field[:1] == ("recipients",):
            return self._recipient(key, made, str(field[1]), str(field[2]))
        if field[:1] == ("tags",) and len(field) == 2:
            return tag_span(layers, self._monitor(key).tags[int(field[1])])
        setting = place(layers, field)
        if end is None or setting is None:
            return span_of(layers, field)
        layer, where = setting
        monitor = self._monitor(key)
        rendered = monitor.text if field == ("message",) else explain.rendered(monitor, field)
        span = source_map.find(layer.document, where, str(rendered), start, end, made.scope)
        return layer.document, span

    def stands_apart(self, key: str, field: Field) -> bool:
        """
        Return whether a field is written in the lines of this monitor, and those are its alone.

        False where that is in doubt: of items, of what another level says, of a file with anchors.
        """
        layer = self.provenance[key].layers[-1]
        if layer.label != "monitor" or field[:1] in _ELSEWHERE or layer.find(field) is None:
            return False
        document, name = layer.document, str(layer.where[1])
        first = document.excerpt(document.lines.get(layer.where, 0)).lstrip()
        return (
            first.startswith(name)
            and not document.has_anchors
            and "for_each" not in document.data["monitors"][name]
        )

    def _monitor(self, key: str) -> Monitor:
        incomplete = self.incomplete.get(key)
        return incomplete.monitor if incomplete else self.project.monitors[key]

    def _recipient(
        self, key: str, made: Provenance, state: str, handle: str
    ) -> tuple[Document, Span]:
        monitor = self._monitor(key)
        team = self.project.teams.get(monitor.team) or self.stand_ins[monitor.team]
        layers = made.layers
        own = recipients.on_monitor(layers, made.scope, team, state, handle)
        if own is not None:
            return own
        where = recipients.of_team(team, monitor.priority, state)
        if where is None or self.teams is None:
            return span_of(layers, ("notify", state))
        return self.teams, recipients.handle_span(self.teams, where, team, handle)


def _declared(layers: Sequence[Layer]) -> tuple[Document, Span]:
    """Return where the level stands that declares the monitor as a whole."""
    declaring = [layer for layer in layers if layer.label.split(" ", 1)[0] in _DECLARING]
    layer = declaring[-1] if declaring else layers[-1]
    return layer.document, layer.document.key_span(layer.where)


_DECLARING = ("monitor", "template")
_ELSEWHERE = ((), ("tags",), ("recipients",))
"""Beginnings of fields that may stand elsewhere than the level of a monitor says."""
