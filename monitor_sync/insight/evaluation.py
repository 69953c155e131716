"""
``evaluate``: what a query says at an instant, group by group. Pure, without memory (1.1).

Start here: families of monitors differ in what they read, and agree in what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from monitor_sync.insight import metric, search, service_check, slo
from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.values import Evaluation, EvaluationSettings, Unsupported
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
    tree = settings.query.tree
    kind = settings.query.type
    if isinstance(tree, FormulaQuery) and kind in (*_METRICS, *_SEARCHES):
        metrics = all(variable.source == "metrics" for variable in settings.query.variables)
        family = metric.evaluate if metrics else search.evaluate
        return family(settings, history, instant)
    known = _FAMILIES.get(type(tree))
    if known is None or (isinstance(tree, SearchQuery) and kind not in _SEARCHES):
        raise Unsupported(kind)
    return known(settings, history, instant)
