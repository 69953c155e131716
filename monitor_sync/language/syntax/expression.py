"""Arithmetic over series, functions, numbers and, in a formula, variables."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.atoms import Name, Number, StringLiteral
from monitor_sync.language.problems import QueryError
from monitor_sync.language.syntax.scan import Cursor, number_of, text_of
from monitor_sync.language.syntax.scope import keys_in, scope_in
from monitor_sync.language.tree import (
    Argument,
    Arithmetic,
    By,
    Call,
    Expression,
    Keys,
    Modifier,
    Option,
    Parenthesised,
    Series,
    Signed,
    Variable,
)

_CLOSES: Final = (",", ")")


def expression(cursor: Cursor, *, formula: bool = False) -> Expression:
    """
    Parse an expression, as far as it goes.

    Raises:
        QueryError: something else stands there.
    """
    first = _term(cursor, formula)
    if cursor.kind not in ("+", "-"):
        return first
    operands, operators = [first], []
    while cursor.kind in ("+", "-"):
        operators.append(cursor.name())
        operands.append(_term(cursor, formula))
    return Arithmetic(first.start, operands[-1].end, tuple(operands), tuple(operators))


def _term(cursor: Cursor, formula: bool) -> Expression:
    first = _factor(cursor, formula)
    if cursor.kind not in ("*", "/"):
        return first
    operands, operators = [first], []
    while cursor.kind in ("*", "/"):
        operators.append(cursor.name())
        operands.append(_factor(cursor, formula))
    return Arithmetic(first.start, operands[-1].end, tuple(operands), tuple(operators))


def _factor(cursor: Cursor, formula: bool) -> Expression:
    kind = cursor.kind
    if kind == "word":
        if cursor.peek()[0] == "(":
            return _call(cursor, formula)
        if formula:
            name = cursor.name()
            return Variable(name.start, name.end, name.text)
        return _series(cursor)
    if kind == "number":
        return number_of(cursor)
    if kind == "(":
        return _parenthesised(cursor, formula)
    if kind in ("+", "-"):
        return _signed(cursor, formula)
    what = "a variable, a number or `(`" if formula else "a metric, a function, a number or `(`"
    raise cursor.unexpected(what, _advice(cursor))


def _advice(cursor: Cursor) -> str:
    if cursor.kind == "." and cursor.peek()[0] in ("number", "numeral"):
        return f"write a digit before the point: `0.{cursor.peek()[1]}`"
    if cursor.kind == "numeral":
        return "a number has no unit, and a metric's name starts with a letter"
    return ""


def _signed(cursor: Cursor, formula: bool) -> Expression:
    sign, start = cursor.value, cursor.start
    cursor.advance()
    if cursor.kind == "number":
        plain = number_of(cursor)
        value = -plain.value if sign == "-" else plain.value
        return Number(start, plain.end, value, sign + plain.written)
    if cursor.kind in ("+", "-"):
        raise cursor.unexpected("a metric, a function, a number or `(`", "one sign is enough")
    operand = _factor(cursor, formula)
    return Signed(start, operand.end, sign, operand)


def _parenthesised(cursor: Cursor, formula: bool) -> Parenthesised:
    start = cursor.start
    cursor.deeper()
    cursor.advance()
    inner = expression(cursor, formula=formula)
    cursor.expect(")", "an operator or `)`")
    cursor.depth -= 1
    suffixes = _suffixes(cursor)
    return Parenthesised(start, cursor.before, suffixes, inner)


def _series(cursor: Cursor) -> Series:
    start = cursor.start
    aggregator = None
    metric = cursor.name()
    if cursor.kind == ":":
        aggregator = metric
        cursor.advance()
        if cursor.kind != "word":
            raise cursor.unexpected("a metric's name", "a metric's name starts with a letter")
        metric = cursor.name()
    if cursor.kind != "braces":
        raise _no_scope(cursor, metric)
    scope = scope_in(cursor)
    suffixes = _suffixes(cursor)
    return Series(start, cursor.before, suffixes, aggregator, metric, scope)


def _suffixes(cursor: Cursor) -> tuple[By | Modifier, ...]:
    """Parse modifiers and ``by``, in any order and as often as they stand there."""
    if cursor.kind != "." and cursor.kind != "word":
        return ()
    suffixes: list[By | Modifier] = []
    while True:
        if cursor.kind == ".":
            suffixes.append(_modifier(cursor))
        elif cursor.kind == "word" and cursor.value in ("by", "BY", "By"):
            suffixes.append(_by(cursor))
        else:
            return tuple(suffixes)


def _no_scope(cursor: Cursor, metric: Name) -> QueryError:
    if cursor.kind == "{":
        closed = cursor.text.find("}", cursor.end) >= 0
        doubled = closed and cursor.peek()[0] == "braces"
        hint = "write the braces once" if doubled else _in_filter(cursor) or "close it with `}`"
        return cursor.unexpected("a filter in braces, such as `{*}`,", hint, "broken-braces")
    hint = f"write `{metric.text}{{*}}` for all of it"
    if cursor.kind == "-":
        hint = "a hyphen means minus: Datadog stores `-` in a metric's name as `_`"
    return cursor.unexpected("the filter of a metric, such as `{*}`,", hint)


_FILLED_BY_DATADOG: Final = re.compile(r"\{[^{}]*\{\{\s*(\w+)(?:\.name)?\s*\}\}")


def _in_filter(cursor: Cursor) -> str:
    """Return the hint for a filter with ``{{env}}`` in it, which only messages have."""
    match = _FILLED_BY_DATADOG.match(cursor.text, cursor.start)
    return f"only messages have `{{{{…}}}}`: write `${{{match[1]}}}`" if match else ""


def _by(cursor: Cursor) -> By:
    start, keyword = cursor.start, cursor.value
    cursor.advance()
    if cursor.kind != "braces":
        hint = f"write `by {{{cursor.value}}}`" if cursor.kind == "word" else ""
        if cursor.kind == "{":
            doubled = cursor.peek()[0] == "braces"
            hint = "write the braces once" if doubled else "close it with `}`"
        raise cursor.unexpected("a list of keys in braces", hint)
    keys = keys_in(cursor)
    return By(start, cursor.before, keys, keyword)


def _modifier(cursor: Cursor) -> Modifier:
    cursor.advance()
    if cursor.kind != "word":
        raise cursor.unexpected("a modifier such as `as_count()`")
    start = cursor.before - 1
    name = cursor.name()
    if cursor.kind != "(":
        raise cursor.unexpected("`(`", f"write `.{name.text}()`")
    given = arguments(cursor)
    return Modifier(start, cursor.before, name, given)


def _call(cursor: Cursor, formula: bool) -> Call:
    function = cursor.name()
    given = arguments(cursor, formula=formula, of=function.text)
    suffixes = _suffixes(cursor)
    return Call(function.start, cursor.before, suffixes, function, given)


def arguments(cursor: Cursor, *, formula: bool = False, of: str = "") -> tuple[Argument, ...]:
    """
    Parse what stands in the parentheses of a function, a modifier or a step.

    Raises:
        QueryError: they are not opened, closed or apart by commas.
    """
    cursor.expect("(")
    if cursor.kind == ")":
        cursor.advance()
        return ()
    cursor.deeper()
    parsed = [argument(cursor, formula=formula, of=of)]
    while cursor.kind == ",":
        cursor.advance()
        parsed.append(argument(cursor, formula=formula, of=of))
    cursor.expect(")", "`,` or `)`")
    cursor.depth -= 1
    return tuple(parsed)


def argument(cursor: Cursor, *, formula: bool = False, of: str = "") -> Argument:
    """
    Parse one argument: an expression, a text, a bare word, ``name=value`` or regrouping keys.

    Raises:
        QueryError: something else stands there.
    """
    kind = cursor.kind
    if kind == "string":
        return text_of(cursor)
    if kind == "numeral":
        return cursor.name()
    if kind == "braces":
        start, end = cursor.start, cursor.end
        return Keys(start, end, keys_in(cursor))
    if kind == "word":
        after = cursor.peek()[0]
        if after == "=":
            return _option(cursor)
        if after in _CLOSES and (not formula or (of in _TAKES_WORDS and cursor.value in _WORDS)):
            return cursor.name()
    return expression(cursor, formula=formula)


_TAKES_WORDS: Final = ("fill", "rollup")
_WORDS: Final = ("linear", "last", "zero", "null", "avg", "sum", "min", "max", "count")


def _option(cursor: Cursor) -> Option:
    name = cursor.name()
    cursor.advance()
    value: StringLiteral | Number | Name
    if cursor.kind == "string":
        value = text_of(cursor)
    elif cursor.kind == "number":
        value = number_of(cursor)
    elif cursor.kind in ("word", "numeral"):
        value = cursor.name()
    else:
        raise cursor.unexpected(f"the value of `{name.text}`")
    return Option(name.start, cursor.before, name, value)
