"""Anomalies, outliers and forecasts: their parameters, windows and thresholds."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Number, StringLiteral, Window
from monitor_sync.language.functions import ALGORITHMS
from monitor_sync.language.problems import Findings
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.syntax.windows import advice, read_window
from monitor_sync.language.tree import (
    Argument,
    Call,
    Expression,
    MetricQuery,
    Option,
    Series,
    TimeAggregation,
)
from monitor_sync.language.tree_queries import (
    Algorithm,
    inner_queries,
    keys_of,
    take_apart,
    walk,
    words_of,
)

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_SEASONS: Final = ("hourly", "daily", "weekly")
_CHOICES: Final = {
    "direction": ("above", "below", "both"),
    "count_default_zero": ("true", "false"),
    "seasonality": _SEASONS,
    "model": ("default", "simple", "reactive"),
}
_OPTIONS: Final = {
    "anomalies": (
        "direction", "alert_window", "interval", "count_default_zero", "seasonality", "timezone",
    ),
    "forecast": ("interval", "history", "model", "seasonality"),
    "outliers": (),
}  # fmt: skip
_METHODS: Final = {
    "anomalies": ("basic", "agile", "robust"),
    "forecast": ("linear", "seasonal"),
    "outliers": ("dbscan", "mad", "scaleddbscan", "scaledmad"),
}
_SHOWN: Final = {"outliers": ("DBSCAN", "MAD", "scaledDBSCAN", "scaledMAD")}
_NOT_IN_FORECAST: Final = (
    "anomalies", "cumsum", "integral", "outliers", "piecewise_constant", "robust_trend",
    "trend_line",
)  # fmt: skip
_MINUTES: Final = re.compile(r"[1-9]\d{0,6}m?", re.ASCII)
_HISTORY: Final = re.compile(r"[1-9]\d{0,6}(h|d|w|mo)", re.ASCII)


def check_algorithms(tree: MetricQuery, findings: Findings) -> None:
    """Check the algorithm of a metric query, if it has one, and its window."""
    body = tree.expression
    calls = [] if isinstance(body, Series) else _calls(body)
    forecast = any(call.function.text == "forecast" for call in calls)
    _check_next(tree.evaluation, findings, forecast=forecast)
    if not calls:
        return
    if len(calls) > 1:
        findings.refuse(
            "several-algorithms",
            calls[1].function,
            f"`{calls[1].function.text}` where one algorithm stands already",
            "a query has one of anomalies, outliers and forecast",
        )
    algorithm = take_apart(calls[0])
    _check_head(algorithm, findings)
    _check_options(algorithm, findings)
    if algorithm.name == "anomalies":
        _check_anomalies(tree, algorithm, findings)
    elif algorithm.name == "outliers":
        _check_outliers(tree, algorithm, findings)
    else:
        _check_forecast(tree, algorithm, findings)


def _calls(body: Expression) -> list[Call]:
    return [e for e in walk(body) if isinstance(e, Call) and e.function.text in ALGORITHMS]


def _check_next(evaluation: TimeAggregation, findings: Findings, *, forecast: bool) -> None:
    window = evaluation.window
    if forecast and window.form != "next":
        findings.refuse(
            "forecast-window",
            window,
            f"`{window.written}` where a window ahead was expected",
            "forecast() looks ahead: write for example `next_1w`",
        )
    elif not forecast and window.form == "next":
        findings.refuse(
            "forecast-window",
            window,
            f"`{window.written}` looks ahead, which only forecast() can",
            f"write `last_{window.count}{window.unit}`",
        )


def _check_head(algorithm: Algorithm, findings: Findings) -> None:
    """Check the query, the method and the deviations that all three begin with."""
    call, name = algorithm.call, algorithm.name
    plain = [argument for argument in call.arguments if not isinstance(argument, Option)]
    third = "tolerance" if name == "outliers" else "deviations"
    if len(plain) < 3:
        missing = ("a query", "an algorithm", f"the {third}")[len(plain) :]
        findings.refuse(
            "wrong-number-of-arguments", call, f"`{name}()` lacks {joined(missing, 'and')}"
        )
    if plain and not inner_queries(plain[:1]):
        findings.refuse("wrong-argument", plain[0], f"`{name}()` takes a query first")
    if len(plain) > 1 and algorithm.method.lower() not in _METHODS[name]:
        known = _SHOWN.get(name, _METHODS[name])
        findings.refuse(
            "unknown-algorithm",
            plain[1],
            f"`{algorithm.method or '…'}` where {joined(known)} was expected",
            did_you_mean(algorithm.method, known),
        )
    elif len(plain) > 1:
        _check_quoted(plain[1], findings)
    if len(plain) > 2:
        _check_amount(algorithm, plain[2], third, findings)
    if len(plain) > (4 if name == "outliers" else 3):
        findings.refuse(
            "wrong-number-of-arguments",
            plain[-1],
            f"`{words_of(plain[-1]) or '…'}` is one argument too many",
        )


def _check_amount(algorithm: Algorithm, place: Argument, what: str, findings: Findings) -> None:
    """Check the deviations or the tolerance: above zero, for a forecast at least 1."""
    amount, lowest = algorithm.amount, 1 if algorithm.name == "forecast" else 0
    if amount is None or amount < lowest or amount == 0:
        wanted = "of 1 or more" if lowest else "above 0"
        findings.refuse(
            "bad-deviations",
            place,
            f"`{words_of(place) or '…'}` for the {what} where a number {wanted} was expected",
        )


def _check_quoted(argument: Argument, findings: Findings) -> None:
    if not isinstance(argument, StringLiteral):
        written = words_of(argument)
        findings.refuse(
            "unquoted-text",
            argument,
            f"`{written}` where a text in quotes was expected",
            f"write `'{written}'`",
        )


def _check_options(algorithm: Algorithm, findings: Findings) -> None:
    known = _OPTIONS[algorithm.name]
    for name, option in algorithm.options.items():
        value = words_of(option.value)
        if name in known and name != "interval":
            _check_quoted(option.value, findings)
        if name not in known:
            findings.refuse(
                "unknown-option",
                option.name,
                f"`{name}` is no option of {algorithm.name}()",
                did_you_mean(name, known),
            )
        elif name in _CHOICES and value not in _CHOICES[name]:
            findings.refuse(
                "wrong-argument",
                option.value,
                f"`{value}` where {joined(_CHOICES[name])} was expected",
                did_you_mean(value, _CHOICES[name]),
            )
        elif name == "interval" and not _MINUTES.fullmatch(value):
            findings.refuse(
                "bad-interval", option.value, f"`{value}` where a number of seconds was expected"
            )
        elif name == "history" and not _HISTORY.fullmatch(value):
            findings.refuse(
                "bad-window",
                option.value,
                f"`{value}` where a time such as `1w` was expected",
                advice(value, ""),
            )


def _alert_window(algorithm: Algorithm, findings: Findings) -> Window | None:
    option = algorithm.options.get("alert_window")
    if option is None:
        return None
    value, place = words_of(option.value), option.value
    inset = 1 if isinstance(place, StringLiteral) else 0
    window = read_window(value, place.start + inset, place.end - inset)
    if window is None or window.form != "last" or window.count == 0:
        findings.refuse(
            "bad-window",
            place,
            f"`{value}` where a window such as `last_15m` was expected",
            advice(value),
        )
        return None
    return window


def _check_anomalies(tree: MetricQuery, algorithm: Algorithm, findings: Findings) -> None:
    """
    Check anomalies. Source: Datadog's page on anomaly monitors, and published monitors.

    The threshold is the share of the alert window that has to be anomalous; `> 0` is any of it.
    """
    level = tree.comparison.threshold
    any_of_it = tree.comparison.operator.text == ">"
    if isinstance(level, Number) and not (0 < level.value <= 1 or (level.value == 0 and any_of_it)):
        share = f"{level.value / 100:g}"
        hint = f"write {share} for {level.written} percent" if 1 < level.value <= 100 else ""
        findings.refuse(
            "anomalies-threshold",
            level,
            f"{level.written} where a share above 0 and up to 1 was expected: how much of "
            "the alert window has to be anomalous",
            hint,
        )
    if "seasonality" in algorithm.options and algorithm.method == "basic":
        findings.warn(
            "seasonality-of-basic",
            algorithm.options["seasonality"],
            "`basic` knows no seasons: seasonality is for agile and robust",
        )
    _check_alert_window(tree.evaluation.window, algorithm, findings)


def _check_alert_window(whole: Window, algorithm: Algorithm, findings: Findings) -> None:
    """
    Check that the alert window lies in the query's window, and whether it holds five intervals.

    Datadog's page only recommends the five; published monitors with fewer are in use.
    """
    window = _alert_window(algorithm, findings)
    if window is None:
        return
    if whole.form == "last" and whole.seconds < window.seconds:
        findings.refuse(
            "alert-window-above-window",
            window,
            f"alert_window `{window.written}` is longer than the window "
            f"`{whole.written}` it lies in",
        )
    interval = algorithm.options.get("interval")
    if (
        interval
        and isinstance(interval.value, Number)
        and interval.value.value * 5 > window.seconds
    ):
        findings.warn(
            "interval-above-alert-window",
            interval.value,
            f"an interval of {interval.value.written} seconds is more than a fifth of "
            f"alert_window `{window.written}`",
            f"write {window.seconds // 5} or less",
        )


def _check_outliers(tree: MetricQuery, algorithm: Algorithm, findings: Findings) -> None:
    """Check outliers. Source: Datadog's page on outlier monitors."""
    call = algorithm.call
    plain = [argument for argument in call.arguments if not isinstance(argument, Option)]
    if len(plain) > 3 and "mad" not in algorithm.method.lower():
        findings.refuse(
            "percentage-of-dbscan",
            plain[3],
            f"`{words_of(plain[3]) or '…'}` is a percentage, which {algorithm.method} "
            "does not take",
            "MAD and scaledMAD do",
        )
    elif len(plain) > 3 and not isinstance(plain[3], Number):
        findings.refuse(
            "wrong-argument",
            plain[3],
            f"`{words_of(plain[3]) or '…'}` where a percentage was expected",
        )
    queries = inner_queries(plain[:1])
    if queries and not keys_of(queries[0]):
        findings.refuse(
            "outliers-ungrouped",
            queries[0],
            "outliers() compares the members of a group, and this query has none",
            "add for example ` by {host}`",
        )
    window = tree.evaluation.window
    if window.form == "last" and window.seconds > _DAY:
        findings.refuse(
            "window-too-long",
            window,
            f"`{window.written}` is longer than the 24 hours outliers() can look at",
        )


