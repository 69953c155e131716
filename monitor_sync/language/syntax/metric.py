"""Queries of metric monitors: ``avg(last_5m):avg:system.load.1{*} by {host} > 4``."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, Number, Window
from monitor_sync.language.problems import QueryError
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.syntax.expression import expression
from monitor_sync.language.syntax.scan import METRIC, Cursor, number_of, scan
from monitor_sync.language.syntax.windows import advice, read_shift, read_window
from monitor_sync.language.tree import (
    ChangeShift,
    Comparison,
    Expression,
    MetricQuery,
    TimeAggregation,
)

TIME_AGGREGATORS: Final = ("avg", "sum", "max", "min", "percentile", "pct_change")
COMPARATORS: Final = (">=", "<=", ">", "<", "==", "!=")
_MEANT: Final = {"=": "==", "=>": ">=", "=<": "<=", "<>": "!="}
_CHANGES: Final = ("change", "pct_change")


def metric_query(text: str) -> tuple[MetricQuery | None, Cursor]:
    """Return the tree of a metric query, None if broken, and the cursor with its problems."""
    cursor = Cursor(text, scan(METRIC, text))
    start = cursor.start
    evaluation = level = None
    body: Expression | None = None
    try:
        evaluation = _evaluation(cursor)
        if not cursor.accept(":"):
            # hides nothing else: tell it and go on
            cursor.stumble(cursor.unexpected("`:` after the window"))
            if cursor.kind == "end":
                return None, cursor
    except QueryError as error:
        cursor.stumble(error)
        if not _skip_evaluation(cursor):
            return None, cursor
    try:
        body = expression(cursor)
        level = comparison(cursor)
    except QueryError as error:
        cursor.stumble(error)
        if body is None:
            _rest(cursor)
    if cursor.broken or evaluation is None or body is None or level is None:
        return None, cursor
    return MetricQuery(start, level.end, evaluation, body, level), cursor


def metric_expression(text: str) -> tuple[Expression | None, Cursor]:
    """Return the tree of an expression alone, as ``options.variables`` have it."""
    cursor = Cursor(text, scan(METRIC, text))
    try:
        tree = expression(cursor)
        if cursor.kind != "end":
            raise cursor.unexpected("an operator or the end")
    except QueryError as error:
        cursor.stumble(error)
        return None, cursor
    return None if cursor.broken else tree, cursor


def _evaluation(cursor: Cursor) -> TimeAggregation:
    start = cursor.start
    if cursor.kind != "word":
        whole = cursor.kind == "string" and cursor.peek()[0] == "end"
        raise cursor.unexpected(
            _EVALUATION, "take away the quotes around the query" if whole else ""
        )
    after, value, _, _ = cursor.peek(2)
    if cursor.peek()[0] == "(" and cursor.value in _CHANGES:
        if cursor.value == "change" or after != "word" or read_window(value, 0, 0) is None:
            return _change(cursor)
    elif cursor.peek()[0] != "(":
        raise _no_evaluation(cursor)
    aggregator, window = _simple(cursor, TIME_AGGREGATORS)
    return TimeAggregation(start, cursor.before, aggregator, window, None)


_EVALUATION: Final = "how to evaluate, such as `avg(last_5m):`,"


def _no_evaluation(cursor: Cursor) -> QueryError:
    after, value, _, _ = cursor.peek(2)
    if cursor.peek()[0] == ":" and after == "word" and read_window(value, 0, 0):
        hint = f"write `{cursor.value}({value}):`"
        cursor.advance()
        return cursor.unexpected("`(`", hint)
    hint = "a monitor says first how to evaluate over which time: `avg(last_5m):` before the query"
    return cursor.unexpected(_EVALUATION, hint)


def _simple(cursor: Cursor, allowed: tuple[str, ...]) -> tuple[Name, Window]:
    if cursor.kind != "word":
        raise cursor.unexpected(f"{joined(allowed[:4])} with a window")
    aggregator = cursor.name()
    if aggregator.text not in allowed:
        cursor.note(
            "unknown-aggregator",
            f"`{aggregator.text}` where {joined(allowed[:5])} was expected",
            aggregator.start,
            aggregator.end,
            did_you_mean(aggregator.text, allowed),
        )
    cursor.expect("(")
    window = _window(cursor)
    cursor.expect(")", "`)` after the window")
    return aggregator, window


def _window(cursor: Cursor, *, shift: bool = False) -> Window:
    read = read_shift if shift else read_window
    example = "how far back, such as `last_1h`," if shift else "a window such as `last_5m`"
    if cursor.kind not in ("word", "numeral"):
        raise cursor.unexpected(
            example, advice(cursor.value) if cursor.kind == "number" else "", "bad-window"
        )
    window = read(cursor.value, cursor.start, cursor.end)
    if window is None:
        raise cursor.unexpected(example, advice(cursor.value), "bad-window")
    cursor.advance()
    return window


def _change(cursor: Cursor) -> TimeAggregation:
    start = cursor.start
    kind = cursor.name()
    cursor.advance()
    if cursor.peek()[0] != "(":
        hint = f"write for example `{kind.text}(avg({cursor.value}),last_1h):`"
        raise cursor.unexpected("an aggregation with a window, such as `avg(last_5m)`,", hint)
    aggregator, window = _simple(cursor, ("avg", "sum", "max", "min"))
    cursor.expect(",", "`,` and how far back, such as `last_1h`,")
    shift = _window(cursor, shift=True)
    cursor.expect(")")
    change = ChangeShift(start, cursor.before, kind, shift)
    return TimeAggregation(start, cursor.before, aggregator, window, change)


def _skip_evaluation(cursor: Cursor) -> bool:
    """Go on behind the first ``):``, which no other part of a metric query has."""
    tokens = cursor.tokens
    for index in range(len(tokens) - 2):
        if tokens[index][0] == ")" and tokens[index + 1][0] == ":":
            cursor.jump(index + 2)
            return True
    return False


def _rest(cursor: Cursor) -> None:
    """Look at the comparison at the end, although the expression before it is broken."""
    tokens = cursor.tokens
    for index in range(len(tokens) - 2, cursor.index, -1):
        if tokens[index][0] in COMPARATORS or tokens[index][0] in _MEANT:
            if tokens[index + 1][0] in ("string", "word"):
                return  # `direction='above'` and other named arguments are no comparisons
            cursor.jump(index)
            try:
                comparison(cursor)
            except QueryError as error:
                cursor.stumble(error)
            return


def comparison(cursor: Cursor) -> Comparison:
    """
    Parse the comparison that ends a query.

    Raises:
        QueryError: something else stands there, or something comes behind it.
    """
    operator = _operator(cursor)
    threshold: Number | Name
    if cursor.kind == "word" and cursor.value == "threshold":
        threshold = cursor.name()
    else:
        threshold = _threshold(cursor)
    if cursor.kind != "end":
        raise _too_much(cursor)
    return Comparison(operator.start, threshold.end, operator, threshold)


def _operator(cursor: Cursor) -> Name:
    if cursor.kind in COMPARATORS:
        return cursor.name()
    if cursor.kind in _MEANT:
        name = cursor.name()
        cursor.note(
            "unknown-comparator",
            f"`{name.text}` where {joined(COMPARATORS)} was expected",
            name.start,
            name.end,
            f"write `{_MEANT[name.text]}`",
        )
        cursor.broken = True
        return name
    hint = ""
    if cursor.kind == "word" and cursor.value.lower() == "group":
        hint = "write `by {key}`, without `group`"
    elif cursor.kind in ("%", "^", "**"):
        hint = "only + - * / exist"
    elif cursor.kind == ")":
        hint = "there is no `(` to it"
    elif cursor.kind == "end":
        hint = "a monitor compares with a number: add `> 5`"
    raise cursor.unexpected("an operator or a comparison such as `> 5`", hint)


_LEVEL: Final = re.compile(r"\$?[{ ]*(critical|warning)\b")


def _threshold(cursor: Cursor) -> Number:
    start, sign = cursor.start, ""
    if cursor.kind in ("+", "-"):
        sign = cursor.value
        cursor.advance()
    if cursor.kind == "." and cursor.peek()[0] == "number":
        digits = cursor.peek()[1]
        raise cursor.unexpected("a number", f"write a digit before the point: `{sign}0.{digits}`")
    if cursor.kind == "numeral":
        raise cursor.unexpected("a number", "a threshold is a plain number without a unit")
    if cursor.kind in COMPARATORS:
        raise cursor.unexpected("a number", "write one comparison")
    if cursor.kind != "number":
        level = _LEVEL.match(cursor.text, cursor.start)
        hint = f"write `${{{level[1]}}}`, and the number under `thresholds:`" if level else ""
        raise cursor.unexpected("a number", hint)
    plain = number_of(cursor)
    value = -plain.value if sign == "-" else plain.value
    return Number(start, plain.end, value, sign + plain.written)


def _too_much(cursor: Cursor) -> QueryError:
    hint = ""
    if cursor.kind == "%":
        hint = "a threshold is a plain number, without `%`"
    elif cursor.kind == "," and cursor.peek()[0] == "number":
        number = cursor.text[: cursor.start].rpartition(" ")[2].lstrip("<>=")
        decimals = cursor.peek()[1]
        hint = "numbers have no thousands separator"
        if number == "0" or len(decimals) != 3:
            hint = f"write a point before the decimals: `{number}.{decimals}`"
    return cursor.unexpected("the end of the query", hint)
