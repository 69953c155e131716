"""Where routing got a handle from: a monitor's own ``notify``, or the rule of its team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.diagnostics import Span
from monitor_sync.model import Team
from monitor_sync.project.document import Document
from monitor_sync.project.interpolation import compile_tree, fill
from monitor_sync.project.layers import Layer, place
from monitor_sync.project.message import rule_for
from monitor_sync.project.yaml_reader import DataPath

_OWN: Final = ("also_notify", "notify")


def on_monitor(
    layers: tuple[Layer, ...], scope: Mapping[str, Any], team: Team, state: str, handle: str
) -> tuple[Document, Span] | None:
    """Return where a monitor's levels name the handle for this state, None if none does."""
    for name in _OWN:
        setting = place(layers, (name, state))
        if setting is None:
            continue
        layer, where = setting
        written = layer.values[name][state]
        for index, entry in enumerate(written if isinstance(written, list) else ()):
            filled = str(fill(compile_tree(entry), scope))
            if handle in (filled, team.handles.get(filled)):
                return layer.document, layer.document.span((*where, index))
    return None


def of_team(team: Team, priority: int | None, state: str) -> DataPath | None:
    """Return the way to the team's list for this state in teams.yaml, None where it has none."""
    rule = rule_for(team, priority)
    if rule is None or state not in rule.recipients:
        return None
    return ("teams", team.name, "notify", team.notify.index(rule), state)


def handle_span(document: Document, where: DataPath, team: Team, handle: str) -> Span:
    """Return the place of a handle in a team's list, where it stands as itself or by its name."""
    names = [handle, *(name for name, known in team.handles.items() if known == handle)]
    for name in names:
        span = document.span_of(where, name)
        if span != document.span(where):
            return span
    return document.span(where)
