"""Entries of ``ignore`` that silence nothing any more, as a codemod mended what they silenced."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from monitor_sync.adopt.migrate.estate import Estate, Level
from monitor_sync.diagnostics import Diagnostic
from monitor_sync.project.edits import Delete, Edit, without
from monitor_sync.project.layers import place

UNUSED: Final = "hygiene/unused-suppression"
"""The rule that finds them."""


class IgnoreEntry(NamedTuple):
    """One entry: the file of its level and the way to it, and the rule that it silences."""

    file: str
    where: tuple[str | int, ...]
    rule: str


def unused(estate: Estate, findings: Iterable[Diagnostic]) -> set[IgnoreEntry]:
    """Return the entries that silence nothing at any monitor that has them."""
    keys_at: dict[tuple[str, int, int], set[str]] = defaultdict(set)
    for finding in findings:
        if finding.rule == UNUSED:
            span = finding.span
            keys_at[span.path, span.line, span.column].add(finding.key)
    return {
        IgnoreEntry(level.file, level.where, rule)
        for level in estate.levels
        for entry, rule in _entries(level)
        if (keys := _heeding(estate, level)) and keys <= keys_at[_span(level, entry)]
    }


def _heeding(estate: Estate, level: Level) -> set[str]:
    """Return the monitors whose list this level's is: a stronger one replaces it."""
    settings = (
        (key, place(estate.loaded.provenance[key].layers, ("ignore",))) for key in level.keys
    )
    return {key for key, setting in settings if setting and level.is_layer(setting[0])}


def _span(level: Level, entry: int) -> tuple[str, int, int]:
    span = level.document.span((*level.where, "ignore", entry, "rule"))
    return span.path, span.line, span.column


def _entries(level: Level) -> Iterator[tuple[int, str]]:
    written = level.values.get("ignore")
    for number, entry in enumerate(written if isinstance(written, list) else ()):
        if isinstance(entry, dict):
            yield number, str(entry.get("rule"))


def edits(levels: Iterable[Level], gone: Iterable[IgnoreEntry]) -> dict[str, list[Edit]]:
    """Return what takes entries out, by file."""
    going = set(gone)
    by_file: dict[str, list[Edit]] = defaultdict(list)
    for level in levels:
        entries = list(_entries(level))
        numbers: Sequence[int] = [
            number
            for number, rule in reversed(entries)
            if IgnoreEntry(level.file, level.where, rule) in going
        ]
        if len(numbers) == len(entries) and len(level.values) == 1:
            by_file[level.file] += [Delete(level.where)] if numbers else []
        else:
            by_file[level.file] += without((*level.where, "ignore"), numbers, len(entries))
    return {file: steps for file, steps in by_file.items() if steps}
