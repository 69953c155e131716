"""
Cut a text into tokens with positions, and walk over them.

Each dialect has one pattern. A character that fits nothing becomes a token of its own, so that
scanning never fails: the parser says what it expected instead.
"""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.atoms import Name, Number, StringLiteral
from monitor_sync.language.problems import QueryError, QueryProblem

Token = tuple[str, str, int, int]
"""Kind, text, start, end. The kind of an operator is the operator; the last token is ``end``."""

_STRINGS: Final = r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_NUMBERS: Final = r"""(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))|(?P<numeral>\d[\w.]*)"""
_OPERATORS: Final = r"""(?P<op>>=|<=|==|!=|<>|=>|=<|&&|\|\||\*\*|\S)"""

METRIC: Final = re.compile(
    rf"(?P<word>[A-Za-z_][\w.]*)|(?P<braces>\{{[^{{}}]*\}})|{_NUMBERS}|{_STRINGS}|{_OPERATORS}",
    re.ASCII | re.DOTALL,
)
"""``avg(last_5m):avg:system.load.1{*} by {host} > 4``: braces are one token, read on their own."""

CHAIN: Final = re.compile(
    rf"(?P<word>[A-Za-z_@][\w@/-]*(?:\.[\w@/-]+)*)|{_NUMBERS}|{_STRINGS}|{_OPERATORS}",
    re.ASCII | re.DOTALL,
)
"""``logs("…").rollup("count").last("5m") > 2``: bare words may have hyphens."""

_SHOWN: Final = 60
"""Characters of a token that a message repeats."""

FORMULA: Final = re.compile(
    rf"(?P<word>[A-Za-z_]\w*)|(?P<braces>\{{[^{{}}]*\}})|{_NUMBERS}|{_STRINGS}|{_OPERATORS}",
    re.ASCII | re.DOTALL,
)
"""What stands between the quotes of ``formula("…")``."""

SEARCH: Final = re.compile(
    r"""(?P<phrase>"(?:[^"\\]|\\.)*")|(?P<range>[\[{][^\[\]{}]*[\]}])"""
    r"""|(?P<word>(?:\\.|[^\s()"\[\]{}\\])+)|(?P<op>\S)""",
    re.DOTALL,
)
"""What stands between the quotes of ``logs("…")``."""

FILTER: Final = re.compile(r"(?P<word>[^\s,(){}!]+)|(?P<op>\S)")
"""``env:prod,!host:a`` and ``env IN (a, b) AND NOT host:c``."""

COMPOSITE: Final = re.compile(
    r"(?P<hole>\$\{id:[^}]*\})|(?P<number>\d+)|(?P<word>[A-Za-z_]\w*)|(?P<op>&&|\|\||\S)", re.ASCII
)
"""``(123 && !456) || ${id:motor/purchase-flow/conversion-drop}``."""

DEPTH: Final = 40
"""How deeply parentheses may nest. Published monitors stay below 10; Python's stack is finite."""


def scan(
    pattern: re.Pattern[str], text: str, start: int = 0, end: int | None = None
) -> list[Token]:
    """Return the tokens of one stretch of a text, closed by a token of kind ``end``."""
    tokens: list[Token] = []
    append = tokens.append
    last = start
    for match in pattern.finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup or "op"
        value = match[0]
        first, last = match.span()
        append((value if kind == "op" else kind, value, first, last))
    append(("end", "", last, last))
    return tokens


def scan_quoted(pattern: re.Pattern[str], text: StringLiteral) -> list[Token]:
    """Return the tokens of a quoted text, at their places in the query."""
    start = text.start + 1
    if len(text.value) == len(text.written) - 2:
        return [
            (kind, value, start + a, start + b) for kind, value, a, b in scan(pattern, text.value)
        ]
    places = [match.start() for match in _ESCAPED.finditer(text.written, 1, len(text.written) - 1)]
    places.append(len(text.written) - 1)
    at = text.start
    return [
        (kind, value, at + places[first], at + places[last])
        for kind, value, first, last in scan(pattern, text.value)
    ]


