"""A small picture of one group over time: its values, the thresholds and the states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from monitor_sync.counting import in_units
from monitor_sync.insight.unit_test import Trace
from monitor_sync.insight.values import Status
from monitor_sync.render.style import Style

_ROWS: Final = 7
_WIDEST: Final = 96
_LETTERS: Final = {
    Status.OK: ("·", "green"), Status.WARN: ("W", "yellow"), Status.ALERT: ("A", "red"),
    Status.NO_DATA: ("N", "magenta"), None: (" ", ""),
}  # fmt: skip

_EXPECTED: Final = "expected"
_OTHER: Final = "^"
"""Marks where a value, recipients or a message is otherwise, and not the state."""

Point = tuple[float, float | None, Status | None]


def lines(trace: Trace, style: Style) -> list[str]:
    """
    Return the rows of the picture, which fits into 80 columns where there is no terminal.

    Where there are more evaluations than columns, a column shows its last one.
    """
    room = min(style.screen - 4, _WIDEST)
    label = max(len(text) for text in _labels(trace))
    columns = _columns(trace.points, max(room - label - 12, 10))
    rows = _chart(trace, columns, label, style)
    strip = "".join(style(*_LETTERS[status]) for _, _, status in columns)
    rows.append(f"{'state'.rjust(label)}   {strip}")
    if trace.missed:
        rows.append(f"{_EXPECTED.rjust(label)}   {_expectations(trace, columns, style)}")
    first, last = (in_units(columns[place][0], "0m") for place in (0, -1))
    room = len(columns) - len(first)
    rows.append(f"{' ' * label}   {first}{last.rjust(room) if room > len(last) else ''}")
    shown = {status for _, _, status in columns} | {status for _, status in trace.missed}
    words = {
        Status.OK: "ok",
        Status.WARN: "warning",
        Status.ALERT: "alert",
        Status.NO_DATA: "no data",
    }
    key = [f"{_LETTERS[status][0]} {word}" for status, word in words.items() if status in shown]
    if any(status is None for _, status in trace.missed):
        key.append(f"{_OTHER} something else is expected")
    rows.append(f"{' ' * label}   {style(', '.join(key), dim=True)}")
    return rows


def _labels(trace: Trace) -> list[str]:
    low, high = _range(trace)
    numbers = (low, high, trace.critical, trace.warning)
    names = ["state", *([_EXPECTED] if trace.missed else [])]
    return [*names, *(f"{number:g}" for number in numbers if number is not None)]


def _expectations(trace: Trace, columns: Sequence[Point], style: Style) -> str:
    """Return a row with the state that was expected where another one came."""
    cells = [" "] * len(columns)
    for instant, status in trace.missed:
        later = (index for index, (end, _, _) in enumerate(columns) if end >= instant)
        letter, colour = _LETTERS[status] if status is not None else (_OTHER, "")
        cells[next(later, len(columns) - 1)] = style(letter, colour, bold=True)
    return "".join(cells).rstrip()


def _range(trace: Trace) -> tuple[float, float]:
    numbers = [value for _, value, _ in trace.points if value is not None]
    numbers += [level for level in (trace.critical, trace.warning) if level is not None]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    return (low, high) if high > low else (low - 1, high + 1)


def _columns(points: Sequence[Point], room: int) -> list[Point]:
    """Return one point for each column: the last point that falls into it."""
    if len(points) <= room:
        return list(points)
    return [points[(index + 1) * len(points) // room - 1] for index in range(room)]


def _chart(trace: Trace, columns: Sequence[Point], label: int, style: Style) -> list[str]:
    low, high = _range(trace)

    def row_of(value: float) -> int:
        return round((value - low) / (high - low) * (_ROWS - 1))

    levels = {
        row_of(level): (name, colour, level)
        for name, colour, level in (
            ("warning", "yellow", trace.warning), ("critical", "red", trace.critical),
        )
        if level is not None
    }  # fmt: skip
    rows = []
    for row in reversed(range(_ROWS)):
        number = low + (high - low) * row / (_ROWS - 1)
        name, colour, level = levels.get(row, ("", "", None))
        edge = f"{level if level is not None else number:g}"
        named = level is not None or row in (0, _ROWS - 1)
        empty = style("┄", colour) if name else " "
        cells = [
            style("●", bold=True) if value is not None and row_of(value) == row else empty
            for _, value, _ in columns
        ]
        start = (edge if named else "").rjust(label)
        rows.append(f"{start} ┤ {''.join(cells)} {style(name, colour)}".rstrip())
    return rows
