"""What Datadog refuses in the query of a metric monitor.

A small and generous reader of its own: it refuses what does not parse and what Datadog documents as
not allowed, never what it merely does not know. The words that it refuses stand in Datadog's API
description of CreateMonitor and in the documentation pages named beside them. Datadog's answer is
the same for all of them, and says no place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor_sync.emulator.queries import comparison, is_balanced
from monitor_sync.emulator.spelling import is_misspelt

INVALID_QUERY = "The value provided for parameter 'query' is invalid"
_MIXED = "Error parsing query: 'AND' and 'OR' cannot be mixed with ','"

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])|(?P<name>[A-Za-z_][\w.]*"
    r"|\d+(?:am|pm|st|nd|rd|th)\b)"
    r"|(?P<quoted>\"[^\"]*\"|'[^']*')|(?P<braces>\{[^{}]*\})|(?P<sign>[-+*/(),:=.]))"
)
_UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10080, "mo": 43800}
_SIMPLE = re.compile(
    r"\s*(?P<method>avg|sum|max|min|percentile|pct_change)"
    r"\(\s*(?P<kind>last|next|current)_(?P<count>\d+)(?P<unit>mo|m|h|d|w)\s*\)\s*:"
)
_CHANGE = re.compile(
    r"\s*(?:change|pct_change)\(\s*(?P<method>avg|sum|max|min)"
    r"\(\s*(?P<kind>last)_(?P<count>\d+)(?P<unit>mo|m|h|d|w)\s*\)\s*,"
    r"\s*(?:last_[1-9]\d*(?:mo|m|h|d|w)|[1-9]\d*(?:m|h|d)_ago)\s*\)\s*:"
)
_LONGEST = 43800  # minutes: one month of 730 hours (monitors/types/metric)
_LONGEST_AHEAD = 3 * _LONGEST  # monitors/types/forecasts
_CURRENT = {("1", "h"), ("1", "d"), ("1", "mo")}
_AGGREGATORS = {"avg", "sum", "min", "max", "count", "last"}
_PERCENTILE = re.compile(r"p(?:100|\d{1,2})(?:\.\d{1,2})?\Z")
_ROLLUPS = _AGGREGATORS | {"median", "stddev"}  # the last two, and percentiles, in nested queries
_INTERVAL = re.compile(r"[1-9]\d*|[a-z]+\Z")  # seconds, or a word of the calendar
_LONGEST_NAME = 200  # metrics/custom_metrics
_FILLS = {"linear", "last", "zero", "null"}
_MODIFIERS = {"as_count", "as_rate", "weighted", "rollup", "fill"}
_DEEPEST = 60

# dashboards/functions, and what recorded and published monitors use besides.
_FUNCTIONS = {
    "abs", "log2", "log10", "cumsum", "integral", "per_second", "per_minute", "per_hour", "dt",
    "diff", "monotonic_diff", "derivative", "throughput", "count_nonzero", "count_not_null",
    "count_nonzero_finite", "exclude_null", "clamp_min", "clamp_max", "cutoff_min", "cutoff_max",
    "default_zero", "default", "fill", "top", "bottom", "moving_rollup", "robust_trend",
    "trend_line", "piecewise_constant", "timeshift", "hour_before", "day_before", "week_before",
    "month_before", "calendar_shift", "anomalies", "outliers", "forecast", "weighted", "rollup",
    "is_greater", "is_less", "is_between", "avg", "sum", "min", "max", "count", "as_count",
    "as_rate",
    *(f"ewma_{span}" for span in (3, 5, 10, 20)),
    *(f"median_{span}" for span in (3, 5, 7, 9)),
    *(
        f"{end}{size}_{method}"
        for end in ("top", "bottom")
        for size in (5, 10, 15, 20)
        for method in ("mean", "min", "max", "last", "area", "l2norm")
    ),
}  # fmt: skip
# `autosmooth` is documented as not for monitors; a search source needs a monitor of its own type.
_NEVER = {
    "autosmooth", "logs", "log", "rum", "events", "audits", "processes", "formula",
}  # fmt: skip
_SECOND_ARGUMENT = {"clamp_min", "clamp_max", "cutoff_min", "cutoff_max", "default", "timeshift"}
_CHOICES = {
    "anomalies": ({"basic", "agile", "robust"}, {"direction": {"above", "below", "both"},
                  "seasonality": {"hourly", "daily", "weekly"}}),
    "forecast": ({"linear", "seasonal"}, {"model": {"default", "simple", "reactive"},
                 "seasonality": {"hourly", "daily", "weekly"}}),
    "outliers": ({"dbscan", "mad", "scaleddbscan", "scaledmad"}, {}),
}  # fmt: skip
# monitors/types/forecasts: "these functions cannot be nested inside calls to forecast()".
_NOT_FORECAST = {
    "cumsum", "integral", "piecewise_constant", "robust_trend", "trend_line",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """A function in a query, with its quoted and plain arguments as written."""

    name: str
    arguments: tuple[str, ...]


class Unreadable(ValueError):
    """The query is none; its text is Datadog's answer."""


