"""A plan for programs, as ``schemas/plan.json`` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from monitor_sync import jsontext
from monitor_sync.sync import plan_file
from monitor_sync.sync.drift import ORIGINS, Apart, Base
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.plan import Change, LeftAlone, Plan, Refusal

if TYPE_CHECKING:
    from monitor_sync.audience.change import TransitionChange
    from monitor_sync.model import Deletion
    from monitor_sync.resources.difference import FieldChange


def text(plan: Plan) -> str:
    """Return the whole plan as one JSON object, one change a line."""
    return _object(plan, (_record(change, plan) for change in plan.changes), {})


def file(plan: Plan, *, commit: str) -> str:
    """
    Return the plan file: the same object, with all that applying it needs, sealed.

    ``commit`` is the revision of the files that were planned, empty where nobody knows.
    """
    changes = (
        {**_record(change, plan), **jsontext.tidy(plan_file.of_change(change))}
        for change in plan.changes
    )
    return plan_file.sealed(_object(plan, changes, plan_file.of_plan(plan, commit=commit)))


def _object(plan: Plan, records: Iterable[dict[str, Any]], more: Mapping[str, Any]) -> str:
    changes = jsontext.array(records, indent="  ")
    left_alone = jsontext.array(map(_alone, plan.left_alone), indent="  ")
    apart: dict[str, Any] = _of_base(plan.base) if plan.base else {}
    refused = jsontext.array(map(_refusal, plan.refused), indent="  ")
    if plan.loosened:
        apart["loosened"] = [_loosening(entry) for entry in plan.loosened]
    if plan.moves:
        apart["moves"] = [to_builtins(move) for move in plan.moves]
    if plan.spent:
        apart["spent"] = [to_builtins(entry) for entry in plan.spent]
    lines = [
        '  "version": 2',
        f'  "fingerprint": {json.dumps(plan.fingerprint)}',
        f'  "project": {json.dumps(plan.project)}',
        f'  "site": {json.dumps(plan.site)}',
        f'  "org_id": {json.dumps(plan.org_id or None)}',
        f'  "summary": {json.dumps(plan.summary)}',
        f'  "changes": {changes}',
        f'  "left_alone": {left_alone}',
        f'  "refused": {refused}',
        f'  "unchecked": {json.dumps(plan.unchecked)}',
        *(f'  "{name}": {json.dumps(value)}' for name, value in (apart | {**more}).items()),
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _record(change: Change, plan: Plan) -> dict[str, Any]:
    return _change(change) | (_of_origin(change) if plan.base else {})


def _loosening(entry: Loosening) -> dict[str, Any]:
    words = {"what": entry.what, "old": entry.old, "new": entry.new}
    return {**words, "more": list(entry.more)} if entry.more else words


def _change(change: Change) -> dict[str, Any]:
    return {
        **_place(change.kind.name, change),
        "file": change.path or None,
        "line": change.line or None,
        "fields": _fields(change.fields),
        "notify": _notify(change),
        "referred_by": list(change.referred_by),
        "blocked_by": list(change.blocked_by),
        "lookalikes": list(change.lookalikes),
        **({"foreign": list(change.foreign)} if change.foreign else {}),
        **({"reason": change.reason} if change.action == "release" else {}),
        **_deleted(change.deleted),
    }


def _place(kind: str, change: Change | Apart) -> dict[str, Any]:
    return {
        "kind": kind,
        "action": change.action,
        "key": change.key,
        "id": change.id,
        "name": change.name,
        "business_unit": change.business_unit,
        "team": change.team,
    }


def _notify(change: Change) -> dict[str, Any]:
    audience = change.audience
    return {
        "gained": list(audience.newly_named),
        "lost": list(audience.no_longer_named),
        "transitions": {at.transition: _transition(at) for at in audience.at},
        "unheard": list(audience.unheard),
        "last_pagers": list(audience.last_pagers),
    }


def _transition(at: TransitionChange) -> dict[str, Any]:
    from monitor_sync.audience.change import cases  # a plan of nothing needs nothing of it

    some = {
        side: {handle: cases(when) for handle, when in audience if when}
        for side, audience in (("old", at.old), ("new", at.new))
    }
    both = {"old": [handle for handle, _ in at.old], "new": [handle for handle, _ in at.new]}
    return {**both, "for_some_groups": some} if any(some.values()) else both


def _alone(entry: LeftAlone) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "id": entry.id,
        "key": entry.key or None,
        "name": entry.name,
        "reason": entry.reason,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "kind": refusal.kind,
        "key": refusal.key,
        "message": refusal.message,
        "hint": refusal.hint,
        "ids": list(refusal.ids),
        "file": refusal.path or None,
        "line": refusal.line or None,
    }


def _of_base(base: Base) -> dict[str, Any]:
    """Return what the JSON plan says beyond this change."""
    return {
        "base": {"revision": base.revision, "commit": base.commit},
        **{origin: [_apart(apart) for apart in base.of(origin)] for origin in ORIGINS},
    }


def _of_origin(change: Change) -> dict[str, Any]:
    """Return what the JSON plan says of a change where there is a base."""
    return {
        "origin": "drift" if change.is_revert else "change",
        "reverts": list(change.reverts),
        "overwrites": [
            {
                "field": field.field,
                "base": jsontext.tidy(field.old),
                "live": jsontext.tidy(field.new),
            }
            for field in change.overwrites
        ],
    }


def _apart(apart: Apart) -> dict[str, Any]:
    return {
        **_place(apart.kind, apart),
        "since": apart.since or None,
        "editor": apart.editor or None,
        "fields": _fields(apart.fields),
        **_deleted(apart.deleted),
        **({"untagged": list(apart.untagged)} if apart.untagged else {}),
    }


def _deleted(deleted: Deletion | None) -> dict[str, Any]:
    if deleted is None:
        return {}
    known = {"id": deleted.id or None, "by": deleted.by or None, "at": deleted.at or None}
    return {"deleted": {**known, "name": deleted.name}}


def _fields(changes: Iterable[FieldChange]) -> list[dict[str, Any]]:
    return [
        {
            "field": change.field,
            "old": jsontext.tidy(change.old),
            "new": jsontext.tidy(change.new),
        }
        for change in changes
    ]
