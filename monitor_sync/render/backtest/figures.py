"""The figures of a replay, and its span in columns: what all formats show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from monitor_sync.app.backtesting import Backtested, Backtests
from monitor_sync.audience.pagers import is_pager
from monitor_sync.counting import count
from monitor_sync.incidents import AlertEpisode, Seconds, TimeSpan
from monitor_sync.insight.backtest.comparison import Compared
from monitor_sync.insight.backtest.replay import Replay
from monitor_sync.insight.response import weeks
from monitor_sync.render.quantities import duration

CellState = Literal["ok", "warning", "no_data", "alert"]
CELLS: Final[dict[CellState, str]] = {"ok": "·", "warning": "▒", "no_data": "░", "alert": "▆"}
"""How a state looks in a strip; an alert leaves the top free, so that two strips stay apart."""

NAMES: Final[dict[CellState, str]] = {
    "alert": "alert", "warning": "warning", "no_data": "no data", "ok": "OK",
}  # fmt: skip
_ORDER: tuple[CellState, ...] = ("ok", "warning", "no_data", "alert")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one definition did, in numbers; times are seconds in alert, of all groups added."""

    fires: int
    groups: int
    per_week: float
    in_alert: Seconds
    longest: Seconds
    nights: int


def figures(made: Replay, zone: ZoneInfo) -> Figures:
    """Return the numbers of a replay. Nights are those of the project's time zone."""
    days = (made.span.end - made.span.start) / 86_400
    return Figures(
        fires=len(made.fires),
        groups=len({group for _, group in made.fires}),
        per_week=len(made.fires) / days * 7 if days else 0.0,
        in_alert=made.minutes * 60,
        longest=made.longest * 60,
        nights=sum(weeks.hour_kind(at, zone) == "night" for at, _ in made.fires),
    )


def versions(compared: Compared) -> list[tuple[str, Replay]]:
    """Return what is shown, by its name: one where the live definition decides as the new one."""
    if compared.old is compared.new:
        return [("live", compared.new)]
    return [*([("live", compared.old)] if compared.old is not None else []), ("new", compared.new)]


def sentence(numbers: Figures) -> str:
    """Return the numbers as words, shortest where there is nothing."""
    if not numbers.fires:
        if not numbers.in_alert:
            return "0 alerts"
        return f"0 new alerts, {duration(numbers.in_alert)} in one that began before"
    parts = [count(numbers.fires, "alert")]
    added = ""
    if numbers.groups > 1:
        parts[0] += f" of {numbers.groups} groups"
        added = " (groups added)"
    parts += [
        f"{numbers.per_week:.3g} a week",
        f"{numbers.nights} at night",
        f"in alert for {duration(numbers.in_alert)}{added}",
        f"longest {duration(numbers.longest)}",
    ]
    return ", ".join(parts)


def notified(backtested: Backtested, backtests: Backtests) -> Iterator[tuple[str, int, int, bool]]:
    """Yield each handle with how often it is told by the live and by the new definition."""
    old = backtested.compared.old
    before = Counter(old.told if old is not None else {})
    after = Counter(backtested.compared.new.told)
    names = sorted({*before, *after}, key=lambda handle: (-before[handle] - after[handle], handle))
    for handle in names:
        yield handle, before[handle], after[handle], is_pager(handle, backtests.pagers)


def cells(made: Replay, number: int) -> list[CellState]:
    """Return the worst state in each of so many equal parts of the span."""
    states: list[CellState] = ["ok"] * number
    for episode in made.stretches:
        first, last = _reach(episode, made.span, number)
        for index in range(first, last + 1):
            states[index] = max(states[index], episode.state, key=_ORDER.index)
    return states


def _reach(episode: AlertEpisode, span: TimeSpan, number: int) -> tuple[int, int]:
    width = (span.end - span.start) / number
    start = max(episode.start or span.start, span.start) - span.start
    end = min(episode.end or span.end, span.end) - span.start
    last = int((end - 1) // width) if end > start else int(start // width)
    return min(int(start // width), number - 1), min(max(last, 0), number - 1)


def series(made: Replay, number: int, *, lowest: bool) -> list[float | None]:
    """Return the worst value in each part of the span; None where there is none."""
    width = (made.span.end - made.span.start) / number
    worst: list[float | None] = [None] * number
    pick = min if lowest else max
    for at, value in made.values:
        index = min(int((at - made.span.start) // width), number - 1)
        known = worst[index]
        worst[index] = value if known is None else pick(known, value)
    return worst


def midnights(span: TimeSpan, zone: ZoneInfo) -> Iterator[tuple[float, str]]:
    """Yield each midnight of the span with the name of the day that begins."""
    day = weeks.day_of(span.start, zone)
    while True:
        day += timedelta(days=1)
        at = weeks.midnight(day, zone)
        if at >= span.end:
            return
        yield at, f"{day:%a} {day.day}"


_UNITS: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def level(value: float, digits: int = 4) -> str:
    """Return a value at an axis, short and without an exponent where it can be: ``15.36k``."""
    size, unit = 1.0, ""
    if 1e4 <= abs(value) < 1e15:
        size, unit = next(entry for entry in _UNITS if entry[0] <= abs(value))
    return f"{value / size:.{digits}g}{unit}"


def days(backtests: Backtests) -> str:
    """Return how long history was looked at."""
    return "a day" if backtests.days == 1 else f"{backtests.days:g} days"


def stretch(backtests: Backtests, zone: ZoneInfo) -> str:
    """Return from when to when history was looked at, by the clock on the wall."""
    start, end = (
        f"{weeks.local(at, zone):%Y-%m-%d %H:%M}"
        for at in (backtests.span.start, backtests.span.end)
    )
    return f"{start} to {end} {backtests.time_zone}"


def looks_low(backtested: Backtested) -> bool:
    """Return whether low values are the bad ones."""
    return backtested.compared.new.comparator.startswith("<")


def worst_first(backtests: Backtests) -> Sequence[Backtested]:
    """Return the monitors: those that alert most by the new definition first."""
    return sorted(backtests.monitors, key=lambda b: (-len(b.compared.new.fires), b.monitor.key))
