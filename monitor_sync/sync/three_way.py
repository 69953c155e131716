"""
Which differences are this change's, and which were there without it. Pure.

Each resource has three versions: what the base declared, what the files declare here, and what is
live. Where base and files differ, the difference is this change. Where they agree and the live
version differs, either somebody changed it in Datadog or an earlier change is not applied yet. The
revisions before the base tell which; they are read one by one until every difference is explained.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from monitor_sync.model import Address, Body, Id, LiveResource, Project
from monitor_sync.resources.difference import FieldChange
from monitor_sync.resources.kind import Declared, Kind, differing
from monitor_sync.resources.kinds import KINDS
from monitor_sync.sync.change import LEAVING, Change, Refusal
from monitor_sync.sync.drift import Apart, Base, Origin
from monitor_sync.sync.identity import match, released_as, releases
from monitor_sync.sync.plan import Plan

WHOLE: Final = frozenset({"*"})
"""Stands for all slots of a resource that is created, replaced, deleted or released."""

_BARE: Final = ("create", "delete", "release")
"""Actions of which the word says enough: no field is told."""


class Cause(Struct, frozen=True, kw_only=True):
    """A revision that explains a live value: one not applied yet, or one newer than the base."""

    origin: Origin
    since: str


class ThreeWayCase(Struct, frozen=True, kw_only=True):
    """One resource whose live form differs from what the files declare."""

    change: Change
    """What would make it as declared."""
    here: Body | None
    """The body that the files declare here; None for none."""
    was: Body | None
    """The body that the base declared; None for none."""
    former: tuple[str, ...] = ()
    """Keys that it had before."""
    touched: frozenset[str] = frozenset()
    """Slots that this change edits and whose live value is not the new one yet."""
    open: frozenset[str] = frozenset()
    """Slots that this change does not edit and whose live value is not the declared one."""
    contested: frozenset[str] = frozenset()
    """Slots that this change edits and whose live value is neither the old nor the new one."""
    causes: Mapping[str, Cause] = field(default_factory=dict)
    """Open or contested slot to the revision that explains its live value."""

    @property
    def live(self) -> Body:
        """What Datadog holds; empty where it holds nothing."""
        return self.change.live.body if self.change.live else {}

    @property
    def unexplained(self) -> frozenset[str]:
        """Slots whose live value no revision has explained yet."""
        return (self.open | self.contested) - self.causes.keys()

    def because(self, origin: Origin) -> frozenset[str]:
        """Return the open slots of one origin."""
        return frozenset(
            slot
            for slot in self.open
            if (self.causes[slot].origin if slot in self.causes else "drift") == origin
        )


class ThreeWay:
    """The cases of a plan: ``explain`` takes in one revision after another, ``result`` ends it."""

    def __init__(
        self, plan: Plan, here: Project, was: Project, live: Sequence[LiveResource]
    ) -> None:
        self._plan = plan
        self._here = here
        self._was = was
        kinds = tuple(dict.fromkeys((*KINDS, *(change.kind for change in plan.changes))))
        self._kinds = {kind.name: kind for kind in kinds}
        self._ids = _ids(here, live, kinds)
        let_go = _newly_released(plan.changes, here, was, kinds)
        wholes = [_whole(change, here, was, let_go) for change in plan.changes]
        self._made = {
            whole.change.address
            for whole in wholes
            if whole is not None and whole.touched and whole.change.action in ("create", "replace")
        }
        self._staying = {
            address: number for address, number in self._ids.items() if address not in self._made
        }
        pairs = zip(plan.changes, wholes, strict=True)
        self._cases = [whole or self._in_slots(change) for change, whole in pairs]

    @property
    def unexplained(self) -> tuple[str, ...]:
        """The keys, former ones included, of resources with a slot that is not explained yet."""
        open_ = (case for case in self._cases if case.unexplained)
        return tuple(key for case in open_ for key in (case.change.key, *case.former))

    def explain(self, then: Project, cause: Cause) -> None:
        """Take in one revision: a live value that it declared is there because of ``cause``."""
        self._cases = [self._explained(case, then, cause) for case in self._cases]

    def result(self, base: Base) -> Plan:
        """
        Return the plan of this change alone, with all other differences in its ``base``.

        Where a unit's policy is to revert drift, the revert is part of the plan and marked so.
        """
        changes: list[Change] = []
        apart: list[Apart] = []
        refused = [refusal for refusal in self._plan.refused if self._asked_here(refusal)]
        for case in self._cases:
            change, rest = self._split(case)
            apart += rest
            if change is None:
                continue
            lacking = [
                target
                for target in change.kind.unresolved(change.body or {})
                if target not in self._made and target not in self._ids
            ]
            if lacking:
                refused.append(_not_applied(change, lacking[0].key))
            else:
                changes.append(change)
        others = tuple(refusal for refusal in self._plan.refused if refusal not in refused)
        return replace(
            self._plan,
            changes=tuple(changes),
            refused=tuple(refused),
            base=replace(base, apart=tuple(apart), refused=others),
        )

    # taking apart

    def _in_slots(self, change: Change) -> ThreeWayCase:
        """Take apart an update of a resource that the base declares too."""
        kind = change.kind
        declared = kind.declared(self._here)[change.key]
        former = _declared(kind, self._was, change.key, declared.moved_from)
        here = kind.resolved(declared.body, self._staying)
        was = kind.resolved(former.body, self._ids) if former else here
        live = change.live.body if change.live else {}
        ours, theirs, there = (kind.slots(body, declared=here) for body in (here, was, live))
        different = differing(ours, there)
        touched = different & differing(ours, theirs)
        return ThreeWayCase(
            change=change,
            here=here,
            was=was,
            former=declared.moved_from,
            touched=touched,
            open=different - touched,
            contested=touched & differing(theirs, there),
        )

    def _explained(self, case: ThreeWayCase, then: Project, cause: Cause) -> ThreeWayCase:
        unexplained = case.unexplained
        if not unexplained:
            return case
        kind = case.change.kind
        declared = _declared(kind, then, case.change.key, case.former)
        if unexplained == WHOLE:
            explained = WHOLE if _as_live(case.change, declared) else frozenset()
        elif declared is None:
            explained = frozenset()
        else:
            form = case.here if case.here is not None else case.was or {}
            there = kind.slots(case.live, declared=form)
            body = kind.resolved(declared.body, self._ids)
            explained = unexplained - differing(kind.slots(body, declared=form), there)
        return replace(case, causes={**case.causes, **dict.fromkeys(explained, cause)})

    def _asked_here(self, refusal: Refusal) -> bool:
        """Return whether what is refused is what this change asks for."""
        kind = self._kinds[refusal.kind]
        here = kind.declared(self._here).get(refusal.key)
        was = _declared(kind, self._was, refusal.key, here.moved_from if here else ())
        if here is None or was is None:
            return here is not was
        return (here.adopt, here.moved_from) != (was.adopt, was.moved_from) or bool(
            kind.field_changes(was.body, here.body)
        )

    # putting together

    def _split(self, case: ThreeWayCase) -> tuple[Change | None, list[Apart]]:
        """Return what this change does to one resource, and its differences for other reasons."""
        reverts = case.change.business_unit in self._here.reverting
        if case.touched == WHOLE:
            return self._taken(case), []
        if case.open == WHOLE:
            apart = _apart(case, ())
            if apart.origin == "drift" and reverts and case.change.action in ("create", "adopt"):
                names = tuple(field.field for field in case.change.fields)
                return replace(self._taken(case), reverts=names), []
            return None, [apart]
        return _merged(case, reverts=reverts)

    def _taken(self, case: ThreeWayCase) -> Change:
        """Return a change as a whole, with the ids of what this change does not make anew."""
        change = case.change
        body = change.body
        if body is not None and change.references:
            body = change.kind.resolved(body, self._staying)
        return replace(change, body=body, overwrites=_overwritten(case, case.contested))


def _merged(case: ThreeWayCase, *, reverts: bool) -> tuple[Change | None, list[Apart]]:
    """Return this change merged onto the live version, and the differences for other reasons."""
    here, live, kind = case.here or {}, case.live, case.change.kind
    keep = case.open | kind.unknown(live, here, case.was or {})
    if case.touched:
        keep = kind.settled(live, here, keep, case.contested)
    drift, pending, newer = (case.because(origin) & keep for origin in ("drift", "merged", "newer"))
    result = kind.merged(live, here, keep) if case.touched else live
    fields = kind.field_changes(live, result)
    apart = []
    parts: tuple[tuple[Origin, frozenset[str]], ...] = (
        ("merged", pending),
        ("newer", newer),
        ("drift", drift),
    )
    for origin, slots in parts:
        if origin == "drift" and reverts:
            continue
        one_more = kind.merged(live, here, keep - slots) if slots else result
        differences = kind.field_changes(result, one_more)
        if differences:
            apart.append(
                replace(_apart(case, differences), origin=origin, since=_since(case, slots))
            )
    sent = result
    if reverts and drift:
        sent = kind.merged(live, here, keep - drift)
    own = {field.field for field in fields}
    differences = kind.field_changes(live, sent)
    if not differences:
        return None, apart
    change = replace(
        case.change,
        fields=differences,
        body=kind.to_update(sent),
        reverts=tuple(field.field for field in differences if field.field not in own),
        overwrites=_overwritten(case, case.contested | (case.open - keep)),
    )
    return change, apart


def _apart(case: ThreeWayCase, fields: tuple[FieldChange, ...]) -> Apart:
    change = case.change
    cause = case.causes.get("*")
    return Apart(
        origin=cause.origin if cause else "drift",
        kind=change.kind.name,
        action=change.action,
        key=change.key,
        id=change.id,
        name=change.name,
        team=change.team,
        business_unit=change.business_unit,
        fields=fields or (() if change.action in _BARE else change.fields),
        since=cause.since if cause else "",
        tags=change.kind.tags(case.live) if case.here is None else (),
        untagged=change.untagged,
    )


def _since(case: ThreeWayCase, slots: Iterable[str]) -> str:
    """Return the commit that explains these slots; of several, that of the first slot by name."""
    return next((case.causes[slot].since for slot in sorted(slots) if slot in case.causes), "")


def _overwritten(case: ThreeWayCase, lost: Collection[str]) -> tuple[FieldChange, ...]:
    """Return the edits in Datadog that this change undoes: the base's value and the live one."""
    was = case.was
    causes = case.causes
    undone = {slot for slot in lost if slot not in causes or causes[slot].origin != "merged"}
    if not undone or was is None:
        return ()
    kind = case.change.kind
    return kind.field_changes(was, kind.merged(case.live, was, undone))


