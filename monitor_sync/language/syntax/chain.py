"""
Queries that are chains of calls: service checks, searches, processes, SLOs and formulas.

``source("…").rollup("count").by("host").last("5m") > 2``
"""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.atoms import Name, Number, StringLiteral
from monitor_sync.language.problems import QueryError
from monitor_sync.language.syntax.expression import expression
from monitor_sync.language.syntax.metric import COMPARATORS, comparison
from monitor_sync.language.syntax.scan import (
    CHAIN,
    ESCAPE,
    FORMULA,
    Cursor,
    number_of,
    scan,
    scan_quoted,
    text_of,
)
from monitor_sync.language.syntax.search import search_condition
from monitor_sync.language.tree import (
    CheckQuery,
    Expression,
    FormulaQuery,
    Option,
    SearchQuery,
    SloQuery,
    Step,
)

_QUOTE: Final = 'escape quotes inside the text: `\\"`'
_SHORT: Final = 60
"""Characters of a search up to which a hint writes it out."""


def check_query(text: str) -> tuple[CheckQuery | None, Cursor]:
    """Return the tree of a service check's query, and the cursor with its problems."""
    cursor = Cursor(text, scan(CHAIN, text))
    try:
        if cursor.kind != "string":
            raise cursor.unexpected('the check\'s name in quotes, such as `"ntp.in_sync"`,')
        check = text_of(cursor)
        steps = _steps(cursor)
        if cursor.kind != "end":
            hint = ""
            if cursor.kind in COMPARATORS:
                hint = "a check's thresholds are in options.thresholds, not in its query"
            raise cursor.unexpected("`.` or the end of the query", hint)
    except QueryError as error:
        cursor.stumble(error)
        return None, cursor
    return CheckQuery(check.start, cursor.before, check, steps), cursor


def search_query(text: str) -> tuple[SearchQuery | None, Cursor]:
    """Return the tree of a query over events or processes, and the cursor with its problems."""
    cursor = Cursor(text, scan(CHAIN, text))
    try:
        if cursor.kind != "word" or cursor.peek()[0] != "(":
            raise cursor.unexpected('a source with a search, such as `logs("status:error")`,')
        source = cursor.name()
        _read_past_bare_quotes(cursor)
        search = _only_text(cursor, "the search in quotes")
        _no_more_texts(cursor)
        steps = _steps(cursor)
        level = comparison(cursor)
    except QueryError as error:
        cursor.stumble(error)
        return None, cursor
    if source.text == "processes":  # searched by other rules, which nobody wrote down
        aside = Cursor(text, cursor.tokens)
        condition = search_condition(search, aside)
    else:
        condition = search_condition(search, cursor)
    if cursor.broken:
        return None, cursor
    return SearchQuery(source.start, level.end, source, search, steps, level, condition), cursor


def slo_query(text: str) -> tuple[SloQuery | None, Cursor]:
    """Return the tree of an SLO's query, and the cursor with its problems."""
    cursor = Cursor(text, scan(CHAIN, text))
    try:
        if cursor.kind != "word" or cursor.peek()[0] != "(":
            raise cursor.unexpected('`error_budget("…")` or `burn_rate("…")`')
        measure = cursor.name()
        cursor.advance()
        if cursor.kind not in ("string", "word", "number", "numeral"):
            raise cursor.unexpected("the SLO's id in quotes")
        slo: StringLiteral | Name = text_of(cursor) if cursor.kind == "string" else cursor.name()
        cursor.expect(")")
        steps = _steps(cursor)
        level = comparison(cursor)
    except QueryError as error:
        cursor.stumble(error)
        return None, cursor
    return SloQuery(measure.start, level.end, measure, slo, steps, level), cursor


def formula_query(text: str, *, compared: bool = True) -> tuple[FormulaQuery | None, Cursor]:
    """
    Return the tree of a formula's query, and the cursor with its problems.

    ``compared`` is false for ``critical_query`` and the like, which end without a comparison.
    """
    cursor = Cursor(text, scan(CHAIN, text))
    tree = level = None
    steps: tuple[Step, ...] = ()
    try:
        if cursor.value != "formula":
            raise cursor.unexpected('`formula("…")`')
        start = cursor.start
        cursor.advance()
        quoted = _only_text(cursor, "the formula in quotes")
        if quoted.written[0] == "'":
            _single_quotes(cursor, quoted)
        tree = _formula(quoted, cursor)
        steps = _steps(cursor)
        if compared:
            level = comparison(cursor)
        elif cursor.kind != "end":
            raise cursor.unexpected("`.` or the end of the query")
    except QueryError as error:
        cursor.stumble(error)
        return None, cursor
    if cursor.broken or tree is None:
        return None, cursor
    return FormulaQuery(start, cursor.before, tree, steps, level), cursor


