"""Is a live monitor still as it was when the plan was made? Asked just before each write."""

from __future__ import annotations

import hashlib
import json

from monitor_sync.errors import Conflict, NotFound
from monitor_sync.model import Body, LiveMonitor
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.difference import field_changes
from monitor_sync.resources.monitor.live import read_one
from monitor_sync.sync.operations import Monitors, Written
from monitor_sync.sync.plan import Change


def hash_of(live: Body, declared: Body) -> str:
    """32 hex digits over the canonical form: what people mute, and Datadog adds, is outside it."""
    form = json.dumps(canonical(live, declared=declared), sort_keys=True, default=str)
    return hashlib.sha256(form.encode()).hexdigest()[:32]


def planned_hash(change: Change) -> str:
    """The hash of the live monitor as the plan saw it; empty for a create."""
    if change.planned or change.live is None:
        return change.planned
    return hash_of(change.live.body, change.body or {})


def still(
    monitors: Monitors, change: Change, wanted: Body | None, *, successor: bool = False
) -> Written | None:
    """
    Read the monitor that a change is about to write, and compare it with the plan.

    That is the live one, or the ``successor`` that an interrupted replace made.

    None says that it is as planned. Where it already is as ``wanted`` (None for a delete, whose
    monitor is wanted gone) there is nothing left to do, and what is there is returned. Between
    this and the write a few milliseconds remain in which a person may still edit: Datadog has no
    conditional write. Raises Conflict where it is otherwise, and RemoteError.
    """
    live = change.successor if successor else change.live
    number = live.id if live else 0
    planned = hash_of(live.body, change.body or {}) if live and successor else planned_hash(change)
    try:
        raw = monitors.get(number, with_assets="assets" in (change.body or {}))
    except NotFound as error:
        if wanted is None:
            return Written(id=number, already=True, note="was gone already")
        raise Conflict(
            f"{change.key} (#{number}) was deleted since the plan was made",
            hint="plan again: it would be made anew",
        ) from error
    now = read_one(raw)
    if now is not None and hash_of(now.body, change.body or {}) == planned:
        return None
    if now is not None and wanted is not None and not field_changes(now.body, wanted):
        return Written(id=number, created=now.created, already=True, note="was so already")
    raise Conflict(
        f"{change.key} (#{number}) was changed since the plan was made"
        f"{_when(monitors, number, now)}{_where(change, now, wanted)}",
        hint="plan again and see what it would undo",
    )


def _when(monitors: Monitors, number: int, now: LiveMonitor | None) -> str:
    """Who changed it and when: from the audit trail, or the time that the monitor itself has."""
    editor = monitors.last_editor(number)
    if editor:
        return f", by {editor}"
    return f", at {now.modified}" if now is not None and now.modified else ""


def _where(change: Change, now: LiveMonitor | None, wanted: Body | None) -> str:
    """The fields that are now otherwise than the plan saw them."""
    if now is None or wanted is None:
        return ""
    before = {each.field: each.old for each in change.fields}
    after = {each.field: each.old for each in field_changes(now.body, wanted)}
    names = [
        name
        for name in before | after
        if name not in before or name not in after or before[name] != after[name]
    ]
    return f": {', '.join(names)}" if names else ""
