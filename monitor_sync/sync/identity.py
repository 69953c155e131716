"""Which live resource is which declared one: by the key that it carries, never by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from monitor_sync.model import Body, Id, LiveResource, Project, Released
from monitor_sync.resources.kind import Declared, Kind
from monitor_sync.resources.monitor.kind import MONITOR
from monitor_sync.selectors import with_stems
from monitor_sync.sync.change import Refusal

Carriers = dict[str, list[LiveResource]]
"""Key to the live resources that carry it, the oldest first."""


class Lookalikes(Struct, frozen=True, kw_only=True):
    """
    Ids of live resources that look like a declared one.

    ``alike`` are unmanaged, the most alike first; in ``untagged`` of them nothing looks different.
    In ``foreign``, which are another project's, nothing does either.
    """

    alike: tuple[Id, ...]
    untagged: tuple[Id, ...]
    foreign: tuple[Id, ...]


class Match(Struct, kw_only=True, dict=True):
    """Which live resource of one kind is which declared one, and what the others are."""

    kind: Kind
    declared: Mapping[str, Declared]
    ours: dict[str, LiveResource] = field(default_factory=dict)
    """Declared key to its live resource, where it has one."""
    adopted: set[str] = field(default_factory=set)
    """Keys that take over a live resource with ``adopt``."""
    successors: dict[str, LiveResource] = field(default_factory=dict)
    """Key to the younger twin that an interrupted replace made."""
    orphans: list[LiveResource] = field(default_factory=list)
    """Resources with a key of this project that no file declares."""
    released: list[tuple[LiveResource, Released]] = field(default_factory=list)
    """Resources with a key of this project that the files release."""
    clones: list[LiveResource] = field(default_factory=list)
    """Further resources with a key of this project."""
    others: list[LiveResource] = field(default_factory=list)
    """Resources of another project."""
    unmanaged: list[LiveResource] = field(default_factory=list)
    """Resources without a key."""
    refused: dict[str, Refusal] = field(default_factory=dict)
    leaving: Mapping[str, Released] = field(default_factory=dict)
    """What the files release, by key."""
    carried: frozenset[str] = frozenset()
    """The keys of this project that live resources carry."""

    @cached_property
    def _by_looks(self) -> Mapping[Hashable, Sequence[Id]]:
        alike: dict[Hashable, list[Id]] = defaultdict(list)
        for live in self.unmanaged:
            for look in self.kind.looks(live.body):
                alike[look].append(live.id)
        return alike

    def lookalikes(self, body: Body) -> Lookalikes:
        """Return the live resources of others that look like a body."""
        looks = self.kind.looks(body)
        shared = Counter(number for look in looks for number in self._by_looks.get(look, ()))
        alike = tuple(sorted(shared, key=lambda number: (-shared[number], str(number))))
        return Lookalikes(
            alike=alike,
            untagged=tuple(number for number in alike if shared[number] == len(looks)),
            foreign=tuple(self._foreign_by_looks.get(looks, ())),
        )

    @cached_property
    def _foreign_by_looks(self) -> Mapping[Hashable, Sequence[Id]]:
        alike: dict[Hashable, list[Id]] = defaultdict(list)
        for live in self.others:
            alike[self.kind.looks(live.body)].append(live.id)
        return alike


def match(project: Project, live: Iterable[LiveResource], kind: Kind = MONITOR) -> Match:
    """Find the live resource of each declared one, and say what the remaining ones are."""
    result = Match(kind=kind, declared=kind.declared(project), leaving=kind.leaving(project))
    by_key: Carriers = defaultdict(list)
    moving: list[LiveResource] = []
    of_kind = [resource for resource in live if resource.kind == kind.name]
    heirs = heirs_of(result.declared) if project.moved_from else {}
    for resource in of_kind:
        if not resource.key or not resource.project:
            result.unmanaged.append(resource)
        elif resource.project != project.name:
            moved = resource.project in project.moved_from and resource.key in heirs
            (moving if moved else result.others).append(resource)
        else:
            by_key[resource.key].append(resource)
    for carriers in by_key.values():
        if len(carriers) > 1:
            carriers.sort(key=lambda carrier: (carrier.created, carrier.id))
    for resource in moving:
        heir = heirs[resource.key]
        if resource.key in by_key or heir in by_key:
            result.others.append(resource)
        else:
            by_key[resource.key].append(resource)
            result.adopted.add(heir)
    result.carried = frozenset(by_key)
    _by_own_key(by_key, result)
    _by_former_key(by_key, result)
    _by_adoption(project.name, by_key, of_kind, result)
    _ambiguous(project.name, of_kind, by_key, result)
    _leftovers(by_key, result, releases(kind, project))
    _of_another_project(result)
    return result


def heirs_of(declared: Mapping[str, Declared]) -> Mapping[str, str]:
    """Return the declared key that each key means: itself, or what it was renamed to since."""
    former = {old: key for key, heir in declared.items() for old in heir.moved_from}
    return {**former, **{key: key for key in declared}}


def _by_own_key(by_key: Carriers, match: Match) -> None:
    """
    Give each declared key its oldest live resource; younger ones are clones made by people.

    Where Datadog cannot change the oldest into what is declared and a younger one already is so,
    an earlier run made the younger one and did not get to its delete: a clone is always like its
    original. Where a clone of the oldest carries the key too, nothing is replaced: with the oldest
    gone, the clone would be the oldest and would be taken for ours.
    """
    kind = match.kind
    for key in match.declared.keys() & by_key.keys():
        oldest, *younger = by_key.pop(key)
        match.ours[key] = oldest
        wanted = match.declared[key].body
        if younger and not kind.changes_in_place(oldest.body, wanted):
            heirs = [heir for heir in younger if kind.changes_in_place(heir.body, wanted)]
            if heirs:
                match.successors[key] = heirs[0]
                younger.remove(heirs[0])
            clones = [clone for clone in younger if not kind.changes_in_place(clone.body, wanted)]
            if clones:
                match.refused[key] = _cloned(key, "made anew", oldest, clones)
        match.clones += younger


def _by_former_key(by_key: Carriers, match: Match) -> None:
    """Let ``moved_from`` keep the id of a key that nobody declares any more."""
    for key, declared in match.declared.items():
        for former in declared.moved_from:
            if former in match.declared or former not in by_key:
                continue
            carriers = by_key.pop(former)
            if key not in match.ours:
                match.ours[key] = carriers.pop(0)
            # What still carries a key that a resource moved from is a clone that stayed behind
            match.clones += carriers


def _by_adoption(
    project: str, by_key: Carriers, live: Sequence[LiveResource], match: Match
) -> None:
    """Follow ``adopt: ID``: the one way in for a resource without our key."""
    adopting = [declared for declared in match.declared.values() if declared.adopt is not None]
    if not adopting:
        return
    by_id = {resource.id: resource for resource in live}
    taken: dict[Id, str] = {}
    for declared in adopting:
        target = by_id.get(declared.adopt)
        current = match.ours.get(declared.key)
        if current is not None and current is target:
            continue
        refused = _why_not(project, match.kind, declared, target, current, taken)
        if refused is not None or target is None:
            if refused is not None:
                match.refused[declared.key] = refused
            if target is not None and target.project == project:
                by_key.pop(target.key, None)  # said above; never deleted for it
            continue
        match.ours[declared.key] = target
        match.adopted.add(declared.key)
        taken[target.id] = declared.key
    match.unmanaged = [resource for resource in match.unmanaged if resource.id not in taken]


def _why_not(
    project: str,
    kind: Kind,
    declared: Declared,
    target: LiveResource | None,
    current: LiveResource | None,
    taken: Mapping[Id, str],
) -> Refusal | None:
    """Return why a resource cannot be taken over; None where it can."""
    if current is not None:
        return _cannot_adopt(
            kind,
            declared,
            f"{declared.key} already lives as #{current.id}",
            "remove `adopt:`, or remove our tags from the one that should go",
            current.id,
        )
    if target is None:
        return _cannot_adopt(
            kind,
            declared,
            f"Datadog has no such {kind.name}",
            "check the number and the organisation of the keys; if it was deleted since, take"
            " `adopt` out: the next apply makes it anew",
        )
    if target.id in taken:
        why, hint = (
            f"{taken[target.id]} adopts it already",
            "one of the two needs another `adopt:`, or none",
        )
    else:
        why, hint = _claimed(project, target) or _of_another_type(kind, declared, target)
    return _cannot_adopt(kind, declared, why, hint, target.id) if why else None


def _cannot_adopt(kind: Kind, declared: Declared, why: str, hint: str, *ids: Id) -> Refusal:
    return Refusal(
        kind=kind.name,
        key=declared.key,
        message=f"cannot adopt #{declared.adopt}: {why}",
        hint=hint,
        ids=ids,
        path=declared.path,
        line=declared.line,
    )


def _claimed(project: str, target: LiveResource) -> tuple[str, str] | None:
    """Return whose a resource is already, and what to do about it; None where it is nobody's."""
    if target.claims:
        ours = any(owner == project for owner, _ in target.claims)
        return (
            f"it carries several keys or projects{', this one among them' if ours else ''}",
            "leave it no tag `monitor_sync_key:…`, or the one that it shall have, in Datadog",
        )
    if not target.project or not target.key:
        return None
    if target.project != project:
        return f"it belongs to the project {target.project}", "remove it there first"
    return (
        f"it is ours already, as {target.key}",
        f"to rename it, write `moved_from: {target.key}` in place of `adopt:`",
    )