# who is who


def _ids(
    project: Project, live: Sequence[LiveResource], kinds: Sequence[Kind]
) -> dict[Address, Id]:
    """Return the id of each key that lives, those about to go included, and of former keys."""
    ids: dict[Address, Id] = {}
    for kind in kinds:
        matched = match(project, live, kind)
        ids |= {orphan.address: orphan.id for orphan in matched.orphans}
        ids |= {live.address: live.id for live, _ in matched.released}
        for key, resource in matched.ours.items():
            for name in (key, *matched.declared[key].moved_from):
                ids[Address(kind.name, name)] = resource.id
    return ids


def _declared(kind: Kind, project: Project, key: str, former: Sequence[str]) -> Declared | None:
    """Return a resource as a project declares it, under this key or the one it had then."""
    declared = kind.declared(project)
    return next((declared[name] for name in (key, *former) if name in declared), None)


def _whole(
    change: Change, here: Project, was: Project, let_go: Collection[Address]
) -> ThreeWayCase | None:
    """
    Return the case of a resource that comes or goes; None for one that is merged in slots.

    ``let_go`` are those that are released here and were not before.
    """
    kind = change.kind
    declared = kind.declared(here).get(change.key)
    former = _declared(kind, was, change.key, declared.moved_from if declared else ())
    case = ThreeWayCase(
        change=change,
        here=declared.body if declared else None,
        was=former.body if former else None,
        former=declared.moved_from if declared else (),
    )
    if declared is None:
        if former is None and change.address in let_go:
            return replace(case, touched=WHOLE)
        if former is None:
            return replace(case, open=WHOLE)
        return replace(case, touched=WHOLE, contested=_edited(case))
    if former is None:
        return replace(case, touched=WHOLE)
    if change.action == "update":
        return None
    if kind.field_changes(former.body, declared.body) or former.adopt != declared.adopt:
        edited = _edited(case) if change.action == "replace" else frozenset[str]()
        return replace(case, touched=WHOLE, contested=edited)
    return replace(case, open=WHOLE)


