"""
What is not judged of a monitor that has mistakes.

One mistake must not hide the others, so the rules look at a broken monitor too, made without what
is wrong. What they find because of that is no mistake of the author's: a team that does not exist
has no pager.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.language.suggest import nearest
from monitor_sync.model import Monitor
from monitor_sync.project.schema import known_options
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
    " keys-in-one-text long-anomaly-interval long-metric-name lower-case-operator"
    " mixed-filter-styles nested-rollup not-readable quotes search-never-fits search-not-readable"
    " unconfirmed-window"
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
_QUERY_AND_THRESHOLDS: Final = _named(
    "thresholds",
    "bad-query dynamic-unsupported more-than-last no-share not-a-percentage not-whole"
    " ok-outside-checks query-mismatch recovery-beyond-threshold recovery-of-events"
    " recovery-unsupported recovery-without-warning static-beside-dynamic warning-beyond-critical"
    " without-order wrong-unit",
) + _named("query", "never-below-zero threshold-out-of-reach")
FIELDS_OF_RULES: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(_QUERY_ALONE, frozenset({"query", "type"})),
    **dict.fromkeys(_TEXT_ALONE, frozenset({"message", "name", "type"})),
    **dict.fromkeys(_QUERY_AND_THRESHOLDS, frozenset({"thresholds", "query", "type"})),
    **dict.fromkeys(
        _named("hygiene", "long-name name-unlike-pattern unfilled-name"), frozenset({"name"})
    ),
    **dict.fromkeys(
        _named("hygiene", "no-runbook runbook-without-address"), frozenset({"runbook", "message"})
    ),
    # all that a message is made of: the team's recipients and the footer are a part of it
    "hygiene/exact-copy": frozenset(_FAMILIES) - {"priority"},
    "hygiene/no-message": frozenset({"message"}),
    "hygiene/no-priority": frozenset({"priority"}),
    "message/unknown-variable": frozenset({"message", "name", "query", "type"}),
}
"""By rule: the fields on which its findings depend, where these are not its family's."""

_NO_DATA: Final = """
    hygiene/retired-no-data message/never-shown options/renotify-without-no-data
    options/schedule-without-missing-data options/silent-at-zero options/silent-ratio
    query/silent-group
    routing/page-reaches-nobody routing/state-reaches-nobody routing/unknown-reaches-nobody"""
_RENOTIFY: Final = """
    message/never-shown options/escalation-never-sent options/occurrences-without-interval
    options/renotify-without-no-data options/renotify-without-warning
    options/statuses-without-interval routing/state-reaches-nobody"""
_ON_LACK: Final = {
    "evaluation_delay": """
        options/no-evaluation-delay options/rollup-without-delay query/division-without-delay""",
    "group_retention_duration": "options/no-data-timeframe-too-long",
    "new_group_delay": "hygiene/retired-host-delay",
    "no_data_timeframe": _NO_DATA,
    "notify_by": """
        message/key-not-notified-by options/notify-by-every-key options/notify-by-not-grouped
        options/notify-by-nothing options/notify-by-only-key options/notify-by-star-and-keys
        options/notify-by-star-ungrouped query/page-for-each routing/groups-share-an-incident""",
    "notify_no_data": _NO_DATA,
    "on_missing_data": _NO_DATA,
    "renotify_interval": _RENOTIFY,
    "renotify_statuses": _RENOTIFY,
    "scheduling_options": """
        options/bad-evaluation-window options/bad-recurrence options/cumulative-without-window
        options/evaluation-window-unlike-query options/recurrence-count
        options/schedule-unsupported options/schedule-with-full-window
        options/schedule-without-missing-data options/window-without-cumulative
        query/pages-in-quiet-hours""",
    "threshold_windows": """
        options/bad-threshold-window options/half-threshold-windows options/no-threshold-windows
        options/trigger-window-mismatch query/bad-anomalies thresholds/alert-while-recovered
        thresholds/recovery-at-threshold""",
}
RULES_ON_LACK: Final = {option: frozenset(rules.split()) for option, rules in _ON_LACK.items()}
"""
By option: the rules that may find something only because it is lacking.

No rule misses the others. Thresholds and variables are more than an
option: they count as ``thresholds`` and ``options``.
"""

_WHOLE: Final = frozenset({"defaults", "ignore"})
"""Fields that say something of any other, or of any rule."""


class IncompleteMonitor(Struct, frozen=True):
    """A monitor made without what is wrong with it. ``fields`` are those that are in doubt."""

    monitor: Monitor
    fields: frozenset[str]

    def explains(self, finding: Diagnostic) -> bool:
        """Return whether a rule's finding may be a mere consequence of the mistakes."""
        family, _, name = finding.rule.partition("/")
        if name.endswith("suppression"):  # what it would silence was perhaps not looked at
            return True
        return any(_matters(field, finding.rule, family) for field in self.fields)


def _matters(field: str, rule: str, family: str) -> bool:
    """Return whether a rule may find something only because of what is wrong with a field."""
    if field.startswith(_OPTION):
        return rule in RULES_ON_LACK.get(field.removeprefix(_OPTION), ())
    decisive = FIELDS_OF_RULES.get(rule)
    if decisive is not None and field not in _WHOLE:
        return field in decisive
    return family in _FAMILIES.get(field, ())


_OPTION: Final = "options."


def fields_below(wrong: Iterable[DataPath], start: DataPath) -> frozenset[str]:
    """
    Return the fields of a monitor that are wrong, of the paths that begin with ``start``.

    A key that no monitor has is taken for the nearest that one has. An option is named
    ``options.NAME``, and ``options`` alone where nobody can say which one it is.
    """
    length = len(start)
    below = [path[length:] for path in wrong if len(path) > length and path[:length] == start]
    return frozenset(name for path in below if path[0] != "for_each" for name in _names(path))


def _names(path: DataPath) -> Iterator[str]:
    """Yield the names of what is wrong on the way to one mistake within a monitor."""
    field = str(path[0])
    field = field if field in _FAMILIES else nearest(field, _FAMILIES) or field
    option = str(path[1]) if field == "options" and len(path) > 1 else ""
    known = known_options()
    option = option if option in known else nearest(option, known)
    if option == "thresholds":
        yield "thresholds"
    yield field if option in ("", "thresholds", "variables") else f"{_OPTION}{option}"
