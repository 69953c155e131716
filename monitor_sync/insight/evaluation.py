"""
``evaluate``: what a query says at an instant, group by group. Pure, without memory (1.1).

Start here: families of monitors differ in what they read, and agree in what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from monitor_sync.insight import metric, search, service_check, sliding, slo
from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.readings import Readings
from monitor_sync.insight.values import (
    Evaluation,
    Evaluations,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Unsupported,
)
from monitor_sync.language import query as queries
from monitor_sync.language.tree import CheckQuery, FormulaQuery, MetricQuery, SearchQuery, SloQuery

Family = Callable[[EvaluationSettings, PointHistory, float], Evaluation]

_METRICS: Final = ("query alert", "metric alert")
_SEARCHES: Final = (
    "log alert", "event-v2 alert", "rum alert", "trace-analytics alert", "audit alert",
    "ci-pipelines alert", "ci-tests alert", "database-monitoring alert",
    "network-performance alert", "network-path alert", "llm-observability alert",
)  # fmt: skip
_FAMILIES: Final[Mapping[type, Family]] = {
    MetricQuery: metric.evaluate,
    SearchQuery: search.evaluate,
    SloQuery: slo.evaluate,
    CheckQuery: service_check.evaluate,
}


def evaluate(settings: EvaluationSettings, history: PointHistory, instant: float) -> Evaluation:
    """
    Return what a query says at an instant (UNIX seconds).

    Raises Unsupported for what cannot be reproduced offline (11.5), and for a query that could
    not be read.
    """
    return _family(settings)(settings, history, instant)


def _family(settings: EvaluationSettings) -> Family:
    tree = settings.query.tree
    kind = settings.query.type
    if isinstance(tree, FormulaQuery) and kind in (*_METRICS, *_SEARCHES):
        metrics = all(variable.source == "metrics" for variable in settings.query.variables)
        return metric.evaluate if metrics else search.evaluate
    known = _FAMILIES.get(type(tree))
    if known is None or (isinstance(tree, SearchQuery) and kind not in _SEARCHES):
        raise Unsupported(kind)
    return known


_OF_STATES: Final = frozenset((
    "thresholds", "notify_no_data", "no_data_timeframe", "on_missing_data", "timeout_h",
    "new_group_delay", "new_host_delay", "group_retention_duration", "notify_by", "notify_audit",
    "include_tags", "renotify_interval", "renotify_statuses", "renotify_occurrences",
    "escalation_message", "notification_preset_name", "silenced", "locked",
))  # fmt: skip
"""Options that say what becomes of an evaluation, and who is told."""


def numbers_of(settings: EvaluationSettings) -> tuple[str, str, str, Readings]:
    """
    Return what the numbers of an evaluation hang on: settings of which it is equal share them.

    Thresholds, the policy for missing data and their like make other states of the same (1.1).
    """
    query, options = settings.query, dict(settings.options)
    text = query.text
    comparison = queries.comparison(query)
    if comparison is not None and isinstance(query.tree, MetricQuery | FormulaQuery | SearchQuery):
        text = text[: comparison.operator.start]
        options = {name: options[name] for name in options.keys() - _OF_STATES}
    return query.type, text, repr(sorted(options.items())), settings.readings.of_numbers


def evaluate_each(
    settings: EvaluationSettings, history: PointHistory, instants: Sequence[float]
) -> Evaluations:
    """
    Return what a query says at each of several instants, in ascending order.

    The same as one evaluation after the other, and in a tenth of the time where all windows can be
    cut out of one line. Raises Unsupported.
    """
    if _family(settings) is metric.evaluate:
        at_once = sliding.evaluations(settings, history, instants)
        if at_once is not None:
            return at_once
    return _one_by_one(settings, history, instants)


def _one_by_one(
    settings: EvaluationSettings, history: PointHistory, instants: Sequence[float]
) -> Evaluations:
    every = [evaluate(settings, history, instant) for instant in instants]
    results: dict[Group, list[float | Result | None]] = {}
    for index, evaluation in enumerate(every):
        for group, result in evaluation.results.items():
            if group not in results:
                results[group] = [None] * len(every)
            plain = result.outcome is ResultKind.NUMBER and result.verdict is None
            results[group][index] = result.value if plain else result
    return Evaluations(
        instants=instants,
        delay=instants[0] - every[0].end if every else 0.0,
        keys=every[0].keys if every else (),
        results=results,
        notes=tuple(dict.fromkeys(note for evaluation in every for note in evaluation.notes)),
    )
