"""A plan for programs, as ``schemas/plan.json`` describes it."""

from __future__ import annotations

import json
from typing import Any

from monitor_sync.render import jsontext
from monitor_sync.sync.plan import Change, LeftAlone, Plan, Refusal


def text(plan: Plan) -> str:
    """The whole plan as one JSON object, one change a line."""
    changes = jsontext.array(map(_change, plan.changes), indent="  ")
    left_alone = jsontext.array(map(_alone, plan.left_alone), indent="  ")
    refused = jsontext.array(map(_refusal, plan.refused), indent="  ")
    lines = [
        '  "version": 1',
        f'  "fingerprint": {json.dumps(plan.fingerprint)}',
        f'  "summary": {json.dumps(plan.summary)}',
        f'  "changes": {changes}',
        f'  "left_alone": {left_alone}',
        f'  "refused": {refused}',
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "key": change.key,
        "id": change.id,
        "name": change.name,
        "business_unit": change.business_unit,
        "team": change.team,
        "file": change.path or None,
        "line": change.line or None,
        "fields": [
            {"field": each.field, "old": jsontext.tidy(each.old), "new": jsontext.tidy(each.new)}
            for each in change.fields
        ],
        "notify": {"gained": list(change.gained), "lost": list(change.lost)},
        "referred_by": list(change.referred_by),
    }


def _alone(each: LeftAlone) -> dict[str, Any]:
    return {"id": each.id, "key": each.key or None, "name": each.name, "reason": each.reason}


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "key": refusal.key,
        "message": refusal.message,
        "hint": refusal.hint,
        "ids": list(refusal.ids),
        "file": refusal.path or None,
        "line": refusal.line or None,
    }
