"""
A small reader of metric queries: one series, or arithmetic and functions of several.

It shares nothing with the package's own parser, so it shares no mistakes with it. What it does not
serve it refuses by name (`NotServed`) and never guesses.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field

from monitor_sync.emulator.metrics.functions import FUNCTIONS, operation

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<braces>\{[^{}]*\})|(?P<sign>[-+*/():,]))"
)
_SERIES = re.compile(
    r"(?:(?P<space>avg|sum|min|max):)?(?P<metric>[A-Za-z][\w.]*)\s*\{(?P<scope>[^{}]*)\}"
    r"(?:\s*by\s*\{(?P<by>[^{}]*)\})?(?P<modifiers>(?:\s*\.\w+\([^()]*\))*)"
)
_MODIFIER = re.compile(r"\.(\w+)\(([^()]*)\)")
_MEMBERS = re.compile(r"(?P<key>[\w.\-/@]+)\s+(?P<no>NOT\s+)?IN\s*\((?P<values>[^()]*)\)", re.I)
_DEEPEST = 40
METHODS = frozenset(("avg", "sum", "min", "max", "count"))


class NotServed(ValueError):
    """The emulator does not answer this; the text says what it met."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One demand on tags: one of `values` at `key` (empty for a bare word), or none of them."""

    key: str
    values: tuple[str, ...]
    negated: bool = False

    def fits(self, tags: frozenset[str]) -> bool:
        """Return whether tags in lower case meet it; `*` stands for any characters."""
        wanted = [f"{self.key}:{value}" if self.key else value for value in self.values]
        held = any(_fits(pattern, tags) for pattern in wanted)
        return held is not self.negated


