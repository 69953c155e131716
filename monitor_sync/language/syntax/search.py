"""The search string of logs, RUM, spans and the like: ``service:web (a OR b) -@type:error``."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.atoms import Name, StringLiteral
from monitor_sync.language.problems import QueryError, QueryProblem
from monitor_sync.language.syntax.scan import SEARCH, Cursor, scan, scan_quoted
from monitor_sync.language.tree import (
    Condition,
    Enclosed,
    Everything,
    Field,
    Junction,
    Negation,
    Phrase,
    Range,
    Word,
)

_RANGE: Final = re.compile(r"\s*(\S+)\s+TO\s+(\S+)\s*")
_COLON: Final = re.compile(r"(?:\\.|[^:\\])*:")
_AGGREGATIONS: Final = ("count", "cardinality", "avg", "sum", "min", "max", "median")


def search_condition(search: StringLiteral, cursor: Cursor) -> Condition | None:
    """
    Parse what a search says, None where it is empty or cannot be read.

    What is wrong with it is noted on the cursor, which is ``broken`` then.
    """
    inner = Cursor(cursor.text, scan_quoted(SEARCH, search), cursor.problems, "search")
    return _whole(inner, cursor)


def plain_search(text: str) -> tuple[Condition | None, Cursor]:
    """Parse what a search says that is not quoted, as ``options.variables`` have it."""
    inner = Cursor(text, scan(SEARCH, text), what="search")
    return _whole(inner, inner), inner


def _whole(inner: Cursor, cursor: Cursor) -> Condition | None:
    if inner.kind == "end":
        return None
    try:
        condition = _alternatives(inner)
        if inner.kind != "end":
            raise inner.unexpected("the end of the search", "there is no `(` to it", _UNBALANCED)
    except QueryError as error:
        cursor.stumble(error)
        return None
    return condition


_CLOSING: Final = {"[": "]", "{": "}", '"': '"'}
_UNBALANCED: Final = "unbalanced-search"
_DANGLING: Final = "dangling-operator"


def _is(inner: Cursor, keyword: str) -> bool:
    return inner.kind == "word" and inner.value == keyword


def _alternatives(inner: Cursor) -> Condition:
    first = _conjunction(inner)
    if not _is(inner, "OR"):
        return first
    operands, keywords = [first], []
    while _is(inner, "OR"):
        keywords.append("OR")
        inner.advance()
        operands.append(_conjunction(inner))
    return Junction(first.start, operands[-1].end, "OR", tuple(operands), tuple(keywords))


def _conjunction(inner: Cursor) -> Condition:
    first = _negatable(inner)
    operands, keywords = [first], []
    while inner.kind not in ("end", ")") and not _is(inner, "OR"):
        keyword = ""
        if _is(inner, "AND"):
            keyword = "AND"
            inner.advance()
        keywords.append(keyword)
        operands.append(_negatable(inner))
    if len(operands) == 1:
        return first
    return Junction(first.start, operands[-1].end, "AND", tuple(operands), tuple(keywords))


def _negatable(inner: Cursor) -> Condition:
    start, end, written = inner.start, inner.end, inner.value
    if inner.kind != "word" or (written != "NOT" and written[0] != "-"):
        return _term(inner)
    if written == "-":
        after, _, next_start, _ = inner.peek()
        if next_start != end or after not in ("(", "phrase"):
            inner.advance()
            return Word(start, end, "-")
    elif written != "NOT":  # `-service:web` is one token: take the sign off it
        inner.value, inner.start = written[1:], start + 1
        operand = _term(inner)
        return Negation(start, operand.end, operand, "-")
    inner.deeper()
    inner.advance()
    operand = _negatable(inner)
    inner.depth -= 1
    return Negation(start, operand.end, operand, written)


def _term(inner: Cursor) -> Condition:
    kind, start, end, value = inner.kind, inner.start, inner.end, inner.value
    if kind == "word":
        if value in ("AND", "OR"):
            raise inner.unexpected("something to search for", f"take `{value}` out", _DANGLING)
        return _word(inner)
    if kind == "phrase":
        inner.advance()
        return Phrase(start, end, value[1:-1])
    if kind == "range":
        inner.advance()
        return _range(value, start, end)
    if kind == "(":
        return _enclosed(inner)
    if kind == "end":
        raise inner.unexpected("something to search for", "take the last operator out", _DANGLING)
    if kind in _CLOSING:
        raise QueryError(
            QueryProblem(
                code=_UNBALANCED,
                message=f"`{kind}` is never closed",
                start=start,
                end=end,
                hint=f"add `{_CLOSING[kind]}`",
            )
        )
    before = inner.text[: inner.start].rstrip()
    if kind == ")" and before.endswith(("AND", "OR", "NOT")):
        raise inner.unexpected("something to search for", "take the operator out", _DANGLING)
    raise inner.unexpected("something to search for", "there is no opening one to it", _UNBALANCED)


def _enclosed(inner: Cursor) -> Condition:
    start = inner.start
    inner.deeper()
    inner.advance()
    if inner.kind == ")":
        inner.note(
            "empty-parentheses", "nothing stands in these parentheses", start, inner.end,
            refused=False,
        )  # fmt: skip
        inner.advance()
        inner.depth -= 1
        return Word(start, inner.before, "()")
    condition = _alternatives(inner)
    if inner.kind != ")":
        raise inner.unexpected("`)`", "close the parenthesis", _UNBALANCED)
    inner.advance()
    inner.depth -= 1
    return Enclosed(start, inner.before, condition)


def _range(value: str, start: int, end: int) -> Condition:
    match = _RANGE.fullmatch(value[1:-1])
    if match is None:
        return Word(start, end, value)
    return Range(start, end, match[1], match[2], value[0] == "[")


def _word(inner: Cursor) -> Condition:
    start, end, value = inner.start, inner.end, inner.value
    inner.advance()
    if inner.kind == "range" and inner.start == end and value in _AGGREGATIONS:
        inner.note(
            "interface-formula",
            f"`{value}[…]` is the notation of Datadog's pages, not of its API",
            start,
            end,
            'write `formula("a / b")` and define a and b in options.variables',
        )
    match = _COLON.match(value)
    if match is None or match.end() < 2:
        return Everything(start, end) if value == "*" else Word(start, end, value)
    key, rest = Name(start, start + match.end() - 1, value[: match.end() - 1]), value[match.end() :]
    if rest:
        return Field(start, end, key, Word(start + match.end(), end, rest))
    if inner.start != end or inner.kind not in ("phrase", "range", "("):
        return Word(start, end, value)
    term = _term(inner)
    return Field(start, term.end, key, term)
