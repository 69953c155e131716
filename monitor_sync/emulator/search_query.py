"""The language of searches: words and fields, AND, OR, NOT, parentheses; and that of monitors."""

from __future__ import annotations

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from monitor_sync.emulator.answers import refused
from monitor_sync.emulator.queries import metric_names, scope_tags

Predicate = Callable[[Any], bool]
Term = Callable[[str, str], Predicate]
"""From a word and the field before it (empty for none) to a test."""

_WORD = re.compile(r'\(|\)|-?(?:[\w.@/-]+:)?"[^"]*"|-?[\w.@/-]+:(?=\()|[^\s()"]+')
_STATUSES = frozenset({"alert", "warn", "no data", "ok", "ignored", "skipped", "unknown"})
_MENTION = re.compile(r"(?<![\w@])@([\w.@-]*[\w])")


def predicate(query: str) -> Predicate:
    """Return the test of monitors a search query stands for. An empty query fits every monitor.

    Raises `ErrorAnswer` (400) for an unknown status (recorded) and for a query that cannot be read
    (our text).
    """
    return test_of(query, _term)


def test_of(query: str, term: Term) -> Predicate:
    """Return the test a query stands for, its words read by `term`. Raises `ErrorAnswer` (400)."""
    words = _WORD.findall(query)
    if not words:
        return lambda _: True
    reader = _SearchReader(words, term)
    test = reader.alternatives("")
    if reader.words:
        raise refused(f"Query parsing error: unexpected '{reader.words[0]}'")
    return test


def notified(message: str) -> list[str]:
    """Return the handles a message mentions, without `@`, each once."""
    return list(dict.fromkeys(_MENTION.findall(message)))


class _SearchReader:
    """Reads words from the left; each method consumes what it understands."""

    def __init__(self, words: list[str], term: Term) -> None:
        self.words = words
        self._term = term

    def alternatives(self, field: str) -> Predicate:
        """Read `a OR b`; `field` is what stands before the parenthesis around it."""
        tests = [self._all_of(field)]
        while self.words and self.words[0] == "OR":
            self.words.pop(0)
            tests.append(self._all_of(field))
        return tests[0] if len(tests) == 1 else lambda monitor: any(t(monitor) for t in tests)

    def _all_of(self, field: str) -> Predicate:
        tests = [self._operand(field)]
        while self.words and self.words[0] not in {")", "OR"}:
            if self.words[0] == "AND":
                self.words.pop(0)
            tests.append(self._operand(field))
        return tests[0] if len(tests) == 1 else lambda monitor: all(t(monitor) for t in tests)

    def _operand(self, field: str) -> Predicate:
        if not self.words:
            raise refused("Query parsing error: unexpected end of query")
        word = self.words.pop(0)
        if word in {")", "AND", "OR"}:
            raise refused(f"Query parsing error: unexpected '{word}'")
        if word == "NOT":
            return _negated(self._operand(field))
        if word.startswith("-") and len(word) > 1:
            self.words.insert(0, word[1:])
            return _negated(self._operand(field))
        if word == "(":
            return self._group(field)
        if word.endswith(":") and self.words and self.words[0] == "(":
            self.words.pop(0)
            return self._group(word[:-1])
        return self._term(word, field)

    def _group(self, field: str) -> Predicate:
        test = self.alternatives(field)
        if not self.words or self.words.pop(0) != ")":
            raise refused("Query parsing error: a parenthesis is not closed")
        return test


def _negated(test: Predicate) -> Predicate:
    return lambda monitor: not test(monitor)


def _term(word: str, field: str) -> Predicate:
    if not field and ":" in word and not word.startswith('"'):
        field, word = word.split(":", 1)
    is_quoted = word.startswith('"')
    value = word.strip('"').lower()
    field = field.lower()
    if field == "status" and value not in _STATUSES:
        raise refused(f"Query parsing error: '{value}' is not a valid monitor status")
    return lambda monitor: any(
        _fits(value, text.lower(), is_quoted=is_quoted, is_text=field in _TEXTS)
        for text in _texts(monitor, field)
    )


_TEXTS = frozenset({"", "title", "name", "message"})


def _fits(value: str, text: str, *, is_quoted: bool, is_text: bool) -> bool:
    """Return True if a text holds a word, or equals a value that is no text; `*`, `?` are wild."""
    if not is_quoted and ("*" in value or "?" in value):
        return fnmatchcase(text, f"*{value}*" if is_text else value)
    return value in text if is_text else value == text


def _texts(monitor: dict[str, Any], field: str) -> list[str]:
    """Return what a field looks at in a monitor."""
    if field == "":
        return [monitor["name"], monitor["message"], str(monitor["id"])]
    if field in {"title", "name"}:
        return [monitor["name"]]
    if field in {"message", "type", "id", "priority"}:
        kinds = [str(monitor[field])]
        return [*kinds, classification(monitor)] if field == "type" else kinds
    if field == "status":
        return [monitor["overall_state"]]
    if field == "muted":
        return [str(bool(monitor["options"].get("silenced"))).lower()]
    if field == "creator":
        creator = monitor.get("creator") or {}
        return [str(creator.get(name) or "") for name in ("name", "handle", "email")]
    if field == "tag":
        return [*monitor["tags"], *(tag.split(":", 1)[0] for tag in monitor["tags"])]
    if field == "scope":
        return scope_tags(monitor["query"])
    if field == "metric":
        return metric_names(monitor["query"])
    if field == "notification":
        return notified(monitor["message"])
    prefix = f"{field}:"
    return [tag[len(prefix) :] for tag in monitor["tags"] if tag.lower().startswith(prefix)]


def classification(monitor: dict[str, Any]) -> str:
    """Return the word that search uses for a type of monitor, as recorded in 2021 and 2022."""
    kind = str(monitor["type"])
    if kind in {"metric alert", "query alert"}:
        metrics = metric_names(monitor["query"])
        of_integration = any(name.startswith(("aws.", "azure.", "gcp.")) for name in metrics)
        return "integration" if of_integration else "metric"
    if kind == "service check":
        return "custom"
    return kind.removesuffix(" alert")
