"""Monitors as an account holds them, read for what their history needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from monitor_sync.emulator.history.records import PastMonitor, PastTeam, chance

_STATES = ("alert", "warning", "no_data", "renotify", "recovery")
_BLOCK = re.compile(r"\{\{#is_(\w+)\}\}(.*?)\{\{/is_\1\}\}", re.DOTALL)
_HANDLE = re.compile(r"@[\w.-]*\w")
_BY = re.compile(r"\bby\s*\{([^}]+)\}|\.by\(([^)]+)\)")
_MOST_GROUPS = 6


def past_monitors(
    bodies: Iterable[Mapping[str, Any]], teams: Iterable[PastTeam]
) -> tuple[PastMonitor, ...]:
    """Return monitors by ascending key and id: what follows depends on no other order."""
    by_handle: dict[str, str] = {}
    for team in teams:
        for handle in team.handles:
            by_handle.setdefault(handle, team.name)
    monitors = (_past_monitor(body, by_handle) for body in bodies)
    return tuple(sorted(monitors, key=lambda monitor: (monitor.key, monitor.id)))


def _past_monitor(body: Mapping[str, Any], by_handle: Mapping[str, str]) -> PastMonitor:
    tags: dict[str, str] = {}
    for tag in body["tags"]:
        name, _, value = tag.partition(":")
        tags.setdefault(name, value)
    handles = {state: _handles(body["message"], state) for state in _STATES}
    pages = {
        state: by_handle[handle]
        for state in _STATES
        for handle in reversed(handles[state])
        if handle in by_handle
    }
    return PastMonitor(
        body=body,
        id=body["id"],
        key=tags.get("monitor_sync_key", ""),
        unit=tags.get("business_unit", ""),
        owner=tags.get("team", ""),
        service=tags.get("service", ""),
        layer=tags.get("layer", ""),
        groups=_groups(body["query"], tags.get("service", "")),
        pages=pages,
        notifies=frozenset(state for state in _STATES if handles[state]),
    )


def _handles(message: str, state: str) -> list[str]:
    """Return the handles that a message reaches in a state: those in its block and in no block."""
    reached = "".join(text for name, text in _BLOCK.findall(message) if name == state)
    return _HANDLE.findall(_BLOCK.sub("", message) + "\n" + reached)


def _groups(query: str, service: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups that ever alert: a few, the same ones for the same query."""
    match = _BY.search(query)
    if match is None:
        return ((),)
    names = [name.strip(" \"'") for name in (match[1] or match[2]).split(",")]
    rng = chance(query)
    return tuple(
        tuple(sorted(f"{name}:{_value(name, service, rng)}" for name in names if name))
        for _ in range(rng.randint(2, _MOST_GROUPS))
    )


def _value(name: str, service: str, rng: Random) -> str:
    if name == "service" and service:
        return service
    if name == "host":
        return f"i-{rng.getrandbits(36):09x}"
    return f"{name.strip('@').replace('.', '-')}-{rng.randint(1, 40)}"
