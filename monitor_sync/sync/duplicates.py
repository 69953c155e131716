"""Two runs at once may make a monitor twice: the younger goes again, by the run that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor_sync.errors import NotFound, RemoteError
from monitor_sync.resources.monitor.live import read_one
from monitor_sync.sync import operations
from monitor_sync.sync.operations import Monitors, Written
from monitor_sync.sync.plan import Change, Plan

Annotate = Callable[[str, str, int | None], None]
"""Told a key, what is to be known of it, and the id that its monitor has from now on."""


def undo(
    plan: Plan,
    monitors: Monitors,
    made: Mapping[str, Written],
    ids: dict[str, int],
    annotate: Annotate,
) -> bool:
    """
    List once more, and delete what was made here where an older twin has the same key.

    So two runs at once leave none behind. The old monitor of a replace is no twin: it goes by its
    own delete. Composites that were made here and name a twin are pointed to its elder first;
    ``ids`` has the elders afterwards. False where one may be left behind.
    """
    try:
        now = operations.owned(monitors, plan.project)
    except RemoteError as error:
        for key in made:
            annotate(key, f"not checked for a twin: {error}", None)
        return False
    replaced = {each.id for each in plan.changes if each.action == "replace"}
    elders = operations.elders(made, [each for each in now if each.id not in replaced])
    ids.update(elders)
    for change in plan.changes:
        if change.key in made and change.key not in elders:
            _repoint(monitors, change, made[change.key].id, ids, elders, annotate)
    gone = [
        _delete(monitors, plan.project, key, made[key].id, elders[key], annotate)
        for key in reversed([key for key in made if key in elders])
    ]
    return all(gone)


def _repoint(
    monitors: Monitors,
    change: Change,
    number: int,
    ids: Mapping[str, int],
    elders: Mapping[str, int],
    annotate: Annotate,
) -> None:
    """Let a composite that was made here name the elders of the members that are deleted again."""
    if elders.keys().isdisjoint(change.references) or change.body is None:
        return
    query = operations.with_ids(change.body, ids)["query"]
    try:
        monitors.update(number, {"query": query})
    except RemoteError as error:
        annotate(change.key, f"refers to a twin that is deleted: {error}", None)


def _delete(
    monitors: Monitors, project: str, key: str, mine: int, elder: int, annotate: Annotate
) -> bool:
    try:
        found = read_one(monitors.get(mine))
        if found is None or (found.project, found.key) != (project, key):
            return True  # it was renamed since, and the elder has its former key
        operations.delete(monitors, mine)
        note = f"somebody else made #{elder} at the same time; #{mine} was deleted again"
    except NotFound:
        return True
    except RemoteError as error:
        annotate(
            key, f"#{elder} is older and has the same key; #{mine} is left over: {error}", elder
        )
        return False
    annotate(key, note, elder)
    return True