def _of_another_type(kind: Kind, declared: Declared, target: LiveResource) -> tuple[str, str]:
    """Return that Datadog would not let it become what is declared; empty where it would."""
    if kind.changes_in_place(target.body, declared.body):
        return "", ""
    live, wanted = target.body.get("type"), declared.body.get("type")
    return (
        f"it is a {live}, and Datadog never changes a type to {wanted}",
        f"declare it as `type: {live}`, or remove `adopt:`",
    )


def _ambiguous(project: str, live: Iterable[LiveResource], by_key: Carriers, match: Match) -> None:
    """
    Refuse every change of a key that a resource with several keys or projects names too.

    Somebody added a second tag of ours. Which of the keys it has, only a person knows: were one of
    them believed, the resource of the other key would be made anew, or this one deleted.
    """
    for resource in live:
        if not resource.claims:
            continue
        claimed = [key for owner, key in resource.claims if owner == project and key]
        names = " and ".join(dict.fromkeys(f"{owner} {key}" for owner, key in resource.claims))
        heirs = [
            key
            for key, declared in match.declared.items()
            if not set(claimed).isdisjoint(declared.moved_from)
        ]
        for key in (*claimed, *heirs):
            by_key.pop(key, None)
            match.refused[key] = Refusal(
                kind=resource.kind,
                key=key,
                message=f"#{resource.id} carries the tags of {names}: nobody knows which it is",
                hint="leave it one tag `monitor_sync_key:…` and one `monitor_sync_project:…`"
                " in Datadog",
                ids=(resource.id,),
            )


