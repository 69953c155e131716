"""``type``: ``metric alert`` is written ``query alert``, as Datadog calls it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor_sync.adopt.migrate.estate import Codemod, Estate, Rewrites
from monitor_sync.project.edits import Set


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    for level in estate.levels:
        if level.values.get("type") == "metric alert":
            rewrites.edits[level.file].append(Set((*level.where, "type"), "query alert"))
    return rewrites


CODEMOD = Codemod(
    name="type",
    summary="`metric alert` becomes `query alert`",
    behaviour=(
        "nothing changes: Datadog treats both names as one type, and no plan shows a difference"
    ),
    rewrite=_rewrite,
    fields=frozenset({"type"}),
)
"""Source: recorded, 71 of 3,353 creates; Datadog takes an update that names the other one."""