def _newly_released(
    changes: Iterable[Change], here: Project, was: Project, kinds: Collection[Kind]
) -> set[Address]:
    """Return what the files release here and the base did not release."""
    now = {kind: releases(kind, here) for kind in kinds}
    before = {kind: releases(kind, was) for kind in kinds}
    return {
        change.address
        for change in changes
        if released_as(now[change.kind], change.key) is not None
        and released_as(before[change.kind], change.key) is None
    }


def _edited(case: ThreeWayCase) -> frozenset[str]:
    """Return the slots whose live value is not what the base declared."""
    kind = case.change.kind
    was = case.was or {}
    if kind.unresolved(was):  # whose ids the base had is not known: what is live is taken for it
        was = {
            name: case.live.get(name) if "${id:" in str(was[name]) else was[name] for name in was
        }
    return differing(kind.slots(case.live, declared=was), kind.slots(was, declared=was))


def _as_live(change: Change, declared: Declared | None) -> bool:
    """Return whether Datadog would be as it is if a revision with this declaration were applied."""
    if change.action in LEAVING:
        return declared is not None
    if declared is None or change.action == "create":
        return declared is None
    if change.action == "adopt":
        return bool(declared.adopt != change.id)
    live = change.live.body if change.live else {}
    return change.kind.changes_in_place(live, declared.body)


def _not_applied(change: Change, key: str) -> Refusal:
    return Refusal(
        kind=change.kind.name,
        key=change.key,
        message=f"{change.key} refers to {key}, which was merged earlier and is not applied yet",
        hint="apply that first: `monitor-sync apply`, or with --base naming the revision before it",
        path=change.path,
        line=change.line,
    )
