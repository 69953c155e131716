"""*How on-call works here*: made from teams, routing, targets and SOPs, for somebody new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monitor_sync.app.site import SiteFacts
from monitor_sync.model import STATES, UNOWNED, NotifyRule, Team
from monitor_sync.oncall.tool import title_of
from monitor_sync.render.site import places
from monitor_sync.render.site.privacy import without_addresses

_STATES = {"no_data": "no data", "renotify": "reminder"}


def teams(facts: SiteFacts) -> list[dict[str, Any]]:
    """Return each team as the page tells it."""
    return [
        {
            "name": team.name,
            "title": team.title,
            "file": places.team_file(team.name),
            "tool": title_of(team.tool) if team.tool else "",
            "service": team.service,
            "pager": _handle(team, "pager"),
            "chat": _handle(team, "chat"),
            "targets": places.targets(team, facts.made.date()),
            "sop": bool(team.sop),
            "on_call": places.on_call(facts, team),
        }
        for name, team in sorted(facts.project.teams.items())
        if name != UNOWNED
    ]


def _handle(team: Team, name: str) -> str:
    return without_addresses(team.handles.get(name, ""))


def tools(facts: SiteFacts) -> list[str]:
    """Return the titles of the on-call tools that teams use."""
    return sorted({title_of(team.tool) for team in facts.project.teams.values() if team.tool})


def routings(facts: SiteFacts) -> list[dict[str, Any]]:
    """Return the ways in which teams route, the commonest first, each with its teams."""
    alike: dict[tuple[tuple[str, tuple[tuple[str, str], ...]], ...], list[Team]] = {}
    for name, team in sorted(facts.project.teams.items()):
        if name != UNOWNED and team.notify:
            alike.setdefault(tuple(_rules(team)), []).append(team)
    ordered = sorted(alike.items(), key=lambda entry: -len(entry[1]))
    return [{"rules": rules, "teams": teams_of} for rules, teams_of in ordered]


def _rules(team: Team) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield each rule: which priorities, and who is told of each state, by the handles' names."""
    names = {handle: name for name, handle in team.handles.items()}
    for rule in team.notify:
        which = ", ".join(f"P{priority}" for priority in sorted(rule.priorities))
        yield which or "all others", tuple(_states(rule, names))


def _states(rule: NotifyRule, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for state in STATES:
        handles = rule.recipients.get(state, ())
        notified = ", ".join(names.get(handle, without_addresses(handle)) for handle in handles)
        yield _STATES.get(state, state), notified or "nobody"
