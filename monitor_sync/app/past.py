"""What tells a monitor that was deleted in Datadog from one that was never made: evidence."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from monitor_sync.counting import count, listed

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Deletion, LiveResource, Project
    from monitor_sync.sync.plan import Plan


class Trail:
    """What was deleted in Datadog lately. Its audit trail is slow: one run asks it once at most."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @functools.cached_property
    def deletions(self) -> tuple[Deletion, ...] | None:
        """The deletions, the latest first; None where the trail may not be read."""
        return self._client.monitors.deletions()


def with_deletions(plan: Plan, trail: Trail, root: Path, *, applied: str = "") -> Plan:
    """
    Return the plan with what was deleted in Datadog told as such.

    ``applied`` is the last commit that is known to be applied; empty where nobody knows. Asks the
    audit trail only where something is declared and not live.
    """
    from monitor_sync.sync import deletions

    if not deletions.candidates(plan):
        return plan
    from monitor_sync.git import commits  # starts processes, which most plans do not need

    folder = root.resolve()
    evidence = deletions.Evidence(
        deletions=trail.deletions,
        merged_at=functools.cache(functools.partial(commits.time, folder)),
        is_applied=functools.cache(_applied(folder, applied)),
    )
    plan = deletions.with_deletions(plan, evidence)
    number = deletions.unknown(plan, evidence)
    if not number:
        return plan
    words = f"{count(number, 'monitor')} {'was' if number == 1 else 'were'}"
    return replace(plan, unchecked=(*plan.unchecked, deletions.UNKNOWN.format(words)))


class LostAdoptions(Struct, frozen=True, kw_only=True):
    """
    What ``adopt`` names and is not live, by its id: keys of monitors.

    ``deleted`` are those that the audit trail says were deleted: they were taken over once, or are
    made anew in any case. ``unknown`` may be that too, or a wrong number.
    """

    deleted: Mapping[int, str] = field(default_factory=dict)
    unknown: Mapping[int, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return what nobody can tell, for people; empty where nothing is unknown."""
        if not self.unknown:
            return ""
        named = listed([f"{key} (#{id_})" for id_, key in self.unknown.items()], 3)
        verb = "was" if len(self.unknown) == 1 else "were"
        return f"whether {named} {verb} deleted in Datadog: `adopt` names what is not live"


def lost_adoptions(project: Project, live: Iterable[LiveResource], trail: Trail) -> LostAdoptions:
    """Return which monitors of ``adopt`` are gone. Asks the audit trail where any is."""
    adopted = {
        monitor.adopt: key for key, monitor in project.monitors.items() if monitor.adopt is not None
    }
    lost = adopted.keys() - {resource.id for resource in live} if adopted else set()
    if not lost:
        return LostAdoptions()
    deleted = {deletion.id for deletion in trail.deletions or ()}
    return LostAdoptions(
        deleted={id_: adopted[id_] for id_ in sorted(lost & deleted)},
        unknown={id_: adopted[id_] for id_ in sorted(lost - deleted)},
    )


def without(project: Project, deleted: Collection[int]) -> Project:
    """Return a project whose ``adopt`` names none of what was deleted."""
    if not deleted:
        return project
    monitors = {
        key: replace(monitor, adopt=None) if monitor.adopt in deleted else monitor
        for key, monitor in project.monitors.items()
    }
    return replace(project, monitors=monitors)


def _applied(folder: Path, applied: str) -> Callable[[str], bool]:
    from monitor_sync.git import commits

    def is_applied(commit: str) -> bool:
        return bool(applied and commit) and commits.contains(folder, commit, within=applied)

    return is_applied
