"""Is what a listing lacks really gone? Absence is believed from two listings and a direct 404."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from monitor_sync.errors import NotFound, Refused
from monitor_sync.model import Id, LiveId, LiveResource, tag_value
from monitor_sync.resources.kind import Kind
from monitor_sync.sync import operations
from monitor_sync.sync.journal import Past
from monitor_sync.sync.operations import Endpoint
from monitor_sync.sync.plan import Plan

_ASKED_AT_ONCE: Final = 8
"""Resources that a listing lacks are read one by one, so many at a time."""


class Preflight(NamedTuple):
    """What is about to be carried out, for one kind, and what earlier runs knew."""

    plan: Plan
    kind: Kind
    endpoint: Endpoint
    past: Past


def second_listing(flight: Preflight, *, saved: bool, creates: bool) -> Sequence[LiveResource]:
    """
    List our resources of one kind again, and return them once they agree with the plan's listing.

    For a plan that was made just now and ``creates`` something, both listings must hold the same
    resources. In every case, what the plan or the last runs knew and this listing lacks must be
    gone. A ``saved`` plan may have been overtaken by others: what is listed now and it did not know
    must be new. What carries a key that the plan writes and the plan did not know is a conflict of
    that change alone, found out when its turn comes. Raises Refused, with nothing written, and
    RemoteError.
    """
    plan, kind, endpoint, past = flight
    now = operations.owned(kind, endpoint, plan.project)
    ids = {live.id for live in now if live.key}
    planned = _of_kind(plan.ours, kind)
    expected = _of_kind(past.expected, kind)
    gone, new = planned - ids, ids - planned
    if saved:
        _seen_by_the_plan(plan, planned, now)
    elif creates and (gone or new):
        seen = [f"without {numbers(gone)}"] if gone else []
        seen += [f"with {numbers(new)}"] if new else []
        raise Refused(
            f"a second listing came {' and '.join(seen)}: nothing was written",
            hint="run again; if it stays so, somebody else applies this project at the same time",
        )
    removed = _of_kind(past.removed, kind) if saved else set()
    _truly_gone(plan, kind, endpoint, (gone | (expected - ids)) - removed)
    return now


def recounted(plan: Plan, endpoints: Mapping[str, Endpoint]) -> Plan:
    """
    Return a plan with the live resources of now in place of those that its file tells of.

    For limits: whoever can write a plan file can also write how many resources there are, and of
    which unit. Raises RemoteError.
    """
    kinds = {change.kind for change in plan.changes}
    live = {
        resource.live_id: (kind, resource)
        for kind in kinds
        for page in endpoints[kind.name].pages(tags=kind.tags_of(plan.project))
        for raw in page
        if (resource := kind.read(raw)) is not None
        and resource.key
        and resource.project == plan.project
    }
    units = (
        tag_value(kind.tags(resource.body), "business_unit") for kind, resource in live.values()
    )
    changes = (
        replace(change, live=live[number][1])
        if (number := LiveId(change.kind.name, change.id or 0)) in live
        else change
        for change in plan.changes
    )
    return replace(plan, changes=tuple(changes), ours=frozenset(live), units=Counter(units))


def _of_kind(ids: Iterable[LiveId], kind: Kind) -> set[Id]:
    return {number for name, number in ids if name == kind.name}


def _seen_by_the_plan(plan: Plan, planned: set[Id], now: Iterable[LiveResource]) -> None:
    """
    Refuse a plan that was made of a listing which was cut short.

    It would make anew what a resource that it lacks only moves to. A key that the plan itself makes
    is judged when its turn comes: it may be there already.
    """
    makes = {change.address for change in plan.changes}
    unseen = [
        live.id
        for live in now
        if live.key
        and live.id not in planned
        and live.address not in makes
        and _last_written(live) < plan.made
    ]
    if unseen:
        raise Refused(
            f"the listing behind the plan lacked {numbers(unseen)}: nothing was written",
            hint="it was behind or cut short then; plan again",
        )


def _last_written(live: LiveResource) -> float:
    """Return when it was made or changed last, in milliseconds since 1970."""
    try:
        modified = datetime.fromisoformat(live.modified).timestamp() * 1000
    except ValueError:
        return live.created
    return max(modified, live.created)


def _truly_gone(plan: Plan, kind: Kind, endpoint: Endpoint, missing: Collection[Id]) -> None:
    """Refuse where a resource that a listing lacks can be read all the same."""

    def lives(number: Id) -> bool:
        try:
            live = kind.read(endpoint.get(number))
        except NotFound:
            return False
        # somebody may have taken our tags off it, or one of the two
        return live is not None and bool(live.key) and live.project == plan.project

    if not missing:
        return
    with ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="monitor-sync-ask") as pool:
        ordered = sorted(missing, key=str)
        for number, alive in zip(ordered, pool.map(lives, ordered), strict=True):
            if not alive:
                continue
            pool.shutdown(wait=False, cancel_futures=True)
            raise Refused(
                f"the listing lacks {numbers(missing)}, and Datadog still has #{number}:"
                " nothing was written",
                hint="Datadog's listing is behind or cut short; run again in a minute",
            )


def numbers(ids: Iterable[Id]) -> str:
    """Return ids as people read them, the first few."""
    ordered = sorted(
        ids, key=lambda number: (number if isinstance(number, int) else 0, str(number))
    )
    shown = ", ".join(f"#{number}" for number in ordered[:5])
    return shown if len(ordered) <= 5 else f"{shown} and {len(ordered) - 5} more"