def problem(query: str) -> str:
    """Return Datadog's answer to a metric query it refuses, "" to one that it may take."""
    end = comparison(query)
    if end is None or end.bare_fraction:
        return INVALID_QUERY
    try:
        calls = _read(query[: end.start])
    except Unreadable as refusal:
        return str(refusal) or INVALID_QUERY
    anomalies = _anomaly_options(calls)
    if anomalies is not None and not (
        0 <= end.number <= 1  # the share of the window that must be anomalous
        and _is_anomaly_window(query, anomalies)
    ):
        return INVALID_QUERY
    is_forecast = any(call.name == "forecast" for call in calls)
    looks_ahead = query.lstrip().partition(":")[0].partition("(")[2].startswith("next_")
    return INVALID_QUERY if is_forecast != looks_ahead else ""


def anomaly_options(query: str) -> dict[str, str] | None:
    """Return the options of `anomalies(…)`, such as its `alert_window`, None where it has none."""
    try:
        return _anomaly_options(_read(query[: end.start] if (end := comparison(query)) else query))
    except Unreadable:
        return None


def _anomaly_options(calls: list[FunctionCall]) -> dict[str, str] | None:
    return next((_options(call.arguments) for call in calls if call.name == "anomalies"), None)


def _is_anomaly_window(query: str, options: dict[str, str]) -> bool:
    """Return True if the windows of `anomalies(…)` fit each other (monitors/types/anomaly).

    The query's window is no shorter than `alert_window`. That it should hold five times `interval`
    is only a recommendation, which monitors in use do not follow.
    """
    if "alert_window" not in options:
        return True
    return 0 < minutes(options["alert_window"]) <= window_minutes(query)


def window_minutes(query: str) -> int:
    """Return the minutes of the query's window, 0 where it has none of its own."""
    head = _SIMPLE.match(query) or _CHANGE.match(query)
    return int(head["count"]) * _UNITS[head["unit"]] if head else 0


def minutes(window: str) -> int:
    """Return the minutes of `last_15m` or `15m`, 0 for anything else."""
    read = re.fullmatch(r"(?:last_)?(\d+)(mo|m|h|d|w)", window.strip())
    return int(read[1]) * _UNITS[read[2]] if read else 0


def _read(query: str) -> list[FunctionCall]:
    """Return the functions of a query without its comparison. Raises `Unreadable`."""
    head = _SIMPLE.match(query) or _CHANGE.match(query)
    if head is None or not _is_window(head["kind"], head["count"], head["unit"]):
        raise Unreadable
    reader = _ExpressionReader(query, head.end())
    reader.expression()
    if reader.peek() != ("", ""):
        raise Unreadable
    if head["method"] == "percentile" and not any(map(_PERCENTILE.match, reader.aggregators)):
        raise Unreadable  # monitors/types/metric: of a distribution's percentile alone
    return reader.calls


def _is_window(kind: str, count: str, unit: str) -> bool:
    if kind == "current":
        return (count, unit) in _CURRENT
    length = int(count) * _UNITS[unit]
    return 0 < length <= (_LONGEST_AHEAD if kind == "next" else _LONGEST)


