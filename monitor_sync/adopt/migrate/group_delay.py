"""``new-group-delay``: ``new_host_delay`` becomes ``new_group_delay``, or goes without groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor_sync.adopt.migrate.estate import (
    Codemod,
    Estate,
    Level,
    Rewrites,
    families,
    without_options,
)
from monitor_sync.language import query
from monitor_sync.model import Monitor
from monitor_sync.project.edits import Edit, RenameKey

_OLD = ("options", "new_host_delay")


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    levels = [level for level in estate.levels if "new_host_delay" in level.options]
    for family in families(levels):
        grouped = {_grouped(monitor) for level in family for monitor in estate.monitors(level)}
        for level in family:
            if len(grouped) == 1:
                rewrites.edits[level.file] += _edits(level, grouped=True in grouped)
            elif grouped:
                rewrites.keep(level, _OLD, "of its monitors some have groups and some have none")
            else:
                rewrites.keep(level, _OLD, "no monitor is made of it")
    return rewrites


def _grouped(monitor: Monitor) -> bool:
    options = monitor.body["options"]
    parsed = query.parse(monitor.type, monitor.body["query"], options.get("variables"))
    return bool(query.group_keys(parsed))


def _edits(level: Level, *, grouped: bool) -> Iterator[Edit]:
    if grouped and "new_group_delay" not in level.options:
        yield RenameKey((*level.where, *_OLD), "new_group_delay")
    else:
        yield from without_options(level, ["new_host_delay"])


CODEMOD = Codemod(
    name="new-group-delay",
    summary="`new_host_delay` becomes `new_group_delay`",
    behaviour=(
        "every new group waits this long before it is evaluated, not only new hosts; where the"
        " query has no groups the option is removed, and Datadog fills in `new_host_delay: 300`"
    ),
    rewrite=_rewrite,
    fields=frozenset({"options.new_host_delay", "options.new_group_delay"}),
)
"""Source: Datadog's description of the two options; the API refuses the new one without groups."""