def _check_forecast(tree: MetricQuery, algorithm: Algorithm, findings: Findings) -> None:
    """Check a forecast. Source: Datadog's page on forecast monitors."""
    window, operator = tree.evaluation.window, tree.comparison.operator
    if window.form == "next" and not 12 * _HOUR <= window.seconds <= 3 * 730 * _HOUR:
        findings.refuse(
            "forecast-window",
            window,
            f"`{window.written}` where 12 hours to 3 months ahead were expected",
        )
    wanted = {">": "max", ">=": "max", "<": "min", "<=": "min"}.get(operator.text, "")
    aggregator = tree.evaluation.aggregator
    if aggregator.text != wanted:
        findings.refuse(
            "forecast-aggregator",
            aggregator if wanted else operator,
            f"`{aggregator.text}` with `{operator.text}` where max with > or >=, "
            "or min with < or <= was expected",
            f"write `{wanted}`" if wanted else "",
        )
    _check_forecast_options(algorithm, findings)
    for query in inner_queries(algorithm.call.arguments):
        for inner in walk(query):
            if isinstance(inner, Call) and inner.function.text in _NOT_IN_FORECAST[1:]:
                findings.refuse(
                    "function-in-forecast",
                    inner.function,
                    f"`{inner.function.text}` cannot be inside forecast()",
                )


def _check_forecast_options(algorithm: Algorithm, findings: Findings) -> None:
    for name, method in (("history", "linear"), ("model", "linear"), ("seasonality", "seasonal")):
        option = algorithm.options.get(name)
        known = algorithm.method in _METHODS["forecast"]
        if option is not None and known and algorithm.method != method:
            findings.refuse(
                "option-of-other-algorithm",
                option.name,
                f"`{name}` belongs to '{method}', not to '{algorithm.method}'",
            )
