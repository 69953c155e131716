"""Who hears of a monitor, and the text that tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct, field

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.language.message_layout import routing_lines
from monitor_sync.model import STATES, Team
from monitor_sync.project import message
from monitor_sync.project.compiled import CompiledMonitor
from monitor_sync.project.interpolation import plain
from monitor_sync.project.layers import span_of
from monitor_sync.project.teams import resolve, unknown_handle


class ProjectSettings(Struct, kw_only=True):
    """What is the same for every monitor of a project."""

    project: str
    site: str = ""
    runbooks: str = ""
    folder: str = "monitors"
    notify_only: str = ""
    teams: Mapping[str, Team] = field(default_factory=dict)
    doubtful_teams: frozenset[str] | None = frozenset()
    """Teams with mistakes of their own; None where teams.yaml as a whole cannot be read."""
    units: Mapping[str, str] = field(default_factory=dict)


class Routed(NamedTuple):
    """Handles by state, and the lines of the message that name them."""

    recipients: dict[str, tuple[str, ...]]
    lines: str


class Router:
    """Recipients and messages of one project's monitors; the same question is answered once."""

    def __init__(self, settings: ProjectSettings, diagnostics: list[Diagnostic]) -> None:
        self._settings = settings
        self._diagnostics = diagnostics
        self._known: dict[Any, Routed] = {}

    def route(
        self,
        compiled: CompiledMonitor,
        filled: Mapping[str, Any],
        options: Mapping[str, Any],
        team: Team,
        key: str,
        wrong: set[str],
    ) -> Routed:
        """
        Return who hears of which state, for the states that the monitor can reach.

        Fields that name a handle which the team does not have are added to ``wrong``.
        """
        states = compiled.states
        if states is None:
            states = message.reachable(filled.get("type") or "query alert", options)
        notify, also = filled.get("notify"), filled.get("also_notify")
        if notify is False:
            return Routed(dict.fromkeys(states, ()), "")
        priority = filled.get("priority")
        if notify or also:
            replacing = self._handles(compiled, "notify", notify, team, key, wrong)
            adding = self._handles(compiled, "also_notify", also, team, key, wrong)
            return self._routed(team, priority, states, replacing, adding)
        question = (team.name, priority, states)
        if question not in self._known:
            self._known[question] = self._routed(team, priority, states, {}, {})
        return self._known[question]

    def _routed(
        self,
        team: Team,
        priority: int | None,
        states: tuple[str, ...],
        replacing: message.Recipients,
        adding: message.Recipients,
    ) -> Routed:
        rule = message.rule_for(team, priority)
        recipients = message.route(states, rule.recipients if rule else {}, replacing, adding)
        only = self._settings.notify_only
        if only:
            recipients = {
                state: (only,) if handles else () for state, handles in recipients.items()
            }
        return Routed(recipients, routing_lines(recipients))

    def _handles(
        self,
        compiled: CompiledMonitor,
        name: str,
        written: Any,
        team: Team,
        key: str,
        wrong: set[str],
    ) -> dict[str, tuple[str, ...]]:
        by_state = {}
        for state in STATES:
            handles = (written or {}).get(state)
            if handles is None:
                continue
            by_state[state], unknown = resolve(handles, team.handles)
            if unknown:
                wrong.add(name)
            for handle in unknown if "team" not in wrong else ():
                document, span = span_of(compiled.layers, (name, state), handle)
                self._diagnostics.append(unknown_handle(document, span, handle, team.handles, key))
        return by_state

    def written(self, filled: Mapping[str, Any]) -> str:
        """Return the author's part of the message."""
        text = plain(filled.get("message")).strip()
        only = self._settings.notify_only
        return message.quieted(text, only) if only else text