def _formula(quoted: StringLiteral, cursor: Cursor) -> Expression | None:
    inner = Cursor(cursor.text, scan_quoted(FORMULA, quoted), cursor.problems, "formula")
    try:
        tree = expression(inner, formula=True)
        if inner.kind != "end":
            raise inner.unexpected("an operator or the end of the formula")
    except QueryError as error:
        cursor.stumble(error)
        return None
    return tree


def _single_quotes(cursor: Cursor, text: StringLiteral) -> None:
    cursor.note(
        "single-quotes",
        f"{text.written} is in single quotes, double quotes were expected",
        text.start,
        text.end,
        "write `\"` instead of `'`",
    )


def _only_text(cursor: Cursor, expected: str) -> StringLiteral:
    cursor.expect("(")
    if cursor.kind != "string":
        raise cursor.unexpected(expected)
    text = text_of(cursor)
    if cursor.kind == ")":
        cursor.advance()
        return text
    if cursor.kind in ("word", "string", "number", "numeral"):
        raise cursor.unexpected("`)`", _QUOTE, "unescaped-quote")
    raise cursor.unexpected("`)`")


_AFTER_SEARCH: Final = re.compile(
    r'"\s*\)\s*\.\s*(?:index|rollup|by|last|current|over|source|new|impact)\s*\('
)


_QUOTES: Final = re.compile(r'(?<!\\)"')
_ENDS_WITH_QUOTED_FACET: Final = re.compile(r'@[\w.-]+:"[^"]*""\Z')


def _read_past_bare_quotes(cursor: Cursor) -> None:
    """
    Make one text of a search that has quotes inside without the backslashes they need.

    Datadog's own exports have such searches and Datadog runs them: the text ends at the quote
    before the first step. A warning says how to write it.
    """
    opening = cursor.peek()
    if cursor.kind != "(" or not opening[1].startswith('"') or cursor.peek(2)[0] == ")":
        return
    match = _AFTER_SEARCH.search(cursor.text, opening[2] + 1)
    if match is None or match.start() < opening[3]:
        return
    start, end = opening[2], match.start() + 1
    written = cursor.text[start:end]
    value = ESCAPE.sub(r"\1", written[1:-1])
    unpaired = len(_QUOTES.findall(value)) % 2
    # A reported answer refuses `("@msg:"timed out"")`. Before other words such a facet stands in an
    # export of a live monitor: `("@application.name:"Core Mobile" service:a")`.
    if unpaired or _ENDS_WITH_QUOTED_FACET.search(written):
        return
    index = cursor.index + 1
    later = scan(CHAIN, cursor.text, end)
    cursor.tokens[index:] = [("string", written, start, end), *later]
    safe = value.replace("\\", "\\\\").replace('"', '\\"')
    cursor.note(
        "bare-quotes",
        "quotes inside the search have no backslash",
        start,
        end,
        f'write `"{safe}"`' if len(safe) <= _SHORT else _QUOTE,
        refused=False,
    )


def _no_more_texts(cursor: Cursor) -> None:
    if cursor.kind not in (".", "end") and cursor.peek()[0] == ".":
        raise cursor.unexpected("`.`", _QUOTE)


def _steps(cursor: Cursor) -> tuple[Step, ...]:
    steps = []
    while cursor.kind == ".":
        start = cursor.start
        cursor.advance()
        if cursor.kind != "word":
            raise cursor.unexpected('a step such as `last("5m")`')
        name = cursor.name()
        given = _arguments(cursor)
        steps.append(Step(start, cursor.before, name, given))
    return tuple(steps)


Given = StringLiteral | Number | Name | Option


def _arguments(cursor: Cursor) -> tuple[Given, ...]:
    cursor.expect("(")
    if cursor.accept(")"):
        return ()
    given = [_argument(cursor)]
    while cursor.accept(","):
        given.append(_argument(cursor))
    if cursor.kind == ":":
        raise cursor.unexpected("`,` or `)`", "put it in quotes", "unquoted-text")
    cursor.expect(")", "`,` or `)`")
    return tuple(given)


def _argument(cursor: Cursor) -> Given:
    start = cursor.start
    if cursor.kind == "word" and cursor.peek()[0] == "=":
        name = cursor.name()
        cursor.advance()
        value = _value(cursor)
        return Option(start, cursor.before, name, value)
    return _value(cursor)


def _value(cursor: Cursor) -> StringLiteral | Number | Name:
    if cursor.kind == "string":
        return text_of(cursor)
    if cursor.kind == "number":
        return number_of(cursor)
    if cursor.kind in ("word", "numeral"):
        return cursor.name()
    hint = "put it in quotes" if cursor.kind in ("*", "!") else ""
    raise cursor.unexpected("a text in quotes", hint)
