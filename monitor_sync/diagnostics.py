"""What we say about a file, and where in it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from msgspec import Struct

from monitor_sync.counting import count


class Severity(IntEnum):
    """How bad a diagnostic is. Ordered, so that a threshold is one comparison."""

    NOTE = 0
    WARNING = 1
    ERROR = 2

    @property
    def label(self) -> str:
        """The word used in every output: ``note``, ``warning`` or ``error``."""
        return self.name.lower()


class Span(Struct, frozen=True, order=True):
    """
    A stretch of one line in one file.

    Lines and columns count characters from 1. ``end_column`` is the first column after the
    stretch. ``path`` is as the user would type it, with forward slashes.
    """

    path: str
    line: int
    column: int = 1
    end_column: int = 2

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Diagnostic(Struct, frozen=True, kw_only=True):
    """
    One problem, told so that a person who has never read our code can act on it.

    ``rule`` is ``family/what-is-wrong``: the name people quote, search for and ignore.
    ``message`` is one sentence that shows the wrong value. ``hint`` is what to type instead,
    empty where that would be a guess. ``excerpt`` is the text of the line at ``span``, for the
    renderers. ``key`` is the monitor's, empty where the problem is not inside one monitor.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    excerpt: str = ""
    key: str = ""

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: by place, then by rule and message, so that output never depends on chance."""
        return (self.span.path, self.span.line, self.span.column, self.rule, self.message)


MANY: Final = 10
"""Findings of one rule that a brief answer shows each; of more it shows ``FEW`` and a count."""

FEW: Final = 3


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """Return ``2 errors, 1 warning``, or ``no problems``."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    counts = [
        count(severities.count(severity), severity.label)
        for severity in sorted(Severity, reverse=True)
        if severity in severities
    ]
    return ", ".join(counts) or "no problems"
