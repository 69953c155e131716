"""Pieces of text: how wide they are on a terminal, how to cut, count and align them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

from monitor_sync.counting import count, joined, listed

__all__ = [
    "TAB",
    "beside",
    "columns",
    "count",
    "fitting",
    "listed",
    "listed_within",
    "pad",
    "plain",
    "shorten",
    "table",
]

TAB = "    "
"""What a tab is shown as: tab stops differ, and a caret has to stand below its text."""

_FORGERY = re.compile(r"^(\s*)::|##\[", re.MULTILINE)
# What moves the cursor, changes colours or reorders text: C0 and C1 controls but tab and newline,
# and Unicode's bidirectional controls.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_QUOTED = re.compile(r"`[^`\n]*`")
_GLUE = "\ue000"  # no text has it, and no line is broken there
_UNIT = re.compile(r"(?<=\d) (?=%|s\b)")
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})


SHORT: Final = 8
"""Digits of a fingerprint where it only identifies a plan; where it is typed, all are shown."""


def plain(text: str) -> str:
    """
    Return text from a file or from Datadog, made harmless in a terminal and in a build log.

    Control characters are spelled out. GitHub's runner takes a line that starts with ``::`` (after
    blanks) and ``##[`` anywhere for a command to itself, so a backslash comes before either.
    """
    text = _CONTROLS.sub(_spelled, text)
    return _FORGERY.sub(_defused, text) if "::" in text or "##[" in text else text


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _defused(match: re.Match[str]) -> str:
    return "##\\[" if match[0] == "##[" else f"{match[1]}\\::"


def columns(text: str) -> int:
    """Return how many columns ``text`` takes; 2 for each East Asian wide character."""
    if text.isascii():
        return len(text) + (len(TAB) - 1) * text.count("\t")
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if character == "\t":
        return len(TAB)
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` columns, its end replaced by ``…``; 0 means no limit."""
    if width <= 0 or columns(text) <= width:
        return text
    taken, used = [], 0
    for character in text:
        used += _columns(character)
        if used > width - 1:
            break
        taken.append(character)
    return "".join(taken).rstrip() + "…"


def not_checked(reasons: Mapping[str, str]) -> list[str]:
    """Return in a line what could not be asked, by why it could not; none where all was asked."""
    alike: dict[str, list[str]] = {}
    for what, why in reasons.items():
        alike.setdefault(why, []).append(what)
    parts = (f"{joined(names, 'and')} ({plain(why)})" for why, names in alike.items())
    return [f"Not checked: {', '.join(parts)}."] if alike else []


def pad(text: str, width: int) -> str:
    """Return ``text`` with blanks up to ``width`` columns."""
    return text + " " * (width - columns(text))


def listed_within(items: Sequence[str], width: int) -> str:
    """Return the first items that fit into ``width`` columns: at most three, at least one."""
    shown = 3
    while shown > 1 and columns(listed(items, shown)) > width:
        shown -= 1
    return listed(items, shown)


def wrapped(line: str, width: int, indent: int) -> list[str]:
    """
    Return a line broken at blanks into lines of at most ``width`` columns (0: no limit).

    A number stays with its unit.
    """
    if not width or columns(line) <= width:
        return [line]
    start = line[: len(line) - len(line.lstrip())]
    lines, here = [], start
    for glued in _UNIT.sub(_GLUE, line).split():
        word = glued.replace(_GLUE, " ")
        if here.strip() and columns(here) + 1 + columns(word) > width:
            lines.append(here)
            here = " " * indent
        here += f" {word}" if here.strip() else word
    return [*lines, here]


def hanging(words: str, width: int, indent: int) -> list[str]:
    """
    Return lines that fit behind and below a mark of ``indent`` columns (``width`` 0: no limit).

    What stands in backticks stays on one line, however long: it is there to be copied.
    """
    room = width and max(20, width - indent)
    whole = _QUOTED.sub(lambda match: match[0].replace(" ", _GLUE), words)
    lines = [line for text in whole.split("\n") for line in wrapped(text, room, 0)]
    first, *rest = (line.replace(_GLUE, " ") for line in lines)
    return [first, *(" " * indent + line for line in rest)]


def table(
    rows: Iterable[Sequence[str]], *, gap: str = "  ", right: Container[int] = ()
) -> list[str]:
    """Return rows with their columns aligned, those numbered in ``right`` (from 0) to the right."""
    rows = [tuple(row) for row in rows]
    if not rows:
        return []
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (width - columns(cell))
            cells.append(blanks + cell if number in right else cell + blanks)
        lines.append(gap.join(cells).rstrip())
    return lines


def fitting(
    rows: Sequence[Sequence[str]], width: int, *, gap: int = 2, gives: int | None = None
) -> list[Sequence[str]]:
    """
    Return the rows without the right columns that do not fit into ``width`` (0: all do).

    The column numbered ``gives`` (from 0) is cut to ``_GIVES`` columns before another goes.
    """
    if not width or not rows:
        return list(rows)
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if gives is not None:
        widths[gives] = min(widths[gives], _GIVES)
    kept, used = 1, widths[0]
    while kept < len(widths) and used + gap + widths[kept] <= width:
        used += gap + widths[kept]
        kept += 1
    if gives is None or gives >= kept:
        return [row[:kept] for row in rows]
    room = width - used + widths[gives]
    return [(*row[:gives], shorten(row[gives], room), *row[gives + 1 : kept]) for row in rows]


_GIVES: Final = 32
"""Columns that a text keeps at least which makes room for the columns beside it."""


def beside(rows: Sequence[Sequence[str]], width: int, *, gap: int = 2) -> list[str]:
    """
    Return the lines of a table whose first column stays whole: it is there to be copied.

    Where one is too long for its column, the rest of its row stands on the line below it. The
    others are given room for ``_BESIDE`` columns at most (``width`` 0: no limit).
    """
    if not width:
        return table(rows)
    longest = max(columns(row[0]) for row in rows)
    others = fitting([row[1:] for row in rows], max(_BESIDE, width - longest - gap))
    room = width - max(map(columns, table(others)), default=0) - gap
    lines = []
    for row, rest in zip(rows, table(others), strict=True):
        first = pad(row[0], min(longest, room)) if columns(row[0]) <= room else row[0]
        if columns(first) > room:
            lines += [first, " " * (min(longest, room) + gap) + rest]
        else:
            lines.append(f"{first}{' ' * gap}{rest}".rstrip())
    return lines


_BESIDE: Final = 30
"""Columns that stand beside a long text rather than on a line of their own."""
