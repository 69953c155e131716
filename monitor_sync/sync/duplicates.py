"""Two runs at once may make a resource twice: the run that made the younger one deletes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor_sync.errors import NotFound, RemoteError
from monitor_sync.model import Address, Id, LiveId, LiveResource
from monitor_sync.resources.kind import Kind
from monitor_sync.sync import operations
from monitor_sync.sync.change import Change
from monitor_sync.sync.operations import Endpoint, Endpoints, Written
from monitor_sync.sync.plan import Plan

Annotate = Callable[[Address, str, Id | None], None]
"""Told an address, what is to be known of it, and the id that it has from now on."""


def undo(
    plan: Plan,
    kinds: Sequence[Kind],
    endpoints: Endpoints,
    made: Mapping[Address, Written],
    ids: dict[Address, Id],
    annotate: Annotate,
) -> bool:
    """
    List once more, and delete what was made here where an older twin has the same key.

    So two runs at once leave no twins behind. The old resource of a replace is no twin: it goes by
    its own delete. What was made here and names a twin is pointed to the older one first; ``ids``
    has the older ones afterwards. Return False where a twin may be left behind.
    """
    now: list[LiveResource] = []
    for kind in kinds:
        try:
            now += operations.owned(kind, endpoints[kind.name], plan.project)
        except RemoteError as error:
            for address in made:
                annotate(address, f"not checked for a twin: {error}", None)
            return False
    replaced = {
        LiveId(change.kind.name, change.id)
        for change in plan.changes
        if change.action == "replace" and change.id is not None
    }
    older = operations.elders(made, [live for live in now if live.live_id not in replaced])
    ids.update(older)
    for change in plan.changes:
        if change.address in made and change.address not in older:
            endpoint = endpoints[change.kind.name]
            _repoint(endpoint, change, made[change.address].id, ids, older, annotate)
    by_name = {kind.name: kind for kind in kinds}
    gone = [
        _delete(
            by_name[address.kind],
            endpoints[address.kind],
            (plan.project, address),
            made[address].id,
            older[address],
            annotate,
        )
        for address in reversed([address for address in made if address in older])
    ]
    return all(gone)


def _repoint(
    endpoint: Endpoint,
    change: Change,
    number: Id,
    ids: Mapping[Address, Id],
    older: Mapping[Address, Id],
    annotate: Annotate,
) -> None:
    """Let what was made here name the older twins in place of those that are deleted again."""
    if older.keys().isdisjoint(change.references) or change.body is None:
        return
    body = change.kind.resolved(change.body, ids)
    changed = {name: value for name, value in body.items() if value != change.body[name]}
    try:
        endpoint.update(number, changed)
    except RemoteError as error:
        annotate(change.address, f"refers to a twin that is deleted: {error}", None)


def _delete(
    kind: Kind,
    endpoint: Endpoint,
    owner: tuple[str, Address],
    mine: Id,
    elder: Id,
    annotate: Annotate,
) -> bool:
    project, address = owner
    try:
        live = kind.read(endpoint.get(mine))
        if live is None or (live.project, live.address) != (project, address):
            return True  # it was renamed since, and the older one has its former key
        operations.delete(endpoint, mine)
        note = f"somebody else made #{elder} at the same time; #{mine} was deleted again"
    except NotFound:
        return True
    except RemoteError as error:
        annotate(
            address, f"#{elder} is older and has the same key; #{mine} is left over: {error}", elder
        )
        return False
    annotate(address, note, elder)
    return True
