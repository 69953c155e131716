"""What must change in Datadog for it to match the files. Pure: no clock, no network, no files."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from monitor_sync.audience.pagers import pager_globs
from monitor_sync.counting import count, listed
from monitor_sync.model import (
    Address,
    Body,
    LiveId,
    LiveResource,
    Project,
    Released,
    tag_value,
)
from monitor_sync.resources.difference import FieldChange, differences
from monitor_sync.resources.kind import Declared, Kind
from monitor_sync.resources.kinds import KINDS
from monitor_sync.resources.monitor.kind import MONITOR
from monitor_sync.sync.change import GOING, ORDER, Action, Change, LeftAlone, Reason, Refusal
from monitor_sync.sync.drift import Base
from monitor_sync.sync.identity import Match, heirs_of, match
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.moves import Move, moves
from monitor_sync.sync.references import References
from monitor_sync.sync.review_rules import ReviewRules, rules_of
from monitor_sync.sync.spent import Spent, spent

__all__ = [
    "ORDER",
    "Action",
    "Change",
    "LeftAlone",
    "Plan",
    "Reason",
    "Refusal",
    "make_plan",
]


_DIGITS: Final = 32
"""Hex digits of a fingerprint: 128 bits, of which nobody can find two alike."""


class Plan(Struct, frozen=True, kw_only=True):
    """Everything that applying would do, and everything that it would leave alone."""

    project: str
    site: str
    changes: tuple[Change, ...] = ()
    """In the order in which they are shown: see ``ORDER``, then by key."""
    left_alone: tuple[LeftAlone, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unchanged: int = 0
    """How many declared resources Datadog holds as declared."""
    ours: frozenset[LiveId] = frozenset()
    """All live resources of this project. Apply compares them with a second listing."""
    units: Mapping[str, int] = field(default_factory=dict)
    """Business unit to the number of its live resources."""
    moved_from: tuple[str, ...] = ()
    """Former names of the project, whose resources it takes over."""
    org_id: int = 0
    """The organisation that was asked; 0 where no live resource tells."""
    unchecked: tuple[str, ...] = ()
    """What could not be looked up, a sentence each."""
    besides: tuple[str, ...] = ()
    """What its tags set going elsewhere in Datadog, and what it leaves behind, a sentence each."""
    narrowed_from: Plan | None = None
    """The whole plan, where this one shows a part of it."""
    known_fingerprint: str = ""
    """The fingerprint of the whole plan, where this one was read from a file."""
    made: int = 0
    """When the listing began that it was made of, in milliseconds since 1970; 0 unknown."""
    base: Base | None = None
    """What differs for other reasons, where the plan is of one change alone."""
    rules: ReviewRules = field(default_factory=ReviewRules)
    """The rules by which the plan is judged."""
    moves: tuple[Move, ...] = ()
    """What seems to be renamed without ``moved_from``, as far as the whole plan tells."""
    spent: tuple[Spent, ...] = ()
    """Lines of the files that have done their work here and may go."""
    loosened: tuple[Loosening, ...] = ()
    """What this change makes weaker of the rules of its base, from the next change on."""

    @property
    def summary(self) -> dict[str, int]:
        """How many of each action, and how many monitors are unchanged and unmanaged."""
        counts = dict.fromkeys(("create", "update", "replace", "delete", "adopt", "release"), 0)
        for change in self.changes:
            counts[change.action] += 1
        counts["unchanged"] = self.unchanged
        counts["unmanaged"] = sum(alone.reason == "unmanaged" for alone in self.left_alone)
        return counts

    @property
    def going(self) -> tuple[int, ...]:
        """The ids of the monitors that would go away: deletes, and the old ones of replaces."""
        return tuple(
            change.id
            for change in self.changes
            if change.kind is MONITOR and change.action in GOING and isinstance(change.id, int)
        )

    def blocked(self, blockers: Mapping[int, tuple[str, ...]]) -> Plan:
        """Return the plan with what Datadog says refers to monitors that go away, by id."""
        going = {*self.going}
        changes = (
            replace(change, blocked_by=tuple(blockers.get(change.id, ())))
            if change.kind is MONITOR and isinstance(change.id, int) and change.id in going
            else change
            for change in self.changes
        )
        return replace(self, changes=tuple(changes))

    @property
    def fingerprint(self) -> str:
        """
        32 hex digits that differ when what would be done differs.

        SHA-256 over the loosenings of the rules, project, site and the changes by kind and key. Not
        over times, versions, the place in the files, the selectors that narrow what is shown, or
        drift that is put back: that comes and goes while a change is under review.
        """
        if self.known_fingerprint:
            return self.known_fingerprint
        whole = self.narrowed_from or self
        steps = sorted(
            [change.kind.name, change.key, change.action, str(change.id or ""), _fields(change)]
            for change in whole.changes
            if not change.is_revert
        )
        loosened = [[entry.what, entry.old, entry.new, *entry.more] for entry in whole.loosened]
        parts = [whole.project, whole.site, steps, *([loosened] if loosened else [])]
        text = json.dumps(parts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _fields(change: Change) -> list[str]:
    """Return the field changes of one change as texts, in an order that never depends on chance."""
    return sorted(
        json.dumps([field.field, field.old, field.new], sort_keys=True, default=str)
        for field in change.fields
        if field.field not in change.reverts
    )


def make_plan(
    project: Project,
    live: Sequence[LiveResource],
    *,
    site: str,
    kinds: Sequence[Kind] = KINDS,
) -> Plan:
    """
    Compare what the files want with what Datadog has.

    A live resource without our project's key is left alone, whatever its name. One with our key
    that no file declares any more is deleted; released, it only loses our tags. ``site`` is the
    Datadog site asked.
    """
    matches = [match(project, live, kind) for kind in kinds]
    changes, refused, unchanged = _compared(matches)
    pagers = pager_globs(project.limits.pagers, project.limits.pager_handles)
    by_name = {kind.name: kind for kind in kinds}
    ours = [
        resource
        for resource in live
        if resource.key and resource.project == project.name and resource.kind in by_name
    ]
    return Plan(
        project=project.name,
        site=site,
        moved_from=project.moved_from,
        besides=tuple(_left_behind(project, matches)),
        changes=tuple(sorted((replace(change, pagers=pagers) for change in changes), key=_place)),
        left_alone=tuple(alone for matched in matches for alone in _left_alone(matched)),
        refused=tuple(sorted(refused, key=lambda refusal: (refusal.key, refusal.message))),
        unchanged=unchanged,
        ours=frozenset(LiveId(resource.kind, resource.id) for resource in ours),
        units=Counter(_unit(by_name[resource.kind], resource) for resource in ours),
        org_id=next((resource.org_id for resource in live if resource.org_id), 0),
        rules=rules_of(project),
        moves=moves(changes, [key for matched in matches for key in matched.declared]),
        spent=tuple(entry for matched in matches for entry in spent(matched)),
    )


def _compared(matches: Sequence[Match]) -> tuple[list[Change], list[Refusal], int]:
    """Return what differs, what cannot be planned, and how many resources are as declared."""
    references = References(matches)
    changes: list[Change] = []
    refused: list[Refusal] = []
    unchanged = 0
    for matched in matches:
        refused += matched.refused.values()
        for key, declared in matched.declared.items():
            if key in matched.refused:
                continue
            lacking = references.lacking(matched.kind, declared)
            if lacking is not None:
                refused.append(_unresolved(matched.kind, declared, lacking))
                continue
            change = _change(declared, matched, references)
            if change is None:
                unchanged += 1
            else:
                changes.append(change)
        changes += [_delete(orphan, matched.kind, references) for orphan in matched.orphans]
        changes += [_release(live, matched.kind, entry) for live, entry in matched.released]
    return changes, refused, unchanged


def _place(change: Change) -> tuple[int, str, int, str, str]:
    """Return where a change is shown: by action, key and kind."""
    number = change.id if isinstance(change.id, int) else 0
    return ORDER.index(change.action), change.key, number, change.kind.name, str(change.id)


def _change(declared: Declared, match: Match, references: References) -> Change | None:
    """Return what one declared resource needs, or None where Datadog holds it as declared."""
    kind = match.kind
    current = match.ours.get(declared.key)
    body = references.resolved(kind, declared)
    if current is None:
        every_field = differences({}, kind.canonical(body, declared=body))
        change = _wanted(kind, declared, "create", None, body, every_field)
        looks = match.lookalikes(body)
        return replace(
            change, lookalikes=looks.alike, untagged=looks.untagged, foreign=looks.foreign
        )
    fields = kind.field_changes(current.body, body)
    if not kind.changes_in_place(current.body, body):
        fields = (*fields, *_lost(kind, current.body, body))
        change = _wanted(kind, declared, "replace", current, body, fields)
        return replace(
            change,
            successor=match.successors.get(declared.key),
            referred_by=references.left_behind(current.live_id),
        )
    if not fields:
        return None
    action: Action = "adopt" if declared.key in match.adopted else "update"
    return _wanted(kind, declared, action, current, body, fields)


def _lost(kind: Kind, live: Body, body: Body) -> Iterator[FieldChange]:
    """Yield what nobody here knows of a resource: an update keeps it, a new one lacks it."""
    for slot in sorted(kind.unknown(live, body)):
        part, _, name = slot.partition(".")
        yield FieldChange(field=slot, old=live[part][name], new=None)


def _wanted(
    kind: Kind,
    declared: Declared,
    action: Action,
    current: LiveResource | None,
    body: Body,
    fields: tuple[FieldChange, ...],
) -> Change:
    send = kind.to_update if action in ("update", "adopt") else kind.to_create
    return Change(
        kind=kind,
        action=action,
        key=declared.key,
        name=declared.name,
        id=current.id if current else None,
        team=declared.team,
        business_unit=declared.business_unit,
        path=declared.path,
        line=declared.line,
        fields=fields,
        body=send(body),
        references=kind.references(declared),
        live=current,
    )


def _unit(kind: Kind, live: LiveResource) -> str:
    """Return the business unit of a live resource: what its tag says."""
    return tag_value(kind.tags(live.body), "business_unit")


def _leaving(live: LiveResource, kind: Kind, action: Action) -> Change:
    """Return a change of what no file declares: what it says of itself is from the live body."""
    return Change(
        kind=kind,
        action=action,
        key=live.key,
        name=kind.label(live.body),
        id=live.id,
        team=tag_value(kind.tags(live.body), "team"),
        business_unit=_unit(kind, live),
        live=live,
    )


def _delete(orphan: LiveResource, kind: Kind, references: References) -> Change:
    change = _leaving(orphan, kind, "delete")
    return replace(change, referred_by=references.left_behind(orphan.live_id))


def _release(live: LiveResource, kind: Kind, entry: Released) -> Change:
    """Return the change after which a resource is nobody's: all of it stays but our tags."""
    body = kind.without_identity(live.body)
    return replace(
        _leaving(live, kind, "release"),
        path=entry.path,
        line=entry.line,
        fields=kind.field_changes(live.body, body),
        body=body,
        reason=entry.reason,
    )


