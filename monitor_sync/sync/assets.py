"""Runbooks and notebooks beside a monitor: only a GET of one monitor has them, no listing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from monitor_sync.model import Body, Id, LiveResource, Project
from monitor_sync.sync.identity import match


def needs_assets(project: Project, live: Sequence[LiveResource]) -> tuple[Any, ...]:
    """
    Return the ids of monitors whose assets the files declare: each takes a GET of its own.

    Ask for ``with_assets`` and hand the answers to ``with_assets`` here, before planning.
    """
    keys = [key for key, monitor in project.monitors.items() if "assets" in monitor.body]
    if not keys:
        return ()
    ours = match(project, live).ours
    return tuple(ours[key].id for key in keys if key in ours)


def with_assets(live: Sequence[LiveResource], answers: Mapping[Id, Body]) -> list[LiveResource]:
    """Return the same monitors, with the assets of the answers by id put in."""
    return [
        replace(monitor, body={**monitor.body, "assets": answers[monitor.id].get("assets")})
        if monitor.id in answers
        else monitor
        for monitor in live
    ]
