"""Files before and after as a patch: what a command wrote, or what a person may apply."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, Final

from monitor_sync.app.failures import File
from monitor_sync.counting import count
from monitor_sync.render.style import PLAIN, Style

_COLOURS: Final = {"+": "green", "-": "red", "@": "cyan"}
_CONTEXT: Final = 2
"""Lines shown around each change."""


def text(files: Sequence[File], style: Style = PLAIN) -> str:
    """Return the patch of all files, as ``patch -p0`` and ``git apply -p0`` read it."""
    return "".join(
        _coloured(line, style) + "\n" for file in files for line in _lines(file, _CONTEXT)
    )


def _changed_lines(file: File) -> int:
    """Return how many lines of a file differ: those that came, or those that went if more."""
    lines = [line for line in _lines(file, 0)[2:] if not line.startswith(("\\", "@"))]
    came = sum(line.startswith("+") for line in lines)
    return max(came, len(lines) - came)


def counted(files: Sequence[File]) -> str:
    """Return how many lines of how many files differ: ``3 lines of 2 files``."""
    lines = sum(map(_changed_lines, files))
    return f"{count(lines, 'line')} of {count(len(files), 'file')}"


def told(files: Sequence[File], *, dry_run: bool, nothing: str, then: str) -> str:
    """Return what was done to files, and what comes ``then``; ``nothing`` where none changed."""
    if not files:
        return f"{nothing}\n"
    if dry_run:
        return f"Would change {counted(files)}; nothing was written.\n"
    return f"Changed {counted(files)}. {then}\n"


def as_json(files: Sequence[File]) -> list[dict[str, Any]]:
    """Return each file with its patch."""
    return [{"file": file.shown, "patch": text([file])} for file in files]


def _lines(file: File, context: int) -> list[str]:
    before, after = file.before.split("\n"), file.after.split("\n")
    lines = list(
        difflib.unified_diff(
            _ended(before), _ended(after), file.shown, file.shown, lineterm="", n=context
        )
    )
    return [part for line in lines for part in line.split("\n")]


def _ended(lines: list[str]) -> list[str]:
    """Return lines without the empty one behind the last break, or with the mark that it lacks."""
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], lines[-1] + "\n\\ No newline at end of file"]


def _coloured(line: str, style: Style) -> str:
    return style(line, _COLOURS.get(line[:1], "")) if not line.startswith(("---", "+++")) else line
