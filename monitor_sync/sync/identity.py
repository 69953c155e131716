"""Which live monitor is which declared one: by our tags, never by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor_sync.model import LiveMonitor, Monitor, Project
from monitor_sync.resources.monitor.equivalence import same_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    A change that the files ask for and that is not made, while the rest of the plan goes on.

    ``message`` is one sentence without a full stop, ``hint`` says what to type. ``ids`` are the
    live monitors it is about. ``path`` and ``line`` are empty where no file says it.
    """

    key: str
    message: str
    hint: str = ""
    ids: tuple[int, ...] = ()
    path: str = ""
    line: int = 0


@dataclass(slots=True, kw_only=True)
class Match:
    """
    Who is who.

    ``ours`` gives each declared key its live monitor, where it has one; ``adopted`` are the keys
    that take one over. ``orphans`` carry a key that no file declares. ``successors`` are younger
    twins that an interrupted replace made, by key. ``clones`` are other monitors with a key of
    ours, ``others`` those of another project, ``unmanaged`` the rest.
    """

    ours: dict[str, LiveMonitor] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)
    successors: dict[str, LiveMonitor] = field(default_factory=dict)
    orphans: list[LiveMonitor] = field(default_factory=list)
    clones: list[LiveMonitor] = field(default_factory=list)
    others: list[LiveMonitor] = field(default_factory=list)
    unmanaged: list[LiveMonitor] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)


def match(project: Project, live: Sequence[LiveMonitor]) -> Match:
    """Find each declared monitor's live one, and say what the remaining live ones are."""
    found = Match()
    by_key: dict[str, list[LiveMonitor]] = defaultdict(list)
    for monitor in live:
        if not monitor.key or not monitor.project:
            found.unmanaged.append(monitor)
        elif monitor.project != project.name:
            found.others.append(monitor)
        else:
            by_key[monitor.key].append(monitor)
    for twins in by_key.values():
        if len(twins) > 1:
            twins.sort(key=lambda each: (each.created, each.id))
    _by_own_key(project, by_key, found)
    _by_former_key(project, by_key, found)
    _by_adoption(project, by_key, live, found)
    _leftovers(project, by_key, found)
    return found


def _by_own_key(project: Project, by_key: dict[str, list[LiveMonitor]], found: Match) -> None:
    """
    A key's oldest live monitor is its own; younger ones are clones made by people.

    But where the oldest has the wrong type and a younger one the right, an earlier run replaced
    it and did not get to the delete: a clone cannot have another type than its original. Where a
    clone of the oldest has the key too, nothing is replaced: with the oldest gone, the clone would
    be the oldest, and be taken for ours.
    """
    for key in project.monitors.keys() & by_key.keys():
        oldest, *younger = by_key.pop(key)
        found.ours[key] = oldest
        wanted = project.monitors[key].body.get("type")
        if younger and not same_type(oldest.body.get("type"), wanted):
            heirs = [each for each in younger if same_type(each.body.get("type"), wanted)]
            if heirs:
                found.successors[key] = heirs[0]
                younger.remove(heirs[0])
            clones = [each for each in younger if not same_type(each.body.get("type"), wanted)]
            if clones:
                found.refused[key] = _cloned(key, "made anew", oldest, clones)
        found.clones += younger


def _by_former_key(project: Project, by_key: dict[str, list[LiveMonitor]], found: Match) -> None:
    """``moved_from``: the monitor of an old key that nobody declares any more keeps its id."""
    for key, monitor in project.monitors.items():
        for former in monitor.moved_from:
            if former in project.monitors or former not in by_key:
                continue
            twins = by_key.pop(former)
            if key not in found.ours:
                found.ours[key] = twins.pop(0)
            # What still carries a key that a monitor moved from is a clone that stayed behind
            found.clones += twins


def _by_adoption(
    project: Project,
    by_key: dict[str, list[LiveMonitor]],
    live: Sequence[LiveMonitor],
    found: Match,
) -> None:
    """``adopt: ID``: the one way in for a monitor without our key."""
    wanted = [monitor for monitor in project.monitors.values() if monitor.adopt is not None]
    if not wanted:
        return
    by_id = {monitor.id: monitor for monitor in live}
    taken: dict[int, str] = {}
    for monitor in wanted:
        target = by_id.get(monitor.adopt or 0)
        current = found.ours.get(monitor.key)
        if current is not None and current is target:
            continue
        refused = _why_not(project, monitor, target, current, taken)
        if refused is not None or target is None:
            if refused is not None:
                found.refused[monitor.key] = refused
            if target is not None and target.project == project.name:
                by_key.pop(target.key, None)  # said above; never deleted for it
            continue
        found.ours[monitor.key] = target
        found.adopted.add(monitor.key)
        taken[target.id] = monitor.key
    found.unmanaged = [each for each in found.unmanaged if each.id not in taken]


def _why_not(
    project: Project,
    monitor: Monitor,
    target: LiveMonitor | None,
    current: LiveMonitor | None,
    taken: Mapping[int, str],
) -> Refusal | None:
    """Why a monitor cannot be taken over; None where it can."""
    number = monitor.adopt

    def refuse(message: str, hint: str, *ids: int) -> Refusal:
        return Refusal(
            key=monitor.key,
            message=message,
            hint=hint,
            ids=ids,
            path=monitor.path,
            line=monitor.line,
        )

    if current is not None:
        return refuse(
            f"cannot adopt #{number}: {monitor.key} already lives as #{current.id}",
            "remove `adopt:`, or remove our tags from the one that should go",
            current.id,
        )
    if target is None:
        return refuse(
            f"cannot adopt #{number}: Datadog has no such monitor",
            "check the number, and that the keys are of the same organisation",
        )
    if target.id in taken:
        return refuse(
            f"cannot adopt #{number}: {taken[target.id]} adopts it already",
            "one of the two needs another `adopt:`, or none",
            target.id,
        )
    if target.project and target.project != project.name and target.key:
        return refuse(
            f"cannot adopt #{number}: it belongs to the project {target.project}",
            "remove it there first",
            target.id,
        )
    if target.project == project.name and target.key:
        return refuse(
            f"cannot adopt #{number}: it is ours already, as {target.key}",
            f"to rename it, write `moved_from: {target.key}` in place of `adopt:`",
            target.id,
        )
    if not same_type(target.body.get("type"), monitor.body.get("type")):
        return refuse(
            f"cannot adopt #{number}: it is a {target.body.get('type')}, and Datadog never"
            f" changes a type to {monitor.body.get('type')}",
            f"declare it as `type: {target.body.get('type')}`, or remove `adopt:`",
            target.id,
        )
    return None


def _leftovers(project: Project, by_key: dict[str, list[LiveMonitor]], found: Match) -> None:
    """What carries a key of ours that no file declares: to be deleted, unless it has a clone."""
    for key, (oldest, *younger) in sorted(by_key.items()):
        if key in project.monitors:
            continue
        if not younger:
            found.orphans.append(oldest)
            continue
        found.clones += younger
        found.refused[key] = _cloned(key, "deleted", oldest, younger)


def _cloned(key: str, what: str, oldest: LiveMonitor, clones: Sequence[LiveMonitor]) -> Refusal:
    """A monitor is not ``what`` (deleted, made anew) while a clone carries its key."""
    ids = (oldest.id, *(each.id for each in clones))
    listed = " and ".join(f"#{each}" for each in ids)
    return Refusal(
        key=key,
        message=f"not {what}: {listed} both carry the key {key}, and one is a clone",
        hint="delete the clone in Datadog, or remove our tags from it",
        ids=ids,
    )
