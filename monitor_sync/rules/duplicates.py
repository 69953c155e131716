"""Monitors that are declared twice: with the same query, or the whole monitor."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from typing import Any, Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.query_shape import outline
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import MonitorView, ProjectView

_COPIED: Final = ("type", "query", "message", "name")


@rule("hygiene/exact-copy", Severity.ERROR)
def exact_copy(project: ProjectView) -> Iterator[tuple[MonitorView, Finding]]:
    """
    Two monitors are the same in name, type, query, message and options.

    Why: Datadog refuses the second: "Duplicate of an existing monitor_id". Tags make no
    difference.

    Example: a monitor pasted into a second file and not changed, with `footer: false`

    Use instead: one of them, or a name of its own for each

    Source: recorded answers of Datadog to its own copying tool.
    """
    first: dict[Hashable, MonitorView] = {}
    for monitor in project.monitors:
        earlier = first.setdefault(_texts(monitor), monitor)
        if earlier is not monitor and _is_copy(earlier, monitor):
            message = f"all but its tags is the same as in `{earlier.monitor.key}`"
            hint = "remove one of them, or give each a name of its own"
            yield monitor, Finding(message=message, hint=hint)


def _is_copy(mine: MonitorView, other: MonitorView) -> bool:
    return _texts(mine) == _texts(other) and _options(mine) == _options(other)


def _texts(view: MonitorView) -> Hashable:
    return tuple(map(view.monitor.body.get, _COPIED))


def _options(view: MonitorView) -> dict[str, Any]:
    options = view.monitor.body["options"]
    return {name: value for name, value in options.items() if value is not None}


@rule("hygiene/same-query", Severity.WARNING)
def same_query(project: ProjectView) -> Iterator[tuple[MonitorView, Finding]]:
    """
    Two monitors have the same query, filter, window and threshold.

    Why: they alert together. One incident pages twice, or two teams each think that the other
    looks at it. Blanks, quotes and notation make no difference.

    Example: a monitor of the platform and one of the team, both
    `avg(last_5m):avg:system.disk.in_use{host:db-1} > 0.9`

    Use instead: one monitor with `also_notify:` for whoever else should hear of it

    Source: our own practice; Datadog accepts it where name or message differ.
    """
    same_outline: dict[Hashable, list[MonitorView]] = {}
    for monitor in project.monitors:
        if monitor.monitor.type != "synthetics alert":  # all of them have the same query
            known = outline(monitor.monitor.query), _variables(monitor)
            same_outline.setdefault(known, []).append(monitor)
    first: dict[Hashable, MonitorView] = {}
    for monitors in same_outline.values():
        if len(monitors) == 1:
            continue  # spares most monitors the parsing
        for monitor in monitors:
            earlier = first.setdefault(_meaning(monitor), monitor)
            if earlier is not monitor and not _is_copy(earlier, monitor):
                yield (
                    monitor,
                    Finding(
                        message=f"asks the same as `{earlier.monitor.key}`",
                        field=("query",),
                        hint="keep one of them and let it notify both, with `also_notify:`",
                    ),
                )


def _meaning(view: MonitorView) -> Hashable:
    """Return what is equal for monitors that ask Datadog the same."""
    kind = "query alert" if view.monitor.type == "metric alert" else view.monitor.type
    tree = view.of_query.query.tree
    query: Hashable = view.monitor.query if tree is None else tree
    return (kind, query, _variables(view))


def _variables(view: MonitorView) -> str:
    variables = view.monitor.body["options"].get("variables")
    return json.dumps(variables, sort_keys=True) if variables else ""
