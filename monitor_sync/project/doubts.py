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


def _named(family: str, names: str) -> tuple[str, ...]:
    return tuple(f"{family}/{name}" for name in names.split())


_QUERY_ALONE: Final = _named(
    "query",
    "bad-algorithm bad-forecast bad-grouping bad-outliers bad-slo-alert bad-step bad-window"
    " bare-quotes contradicting-filter contradicting-modifiers current-month dashboard-variable"
    " empty-filter empty-parentheses filter-never-fits first-event-search interface-notation"
    " keys-in-one-text long-metric-name lower-case-operator mixed-filter-styles nested-rollup"
    " not-readable quotes search-never-fits search-not-readable unconfirmed-window"
    " unknown-aggregator unknown-comparator unknown-function unknown-modifier upper-case-value"
    " wrong-arguments wrong-source",
)
_TEXT_ALONE: Final = _named(
    "message",
    "deep-blocks lost-blank-line misplaced-else overlapping-blocks unclosed-block"
    " unknown-condition unknown-time-zone unopened-block unreadable-eval unreadable-tag"
    " wrong-argument",
) + _named(
    "routing",
    "attached-handle handle-before-parenthesis malformed-handle placeholder-handle"
    " retired-product unknown-kind-of-handle",
)
FIELDS_OF_RULES: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(_QUERY_ALONE, frozenset({"query", "type"})),
    **dict.fromkeys(_TEXT_ALONE, frozenset({"message", "name", "type"})),
    "message/unknown-variable": frozenset({"message", "name", "query", "type"}),
    "thresholds/warning-beyond-critical": frozenset({"thresholds", "query", "type"}),
}
"""By rule: the fields on which its findings depend, where that is less than its family's."""

_WHOLE: Final = frozenset({"defaults", "ignore"})
"""Fields that say something of any other, or of any rule."""


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
        decisive = FIELDS_OF_RULES.get(finding.rule)
        if decisive is not None and not self.fields & _WHOLE:
            return bool(self.fields & decisive)
        return any(family in _FAMILIES.get(field, ()) for field in self.fields)


def fields_below(wrong: Iterable[DataPath], start: DataPath) -> frozenset[str]:
    """
    Return the fields of a monitor that are wrong, of the paths that begin with ``start``.

    A key that no monitor has is taken for the nearest that one has.
    """
    length = len(start)
    below = [path[length:] for path in wrong if len(path) > length and path[:length] == start]
    names = {str(path[0]) for path in below} - {"for_each"}
    if any(path[:2] == ("options", "thresholds") for path in below):
        names.add("thresholds")
    return frozenset(
        name if name in _FAMILIES else nearest(name, _FAMILIES) or name for name in names
    )
