"""Is a live resource still as it was when the plan was made? Asked just before each write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from monitor_sync.errors import Conflict, NotFound
from monitor_sync.model import Body, Id, LiveResource
from monitor_sync.resources.kind import Kind
from monitor_sync.sync.change import LEAVING, Change
from monitor_sync.sync.operations import Endpoint, WriteResult


def hash_of(kind: Kind, live: Body, declared: Body) -> str:
    """Return 32 hex digits over the canonical form, which leaves out mutes and server fields."""
    form = json.dumps(kind.canonical(live, declared=declared), sort_keys=True, default=str)
    return hashlib.sha256(form.encode()).hexdigest()[:32]


def still(
    endpoint: Endpoint,
    change: Change,
    wanted: Body | None,
    *,
    projects: Sequence[str],
    successor: bool = False,
) -> WriteResult | LiveResource:
    """
    Read the resource that a change is about to write, and compare it with the plan.

    That is the live one, or the ``successor`` that an interrupted replace made.

    Return it where it is as planned. Where it already is as ``wanted`` (None for a delete, which
    wants it gone) there is nothing left to do, and that is returned. Between this read and
    the write a few milliseconds remain in which a person may still edit: Datadog has no conditional
    write. Raises Conflict where it is neither, and RemoteError.
    """
    kind, declared = change.kind, change.body or {}
    live = change.successor if successor else change.live
    if live is None:
        raise Conflict(f"{change.key} has no {kind.name} to write", hint="plan again")
    try:
        now = kind.read(endpoint.get(live.id, with_assets=kind.needs_assets(declared)))
    except NotFound as error:
        if wanted is None:
            return WriteResult(id=live.id, already=True, note="was gone already")
        raise Conflict(
            f"{change.key} (#{live.id}) was deleted since the plan was made",
            hint="plan again: it would be made anew",
        ) from error
    if now is not None and (
        hash_of(kind, now.body, declared) == hash_of(kind, live.body, declared)
    ):
        if _is_ours(change, now, projects):
            return now
        raise Conflict(
            f"{change.key} (#{live.id}) does not carry the key of this project: left alone",
            hint="plan again; `adopt:` is the one way to take over what is not ours",
        )
    if now is not None and wanted is not None and not kind.field_changes(now.body, wanted):
        return WriteResult(id=live.id, created=now.created, already=True, note="was so already")
    raise _changed(endpoint, change, live.id, now, wanted)


def _is_ours(change: Change, now: LiveResource, projects: Sequence[str]) -> bool:
    """
    Return whether a change may write what lives now, whatever a plan file says.

    ``projects`` are ours and its former names. What is adopted must be nobody's, or ours already.
    Everything else must carry our project and a key: the very key where it is deleted or released,
    a former one perhaps where it stays or is replaced.
    """
    if change.action == "adopt":
        return not now.claims and (not now.key or now.project in ("", *projects))
    if now.project not in projects or not now.key:
        return False
    return change.action not in LEAVING or now.key == change.key


def _changed(
    endpoint: Endpoint, change: Change, number: Id, now: LiveResource | None, wanted: Body | None
) -> Conflict:
    """Return the error for a resource that is neither as planned nor as wanted."""
    return Conflict(
        f"{change.key} (#{number}) was changed since the plan was made"
        f"{_when(endpoint, number, now)}{_where(change, now, wanted)}",
        hint="plan again and see what it would undo",
    )


def _when(endpoint: Endpoint, number: Id, now: LiveResource | None) -> str:
    """Say who changed it and when: from the audit trail, or the time that it has itself."""
    editor = endpoint.last_editor(number)
    if editor:
        return f", by {editor}"
    return f", at {now.modified}" if now is not None and now.modified else ""


def _where(change: Change, now: LiveResource | None, wanted: Body | None) -> str:
    """Name the fields that are no longer as the plan saw them."""
    if now is None or wanted is None:
        return ""
    before = {field.field: field.old for field in change.fields}
    after = {field.field: field.old for field in change.kind.field_changes(now.body, wanted)}
    names = [
        name
        for name in before | after
        if name not in before or name not in after or before[name] != after[name]
    ]
    return f": {', '.join(names)}" if names else ""
