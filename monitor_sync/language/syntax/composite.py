"""Composites: ids of other monitors joined by ``&&``, ``||`` and ``!``."""

from __future__ import annotations

from typing import Final

from monitor_sync.language.problems import QueryError
from monitor_sync.language.syntax.monitor_ids import LONGEST
from monitor_sync.language.syntax.scan import COMPOSITE, Cursor, scan
from monitor_sync.language.tree import (
    CompositeQuery,
    Condition,
    Enclosed,
    Junction,
    MonitorId,
    MonitorReference,
    Negation,
)

_RANKS: Final = (("||", "OR"), ("&&", "AND"))
_MEANT: Final = {"and": "&&", "or": "||", "not": "!", "&": "&&", "|": "||"}


def composite_query(text: str) -> tuple[CompositeQuery | None, Cursor]:
    """Return the tree of a composite's query, and the cursor with its problems."""
    cursor = Cursor(text, scan(COMPOSITE, text))
    try:
        condition = _joined(cursor, 0)
        if cursor.kind != "end":
            hint = _advice(cursor)
            if cursor.kind in ("number", "hole"):
                hint = "join monitors by `&&` or `||`"
            elif cursor.kind == ")":
                hint = "there is no `(` to it"
            raise cursor.unexpected("`&&`, `||` or the end of the query", hint)
    except QueryError as error:
        cursor.stumble(error)
        return None, cursor
    return CompositeQuery(condition.start, condition.end, condition), cursor


def _joined(cursor: Cursor, rank: int) -> Condition:
    if rank == len(_RANKS):
        return _operand(cursor)
    written, operator = _RANKS[rank]
    first = _joined(cursor, rank + 1)
    if cursor.kind != written:
        return first
    operands, keywords = [first], []
    while cursor.kind == written:
        keywords.append(written)
        cursor.advance()
        operands.append(_joined(cursor, rank + 1))
    return Junction(first.start, operands[-1].end, operator, tuple(operands), tuple(keywords))


def _operand(cursor: Cursor) -> Condition:
    start, end, value = cursor.start, cursor.end, cursor.value
    if cursor.kind == "!":
        cursor.deeper()
        cursor.advance()
        operand = _operand(cursor)
        cursor.depth -= 1
        return Negation(start, operand.end, operand, "!")
    if cursor.kind == "(":
        cursor.deeper()
        cursor.advance()
        condition = _joined(cursor, 0)
        cursor.expect(")", "`&&`, `||` or `)`", _advice(cursor))
        cursor.depth -= 1
        return Enclosed(start, cursor.before, condition)
    if cursor.kind == "number" and len(value) < LONGEST:
        cursor.advance()
        return MonitorId(start, end, int(value))
    if cursor.kind == "hole":
        cursor.advance()
        return MonitorReference(start, end, value[len("${id:") : -1])
    raise cursor.unexpected("the id of a monitor", _advice(cursor))


def _advice(cursor: Cursor) -> str:
    meant = _MEANT.get(cursor.value.lower(), "")
    if meant:
        return f"write `{meant}`"
    if cursor.kind == "word":
        return "write ids, or keys as `${id:KEY}`; letters are only labels of Datadog's pages"
    return ""
