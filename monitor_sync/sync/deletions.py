"""
Was a declared monitor that is not live deleted, stripped of our tags, or never made? Pure.

Three things tell, the surest first: Datadog's audit trail, which has the name of each monitor that
was deleted in the last 90 days; the last commit that is known to be applied; and git's history,
where a monitor that all looked-at revisions declare was made long ago. Where none of them speaks
the monitor counts as merged and not applied yet. Before them all goes what lives: one without our
tags that has the monitor's name, type and query is it, and nothing was deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.model import Deletion
from monitor_sync.sync.drift import Apart
from monitor_sync.sync.plan import Plan

UNKNOWN = (
    "whether {} deleted in Datadog or never made: its audit trail cannot be read"
    " (audit_logs_read), and no applied commit is known"
)


class Evidence(Struct, frozen=True, kw_only=True):
    """
    What is known of the past of monitors that are declared and not live.

    ``deletions`` are those of the audit trail, the latest first; None where it cannot be read.
    ``merged_at`` gives the time of a commit, in milliseconds since 1970. ``is_applied`` says of a
    commit whether it is known to be applied.
    """

    deletions: tuple[Deletion, ...] | None = None
    merged_at: Callable[[str], int] = lambda _: 0
    is_applied: Callable[[str], bool] = lambda _: False


def candidates(plan: Plan) -> bool:
    """Return whether anything is declared and not live although this project lives."""
    actions = [change.action for change in plan.changes]
    if plan.base is not None:
        actions += [entry.action for entry in plan.base.apart]
    return bool(plan.ours) and "create" in actions


def with_deletions(plan: Plan, evidence: Evidence) -> Plan:
    """
    Return the plan with what somebody did to a declared monitor told as such.

    What was deleted in Datadog, or lost our tags there, never counts as not applied yet.
    """
    trail = _Trail(evidence, _by_name(evidence.deletions or ()))
    going = {change.name.strip() for change in plan.changes if change.action != "create"}
    moved = {rename.new for move in plan.moves for rename in move.renames}
    changes = tuple(
        replace(change, deleted=trail.of(change.name))
        if change.action == "create"
        and change.key not in moved
        and change.name not in going
        and not change.untagged
        else change
        for change in plan.changes
    )
    if plan.base is None:
        return replace(plan, changes=changes)
    apart = tuple(trail.judged(entry) for entry in plan.base.apart)
    return replace(plan, changes=changes, base=replace(plan.base, apart=apart))


def unknown(plan: Plan, evidence: Evidence) -> int:
    """Return how many monitors may have been deleted without anybody being able to tell."""
    if evidence.deletions is not None or plan.base is None:
        return 0
    return sum(
        entry.action == "create" and not evidence.is_applied(entry.since)
        for entry in plan.base.of("merged")
    )


class _Trail(Struct):
    """Deletions by the name that the monitor had, each told of one monitor."""

    evidence: Evidence
    by_name: dict[str, list[Deletion]]

    def of(self, name: str, since: int = 0) -> Deletion | None:
        """Return the latest deletion of a monitor of this name after a time; None for none."""
        left = self.by_name.get(name.strip(), [])
        return left.pop(0) if left and left[0].at >= since else None

    def judged(self, entry: Apart) -> Apart:
        """Return what was live, and is not or not as ours, as drift: not as a merge that waits."""
        if entry.action != "create" or entry.origin == "newer":
            return entry
        if entry.untagged:
            return replace(entry, origin="drift", since="", action="adopt", id=entry.untagged[0])
        since = self.evidence.merged_at(entry.since) if entry.since else 0
        deleted = self.of(entry.name, since)
        if deleted is None and (
            entry.origin == "drift" or (entry.since and self.evidence.is_applied(entry.since))
        ):
            deleted = Deletion()
        if deleted is None:
            return entry
        return replace(entry, origin="drift", since="", deleted=deleted)


def _by_name(deletions: Iterable[Deletion]) -> dict[str, list[Deletion]]:
    by_name: dict[str, list[Deletion]] = {}
    for deletion in deletions:
        by_name.setdefault(deletion.name.strip(), []).append(deletion)
    return by_name
