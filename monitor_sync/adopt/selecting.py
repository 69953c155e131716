"""Which live monitors an import takes, which are declared already, which stay out and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from monitor_sync.adopt.marks import mark_of
from monitor_sync.model import Id, LiveResource, Project
from monitor_sync.sync.identity import Match, match
from monitor_sync.sync.references import References

Reason = Literal["mark", "other-project", "clone", "unprovable", "unsupported"]

UNSUPPORTED: Final = {
    "synthetics alert": "it belongs to a Synthetics test, which makes and deletes it",
    "event alert": "Datadog has retired this type and makes no more of them",
}
"""Types that nobody can create through the API of monitors, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """
    A live monitor that is not imported.

    ``detail`` says in words what stands in the way; for ``mark`` it is the name of the tool.
    ``key`` is the key of ours that it carries, where ``detail`` names that.
    """

    id: Id
    name: str
    reason: Reason
    detail: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for: what is to be imported, what is declared already, what stays out."""

    chosen: tuple[LiveResource, ...]
    already: tuple[LiveResource, ...]
    left: tuple[Left, ...]


def select(
    requested: Iterable[LiveResource],
    live: Sequence[LiveResource],
    project: Project,
    *,
    take_over: bool = False,
) -> Selection:
    """
    Sort the monitors that were asked for: each is in exactly one part of the answer.

    ``live`` are all that there are, without which a clone could not be told from its original.
    ``take_over`` imports what bears the mark of another tool too.
    """
    matched = match(project, live)
    declared = {resource.id for resource in matched.ours.values()}
    declared |= {monitor.adopt for monitor in project.monitors.values() if monitor.adopt}
    why = _not_ours_to_take(matched) | _declared_without_identity(matched)
    orphans = {orphan.id: orphan.key for orphan in matched.orphans}
    chosen, already, left = [], [], []
    for resource in requested:
        if resource.id in declared:
            already.append(resource)
            continue
        reason = why.get(resource.id) or _unfit(resource, take_over)
        if reason is None:
            chosen.append(resource)
        else:
            left.append(
                Left(
                    id=resource.id,
                    name=resource.name,
                    reason=reason[0],
                    detail=reason[1],
                    key=orphans.get(resource.id, ""),
                )
            )
    return Selection(chosen=tuple(chosen), already=tuple(already), left=tuple(left))


def _not_ours_to_take(matched: Match) -> dict[Id, tuple[Reason, str]]:
    """Return why monitors with tags of this tool cannot be imported, by id."""
    why: dict[Id, tuple[Reason, str]] = {}
    for other in matched.others:
        why[other.id] = ("other-project", other.project)
    for clone in matched.clones:
        why[clone.id] = ("clone", f"it carries the key {clone.key}, which an older monitor has")
    for orphan in matched.orphans:
        why[orphan.id] = (
            "unprovable",
            f"it carries our key {orphan.key}, which no file declares: bring its file back",
        )
    for leaving, released in matched.released:
        why[leaving.id] = (
            "unprovable",
            f"the files release {released.key}, whose tags it has until `apply`",
        )
    for key, refusal in matched.refused.items():
        for id_ in refusal.ids:
            why.setdefault(id_, ("clone", f"several monitors carry the key {key}"))
    return why


_COMPARED: Final = frozenset({"name", "type", "query", "message", "options"})
"""What Datadog compares before it refuses a monitor as a duplicate (``hygiene/exact-copy``)."""


def _declared_without_identity(matched: Match) -> dict[Id, tuple[Reason, str]]:
    """
    Return the monitors that the files declare already, and that have lost our tags, by id.

    A second declaration of one would leave the first to be created, which Datadog refuses.
    """
    why: dict[Id, tuple[Reason, str]] = {}
    kind, references = matched.kind, References([matched])
    unmanaged_by_id = {resource.id: resource for resource in matched.unmanaged}
    for key, declared in matched.declared.items():
        if key in matched.ours or key in matched.refused:
            continue
        body = references.resolved(kind, declared)
        for id_ in matched.lookalikes(body).alike:
            changes = kind.field_changes(unmanaged_by_id[id_].body, body)
            if _COMPARED.isdisjoint(change.field.partition(".")[0] for change in changes):
                words = f"write `adopt: {id_}` on {key}, which declares the same"
                why.setdefault(id_, ("unprovable", words))
    return why


def _unfit(resource: LiveResource, take_over: bool) -> tuple[Reason, str] | None:
    if resource.claims:
        names = ", ".join(key or owner for owner, key in resource.claims)
        return "clone", f"it carries several keys or projects of this tool: {names}"
    kind = str(resource.body.get("type"))
    if kind in UNSUPPORTED:
        return "unsupported", UNSUPPORTED[kind]
    tool, _ = mark_of(resource.body)
    return ("mark", tool) if tool and not take_over else None


def unmanaged(live: Iterable[LiveResource], project: Project) -> Iterator[LiveResource]:
    """Yield the live monitors that no file declares and that carry no project's tags."""
    everything = list(live)
    adopted: Collection[Id | None] = {monitor.adopt for monitor in project.monitors.values()}
    for resource in match(project, everything).unmanaged:
        if resource.id not in adopted and not resource.claims:
            yield resource
