"""Is what a listing lacks really gone? Absence is believed from two listings and a direct 404."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from monitor_sync.errors import NotFound, Refused
from monitor_sync.model import LiveMonitor
from monitor_sync.resources.monitor.live import read_one
from monitor_sync.sync.journal import Past
from monitor_sync.sync.operations import Monitors, owned
from monitor_sync.sync.plan import Plan

_ASKED_AT_ONCE: Final = 8
"""Monitors that a listing lacks are each asked for, so many at a time."""


def second_listing(
    plan: Plan, monitors: Monitors, past: Past, *, saved: bool
) -> Sequence[LiveMonitor]:
    """
    Our monitors from a listing of its own, once it agrees with the plan's.

    A plan made just now must agree to the monitor, and must hold all that the last runs knew. A
    ``saved`` one may have been overtaken by others; but what it lists and this listing lacks must
    be gone indeed, and what it lacks and is listed now must be new. Raises Refused, with nothing
    written, and RemoteError.
    """
    now = owned(monitors, plan.project)
    ids = {each.id for each in now}
    if saved:
        _seen_by_the_plan(plan, now)
        _truly_gone(plan, monitors, (plan.ours | past.expected) - ids - past.removed)
        return now
    gone, new = plan.ours - ids, ids - plan.ours
    if gone or new:
        seen = [f"without {numbers(gone)}"] if gone else []
        seen += [f"with {numbers(new)}"] if new else []
        raise Refused(
            f"a second listing came {' and '.join(seen)}: nothing was written",
            hint="run again; if it stays so, somebody else applies this project at the same time",
        )
    _truly_gone(plan, monitors, past.expected - ids)
    return now


def _seen_by_the_plan(plan: Plan, now: Iterable[LiveMonitor]) -> None:
    """
    A plan of a listing that was cut short would make anew what a monitor it lacks only moves to.

    A key that the plan itself makes is judged when its turn comes: it may be there already.
    """
    makes = {each.key for each in plan.changes}
    unseen = [
        each.id
        for each in now
        if each.id not in plan.ours and each.key not in makes and _last_written(each) < plan.made
    ]
    if unseen:
        raise Refused(
            f"the listing that the plan was made of lacked {numbers(unseen)}: nothing was written",
            hint="it was behind or cut short then; plan again",
        )


def _last_written(monitor: LiveMonitor) -> float:
    """When it was made or changed last, in milliseconds since 1970."""
    try:
        modified = datetime.fromisoformat(monitor.modified).timestamp() * 1000
    except ValueError:
        return monitor.created
    return max(modified, monitor.created)


def _truly_gone(plan: Plan, monitors: Monitors, missing: Collection[int]) -> None:
    """Refuse where a monitor that a listing lacks can be read all the same."""

    def lives(number: int) -> bool:
        try:
            found = read_one(monitors.get(number))
        except NotFound:
            return False
        # somebody may have taken our tags off it, or one of the two
        return found is not None and bool(found.key) and found.project == plan.project

    with ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="monitor-sync-ask") as pool:
        for number, alive in zip(asked := sorted(missing), pool.map(lives, asked), strict=True):
            if not alive:
                continue
            pool.shutdown(wait=False, cancel_futures=True)
            raise Refused(
                f"the listing lacks {numbers(missing)}, and Datadog still has #{number}:"
                " nothing was written",
                hint="Datadog's listing is behind or cut short; run again in a minute",
            )


def numbers(ids: Iterable[int]) -> str:
    """Ids as people read them, the first few."""
    ordered = sorted(ids)
    shown = ", ".join(f"#{each}" for each in ordered[:5])
    return shown if len(ordered) <= 5 else f"{shown} and {len(ordered) - 5} more"
