"""Teams as the rest of the project sees them: handles looked up, rules in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.model import STATES, NotifyRule, Team
from monitor_sync.project.document import Document
from monitor_sync.project.response import read_targets
from monitor_sync.project.yaml_reader import DataPath


def read_teams(document: Document, broken: set[str]) -> tuple[dict[str, Team], list[Diagnostic]]:
    """
    Return the teams of ``teams.yaml``.

    ``broken`` names teams whose shape is wrong: they exist, so that their monitors are not
    reported a second time, but have no handles.
    """
    teams: dict[str, Team] = {}
    diagnostics: list[Diagnostic] = []
    for name, raw in (document.data or {}).get("teams", {}).items():
        if name in broken or not isinstance(raw, dict):
            teams[name] = Team(name=name, title=name, on_call=name)
        else:
            teams[name] = _team(name, raw, document, diagnostics)
    return teams, diagnostics


def _team(
    name: str, raw: Mapping[str, Any], document: Document, diagnostics: list[Diagnostic]
) -> Team:
    on_call = raw.get("on_call", {})
    handles: dict[str, str] = raw.get("handles", {})
    targets, wrong = read_targets(raw.get("targets"), document, ("teams", name, "targets"))
    diagnostics += wrong
    rules = []
    for index, rule in enumerate(raw.get("notify", [])):
        recipients = {}
        for state in STATES:
            if rule.get(state):
                where: DataPath = ("teams", name, "notify", index, state)
                resolved, unknown = resolve(rule[state], handles)
                recipients[state] = resolved
                diagnostics.extend(
                    unknown_handle(
                        document, document.span_of(where, name_of_handle), name_of_handle, handles
                    )
                    for name_of_handle in unknown
                )
        priorities = frozenset(rule.get("priorities", ()))
        rules.append(NotifyRule(priorities=priorities, recipients=recipients))
    return Team(
        name=name,
        title=raw.get("name", name),
        on_call=on_call.get("name", name),
        github=raw.get("github", ""),
        tool=on_call.get("tool", ""),
        service=on_call.get("service", ""),
        handles=handles,
        notify=tuple(rules),
        targets=targets,
        approvers=tuple(raw.get("approvers", ())),
        sop=raw.get("sop", ""),
    )


def resolve(
    names: Iterable[str], handles: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return handles for names of handles, each once and in order; and the names nobody knows."""
    known: dict[str, None] = {}
    unknown = []
    for name in names:
        if name.startswith("@"):
            known[name] = None
        elif name in handles:
            known[handles[name]] = None
        else:
            unknown.append(name)
    return tuple(known), tuple(unknown)


def unknown_handle(
    document: Document,
    span: Span,
    name: str,
    handles: Mapping[str, str],
    key: str = "",
) -> Diagnostic:
    """Return what to say of a name that is not among the team's handles."""
    near = did_you_mean(name, handles)
    if near:
        hint = near
    elif handles:
        hint = f'this team has {", ".join(handles)}; any other handle is written "@…"'
    else:
        hint = "give the team `handles` in teams.yaml"
    return document.diagnostic(
        "routing/unknown-handle",
        f"`{name}` is no handle of this team",
        span,
        hint=hint,
        key=key,
    )
