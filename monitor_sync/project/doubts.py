"""
What is not judged of a monitor that has mistakes.

One mistake must not hide the others, so the rules look at a broken monitor too, made without what
is wrong. What they find because of that is no mistake of the author's: a team that does not exist
has no pager.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.language.suggest import nearest
from monitor_sync.model import Monitor
from monitor_sync.project.yaml_reader import DataPath

_ROUTED: Final = frozenset({"ownership", "routing", "tags"})
_ASKED: Final = frozenset({"query", "thresholds", "options", "message", "references", "hygiene"})
_ALL: Final = _ROUTED | _ASKED

_FAMILIES: Final[dict[str, frozenset[str]]] = {
    "team": _ROUTED,
    "tags": _ROUTED,
    "service": frozenset({"tags"}),
    "name": frozenset({"hygiene"}),
    "type": _ALL,
    "query": _ASKED,
    "thresholds": _ASKED | {"routing"},
    "options": frozenset({"options", "thresholds", "routing", "message", "hygiene", "query"}),
    "raw_options": frozenset({"options"}),
    "message": frozenset({"message", "routing", "hygiene"}),
    "notify": frozenset({"routing"}),
    "also_notify": frozenset({"routing"}),
    "priority": frozenset({"routing", "hygiene"}),
    "runbook": frozenset({"hygiene"}),
    "defaults": _ALL,
    "ignore": _ALL,
}
"""By field of a monitor: the families of rules whose findings depend on it."""


@dataclass(frozen=True, slots=True)
class IncompleteMonitor:
    """A monitor made without what is wrong with it. ``fields`` are those that are in doubt."""

    monitor: Monitor
    fields: frozenset[str]

    def explains(self, finding: Diagnostic) -> bool:
        """Return whether a rule's finding may be a mere consequence of the mistakes."""
        family, _, name = finding.rule.partition("/")
        if name.endswith("suppression"):  # what it would silence was perhaps not looked at
            return True
        return any(family in _FAMILIES.get(field, ()) for field in self.fields)


def fields_below(wrong: Iterable[DataPath], start: DataPath) -> frozenset[str]:
    """
    Return the fields of a monitor that are wrong, of the paths that begin with ``start``.

    A key that no monitor has is taken for the nearest that one has.
    """
    length = len(start)
    names = {str(path[length]) for path in wrong if len(path) > length and path[:length] == start}
    names.discard("for_each")
    return frozenset(
        name if name in _FAMILIES else nearest(name, _FAMILIES) or name for name in names
    )
