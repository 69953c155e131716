"""Who hears of a monitor, and the text that tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.model import STATES, Team
from monitor_sync.project import message
from monitor_sync.project.blueprint import Blueprint
from monitor_sync.project.holes import plain
from monitor_sync.project.layers import span_of
from monitor_sync.project.teams import resolve, unknown_handle


@dataclass(slots=True, kw_only=True)
class Setting:
    """What is the same for every monitor of a project."""

    project: str
    site: str = ""
    runbooks: str = ""
    folder: str = "monitors"
    notify_only: str = ""
    teams: Mapping[str, Team] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


class Router:
    """Recipients and messages of one project's monitors; the same question is answered once."""

    def __init__(self, setting: Setting, diagnostics: list[Diagnostic]) -> None:
        self._setting = setting
        self._diagnostics = diagnostics
        self._known: dict[Any, dict[str, tuple[str, ...]]] = {}

    def recipients(
        self,
        blueprint: Blueprint,
        filled: Mapping[str, Any],
        options: Mapping[str, Any],
        team: Team,
        key: str,
    ) -> dict[str, tuple[str, ...]]:
        """Handles by state, for the states that the monitor can reach."""
        states = message.reachable(filled.get("type") or "query alert", options)
        notify, also = filled.get("notify"), filled.get("also_notify")
        if notify is False:
            return dict.fromkeys(states, ())
        priority = filled.get("priority")
        if notify or also:
            replacing = self._handles(blueprint, "notify", notify, team, key)
            adding = self._handles(blueprint, "also_notify", also, team, key)
            return self._route(team, priority, states, replacing, adding)
        asked = (team.name, priority, states)
        if asked not in self._known:
            self._known[asked] = self._route(team, priority, states, {}, {})
        return self._known[asked]

    def _route(
        self,
        team: Team,
        priority: int | None,
        states: tuple[str, ...],
        replacing: message.Recipients,
        adding: message.Recipients,
    ) -> dict[str, tuple[str, ...]]:
        rule = message.rule_for(team, priority)
        routed = message.route(states, rule.recipients if rule else {}, replacing, adding)
        only = self._setting.notify_only
        if not only:
            return routed
        return {state: (only,) if handles else () for state, handles in routed.items()}

    def _handles(
        self, blueprint: Blueprint, name: str, written: Any, team: Team, key: str
    ) -> dict[str, tuple[str, ...]]:
        found = {}
        for state in STATES:
            handles = (written or {}).get(state)
            if handles is None:
                continue
            found[state], unknown = resolve(handles, team.handles)
            for each in unknown:
                document, span = span_of(blueprint.layers, (name, state), each)
                self._diagnostics.append(unknown_handle(document, span, each, team.handles, key))
        return found

    def written(self, filled: Mapping[str, Any]) -> str:
        """The author's part of the message."""
        text = plain(filled.get("message")).strip()
        only = self._setting.notify_only
        return message.quieted(text, only) if only else text

    def text(
        self,
        written: str,
        filled: Mapping[str, Any],
        recipients: message.Recipients,
        footer: message.Footer,
    ) -> str:
        """The whole message of one monitor."""
        shown = "" if filled.get("footer") is False else message.footer_text(footer)
        return message.compose(written, shown, recipients)
