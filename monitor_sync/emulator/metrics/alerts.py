"""
Alerts that follow from points: a rule of its own for monitors with a plain threshold.

A monitor whose expression is one series, or one `as_count()` divided by another under `sum`,
without rollups, recovery thresholds and schedules, is looked at every minute (every 10 with a
window of a day, every 30 from two days on): the points of its window become one number, which is
compared with its thresholds; without points it stays as it was. Each group is judged by itself, as
if the monitor had always been as it is now. Other monitors have no alerts. Nothing here knows how
the package evaluates.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.history.made import PastHistory, events_of
from monitor_sync.emulator.history.records import PastEpisode, PastMonitor
from monitor_sync.emulator.metrics import answers
from monitor_sync.emulator.metrics.calibrated import PlainMonitor, plain
from monitor_sync.emulator.metrics.query import Expression, NotServed, Operation, SeriesQuery

_DAY: Final = 86_400
_MINUTE: Final = 60
_LONGEST: Final = 35 * _DAY
_RECOVERIES: Final = ("critical_recovery", "warning_recovery")


def past(account: Account, since: float, until: float) -> PastHistory | None:
    """Return the alerts of a span; None where the account has no points at all."""
    if account.metrics.seed is None and not account.metrics.submitted.count:
        return None
    end = int(min(until, account.clock())) // _MINUTE * _MINUTE
    start = int(max(since, end - _LONGEST)) // _MINUTE * _MINUTE
    episodes: list[PastEpisode] = []
    for number in account.monitors.ids():
        body = account.monitors.get(number)
        read = plain(body) if body is not None else None
        if body is not None and read is not None and _is_plain(body, read):
            episodes += _of_monitor(account, body, read, start, end)
    episodes.sort(key=lambda episode: (episode.start, episode.monitor.id, episode.group))
    return PastHistory(
        seed=account.metrics.seed or 0,
        start=start,
        end=end,
        teams={},
        episodes=tuple(episodes),
        events=events_of(episodes, end),
        incidents=(),
        windows=(),
    )


def _is_plain(body: Mapping[str, Any], read: PlainMonitor) -> bool:
    options = body.get("options") or {}
    thresholds = options.get("thresholds") or {}
    otherwise = [options.get("scheduling_options"), *map(thresholds.get, _RECOVERIES)]
    return not any(otherwise) and _is_simple(read.expression, read.method)


def _is_simple(expression: Expression, method: str) -> bool:
    match expression:
        case SeriesQuery():
            fits = method == "sum" if expression.counted else method != "sum"
            return fits and not expression.seconds and not expression.method
        case Operation("*", float(), inner) | Operation("*", inner, float()):
            return _is_simple(inner, method)
        case Operation("/", left, SeriesQuery() as right):
            counted = isinstance(left, SeriesQuery | Operation) and right.counted == "count"
            return counted and _is_simple(left, method) and _is_simple(right, method)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class _Minutes:
    """The values of one series' group by minute, those without a point left out, added up."""

    start: int
    sums: list[float]
    counts: list[int]
    values: list[float | None]

    @classmethod
    def of(cls, line: Mapping[int, float], start: int, end: int) -> _Minutes:
        values = [line.get(minute) for minute in range(start, end, _MINUTE)]
        sums = list(accumulate((value or 0.0 for value in values), initial=0.0))
        counts = list(accumulate((value is not None for value in values), initial=0))
        return cls(start, sums, counts, values)

    def number(self, method: str, since: int, until: int) -> float | None:
        """Return what the points in `[since, until)` make together; None without any."""
        first, last = (since - self.start) // _MINUTE, (until - self.start) // _MINUTE
        count = self.counts[last] - self.counts[first]
        if not count:
            return None
        if method in ("min", "max"):
            known = [value for value in self.values[first:last] if value is not None]
            return min(known) if method == "min" else max(known)
        total = self.sums[last] - self.sums[first]
        return total if method == "sum" else total / count


