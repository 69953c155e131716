"""
What stands in braces: the filter of a series, and the keys it is grouped by.

A filter has one of two styles: commas, or AND, OR and NOT. The separators show which.
"""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.atoms import Name
from monitor_sync.language.problems import QueryError, QueryProblem
from monitor_sync.language.syntax.scan import FILTER, Cursor, scan
from monitor_sync.language.tree import (
    Condition,
    Enclosed,
    Everything,
    Junction,
    Membership,
    Negation,
    Scope,
    Tag,
    TagList,
    ValueChoice,
)

_KEY: Final = re.compile(r"[\w.\-/@]+")
_PLAIN: Final = re.compile(r"\{[a-z][\w.-]*:[\w.*/-]+(?:,[a-z][\w.-]*:[\w.*/-]+)*\}", re.ASCII)
_KEYS: Final = re.compile(r"[^\s,]+|,")
_WORDS: Final = {"and": "AND", "or": "OR", "not": "NOT", "in": "IN"}
_OPERATORS: Final = {"&&": "AND", "||": "OR", "&": "AND", "|": "OR"}


def keys_in(cursor: Cursor) -> tuple[Name, ...]:
    """
    Return the group keys in the next token, ``{a, b}``.

    Problems of a key are noted on the cursor; only valid keys are returned.
    """
    start, end = cursor.start, cursor.end
    text = cursor.text
    names: list[Name] = []
    cursor.advance()
    wanted = True
    for match in _KEYS.finditer(text, start + 1, end - 1):
        written, (first, last) = match[0], match.span()
        if (written == ",") == wanted:
            _misplaced(cursor, first, last, wanted)
            continue
        if written == ",":
            wanted = True
            continue
        wanted = False
        if _KEY.fullmatch(written) is None and written != "*":
            cursor.note("bad-group-key", f"`{written}` cannot be a group key", first, last)
        names.append(Name(first, last, written))
    if wanted:
        what = "ends with a comma" if names else "is empty"
        cursor.note("empty-group", f"the list of keys to group by {what}", start, end)
        cursor.broken = True
    return tuple(names)


def _misplaced(cursor: Cursor, start: int, end: int, wanted: bool) -> None:
    message = "a group key was expected before this comma" if wanted else "a comma is missing here"
    cursor.note("bad-group-key", message, start, end)
    cursor.broken = True


def scope_in(cursor: Cursor) -> Scope:
    """
    Return the filter in the next token, ``{…}``.

    What cannot be read in it is noted on the cursor, which is ``broken`` then: the rest of the
    query is worth reading all the same.
    """
    start, end, text = cursor.start, cursor.end, cursor.value
    cursor.advance()
    if text == "{*}":
        return Scope(start, end, Everything(start + 1, end - 1))
    if _PLAIN.fullmatch(text) is not None:
        return Scope(start, end, _plain_tags(text[1:-1], start + 1))
    tokens = scan(FILTER, cursor.text, start + 1, end - 1)
    inner = Cursor(cursor.text, tokens, cursor.problems, "filter")
    try:
        condition = _filter(inner)
    except QueryError as error:
        cursor.stumble(error)
        condition = Everything(start + 1, end - 1)
    return Scope(start, end, condition)


def _plain_tags(text: str, start: int) -> Tag | TagList:
    """Return tags that only commas separate, as nine of ten filters have; they are valid."""
    tags = []
    for written in text.split(","):
        end = start + len(written)
        key, _, value = written.partition(":")
        tags.append(Tag(start, end, key, value))
        start = end + 1
    if len(tags) == 1:
        return tags[0]
    return TagList(tags[0].start, tags[-1].end, tuple(tags), (",",) * (len(tags) - 1))


def _filter(inner: Cursor) -> Condition:
    if inner.kind == "end":
        raise QueryError(
            QueryProblem(
                code="empty-filter",
                message="the filter is empty",
                start=inner.start - 1,
                end=inner.start + 1,
                hint="write `{*}` for no filter",
            )
        )
    first = _alternatives(inner)
    if inner.kind == "end":
        return first
    items, separators = [first], []
    while inner.kind != "end":
        separators.append("," if inner.kind == "," else "")
        if inner.kind == ",":
            inner.advance()
        elif inner.kind == ")":
            raise inner.unexpected("`,` or the end of the filter", "there is no `(` to it")
        items.append(_alternatives(inner))
    for item in items:
        if isinstance(item, Junction | Negation | Enclosed):
            _mixed(item, separators)
    return TagList(first.start, items[-1].end, tuple(items), tuple(separators))