class _ExpressionReader:
    """Reads an expression by recursive descent; the first that does not fit raises."""

    def __init__(self, text: str, start: int) -> None:
        self._tokens = list(_tokens(text, start))
        self._position = 0
        self._depth = 0
        self.calls: list[FunctionCall] = []
        self.aggregators: set[str] = set()

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        """Return the kind and text of a token, two empty texts at the end."""
        position = self._position + ahead
        return self._tokens[position] if position < len(self._tokens) else ("", "")

    def _take(self) -> tuple[str, str]:
        token = self.peek()
        self._position += 1
        return token

    def _expect(self, sign: str) -> None:
        if self._take() != ("sign", sign):
            raise Unreadable

    def expression(self) -> None:
        """Read operands with operators between them."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unreadable
        self._operand()
        while self.peek()[1] in {"+", "-", "*", "/"}:
            self._take()
            self._operand()
        self._depth -= 1

    def _operand(self) -> None:
        while self.peek()[1] in {"+", "-"}:
            self._take()
        kind, text = self._take()
        if text == "(":
            self.expression()
            self._expect(")")
        elif kind == "name" and self.peek()[1] == "(":
            self._call(text)
        elif kind == "name":
            self._series(text)
        elif kind != "number":
            raise Unreadable
        self._modifiers()

    def _series(self, name: str) -> None:
        if self.peek()[1] == ":":
            if name not in _AGGREGATORS and not _PERCENTILE.match(name):
                raise Unreadable
            self.aggregators.add(name)
            self._take()
            kind, name = self._take()
            if kind != "name":
                raise Unreadable
        if len(name) > _LONGEST_NAME:
            raise Unreadable
        kind, scope = self._take()
        if kind != "braces":
            raise Unreadable
        check_filter(scope[1:-1])

    def _modifiers(self) -> None:
        """Read what may follow an operand: `.rollup(…)`, `by {…}`, as often as it is written."""
        while True:
            kind, text = self.peek()
            if text.lower() == "by" and kind == "name":
                self._take()
                kind, keys = self._take()
                if kind != "braces" or not keys[1:-1].strip():
                    raise Unreadable
            elif text == ".":
                self._take()
                self._modifier(self._take()[1])
            else:
                return

    def _modifier(self, name: str) -> None:
        if is_misspelt(name, _MODIFIERS):
            raise Unreadable
        arguments = [argument.strip("'\"") for argument in self._arguments()]
        first = arguments[0] if arguments else ""
        if name == "rollup" and not (
            (first in _ROLLUPS or _PERCENTILE.match(first))
            and all(_INTERVAL.fullmatch(interval) for interval in arguments[1:2])
        ):
            raise Unreadable
        if name == "fill" and (first not in _FILLS or _above(arguments[1:2], 600)):
            raise Unreadable

    def _call(self, name: str) -> None:
        if name in _NEVER or is_misspelt(name, _FUNCTIONS):
            raise Unreadable
        arguments = self._arguments()
        if name in _SECOND_ARGUMENT and len(arguments) < 2:
            raise Unreadable
        if name in _CHOICES:
            _check_algorithm(name, arguments)
            inside = {call.name for call in self.calls}
            if inside & _CHOICES.keys() or (name == "forecast" and inside & _NOT_FORECAST):
                raise Unreadable  # one algorithm, and none inside another
        self.calls.append(FunctionCall(name=name, arguments=tuple(arguments)))

    def _arguments(self) -> list[str]:
        """Read `(…)`; an argument that is an expression is told as an empty text."""
        self._expect("(")
        arguments: list[str] = []
        while self.peek()[1] != ")":
            if arguments:
                self._expect(",")
            arguments.append(self._argument())
        self._take()
        return arguments

    def _argument(self) -> str:
        kind, text = self.peek()
        following = self.peek(1)[1]
        if kind == "name" and following == "=":
            self._take()
            self._take()
            return f"{text}={self._argument()}"
        if kind in {"quoted", "braces"}:
            self._take()
            return text
        if kind in {"name", "number"} and following in {",", ")"}:
            self._take()
            return text
        self.expression()
        return ""


def _tokens(text: str, start: int) -> Iterator[tuple[str, str]]:
    text = text.rstrip()
    while start < len(text):
        token = _TOKEN.match(text, start)
        if token is None or token.lastgroup is None:
            raise Unreadable
        start = token.end()
        yield token.lastgroup, token[token.lastgroup]


def check_filter(text: str) -> None:
    """Refuse a filter that mixes its two styles, is empty, or ends in the middle.

    metrics/advanced-filtering; "Error parsing query" is the answer of documentation issue 23070.
    Raises `Unreadable`.
    """
    plain = text.strip()
    if not plain or not is_balanced(plain):
        raise Unreadable
    outside = re.sub(r"\([^()]*\)", "()", plain)
    if re.search(r"\s(?:AND|OR)\s", outside, re.IGNORECASE) and re.search(
        r",|(?:^|[\s(])!", outside
    ):
        raise Unreadable(_MIXED)
    if re.search(r"(?:^|\s)(?:AND|OR|NOT|IN)\Z", plain) or re.search(r"\sIN\s+(?!\()", plain):
        raise Unreadable


def _above(numbers: list[str], limit: int) -> bool:
    return any(number.isdigit() and int(number) > limit for number in numbers)


def _options(arguments: tuple[str, ...] | list[str]) -> dict[str, str]:
    named = (argument.partition("=") for argument in arguments if "=" in argument)
    return {name: value.strip("'\"") for name, _, value in named}


def _check_algorithm(name: str, arguments: list[str]) -> None:
    algorithms, choices = _CHOICES[name]
    algorithm = arguments[1].strip("'\"").lower() if len(arguments) > 2 else ""
    given = _options(arguments)
    if algorithm not in algorithms or (
        algorithm == "seasonal" and given.keys() & {"model", "history"}
    ):
        raise Unreadable
    if name == "outliers" and "mad" not in algorithm and len(arguments) > 3:
        raise Unreadable
    for option, value in given.items():
        if value and value not in choices.get(option, {value}):
            raise Unreadable
