"""Queries with anomalies, outliers and forecasts that Datadog refuses."""

from __future__ import annotations

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.problems import tells

ERROR = Severity.ERROR


@tells("query/bad-algorithm", ERROR, "several-algorithms", "unknown-algorithm")
def bad_algorithm() -> None:
    """
    The algorithm does not exist, or there are several in one query.

    Why: anomalies takes basic, agile and robust; outliers DBSCAN, MAD and their scaled forms;
    forecast linear and seasonal. A query has one of the three, not inside another.

    Example: `anomalies(avg:system.cpu.user{*}, 'fancy', 2)`.

    Use instead: `anomalies(avg:system.cpu.user{*}, 'agile', 2)`.

    Source: Datadog's pages on anomaly, outlier and forecast monitors.
    """


@tells("query/bad-anomalies", ERROR, "anomalies-threshold", "alert-window-above-window")
def bad_anomalies() -> None:
    """
    The threshold or the windows of an anomaly monitor do not go together.

    Why: the threshold is the share of `alert_window` that has to be anomalous, above 0 and up to
    1; `> 0` is any of it. `alert_window` lies inside the query's window.

    Example: `avg(last_4h):anomalies(avg:a.b{*}, 'basic', 2, alert_window='last_15m') >= 80`.

    Use instead: `… >= 0.8`.

    Source: Datadog's page on anomaly monitors; no published one breaks these rules.
    """


@tells("query/bad-outliers", ERROR, "outliers-ungrouped", "percentage-of-dbscan")
def bad_outliers() -> None:
    """
    An outlier monitor has no group to compare, or a percentage that its algorithm does not take.

    Why: outliers() finds the member of a group that behaves unlike the others. Only MAD and
    scaledMAD take a percentage.

    Example: `outliers(avg:system.cpu.user{*}, 'DBSCAN', 3)`.

    Use instead: `outliers(avg:system.cpu.user{*} by {host}, 'DBSCAN', 3)`.

    Source: Datadog's page on outlier monitors.
    """


@tells(
    "query/bad-forecast",
    ERROR,
    "forecast-window",
    "forecast-aggregator",
    "function-in-forecast",
    "option-of-other-algorithm",
)
def bad_forecast() -> None:
    """
    A forecast has a window, an aggregation, a function or an option that it does not take.

    Why: forecast() looks ahead, 12 hours to 3 months, with max for > and min for <; nothing else
    has a window ahead. `history` and `model` are for linear, `seasonality` for seasonal, and
    sums and trends cannot be inside.

    Example: `avg(last_1d):forecast(avg:system.disk.used{*}, 'linear', 1) >= 95`.

    Use instead: `max(next_1w):forecast(avg:system.disk.used{*}, 'linear', 1) >= 95`.

    Source: Datadog's page on forecast monitors.
    """