def _mixed(item: Condition, separators: list[str]) -> None:
    """Raise for mixed operators. The server: 'AND' and 'OR' cannot be mixed with ','. (FIL-2)"""
    if "," in separators:
        hint = "write AND instead of the commas, or commas instead of AND"
        message = "AND, OR and NOT cannot be mixed with commas in one filter"
    else:
        hint, message = "write AND or OR between them", "two conditions stand side by side"
    raise QueryError(
        QueryProblem(
            code="mixed-filter-styles", message=message, start=item.start, end=item.end, hint=hint
        )
    )


def _keyword(inner: Cursor) -> str:
    return _WORDS.get(inner.value.lower(), "") if inner.kind == "word" else ""


def _alternatives(inner: Cursor) -> Condition:
    return _joined(inner, "OR")


def _joined(inner: Cursor, operator: str) -> Condition:
    part = _operand if operator == "AND" else _conjunction
    first = part(inner)
    if _keyword(inner) != operator:
        if inner.value in _OPERATORS:
            raise inner.unexpected("AND or OR", f"write {_OPERATORS[inner.value]}")
        return first
    operands, keywords = [first], []
    while _keyword(inner) == operator:
        keywords.append(inner.value)
        inner.advance()
        operands.append(part(inner))
    for operand in operands:
        if isinstance(operand, Tag) and operand.negated:
            _symbol_among_words(operand)
    return Junction(first.start, operands[-1].end, operator, tuple(operands), tuple(keywords))


def _conjunction(inner: Cursor) -> Condition:
    return _joined(inner, "AND")


def _symbol_among_words(tag: Tag) -> None:
    written = f"{tag.key}:{tag.value}" if tag.key else tag.value
    raise QueryError(
        QueryProblem(
            code="mixed-filter-styles",
            message="`!` cannot be mixed with AND and OR in one filter",
            start=tag.start,
            end=tag.end,
            hint=f"write `NOT {written}`",
        )
    )


def _operand(inner: Cursor) -> Condition:
    start = inner.start
    keyword = _keyword(inner)
    if keyword == "NOT":
        written = inner.value
        inner.deeper()
        inner.advance()
        operand = _operand(inner)
        inner.depth -= 1
        return Negation(start, operand.end, operand, written)
    if inner.kind == "(":
        inner.deeper()
        inner.advance()
        condition = _alternatives(inner)
        inner.expect(")", "AND, OR or `)`")
        inner.depth -= 1
        return Enclosed(start, inner.before, condition)
    negated = inner.kind == "!"
    if negated:
        inner.advance()
        keyword = _keyword(inner)
    if inner.kind != "word" or keyword:
        raise inner.unexpected("a tag such as `env:prod`")
    return _tag(inner, start, negated)


def _tag(inner: Cursor, start: int, negated: bool) -> Condition:
    if inner.value in _OPERATORS:
        raise inner.unexpected("AND or OR", f"write {_OPERATORS[inner.value]}")
    written = inner.name()
    if not negated:
        keyword = _keyword(inner)
        if keyword == "IN":
            return _membership(inner, written, ())
        if keyword == "NOT" and inner.peek()[1].lower() == "in":
            word = inner.value
            inner.advance()
            return _membership(inner, written, (word,))
    key, colon, value = written.text.partition(":")
    if key and colon and not value:
        if inner.kind == "word" and not _keyword(inner):
            value = inner.name().text
        elif inner.kind == "(" and not negated:
            return _choice(inner, Name(written.start, written.end - 1, key))
        else:
            hint = f"write `!{key}:…`" if inner.kind == "!" else ""
            raise inner.unexpected(f"the value of `{key}`", hint)
    if not colon or not key:
        key, value = "", written.text
    if not negated and written.text == "*":
        return Everything(start, inner.before)
    return Tag(start, inner.before, key, value, negated)


def _membership(inner: Cursor, key: Name, negation: tuple[str, ...]) -> Membership:
    word = inner.value
    inner.advance()
    inner.expect("(", "a list of values in parentheses", f"write `{key.text} IN (a, b)`")
    values = []
    while True:
        if inner.kind != "word":
            raise inner.unexpected(f"a value of `{key.text}`")
        values.append(inner.name())
        if inner.kind != ",":
            break
        inner.advance()
    inner.expect(")", "`,` or `)`")
    return Membership(
        key.start, inner.before, key, tuple(values), bool(negation), (*negation, word)
    )


def _choice(inner: Cursor, key: Name) -> ValueChoice:
    inner.advance()
    values, keywords = [], []
    while True:
        if inner.kind != "word" or _keyword(inner):
            raise inner.unexpected(f"a value of `{key.text}`")
        values.append(inner.name())
        if _keyword(inner) != "OR":
            break
        keywords.append(inner.value)
        inner.advance()
    hint = f"write `{key.text} IN (a, b)`" if inner.kind == "," else ""
    inner.expect(")", "OR or `)`", hint)
    return ValueChoice(key.start, inner.before, key, tuple(values), tuple(keywords))
