"""Entries added at the end of a mapping of a file that people wrote; its lines stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_TOP: Final = re.compile(r"[^\s#]")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
"""Lines with their ends: a line of YAML ends nowhere else than at these."""

_ENTRY: Final = re.compile(r"( +)[^\s#-]")
_WRITTEN_INDENT: Final = 2


def append_below(text: str, name: str, entries: str) -> str | None:
    """
    Return the text with ``entries`` at the end of the block mapping ``name`` at its top.

    ``entries`` are indented by two; they take the indent of what stands there. Where the text has
    no such key it is added at the end. None where the mapping is no block, so that nothing can be
    added without changing a line.
    """
    lines = _LINES.findall(text)
    head = next((n for n, line in enumerate(lines) if re.match(rf"{name}\s*:", line)), None)
    if head is None:
        return append_top(text, f"{name}:\n{entries}")
    if not re.fullmatch(rf"{name}\s*:\s*(?:#.*)?", lines[head].rstrip("\r\n")):
        return None
    end = _end(lines, head + 1)
    indent = _indent(lines[head + 1 : end])
    if not indent:
        return None
    shift = " " * max(0, indent - _WRITTEN_INDENT)
    cut = max(0, _WRITTEN_INDENT - indent)
    added = [shift + line[cut:] if line.strip() else line for line in _LINES.findall(entries)]
    return _inserted("".join(lines[:end]), "".join(added), "".join(lines[end:]))


def append_top(text: str, entries: str) -> str:
    """Return the text with whole top-level keys added at its end."""
    return _inserted(text, entries, "")


def _inserted(before: str, entries: str, after: str) -> str:
    """Return the text with entries inside, in its own line ends; not a character of it differs."""
    newline = "\r\n" if "\r\n" in before else "\n"
    ended = before if not before or before.endswith("\n") else before + newline
    return ended + entries.replace("\n", newline) + after


def _end(lines: Sequence[str], start: int) -> int:
    """Return the line behind a block that begins at ``start``, without comments below it."""
    end = start
    for number in range(start, len(lines)):
        if _TOP.match(lines[number]):
            break
        if lines[number].startswith(" ") and lines[number].strip():
            end = number + 1
    return end


def _indent(block: Sequence[str]) -> int:
    entry = next((match for line in block if (match := _ENTRY.match(line))), None)
    return len(entry[1]) if entry else 0
