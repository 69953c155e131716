"""One mistake in a template is found in many monitors: the same finding is told once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render.text import count, listed

COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
"""The colour of each severity."""

_WORD: Final = re.compile(r"[\w.-]+")
_SEPARATORS: Final = re.compile(r"[/.]")


class FoldedFinding(Struct, frozen=True):
    """The first of several equal diagnostics, how many they are, and the monitors they are in."""

    first: Diagnostic
    times: int
    keys: tuple[str, ...]


def folded(diagnostics: Iterable[Diagnostic]) -> list[FoldedFinding]:
    """
    Return findings in the order of the files, each for all equal diagnostics of one place.

    Two messages are equal if they differ only in the monitor's key and its items.
    """
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.order)
    at_place = Counter((diagnostic.rule, diagnostic.span) for diagnostic in ordered)
    groups: dict[tuple[object, ...], list[Diagnostic]] = {}
    for diagnostic in ordered:
        rule, span = diagnostic.rule, diagnostic.span
        message = _said(diagnostic) if at_place[rule, span] > 1 else ""
        groups.setdefault((rule, diagnostic.severity, span, message), []).append(diagnostic)
    return [
        FoldedFinding(
            same[0],
            len(same),
            tuple(dict.fromkeys(diagnostic.key for diagnostic in same if diagnostic.key)),
        )
        for same in groups.values()
    ]


def _said(diagnostic: Diagnostic) -> str:
    """Return the message without what names this one monitor of a template."""
    key, message = diagnostic.key, diagnostic.message
    if not key:
        return message
    message = message.replace(key, "")
    name = key.rsplit("/", 1)[-1]
    items = {name, *_SEPARATORS.split(name)}
    return _WORD.sub(lambda word: "" if word[0] in items else word[0], message)


def full_text(finding: FoldedFinding) -> str:
    """Return a finding without its place: message, help, and the monitors where they are many."""
    lines = [finding.first.message]
    if finding.first.hint:
        lines.append(f"help: {finding.first.hint}")
    if len(finding.keys) > 1:
        lines.append(f"in {count(len(finding.keys), 'monitor')}: {listed(finding.keys)}")
    elif finding.keys and finding.keys[0] not in finding.first.message:
        lines.append(f"in {finding.keys[0]}")
    return "\n".join(lines)