def _of_another_project(match: Match) -> None:
    """
    Refuse to make a key that lives under another project: one of the two was renamed.

    Were it made, every monitor of a renamed project would live, and page, twice.
    """
    for other in match.others:
        declared = match.declared.get(other.key)
        if declared is None or other.key in match.ours or other.key in match.refused:
            continue
        match.refused[other.key] = Refusal(
            kind=other.kind,
            key=other.key,
            message=f"not made: {other.key} lives as #{other.id} in the project {other.project}",
            hint=f"if the project was renamed, write `moved_from: {other.project}` beside"
            " `project:` in project.yaml; else give it another key",
            ids=(other.id,),
            path=declared.path,
            line=declared.line,
        )


def releases(kind: Kind, project: Project) -> Mapping[str, Released]:
    """Return what the files release, by the key that it has or had."""
    leaving = kind.leaving(project)
    former = {old: released for released in leaving.values() for old in released.moved_from}
    return {**former, **leaving}


def released_as(leaving: Mapping[str, Released], key: str) -> Released | None:
    """Return the entry that releases a live key: its own, or that of what it is an item of."""
    return next((leaving[stem] for stem in with_stems(key) if stem in leaving), None)


def _leftovers(by_key: Carriers, match: Match, leaving: Mapping[str, Released]) -> None:
    """
    Sort out keys that no file declares: each resource is deleted, or let go where it is released.

    Not while it has a clone: with the oldest gone, the clone would be taken for it.
    """
    for key, (oldest, *younger) in sorted(by_key.items()):
        if key in match.declared:
            continue
        released = released_as(leaving, key)
        if younger:
            match.clones += younger
            what = "deleted" if released is None else "released"
            match.refused[key] = _cloned(key, what, oldest, younger)
        elif released is None:
            match.orphans.append(oldest)
        else:
            match.released.append((oldest, released))


def _cloned(key: str, what: str, oldest: LiveResource, clones: Sequence[LiveResource]) -> Refusal:
    """Say that a resource is not ``what`` (deleted, made anew) while a clone carries its key."""
    ids = (oldest.id, *(clone.id for clone in clones))
    listed = " and ".join(f"#{number}" for number in ids)
    return Refusal(
        kind=oldest.kind,
        key=key,
        message=f"not {what}: {listed} both carry the key {key}, and one is a clone",
        hint="delete the clone in Datadog, or remove our tags from it",
        ids=ids,
    )
