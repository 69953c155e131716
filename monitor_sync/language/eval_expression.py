"""The arithmetic inside ``{{eval "…"}}``: operators, functions and variables that are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NoReturn

from msgspec import Struct

from monitor_sync.language.suggest import nearest

# Arguments each function takes. From Datadog's guide on template variable evaluation; a second
# argument of round is not in it and stands in monitors that Datadog publishes itself.
_ONE: Final = (
    "humanize_bytes humanize_bits abs int float trunc dec ceil floor sgn to_bool exp log10"
    " sin sinh asin asinh cos cosh acos acosh tan tanh atan atanh"
)
TEXT_FUNCTIONS: Final = ("lower", "upper", "strip", "substring")
"""Functions that take a text, such as ``lower(service.name)``."""

FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {
    **dict.fromkeys(_ONE.split(), (1, 1)),
    "round": (1, 2),
    "atan2": (2, 2),
    # of texts, documented for eval inside conditions and for handles
    **dict.fromkeys(TEXT_FUNCTIONS, (1, 1)),
    "substring": (2, 3),
}
"""Function to the fewest and most arguments it takes."""

MAX_DEPTH: Final = 30
"""Parentheses within parentheses. Nobody writes more; a parser has to stop somewhere."""

MAX_TOKENS: Final = 200
"""Numbers, names and signs in one expression, for the same reason."""

# No blanks before a token, and no bracket within brackets: nothing is then read twice.
_TOKEN: Final = re.compile(
    r"""
        (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>(?:[^\W\d]|[@$])[\w@$]*(?:\.(?:[\w@$]+|\[[^\[\]"]*\]))*
                |\[[^\[\]"]*\](?:\.(?:[\w@$]+|\[[^\[\]"]*\]))*)
      | (?P<sign>[-+*/^%(),])
      | (?P<other>\S)
    """,
    re.VERBOSE,
)
_SEGMENT: Final = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_LEVELS: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 4}
_NEGATION: Final = 3  # binds closer than a product and less close than a power


class Value(Struct, frozen=True):
    """A number as written."""

    start: int
    end: int
    written: str


class EvalName(Struct, frozen=True):
    """A template variable, such as ``value`` or ``a.value``."""

    start: int
    end: int
    path: tuple[str, ...]


class EvalCall(Struct, frozen=True):
    """A function of its arguments."""

    start: int
    end: int
    function: str
    arguments: tuple[Expression, ...]


class Operation(Struct, frozen=True):
    """``left sign right``; ``left`` is None for a sign in front of one operand."""

    start: int
    end: int
    sign: str
    left: Expression | None
    right: Expression


Expression = Value | EvalName | EvalCall | Operation


class EvalFault(Struct, frozen=True):
    """What is wrong with an expression; characters count from 0 in the message."""

    code: str
    message: str
    start: int
    end: int
    hint: str = ""


class _WrongEval(Exception):
    def __init__(self, fault: EvalFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Token(Struct, frozen=True):
    kind: str
    text: str
    start: int
    end: int


def evaluation(text: str, offset: int = 0) -> tuple[Expression | None, tuple[EvalFault, ...]]:
    """
    Parse the expression of an ``eval``; return it and what is wrong with it.

    ``offset`` is where the text starts in the message. None where it cannot be read to its end.
    """
    reader = _EvalReader(text, offset)
    try:
        expression = reader.whole()
    except _WrongEval as wrong:
        return None, (*reader.faults, wrong.fault)
    return expression, tuple(reader.faults)


def names(expression: Expression) -> Iterator[EvalName]:
    """Yield the variables of an expression."""
    match expression:
        case EvalName():
            yield expression
        case EvalCall():
            for argument in expression.arguments:
                yield from names(argument)
        case Operation():
            if expression.left is not None:
                yield from names(expression.left)
            yield from names(expression.right)
        case Value():
            return


class _EvalReader:
    """Precedence climbing over the tokens of one expression."""

    def __init__(self, text: str, offset: int) -> None:
        self.faults: list[EvalFault] = []
        self._tokens = [
            _Token(m.lastgroup or "other", m[m.lastgroup or 0], offset + m.start(m.lastgroup or 0),
                   offset + m.end())
            for m in _TOKEN.finditer(text)
        ]  # fmt: skip
        self._tokens.append(_Token("end", "", offset + len(text), offset + len(text)))
        self._at = 0
        self._depth = 0

    def whole(self) -> Expression:
        if self._next.kind == "end":
            self._expected("a variable or a number")
        if len(self._tokens) > MAX_TOKENS:
            last = self._tokens[-1].end
            raise _WrongEval(
                EvalFault("eval-syntax", "eval: too long to be read", self._next.start, last)
            )
        expression = self._sum(0)
        if self._next.kind != "end":
            self._expected("an operator (+ - * / ^ %) or the end")
        return expression

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _expected(self, what: str) -> NoReturn:
        token = self._next
        actual = f"`{token.text}`" if token.text else "nothing more"
        message = f"eval: {actual} where {what} was expected"
        raise _WrongEval(EvalFault("eval-syntax", message, token.start, token.end))

    def _sum(self, level: int) -> Expression:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            token = self._next
            raise _WrongEval(
                EvalFault(
                    "eval-syntax", "eval: nested too deeply to be read", token.start, token.end
                )
            )
        left = self._operand()
        while (binds := _LEVELS.get(self._next.text, -1)) >= max(level, 1):
            sign = self._take().text
            # a power groups from the right, everything else from the left
            right = self._sum(binds if sign == "^" else binds + 1)
            left = Operation(left.start, right.end, sign, left, right)
        self._depth -= 1
        return left

    def _operand(self) -> Expression:
        token = self._next
        if token.kind == "number":
            self._take()
            return Value(token.start, token.end, token.text)
        if token.kind == "name":
            self._take()
            if self._next.text == "(":
                return self._call(token)
            path = tuple(a or b for a, b in _SEGMENT.findall(token.text))
            return EvalName(token.start, token.end, path)
        if token.text in ("-", "+"):
            self._take()
            right = self._sum(_NEGATION)
            return Operation(token.start, right.end, token.text, None, right)
        if token.text == "(":
            self._take()
            inner = self._sum(0)
            self._closing()
            return inner
        return self._expected("a variable, a number or `(`")

    def _closing(self) -> _Token:
        if self._next.text != ")":
            self._expected("`)`")
        return self._take()

    def _call(self, name: _Token) -> Expression:
        self._take()
        arguments = []
        if self._next.text != ")":
            arguments.append(self._sum(0))
            while self._next.text == ",":
                self._take()
                arguments.append(self._sum(0))
        end = self._closing().end
        self._check(name, len(arguments), end)
        return EvalCall(name.start, end, name.text, tuple(arguments))

    def _check(self, name: _Token, count: int, end: int) -> None:
        limits = FUNCTIONS.get(name.text)
        if limits is None:
            near = nearest(name.text, FUNCTIONS)
            self.faults.append(
                EvalFault(
                    "eval-unknown-function",
                    f"eval: unknown function `{name.text}`",
                    name.start,
                    name.end,
                    f"did you mean `{near}`?" if near else "",
                )
            )
        elif not limits[0] <= count <= limits[1]:
            wanted = " or ".join(dict.fromkeys(str(limit) for limit in limits))
            self.faults.append(
                EvalFault(
                    "eval-arity",
                    f"eval: `{name.text}` with {count} arguments, {wanted} expected",
                    name.start,
                    end,
                )
            )