def text_of(cursor: Cursor) -> StringLiteral:
    """Return the next token, which is a quoted text, and go over it."""
    start, end, written = cursor.start, cursor.end, cursor.value
    inner = written[1:-1]
    cursor.advance()
    return StringLiteral(start, end, ESCAPE.sub(r"\1", inner) if "\\" in inner else inner, written)


def number_of(cursor: Cursor) -> Number:
    """Return the next token, which is a number, and go over it."""
    start, end, written = cursor.start, cursor.end, cursor.value
    cursor.advance()
    return Number(start, end, float(written), written)


ESCAPE: Final = re.compile(r"""\\([\\"'])""")
"""What a backslash protects in a quoted text."""

_ESCAPED: Final = re.compile(r"""\\[\\"']|.""", re.DOTALL)
"""A character of a quoted text, with the backslash that protects it."""


class Cursor:
    """
    A place among the tokens, and the problems found so far.

    ``kind``, ``value``, ``start`` and ``end`` are those of the token that comes next; ``before``
    is where the one before it ended. ``what`` is what people call the text. ``broken`` says that
    something could not be read, so that no tree may come of it, although reading went on.
    """

    __slots__ = (
        "before",
        "broken",
        "depth",
        "end",
        "index",
        "kind",
        "problems",
        "start",
        "text",
        "tokens",
        "value",
        "what",
    )

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        problems: list[QueryProblem] | None = None,
        what: str = "query",
    ) -> None:
        self.text = text
        self.what = what
        self.tokens = tokens
        self.problems: list[QueryProblem] = [] if problems is None else problems
        self.broken = False
        self.depth = 0
        self.index = 0
        self.kind, self.value, self.start, self.end = tokens[0]
        self.before = self.start

    def advance(self) -> None:
        """Go one token on. Must not be called at the end."""
        self.before = self.end
        self.index += 1
        self.kind, self.value, self.start, self.end = self.tokens[self.index]

    def jump(self, index: int) -> None:
        """Go on at a later token, to find out what else is wrong."""
        self.index = index - 1
        self.end = self.tokens[index - 1][3]
        self.advance()

    def peek(self, distance: int = 1) -> Token:
        """Return a later token; the ``end`` where there is none."""
        return self.tokens[min(self.index + distance, len(self.tokens) - 1)]

    def accept(self, kind: str) -> bool:
        """Go over the next token if it is of this kind."""
        if self.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, expected: str = "", hint: str = "") -> None:
        """
        Go over the next token, which must be of this kind.

        Raises:
            QueryError: it is not.
        """
        if self.kind != kind:
            raise self.unexpected(expected or f"`{kind}`", hint)
        self.advance()

    def name(self) -> Name:
        """Return the next token as a name, and go over it."""
        name = Name(self.start, self.end, self.value)
        self.advance()
        return name

    def unexpected(self, expected: str, hint: str = "", code: str = "syntax") -> QueryError:
        """Return the error to raise where the next token is not what was expected."""
        end = self.end
        if self.kind == "end":
            message, end = f"the {self.what} ends where {expected} was expected", self.start + 1
        elif self.value in "\"'":
            message, hint = f"`{self.value}` is never closed", f"add `{self.value}`"
        else:
            line = self.value.partition("\n")[0]
            shown = line if line == self.value and len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
            message = f"`{shown}` stands where {expected} was expected"
        return QueryError(
            QueryProblem(code=code, message=message, start=self.start, end=end, hint=hint)
        )

    def note(
        self, code: str, message: str, start: int, end: int, hint: str = "", *, refused: bool = True
    ) -> None:
        """Add a problem and go on reading."""
        self.problems.append(
            QueryProblem(
                code=code, message=message, start=start, end=end, hint=hint, refused=refused
            )
        )

    def stumble(self, error: QueryError) -> None:
        """Add what could not be read, and go on all the same: there will be no tree."""
        self.problems.append(error.problem)
        self.broken = True

    def deeper(self) -> None:
        """
        Enter one more pair of parentheses.

        Raises:
            QueryError: there are more than anybody writes, and than the stack may hold.
        """
        self.depth += 1
        if self.depth > DEPTH:
            raise QueryError(
                QueryProblem(
                    code="nested-too-deeply",
                    message=f"parentheses nest more than {DEPTH} levels deep",
                    start=self.start,
                    end=self.end,
                )
            )