def _fits(pattern: str, tags: frozenset[str]) -> bool:
    if "*" not in pattern:
        return pattern in tags
    expression = ".*".join(map(re.escape, pattern.split("*")))
    return any(re.fullmatch(expression, tag) for tag in tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesQuery:
    """
    One series. `counted` is `count` or `rate` behind `as_count()` or `as_rate()`, else empty.

    `method` and `seconds` are those of `.rollup(…)`, empty and 0 where the default holds.
    """

    text: str
    space: str
    metric: str
    conditions: tuple[Condition, ...]
    by: tuple[str, ...]
    counted: str = ""
    method: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions with a sign between them."""

    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function of an expression, with the numbers that follow it."""

    name: str
    inner: Expression
    numbers: tuple[float, ...] = ()


Expression = SeriesQuery | Operation | Call | float


def read(text: str) -> Expression:
    """Return what a query asks for, without time aggregation and threshold. Raises `NotServed`."""
    reader = _Reader(text)
    expression = reader.sum(0)
    if reader.rest():
        raise NotServed(f"cannot read the query from {reader.rest()[:40]!r} on")
    return expression


def series_anywhere(text: str) -> list[SeriesQuery]:
    """Return the series that can be read somewhere in a query of any kind."""
    series: list[SeriesQuery] = []
    for match in _SERIES.finditer(text):
        with contextlib.suppress(NotServed):
            series.append(_series(match))
    return series


def series_in(expression: Expression) -> list[SeriesQuery]:
    """Return the series of an expression, in the order of writing."""
    match expression:
        case SeriesQuery():
            return [expression]
        case Operation(left=left, right=right):
            return [*series_in(left), *series_in(right)]
        case Call(inner=inner):
            return series_in(inner)
        case _:
            return []


def has_call(expression: Expression, name: str) -> bool:
    """Return whether a function is somewhere in an expression."""
    match expression:
        case Operation(left=left, right=right):
            return has_call(left, name) or has_call(right, name)
        case Call():
            return expression.name == name or has_call(expression.inner, name)
        case _:
            return False


@dataclass(slots=True)
class _Reader:
    text: str
    position: int = field(default=0)

    def rest(self) -> str:
        return self.text[self.position :].strip()

    def _sign(self, among: str) -> str:
        match = re.compile(rf"\s*([{re.escape(among)}])").match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[1]

    def sum(self, depth: int) -> Expression:
        left = self._product(depth)
        while sign := self._sign("+-"):
            left = _operation(sign, left, self._product(depth))
        return left

    def _product(self, depth: int) -> Expression:
        left = self._operand(depth)
        while sign := self._sign("*/"):
            left = _operation(sign, left, self._operand(depth))
        return left

    def _operand(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise NotServed("the query is nested too deeply")
        if self._sign("("):
            inner = self.sum(depth + 1)
            if not self._sign(")"):
                raise NotServed("a parenthesis is not closed")
            return inner
        if self._sign("-"):
            return _operation("-", 0.0, self._operand(depth + 1))
        series = _SERIES.match(self.text, self._past_blanks())
        if series is not None:
            self.position = series.end()
            return _series(series)
        token = _TOKEN.match(self.text, self.position)
        if token is not None and token["number"]:
            self.position = token.end()
            return float(token["number"])
        if token is not None and token["name"] in FUNCTIONS:
            self.position = token.end()
            return self._call(token["name"], depth)
        if token is not None and token["name"]:
            raise NotServed(f"the emulator does not serve {token['name']!r} in queries")
        raise NotServed("the query ends too early")

    def _call(self, name: str, depth: int) -> Call:
        numbers: list[float] = []
        if not self._sign("("):
            raise NotServed(f"{name!r} without a parenthesis")
        inner = self.sum(depth + 1)
        while self._sign(","):
            numbers.append(self._number())
        if not self._sign(")") or len(numbers) != FUNCTIONS[name]:
            raise NotServed(f"the emulator does not serve {name!r} with these arguments")
        return Call(name, inner, tuple(numbers))

    def _number(self) -> float:
        number = re.compile(r"\s*(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)").match(
            self.text, self.position
        )
        if number is None:
            raise NotServed("an argument that is no number")
        self.position = number.end()
        return float(number[1])

    def _past_blanks(self) -> int:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1
        return self.position


def _operation(sign: str, left: Expression, right: Expression) -> Expression:
    """Return an operation; what two numbers make at once, as in `x / (60 * 24)`."""
    if isinstance(left, float) and isinstance(right, float):
        (number,) = operation(sign, [left], [right])
        if number is None:
            raise NotServed("a division by zero")
        return number
    return Operation(sign, left, right)


def _series(match: re.Match[str]) -> SeriesQuery:
    counted, method, seconds = "", "", 0
    for name, written in _MODIFIER.findall(match["modifiers"]):
        arguments = [part.strip().strip("'\"") for part in written.split(",") if part.strip()]
        if name in ("as_count", "as_rate"):
            counted = name.removeprefix("as_")
        elif name == "rollup" and not method and not seconds:
            method, seconds = _rollup(arguments)
        else:
            raise NotServed(f"the emulator does not serve .{name}() here")
    by = (match["by"] or "").replace(" ", "")
    return SeriesQuery(
        text=match[0],
        space=match["space"] or "avg",
        metric=match["metric"],
        conditions=conditions(match["scope"]),
        by=tuple(key.lower() for key in by.split(",") if key),
        counted=counted,
        method=method,
        seconds=seconds,
    )


def _rollup(arguments: list[str]) -> tuple[str, int]:
    method = arguments[0] if arguments else ""
    seconds = arguments[1] if len(arguments) > 1 else "0"
    if method.isdigit():
        method, seconds = "", method
    if (method and method not in METHODS) or not seconds.isdigit() or len(arguments) > 2:
        raise NotServed(f"the emulator does not serve .rollup({', '.join(arguments)})")
    return method, int(seconds)


def conditions(scope: str) -> tuple[Condition, ...]:
    """Return the demands of `{…}`, all of which must be met. Raises `NotServed`."""
    text = scope.strip().lower()
    read: list[Condition] = []
    for members in _MEMBERS.finditer(text):
        values = tuple(value.strip() for value in members["values"].split(","))
        read.append(Condition(members["key"], values, bool(members["no"])))
    text = _MEMBERS.sub("", text)
    for part in re.split(r",|\s+and\s+|^and\s+|\s+and$", text):
        word = part.strip()
        if word in ("", "*", "and"):
            continue
        if re.search(r"[()\s]", re.sub(r"^not\s+", "", word)):
            raise NotServed(f"the emulator does not serve the filter {scope!r}")
        read.append(_condition(word))
    return tuple(sorted(read, key=lambda demand: (demand.key, demand.values, demand.negated)))


def _condition(word: str) -> Condition:
    negated = word.startswith(("!", "-", "not "))
    plain = re.sub(r"^(?:[!-]|not\s+)", "", word)
    key, colon, value = plain.partition(":")
    return Condition(key, (value,), negated) if colon else Condition("", (plain,), negated)