def _left_alone(match: Match) -> Iterator[LeftAlone]:
    by_reason: tuple[tuple[Reason, list[LiveResource]], ...] = (
        ("clone", match.clones),
        ("other-project", match.others),
        ("unmanaged", match.unmanaged),
    )
    kind = match.kind
    heirs = {
        former: key for key, declared in match.declared.items() for former in declared.moved_from
    }
    for reason, resources in by_reason:
        for live in sorted(resources, key=lambda live: (live.key, live.id)):
            yield LeftAlone(
                kind=kind.name,
                id=live.id,
                key=live.key,
                name=kind.label(live.body),
                reason=reason,
                twin=reason == "clone" and _is_declared(match, live),
                heir="" if live.key in match.declared else heirs.get(live.key, ""),
                tags=kind.tags(live.body),
            )


def _left_behind(project: Project, matches: Sequence[Match]) -> Iterator[str]:
    """
    Say what carries a former name of the project and no file declares.

    It is not deleted, as another project may have that name by now; but it pages on, and nobody
    finds it among their own.
    """
    for former in project.moved_from:
        behind = sorted(
            live.key
            for match in matches
            for live in match.others
            if live.project == former and live.key not in heirs_of(match.declared)
        )
        if behind:
            left = (
                "is left as it is, for no file declares it"
                if len(behind) == 1
                else "are left as they are, for no file declares them"
            )
            number = count(len(behind), "monitor")
            yield f"{number} of {former}, this project's former name, {left}: {listed(behind)}"


def _is_declared(match: Match, live: LiveResource) -> bool:
    """Return whether a clone is as its key is declared: the clone button gives another name."""
    declared = match.declared.get(live.key)
    return declared is not None and not match.kind.field_changes(live.body, declared.body)


def _unresolved(kind: Kind, declared: Declared, lacking: Address) -> Refusal:
    return Refusal(
        kind=kind.name,
        key=declared.key,
        message=f"{declared.key} refers to {lacking.key},"
        " which is not live and not made by this plan",
        hint="see why that one is refused, or refer to another",
        path=declared.path,
        line=declared.line,
    )
