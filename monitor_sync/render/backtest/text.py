"""Backtests for a terminal: a block a monitor, with its history, the live alerts above the new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.app.backtesting import Backtested, Backtests
from monitor_sync.counting import count
from monitor_sync.render.backtest import figures, words
from monitor_sync.render.backtest.figures import CellState
from monitor_sync.render.style import Style
from monitor_sync.render.text import plain, shorten, wrapped

_WIDEST: Final = 140
_ROWS: Final = 3
_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_CELLS: Final[dict[CellState, tuple[str, str]]] = {
    "ok": ("·", ""), "warning": ("▒", "yellow"), "no_data": ("░", "magenta"), "alert": ("█", "red"),
}  # fmt: skip


def text(backtests: Backtests, style: Style) -> str:
    """Return a block for each monitor, those that alert most first, and what was not replayed."""
    zone = ZoneInfo(backtests.time_zone)
    lines: list[str] = []
    for backtested in figures.worst_first(backtests):
        lines += [*_block(backtested, backtests, zone, style), ""]
    for monitor in backtests.skipped:
        lines += _wrapped("not replayed", f"{monitor.key}: {words.skipped(monitor)}", style)
    if backtests.lacking:
        lines += _wrapped("to go on", words.lacking(backtests.lacking), style)
    if backtests.unknown:
        lines += _wrapped("not checked", words.unknown(backtests.unknown), style)
    lines += [""] if backtests.skipped or backtests.unknown else []
    lines += _closing(backtests, zone, style)
    return "\n".join(lines) + "\n"


def _block(
    backtested: Backtested, backtests: Backtests, zone: ZoneInfo, style: Style
) -> Iterator[str]:
    compared, monitor = backtested.compared, backtested.monitor
    priority = f"  P{monitor.priority}" if monitor.priority else ""
    yield style(plain(monitor.key), bold=True) + style(priority, dim=True)
    for label, made in figures.versions(compared):
        yield from _wrapped(label, figures.sentence(figures.figures(made, zone)), style)
    yield from _strip(backtested, backtests, zone, style)
    handles = "; ".join(_told(backtested, backtests))
    if handles:
        yield from _wrapped("told", handles, style)
    for suggestion in backtested.suggestions[:_SUGGESTIONS]:
        yield from _wrapped("quieter", words.suggestion(suggestion), style)
    agreement = figures.agreement(compared.fidelity)
    if agreement:
        yield from _wrapped("checked", agreement, style)
    for assumption in compared.assumptions:
        if assumption.kind != "no_history":  # the same for all: said once, at the end
            yield from _wrapped("rests on", words.assumption(assumption), style)


def _told(backtested: Backtested, backtests: Backtests) -> Iterator[str]:
    live = backtested.compared.old is not None
    for handle, before, after, pages in list(figures.notified(backtested, backtests))[:4]:
        numbers = f"{count(before, 'time')}, then {after}" if live else count(after, "time")
        yield f"{handle} {numbers}" + (" (pages)" if pages else "")


_LABEL: Final = 13
_SUGGESTIONS: Final = 2


def _wrapped(label: str, said: str, style: Style) -> Iterator[str]:
    room = min(style.width or 80, _WIDEST) - _LABEL - 2
    for number, line in enumerate(wrapped(plain(said), room, 0)):
        start = style(label.ljust(_LABEL), dim=True) if not number else " " * _LABEL
        yield f"  {start}{line}"


def _strip(
    backtested: Backtested, backtests: Backtests, zone: ZoneInfo, style: Style
) -> Iterator[str]:
    number = min(style.width or 80, _WIDEST) - _LABEL - 2
    compared = backtested.compared
    yield from _chart(backtested, number, style)
    for label, made in figures.versions(compared):
        cells = "".join(style(*_CELLS[state]) for state in figures.cells(made, number))
        yield f"  {style(label.ljust(_LABEL), dim=True)}{cells}"
    yield f"  {' ' * _LABEL}{style(_axis(backtests, zone, number), dim=True)}"


def _chart(backtested: Backtested, number: int, style: Style) -> Iterator[str]:
    """Yield the rows of the worst values; what lies beyond the threshold is red."""
    compared, low_is_bad = backtested.compared, figures.looks_low(backtested)
    values = figures.series(compared.new, number, lowest=low_is_bad)
    level = compared.new.critical
    known = [v for v in values if v is not None] + ([level] if level is not None else [])
    low, high = min(known, default=0.0), max(known, default=1.0)
    high = high if high > low else low + 1
    steps = _ROWS * 8

    def height(value: float) -> int:
        return 1 + round((value - low) / (high - low) * (steps - 1))

    def beyond(value: float) -> bool:
        return level is not None and (value <= level if low_is_bad else value >= level)

    line = None if level is None else (height(level) - 1) // 8
    for row in reversed(range(_ROWS)):
        cells = [
            _cell(height(value) - row * 8, style, bad=beyond(value))
            if value is not None and height(value) > row * 8
            else style("┄" if row == line else " ", "red" if row == line else "", dim=True)
            for value in values
        ]
        label = f"{high:.4g}" if row == _ROWS - 1 else f"{low:.4g}" if row == 0 else ""
        if row == line and level is not None:
            label = f"{compared.new.comparator} {level:.6g}"
        shown = shorten(label, _LABEL - 1).rjust(_LABEL - 1)
        yield f"  {style(shown, 'red' if row == line else '', dim=row != line)} {''.join(cells)}"


def _cell(eighths: int, style: Style, *, bad: bool) -> str:
    return style(_LEVELS[max(0, min(eighths, 8))], "red" if bad else "blue")


def _axis(backtests: Backtests, zone: ZoneInfo, number: int) -> str:
    """Return the names of the days, each at its midnight, as far as there is room."""
    width = (backtests.span.end - backtests.span.start) / number
    row = [" "] * number
    free = 0
    for at, name in figures.midnights(backtests.span, zone):
        column = int((at - backtests.span.start) // width)
        label = f"╵{name}"
        if column >= free and column + len(label) <= number:
            row[column : column + len(label)] = label
            free = column + len(label) + 1
    return "".join(row).rstrip()


def _closing(backtests: Backtests, zone: ZoneInfo, style: Style) -> Sequence[str]:
    if not backtests.monitors:
        head = style("No monitor was replayed.", bold=True)
        why = "Without a SELECTOR, those are replayed that differ from what lives."
        return [head] if backtests.skipped else [head, why]
    number = count(len(backtests.monitors), "monitor")
    head = f"{number} replayed over {backtests.days:g} days, {figures.stretch(backtests, zone)}"
    calls = count(backtests.calls, "request")
    counted = wrapped(f"{head}; {calls} for history.", min(style.width or 80, _WIDEST), 0)
    lines = [style(line, bold=True) for line in counted]
    most = backtests.most_per_week
    for backtested in backtests.too_loud():
        per_week = figures.figures(backtested.compared.new, zone).per_week
        said = f"{backtested.monitor.key} would alert {per_week:.3g} times a week; the policy"
        lines += _wrapped("too many", f"{said} allows {most:g}", style)
    return lines
