"""
What stands between ``${{`` and ``}}``, as far as our workflows use it.

Anything else is an error: a workflow that outgrows this fails its tests instead of passing them.
Source: GitHub's page on expressions. A property that a known context lacks is empty, texts compare
without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TOKENS = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z_][\w.-]*)|(&&|\|\||==|!=|!|\(|\)))")
_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class Unsupported(AssertionError):
    """An expression says something that this evaluator does not know."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the job is doing, for ``success()`` and its like."""

    failed: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Contexts:
    """What expressions may ask: ``github``, ``inputs``, ``secrets``, ``vars``, ``steps`` …"""

    values: Mapping[str, Any]
    status: Status = Status()

    def text(self, written: str) -> str:
        """A text with every hole filled."""
        return _HOLE.sub(lambda hole: _text(self._value(hole[1])), written)

    def true(self, written: str | None) -> bool:
        """Whether an ``if:`` lets a step or job run; without a status function it needs success."""
        if written is None:
            return not self.status.failed and not self.status.cancelled
        whole = _HOLE.fullmatch(written.strip())
        condition = whole[1] if whole else written
        asks = re.search(r"\b(success|failure|always|cancelled)\(\)", condition)
        if not asks and (self.status.failed or self.status.cancelled):
            return False
        return bool(self._value(condition))

    def _value(self, written: str) -> Any:
        tokens = _Tokens(written)
        value = self._any(tokens)
        if tokens.next is not None:
            raise Unsupported(f"{written!r}: what is {tokens.next!r}?")
        return value

    def _any(self, tokens: _Tokens) -> Any:
        value = self._all(tokens)
        while tokens.take("||"):
            other = self._all(tokens)
            value = value or other
        return value

    def _all(self, tokens: _Tokens) -> Any:
        value = self._equal(tokens)
        while tokens.take("&&"):
            other = self._equal(tokens)
            value = value and other
        return value

    def _equal(self, tokens: _Tokens) -> Any:
        value = self._one(tokens)
        for sign in ("==", "!="):
            if tokens.take(sign):
                same = _text(value).lower() == _text(self._one(tokens)).lower()
                return same is (sign == "==")
        return value

    def _one(self, tokens: _Tokens) -> Any:
        if tokens.take("!"):
            return not self._one(tokens)
        if tokens.take("("):
            value = self._any(tokens)
            if not tokens.take(")"):
                raise Unsupported("a bracket is not closed")
            return value
        token = tokens.pop()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if tokens.take("("):
            if not tokens.take(")"):
                raise Unsupported(f"{token}() with arguments")
            return self._called(token)
        return self._looked_up(token)

    def _called(self, name: str) -> bool:
        answers = {
            "always": True,
            "cancelled": self.status.cancelled,
            "failure": self.status.failed,
            "success": not self.status.failed and not self.status.cancelled,
        }
        if name not in answers:
            raise Unsupported(f"{name}()")
        return answers[name]

    def _looked_up(self, path: str) -> Any:
        first, *rest = path.split(".")
        if first not in self.values:
            raise Unsupported(f"{path}: there is no context {first}")
        value = self.values[first]
        for name in rest:
            value = value.get(name) if isinstance(value, Mapping) else None
        return "" if value is None else value


class _Tokens:
    """The words and signs of an expression, one after the other."""

    def __init__(self, written: str) -> None:
        self._left = _split(written)
        self.next: str | None = next(self._left, None)

    def take(self, sign: str) -> bool:
        """Whether this sign comes next; then it is gone."""
        if self.next != sign:
            return False
        self.next = next(self._left, None)
        return True

    def pop(self) -> str:
        """The next word."""
        word = self.next
        if word is None:
            raise Unsupported("an expression ends too early")
        self.next = next(self._left, None)
        return word


def _split(written: str) -> Iterator[str]:
    at, written = 0, written.strip()
    while at < len(written):
        match = _TOKENS.match(written, at)
        if match is None:
            raise Unsupported(f"{written!r}: what is {written[at:]!r}?")
        at = match.end()
        yield match[1] or match[2] or match[3]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise Unsupported(f"{value!r} is no text")
