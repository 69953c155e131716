"""What became of a plan, for programs, as ``schemas/outcomes.json`` describes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, get_args

from monitor_sync import jsontext
from monitor_sync.render import outcome_summary
from monitor_sync.sync.outcome import Outcome, Status

_STATUSES: Final = {status: status.replace(" ", "_") for status in get_args(Status)}


def text(outcomes: Sequence[Outcome], fingerprint: str) -> str:
    """Return one JSON object, one change a line, in the plan's order."""
    owners = jsontext.array(map(_owned, outcome_summary.by_owner(outcomes)), indent="  ")
    lines = [
        '  "version": 1',
        f'  "fingerprint": {json.dumps(fingerprint)}',
        f'  "summary": {json.dumps(_summary(outcomes))}',
        f'  "by_team": {owners}',
        f'  "outcomes": {jsontext.array(map(_outcome, outcomes), indent="  ")}',
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _summary(outcomes: Iterable[Outcome]) -> dict[str, int]:
    counts = Counter(outcome.status for outcome in outcomes)
    return {name: counts[status] for status, name in _STATUSES.items()}


def _owned(owned: outcome_summary.Owned) -> dict[str, Any]:
    done = sum(owned.counts[status] for status in outcome_summary.MADE)
    undone = {_STATUSES[status]: owned.counts[status] for status in outcome_summary.UNDONE}
    return {"business_unit": owned.business_unit, "team": owned.team, "done": done, **undone}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    change, error = outcome.change, outcome.error
    return {
        "kind": change.kind.name,
        "action": change.action,
        "key": change.key,
        "id": outcome.id,
        "name": change.name,
        "business_unit": change.business_unit,
        "team": change.team,
        "status": _STATUSES[outcome.status],
        "already": outcome.already,
        "in_doubt": outcome.in_doubt,
        "error": str(error) if error else None,
        "hint": error.hint if error else "",
        "note": outcome.note,
        "altered": [
            {
                "field": field_change.field,
                "sent": jsontext.tidy(field_change.old),
                "stored": jsontext.tidy(field_change.new),
            }
            for field_change in outcome.altered
        ],
    }
