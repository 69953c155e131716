"""Backtests for a terminal: a block a monitor, with its history, the live alerts above the new."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.app.backtesting import Backtested, Backtests
from monitor_sync.counting import count
from monitor_sync.render.backtest import figures, words
from monitor_sync.render.backtest.figures import CellState
from monitor_sync.render.quantities import duration
from monitor_sync.render.style import Style
from monitor_sync.render.text import plain, shorten, wrapped

_WIDEST: Final = 140
_ROWS: Final = 3
_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_COLOURS: Final[dict[CellState, str]] = {
    "ok": "", "warning": "yellow", "no_data": "magenta", "alert": "red",
}  # fmt: skip


def text(backtests: Backtests, style: Style) -> str:
    """Return a block for each monitor, those that alert most first, and what was not replayed."""
    zone = ZoneInfo(backtests.time_zone)
    lines: list[str] = []
    for backtested in figures.worst_first(backtests):
        lines += [*_block(backtested, backtests, zone, style), ""]
    for reason, keys in words.skips(backtests):
        lines += _wrapped("not replayed", reason, style)
        lines += _wrapped("", words.named(keys), style)
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
    """Yield what may make the numbers wrong, the numbers, the strip, and what follows from them."""
    compared, monitor = backtested.compared, backtested.monitor
    priority = f"  P{monitor.priority}" if monitor.priority else ""
    yield style(plain(monitor.key), bold=True) + style(priority, dim=True)
    for doubt in words.doubts(compared):
        yield from _wrapped("doubtful", doubt, style, "yellow")
    for label, made in figures.versions(compared):
        yield from _wrapped(label, figures.sentence(figures.figures(made, zone)), style)
    yield from _strip(backtested, backtests, zone, style)
    handles = "; ".join(_told(backtested, backtests))
    if handles:
        yield from _wrapped("told", handles, style)
    for suggestion in words.quieter(backtested, backtests):
        yield from _wrapped("quieter", suggestion, style)
    agreement = words.agreement(compared.fidelity)
    if agreement and not words.doubted(compared):  # where it disagrees, that was said first
        yield from _wrapped("checked", f"replay of live: {agreement}", style)
    for line in words.basis(compared):
        yield from _wrapped("rests on", line, style)


def _told(backtested: Backtested, backtests: Backtests) -> Iterator[str]:
    for handle, before, after, pages in list(figures.notified(backtested, backtests))[:4]:
        numbers = count(after, "time")
        if len(figures.versions(backtested.compared)) > 1:
            numbers = f"{count(before, 'time')} by live, {after} by new"
        yield f"{handle} {numbers}" + (" (pages)" if pages else "")


_LABEL: Final = 13


def _wrapped(label: str, said: str, style: Style, colour: str = "") -> Iterator[str]:
    room = _width(style) - _LABEL - 2
    for number, line in enumerate(wrapped(plain(said), room, 0)):
        start = " " * _LABEL if number else style(label.ljust(_LABEL), colour, dim=not colour)
        yield f"  {start}{line}"


def _width(style: Style) -> int:
    return min(style.screen, _WIDEST)


def _strip(
    backtested: Backtested, backtests: Backtests, zone: ZoneInfo, style: Style
) -> Iterator[str]:
    number = _width(style) - _LABEL - 2
    compared = backtested.compared
    if compared.new.values:
        yield from _chart(backtested, number, style)
    yield f"  {' ' * _LABEL}{style(_axis(backtests, zone, number), dim=True)}"
    for label, made in figures.versions(compared):
        cells = "".join(
            style(figures.CELLS[state], _COLOURS[state]) for state in figures.cells(made, number)
        )
        yield f"  {style(label.ljust(_LABEL), dim=True)}{cells}"


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
        label = figures.level(high) if row == _ROWS - 1 else figures.level(low) if row == 0 else ""
        if row == line and level is not None:
            label = f"{compared.new.comparator} {figures.level(level, 6)}"
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


def _closing(backtests: Backtests, zone: ZoneInfo, style: Style) -> Iterator[str]:
    """Yield how the strips are read, what the policy does not allow, and the line that counts."""
    if not backtests.monitors:
        head, *how = words.nothing(backtests)
        yield from _lines(head, style, bold=True)
        for line in how:
            yield from _lines(line, style)
        return
    span = backtests.span
    minutes = round((span.end - span.start) / (_width(style) - _LABEL - 2) / 60)
    column = duration(minutes * 60)
    cells = ", ".join(f"{figures.CELLS[state]} {name}" for state, name in figures.NAMES.items())
    yield from _lines(
        f"Each column is {column} and shows its worst value and its worst state ({cells}).", style
    )
    for backtested in backtests.too_loud():
        per_week = figures.figures(backtested.compared.new, zone).per_week
        said = f"{backtested.monitor.key} would alert {per_week:.3g} times a week; the policy"
        yield from _wrapped("too many", f"{said} allows {backtests.most_per_week:g}", style, "red")
    yield from _lines(_count(backtests, zone), style, bold=True)


def _count(backtests: Backtests, zone: ZoneInfo) -> str:
    number = count(len(backtests.monitors), "monitor")
    stretch = figures.stretch(backtests, zone)
    parts = [f"{number} replayed over {figures.days(backtests)}, {stretch}"]
    doubted = sum(words.doubted(backtested.compared) for backtested in backtests.monitors)
    if doubted:
        parts.append(f"{doubted} not to be trusted")
    if backtests.skipped:
        parts.append(f"{len(backtests.skipped)} not replayed")
    return "; ".join([*parts, f"{count(backtests.calls, 'request')} for history"]) + "."


def _lines(said: str, style: Style, *, bold: bool = False) -> Iterator[str]:
    for line in wrapped(plain(said), _width(style), 0):
        yield style(line, bold=bold)
