"""
The query of a routing rule: does the page of a monitor match it? Pure.

Datadog's page on routing rules (documentation, routing_rules.md, 2026): attributes ``tags``,
``groups``, ``priority`` (1 to 5) and ``alert_status`` (``error``, ``warn``, ``success``), in the
common query syntax, case-sensitive; no query or ``*`` is everything. Which groups a monitor will
have is not known beforehand: then nobody knows, as for words of the query that are not read here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from monitor_sync.model import Monitor

Match = bool | None
"""None: it depends on what is not known beforehand."""

OfTerm = Callable[[str, str], Match]
"""Judges a term, ``key:value``, or a value of a key that stands before a parenthesis."""

_TOKEN: Final = re.compile(r'\s+|([()])|((?:[^\s()"\\]|\\.)*"(?:[^"\\]|\\.)*"|[^\s()"]+)')
_LONGEST: Final = 4_000
"""Longer queries, which nobody writes, are not read: looking for quotation marks takes its time."""
_DEEPEST: Final = 40
_KEPT: Final = 1 << 14
"""Patterns and looks at queries that are kept: every rule is compared with every monitor."""

_BY: Final = re.compile(r"\bby\s*[{(]([^})]*)[})]")
"""The keys by which a query groups, in the two forms that Datadog's queries have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorPage:
    """A page: the monitor it comes from, and the ``alert_status`` that it has."""

    monitor: Monitor
    status: str


def matches(query: str, page: MonitorPage) -> Match:
    """Return whether a page matches a query."""
    return _judged(query, lambda key, term: _of_term(key, term, page))


def matches_scope(scope: str, monitor: Monitor) -> Match:
    """
    Return whether a monitor matches a scope over tags, such as ``team:a AND NOT env:(b OR c)``.

    Notification rules have such scopes; a tag of a group counts as well (Datadog's page on them).
    """

    def of_term(key: str, term: str) -> Match:
        name, colon, value = (key, ":", term) if key else term.partition(":")
        if not colon:
            return True if term == "*" else None
        return _of_tag("tags", name, _glob(value.strip('"')), monitor)

    return _judged(scope, of_term)


def _judged(query: str, of_term: OfTerm) -> Match:
    tokens = _tokens(query)
    if not tokens:
        return None if tokens is None else True
    try:
        reading = _Reading([*tokens], of_term)
        answer = reading.any_of("", 0)
    except _Unreadable:
        return None
    return answer if reading.ended else None


@functools.lru_cache(maxsize=_KEPT)
def _tokens(query: str) -> tuple[str, ...] | None:
    """Return the words of a query; None where a quotation mark lacks its other half."""
    if len(query) > _LONGEST:
        return None
    words = (match[1] or match[2] for match in _TOKEN.finditer(query))
    tokens = tuple(word for word in words if word)
    return None if tokens and _TOKEN.sub("", query).strip() else tokens


class _Unreadable(Exception):
    """The query has a form that is not read here."""


class _Reading:
    """Reads the tokens of a query once, from the left, and judges them on the way."""

    def __init__(self, tokens: list[str], of_term: OfTerm) -> None:
        self._tokens = tokens
        self._at = 0
        self._of_term = of_term

    @property
    def ended(self) -> bool:
        return self._at == len(self._tokens)

    def any_of(self, key: str, depth: int) -> Match:
        """Return whether one of what ``OR`` parts matches; ``key`` is the attribute meant."""
        answers = [self._all_of(key, depth)]
        while self._next() == "OR":
            self._at += 1
            answers.append(self._all_of(key, depth))
        return _either(answers)

    def _all_of(self, key: str, depth: int) -> Match:
        answers = [self._single(key, depth)]
        while self._next() not in ("", ")", "OR"):
            self._at += self._next() == "AND"
            answers.append(self._single(key, depth))
        return _not(_either(map(_not, answers)))

    def _single(self, key: str, depth: int) -> Match:
        word = self._next()
        if word in ("", ")", "AND", "OR") or depth > _DEEPEST:
            raise _Unreadable
        self._at += 1
        if word in ("NOT", "-"):
            return _not(self._single(key, depth + 1))
        if word.startswith("-"):
            self._at -= 1
            self._tokens[self._at] = word[1:]
            return _not(self._single(key, depth + 1))
        if word == "(":
            answer = self.any_of(key, depth + 1)
            if self._next() != ")":
                raise _Unreadable
            self._at += 1
            return answer
        if word.endswith(":") and self._next() == "(":
            return self._single(word[:-1], depth + 1)
        return self._of_term(key, word)

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""


def _either(answers: Iterable[Match]) -> Match:
    held = list(answers)
    return True if True in held else None if None in held else False


def _not(answer: Match) -> Match:
    return None if answer is None else not answer


def _of_term(key: str, term: str, page: MonitorPage) -> Match:
    """Return whether a single term matches: ``tags.env:prod``, or a value of the ``key``."""
    value = term
    if not key:
        key, colon, value = term.partition(":")
        if not colon:
            return True if term == "*" else None
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    value = value[1:-1] if quoted else value
    pattern = re.escape(value) if quoted else _glob(value)
    attribute, _, name = key.lstrip("@").partition(".")
    if not name and attribute in ("tags", "groups"):  # tags:"env:prod"
        name, _, rest = value.partition(":")
        pattern = re.escape(rest) if quoted else _glob(rest)
    match attribute:
        case "tags" | "groups":
            return _of_tag(attribute, name, pattern, page.monitor)
        case "priority":
            return _of_priority(value, page.monitor.priority)
        case "alert_status":
            return re.fullmatch(pattern, page.status) is not None
        case _:
            return None


def _glob(value: str) -> str:
    return re.escape(value.replace("\\", "")).replace(r"\*", ".*").replace(r"\?", ".")


def _of_tag(attribute: str, name: str, pattern: str, monitor: Monitor) -> Match:
    """Return whether a monitor, or a group of it, has a tag whose value matches."""
    begin = f"{name}:"
    if attribute == "tags" and any(
        held.startswith(begin) and _tag(name, pattern).fullmatch(held) for held in monitor.tags
    ):
        return True
    grouped, in_scope = _in_query(monitor.query, name)
    unknown = grouped or monitor.type == "composite" or any("*" in scope for scope in in_scope)
    return None if unknown or any(_tag(name, pattern).fullmatch(s) for s in in_scope) else False


@functools.lru_cache(maxsize=_KEPT)
def _tag(name: str, pattern: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(name)}:{pattern}", re.DOTALL)


@functools.lru_cache(maxsize=_KEPT)
def _in_query(query: str, name: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether a query groups by a key, and the tags with that key in its scopes."""
    grouped = any(name in re.split(r"[\s,'\"]+", keys) for keys in _BY.findall(query))
    return grouped, tuple(re.findall(rf"(?<![\w.-]){re.escape(name)}:[^\s,{{}}()]+", query))


def _of_priority(value: str, priority: int | None) -> Match:
    if value == "*":
        return priority is not None
    return str(priority) == value if value.isdigit() else None
