"""Who refers to a monitor that goes away, and whether the plan itself removes that reference."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from monitor_sync.resources.monitor.references import ids_in
from monitor_sync.sync.plan import Change, Plan

LOST: Final = (
    "made anew; lost: its id, its history, links to it in dashboards and SLOs, downtimes set on its"
    " id"
)
"""What a replace costs, in one line."""

RELEASED: Final = "stays in Datadog as it is, without our tags"
"""What a release leaves, in one line."""

# Recorded: "monitor [1,its name] is referenced in composite monitors: [2,its name]", or "in slos".
_SENTENCE: Final = re.compile(r"is referenced in ([\w ]+): *(\[.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"(?:^|\], *)\[([0-9]+)(?=[,\]])")


class Referrer(Struct, frozen=True):
    """Something that refers to a monitor that goes away. ``removed``: not once all is applied."""

    words: str
    removed: bool


def referrers(change: Change, plan: Plan) -> list[Referrer]:
    """
    Return who refers to the monitor, as far as the files, the listing and Datadog itself say.

    Composites are ours to follow: one that this plan deletes, or points elsewhere, is no obstacle.
    Datadog names SLOs and other objects too; all that is known of these is that they refer to it.
    """
    referring = [Referrer(number, removed=False) for number in change.referred_by]
    for sentence in change.blocked_by:
        parts = _SENTENCE.search(sentence)
        if parts is None or sentence.count("is referenced in") > 1:  # in a name, perhaps
            referring.append(Referrer(sentence, removed=False))
            continue
        kind, named = parts[1], parts[2]
        if kind != "composite monitors":
            referring.append(Referrer(f"{kind} {named}", removed=False))
            continue
        numbers = [int(number) for number in _NUMBER.findall(named)]
        removed = bool(numbers) and all(_lets_go(number, change, plan) for number in numbers)
        # a composite that stays is named above already, by its key
        if removed or not change.referred_by:
            referring.append(Referrer(f"{kind} {named}", removed=removed))
    return referring


def _lets_go(number: int, gone: Change, plan: Plan) -> bool:
    """Return whether the plan deletes the composite of this id, or points it to another monitor."""
    for change in (plan.narrowed_from or plan).changes:
        if change.id == number:
            leaves = change.action in ("delete", "replace")
            return leaves or gone.id not in ids_in((change.body or {}).get("query"))
    return False
