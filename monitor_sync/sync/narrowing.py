"""The part of a plan that selectors mean: less is shown, nothing less is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from monitor_sync.errors import UsageError
from monitor_sync.model import Address, Project
from monitor_sync.resources.kind import Kind
from monitor_sync.resources.kinds import KINDS
from monitor_sync.selectors import Selector, first_unmatched, selected
from monitor_sync.sync.change import LEAVING
from monitor_sync.sync.plan import Plan

Tags = Mapping[Address, Sequence[str]]


def select(
    plan: Plan,
    selectors: Sequence[Selector],
    *,
    project: Project,
    kinds: Sequence[Kind] = KINDS,
    suggest: Callable[[str], str] = lambda _: "`monitor-sync list` shows every key",
) -> Plan:
    """
    Return the part of a plan that the selectors mean, to be shown; the fingerprint stays.

    A delete and a release are meant by their live keys and tags. Raises UsageError for a selector
    that means no declared resource and nothing in the plan, with what ``suggest`` makes of its
    text.
    """
    if not selectors:
        return plan
    declared = {
        Address(kind.name, key): kind.tags(resource.body)
        for kind in kinds
        for key, resource in kind.declared(project).items()
    }
    tags = _tags(plan, declared)
    alone = [(resource.key, resource.tags) for resource in plan.left_alone if resource.key]
    known = [*((address.key, own) for address, own in tags.items()), *alone]
    unmatched = first_unmatched(selectors, known)
    if unmatched is not None:
        raise UsageError(unmatched.unmatched, hint=suggest(unmatched.text))
    meant = {address for address, own in tags.items() if selected(selectors, address.key, own)}
    changed = _changed(plan)
    return replace(
        plan,
        changes=tuple(change for change in plan.changes if change.address in meant),
        refused=tuple(refusal for refusal in plan.refused if refusal.address in meant),
        left_alone=tuple(
            resource
            for resource in plan.left_alone
            if resource.key and selected(selectors, resource.key, resource.tags)
        ),
        unchanged=sum(address in meant and address not in changed for address in declared),
        narrowed_from=plan.narrowed_from or plan,
        base=plan.base.narrowed(meant) if plan.base else None,
    )


def _tags(plan: Plan, declared: Tags) -> Tags:
    """Return the tags by which each resource is meant: of what goes away, the live ones."""
    tags = dict(declared)
    for change in plan.changes:
        if change.action in LEAVING and change.live is not None:
            tags[change.address] = change.kind.tags(change.live.body)
    if plan.base:
        tags |= {apart.address: apart.tags for apart in plan.base.apart if apart.tags}
    return tags


def _changed(plan: Plan) -> set[Address]:
    """Return the resources that differ for whatever reason, or are refused."""
    changed = {change.address for change in plan.changes}
    changed |= {refusal.address for refusal in plan.refused}
    if plan.base:
        changed |= {apart.address for apart in plan.base.apart}
        changed |= {refusal.address for refusal in plan.base.refused}
    return changed
