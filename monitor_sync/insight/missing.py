"""What a monitor makes of missing data, by the options of today and those of before (8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from monitor_sync.insight.values import EvaluationSettings, Status
from monitor_sync.language import query as queries
from monitor_sync.language.query import Parsed
from monitor_sync.language.tree import CheckQuery, FormulaQuery, MetricQuery, SearchQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingDataPolicy:
    """
    What happens to a group whose query returns nothing.

    ``status`` is the state it gets, None where it keeps its own; ``after`` how many seconds
    without a point that takes, 0 at once. ``zero`` says that nothing is compared as 0, ``notifies``
    whether somebody is told of missing data.
    """

    name: str
    status: Status | None = None
    after: float = 0.0
    zero: bool = False
    notifies: bool = False


_BY_NAME: Final = {
    "show_no_data": MissingDataPolicy(name="show_no_data", status=Status.NO_DATA),
    "show_and_notify_no_data": MissingDataPolicy(
        name="show_and_notify_no_data", status=Status.NO_DATA, notifies=True
    ),
    "resolve": MissingDataPolicy(name="resolve", status=Status.OK),
}


def policy(settings: EvaluationSettings) -> MissingDataPolicy:
    """
    Return the policy of a monitor (8.1, 8.3).

    The families of events have ``on_missing_data`` where nothing is declared, metric monitors
    the older ``notify_no_data: false``.
    """
    options = settings.options
    name = options.get("on_missing_data")
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name == "default" or (name is None and _is_search(settings.query)):
        return MissingDataPolicy(name="default", zero=is_count(settings))
    if options.get("notify_no_data") is not True:
        return MissingDataPolicy(name="notify_no_data: false")
    minutes = options.get("no_data_timeframe")
    seconds = float(minutes) * 60 if isinstance(minutes, int | float) else _default(settings)
    return MissingDataPolicy(
        name="notify_no_data", status=Status.NO_DATA, after=seconds, notifies=True
    )


def _default(settings: EvaluationSettings) -> float:
    """Return the seconds until data counts as missing: two windows; 24 hours for checks (8.3)."""
    if isinstance(settings.query.tree, CheckQuery):
        return 86_400.0
    window = queries.window(settings.query)
    return float(settings.readings.no_data_windows * (window.seconds if window else 0))


def _is_search(query: Parsed) -> bool:
    if isinstance(query.tree, FormulaQuery):
        return any(variable.expression is None for variable in query.variables)
    return isinstance(query.tree, SearchQuery)


def is_count(settings: EvaluationSettings) -> bool:
    """
    Return whether an empty window of this query counts as 0 under ``default`` (8.1, 8.2).

    That is so for queries that are all ``as_count()`` and for searches. With ``default_zero`` it is
    so by Datadog's page on configuring monitors since August 2026 (documentation pull 39238); its
    page on interpolation says that ``default_zero`` does nothing on an empty window.
    """
    query = settings.query
    if _is_search(query):
        return True
    if "default_zero" in queries.functions(query):
        return settings.readings.filled_is_zero
    if queries.every_series_is_counted(query):
        return True
    tree = query.tree
    summed = isinstance(tree, MetricQuery) and tree.evaluation.aggregator.text == "sum"
    return summed and settings.readings.sum_is_count