def _of_monitor(
    account: Account, body: Mapping[str, Any], read: PlainMonitor, start: int, end: int
) -> Iterator[PastEpisode]:
    options = body.get("options") or {}
    delay = int(options.get("evaluation_delay") or 0)
    first = start - read.window - delay - _MINUTE
    try:
        numbers = _numbers(account, read.expression, read.method, first, end)
    except NotServed:
        return
    monitor = PastMonitor(
        body=body, id=read.id, key="", unit="", owner="", service="", layer="",
        groups=tuple(numbers), pages={}, notifies=frozenset(("alert", "warning", "recovery")),
    )  # fmt: skip
    every = 60 if read.window < _DAY else 600 if read.window < 2 * _DAY else 1800
    for group, number in numbers.items():
        states = (
            (at, _state(read, options, number(at - delay - read.window, at - delay)))
            for at in range(-(-start // every) * every, end, every)
        )
        yield from _episodes(monitor, group, states)


Tags = tuple[str, ...]
Number = Callable[[int, int], float | None]


def _numbers(
    account: Account, expression: Expression, method: str, start: int, end: int
) -> dict[Tags, Number]:
    """Return by group what gives the number of a window, from its start to before its end."""
    match expression:
        case SeriesQuery():
            lines = _by_minute(account, expression, start, end)
            return {
                tuple(
                    f"{key}:{value}" for key, value in zip(expression.by, group, strict=True)
                ): functools.partial(_Minutes.of(line, start, end).number, method)
                for group, line in lines.items()
            }
        case Operation("*", float() as factor, inner) | Operation("*", inner, float() as factor):
            numbers = _numbers(account, inner, method, start, end)
            return {group: _scaled(number, factor) for group, number in numbers.items()}
        case Operation("/", left, right):
            over = _numbers(account, left, method, start, end)
            under = _numbers(account, right, method, start, end)
            return {
                group: _divided(number, under.get(group, under.get(())))
                for group, number in over.items()
            }
        case _:
            raise NotServed("no plain expression")


def _scaled(number: Number, factor: float) -> Number:
    def scaled(since: int, until: int) -> float | None:
        value = number(since, until)
        return None if value is None else value * factor

    return scaled


def _divided(over: Number, under: Number | None) -> Number:
    def divided(since: int, until: int) -> float | None:
        total = under(since, until) if under else None
        return (over(since, until) or 0.0) / total if total else None

    return divided


def _by_minute(
    account: Account, series: SeriesQuery, start: int, end: int
) -> dict[Any, dict[int, float]]:
    whole: dict[Any, dict[int, float]] = {}
    for begin in range(start, end, _DAY):
        span = answers.Span(start=begin, end=min(begin + _DAY, end), wanted=_MINUTE)
        for group, line in answers.lines(account, series, span).items():
            whole.setdefault(group, {}).update(line)
    return whole


def _state(read: PlainMonitor, options: Mapping[str, Any], number: float | None) -> str | None:
    """Return the state for a number; None where nothing is known, which changes nothing."""
    if number is None:
        return None
    warning = (options.get("thresholds") or {}).get("warning")
    if _beyond(read.comparator, number, read.critical):
        return "alert"
    return "warning" if warning is not None and _beyond(read.comparator, number, warning) else "ok"


def _beyond(comparator: str, number: float, threshold: float) -> bool:
    return {
        ">": number > threshold, ">=": number >= threshold, "<": number < threshold,
        "<=": number <= threshold, "==": number == threshold, "!=": number != threshold,
    }[comparator]  # fmt: skip


def _episodes(
    monitor: PastMonitor, group: tuple[str, ...], states: Iterator[tuple[int, str | None]]
) -> Iterator[PastEpisode]:
    began: int | None = None
    worst: int | None = None
    for at, state in states:
        if state in (None, "ok"):
            if began is not None and state == "ok":
                yield _episode(monitor, group, began, worst, at)
                began = worst = None
            continue
        began = at if began is None else began
        worst = at if worst is None and state == "alert" else worst
    if began is not None:
        yield _episode(monitor, group, began, worst, None)


def _episode(
    monitor: PastMonitor, group: tuple[str, ...], began: int, worst: int | None, end: int | None
) -> PastEpisode:
    return PastEpisode(
        monitor=monitor,
        group=tuple(sorted(group)),
        state="warning" if worst is None else "alert",
        start=began,
        worst=began if worst is None else worst,
        end=end,
        cycle=(monitor.id << 32) ^ began,
    )
