"""What tells a monitor that was deleted in Datadog from one that was never made: evidence."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.counting import count

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.sync.plan import Plan


def told(plan: Plan, client: Client, root: Path, *, applied: str = "") -> Plan:
    """
    Return the plan with what was deleted in Datadog told as such.

    ``applied`` is the last commit that is known to be applied; empty where nobody knows. Asks the
    audit trail once, and only where something is declared and not live.
    """
    from monitor_sync.sync import deletions

    if not deletions.candidates(plan):
        return plan
    from monitor_sync.git import commits  # starts processes, which most plans do not need

    folder = root.resolve()
    evidence = deletions.Evidence(
        deletions=client.monitors.deletions(),
        merged_at=functools.cache(functools.partial(commits.time, folder)),
        is_applied=functools.cache(_applied(folder, applied)),
    )
    plan = deletions.with_deletions(plan, evidence)
    number = deletions.unknown(plan, evidence)
    if not number:
        return plan
    words = f"{count(number, 'monitor')} {'was' if number == 1 else 'were'}"
    return replace(plan, unchecked=(*plan.unchecked, deletions.UNKNOWN.format(words)))


def _applied(folder: Path, applied: str) -> Callable[[str], bool]:
    from monitor_sync.git import commits

    def is_applied(commit: str) -> bool:
        return bool(applied and commit) and commits.contains(folder, commit, within=applied)

    return is_applied
