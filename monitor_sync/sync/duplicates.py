"""Two runs at once may make a resource twice: the run that made the younger one deletes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field

from monitor_sync.errors import NotFound, NotSent, RemoteError
from monitor_sync.model import Address, Id, LiveId, LiveResource
from monitor_sync.resources.kind import Kind
from monitor_sync.sync import operations
from monitor_sync.sync.change import Change
from monitor_sync.sync.operations import Endpoints, Patience, WriteResult
from monitor_sync.sync.plan import Plan


class Note(Struct, frozen=True):
    """
    What is to be known of a resource that was made.

    ``id`` is the resource that carries its key from now on, None where that is not changed.
    ``in_doubt`` says that a twin may be left behind.
    """

    text: str
    id: Id | None = None
    in_doubt: bool = False


class DuplicateSearch(Struct, frozen=True, kw_only=True):
    """
    A search for twins of what was made.

    ``made`` has what this run, or an interrupted one before it, made; ``own`` is the part of it
    that this run made. ``ids`` has the ids that bodies refer to: after the search those of the
    older twins. ``annotate`` is told what is found out.
    """

    plan: Plan
    kinds: Sequence[Kind]
    endpoints: Endpoints
    made: Mapping[Address, WriteResult]
    own: Mapping[Address, WriteResult]
    ids: dict[Address, Id]
    patience: Patience
    annotate: Callable[[Address, Note], None]
    gone: set[LiveId] = field(default_factory=set)

    def kind(self, address: Address) -> Kind:
        """Return the kind of an address."""
        return next(kind for kind in self.kinds if kind.name == address.kind)


def undo(search: DuplicateSearch) -> bool:
    """
    List again, and delete what was made here where an older twin has the same key.

    So two runs at once leave no twins behind. A listing that lacks what this run made lags, and
    would lack an older twin just as well: it is asked for again until it shows them, as long as
    ``patience`` says. The old resource of a replace is no twin: it goes by its own delete. What was
    made here and names a twin is pointed to the older one first. Return False where a twin may be
    left behind; what is in doubt is told with its key.
    """
    try:
        now, unseen = _listed(search)
    except RemoteError as error:
        for address in search.made:
            search.annotate(address, Note(f"not checked for a twin: {error}", in_doubt=True))
        return False
    for address in unseen:
        text = "no listing shows it yet, so another run may have made it too"
        search.annotate(address, Note(text, in_doubt=True))
    replaced = {
        LiveId(change.kind.name, change.id)
        for change in search.plan.changes
        if change.action == "replace" and change.id is not None
    }
    older = operations.elders(search.made, [live for live in now if live.live_id not in replaced])
    search.ids.update(older)
    for change in search.plan.changes:
        if change.address in search.made and change.address not in older:
            _repoint(search, change, older)
    twins = [address for address in search.made if address in older]
    gone = [_delete(search, address, older[address]) for address in reversed(twins)]
    return all(gone) and not unseen


def _listed(search: DuplicateSearch) -> tuple[list[LiveResource], list[Address]]:
    """Return our live resources, and what this run made and no listing shows."""
    lacking = {kind: _of(search.own, kind) for kind in search.kinds}
    now = {kind: _list(search, kind) for kind in search.kinds}
    for pause in search.patience.for_listings:
        for kind in search.kinds:
            shown = {live.id for live in now[kind]}
            lacking[kind] = [
                address for address in lacking[kind] if search.own[address].id not in shown
            ]
        lagging = [kind for kind in search.kinds if _still_there(search, kind, lacking[kind])]
        if not lagging:
            return _together(now.values()), []
        try:
            search.patience.sleep(pause)
        except NotSent:  # time is up
            break
        for kind in lagging:
            now[kind] = _list(search, kind)
    shown_ids = {live.live_id for live in _together(now.values())} | search.gone
    unseen = [
        address
        for address, written in search.own.items()
        if LiveId(address.kind, written.id) not in shown_ids
    ]
    return _together(now.values()), unseen


def _list(search: DuplicateSearch, kind: Kind) -> list[LiveResource]:
    return operations.owned(kind, search.endpoints[kind.name], search.plan.project)


def _of(made: Mapping[Address, WriteResult], kind: Kind) -> list[Address]:
    return [address for address in made if address.kind == kind.name]


def _together(listings: Iterable[Sequence[LiveResource]]) -> list[LiveResource]:
    return [live for listing in listings for live in listing]


def _still_there(search: DuplicateSearch, kind: Kind, lacking: Sequence[Address]) -> bool:
    """
    Return whether something that this run made and a listing lacks is there.

    Somebody may have deleted it, or taken our tags off: then no listing will ever show it. One that
    lives tells that the listing lags, so the others need not be read.
    """
    for address in lacking:
        number = LiveId(address.kind, search.own[address].id)
        if number in search.gone:
            continue
        try:
            live = kind.read(search.endpoints[kind.name].get(number.id))
        except NotFound:
            live = None
        if live is not None and (live.project, live.key) == (search.plan.project, address.key):
            return True
        search.gone.add(number)
    return False


def _repoint(search: DuplicateSearch, change: Change, older: Mapping[Address, Id]) -> None:
    """Let what was made here name the older twins in place of those that are deleted again."""
    if older.keys().isdisjoint(change.references) or change.body is None:
        return
    body = change.kind.resolved(change.body, search.ids)
    changed = {name: value for name, value in body.items() if value != change.body[name]}
    try:
        search.endpoints[change.kind.name].update(search.made[change.address].id, changed)
    except RemoteError as error:
        search.annotate(change.address, Note(f"refers to a twin that is deleted: {error}"))


def _delete(search: DuplicateSearch, address: Address, elder: Id) -> bool:
    """Delete the younger twin that was made here. Return False where it is left over."""
    endpoint, mine = search.endpoints[address.kind], search.made[address].id
    try:
        live = search.kind(address).read(endpoint.get(mine))
        if live is None or (live.project, live.address) != (search.plan.project, address):
            return True  # it was renamed since, and the older one has its former key
        operations.delete(endpoint, mine)
        text = f"somebody else made #{elder} at the same time; #{mine} was deleted again"
    except NotFound:
        return True
    except RemoteError as error:
        text = f"#{elder} is older and has the same key; #{mine} is left over: {error}"
        search.annotate(address, Note(text, id=elder, in_doubt=True))
        return False
    search.annotate(address, Note(text, id=elder))
    return True
