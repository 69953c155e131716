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

import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.history.made import PastHistory, events_of
from monitor_sync.emulator.history.records import PastEpisode, PastMonitor
from monitor_sync.emulator.metrics import answers, generated
from monitor_sync.emulator.metrics.calibrated import PlainMonitor, plain
from monitor_sync.emulator.metrics.query import Expression, NotServed, Operation, SeriesQuery

_DAY: Final = 86_400
_MINUTE: Final = 60
_LONGEST: Final = 35 * _DAY
_SETTLED: Final = 600
"""Seconds up to whose last full stretch alerts are known."""

_RECOVERIES: Final = ("critical_recovery", "warning_recovery")


def past(account: Account, since: float, until: float) -> PastHistory | None:
    """Return the alerts of a span; None where the account has no points at all."""
    if account.metrics.seed is None and not account.metrics.submitted.count:
        return None
    end = int(min(until, account.clock())) // _SETTLED * _SETTLED
    start = int(max(since, end - _LONGEST)) // _MINUTE * _MINUTE
    made = (start, end, account.monitors.version, account.metrics.submitted.count)
    known = account.metrics.played.get(made)
    if known is None:
        account.metrics.played.clear()  # the pages of one search ask for the same
        known = account.metrics.played[made] = _played(account, start, end)
    return known


def _played(account: Account, start: int, end: int) -> PastHistory:
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


Tags = tuple[str, ...]
Numbers = list[float | None]
"""A number a minute, None where nothing was reported."""


States = list[tuple[int, str | None]]
"""When a monitor was looked at, and what it said; None where that changes nothing."""

_BEFORE: Final = tuple(days * _DAY for days in (0, 1, 3, 7, 14, 35))
"""Seconds before a span from which on it is played: a state that it begins in began sooner."""


def _of_monitor(
    account: Account, body: Mapping[str, Any], read: PlainMonitor, start: int, end: int
) -> Iterator[PastEpisode]:
    played: dict[Tags, States] = {}
    try:
        for before in _BEFORE:
            played = _states(account, body, read, start - before, end)
            if all(_begins_well(states) for states in played.values()):
                break
    except NotServed:
        return
    monitor = PastMonitor(
        body=body, id=read.id, key="", unit="", owner="", service="", layer="",
        groups=tuple(played), pages={}, notifies=frozenset(("alert", "warning", "recovery")),
    )  # fmt: skip
    for group, states in played.items():
        yield from _episodes(monitor, group, iter(states))


def _begins_well(states: States) -> bool:
    return next((state for _, state in states if state is not None), "ok") == "ok"


def _states(
    account: Account, body: Mapping[str, Any], read: PlainMonitor, start: int, end: int
) -> dict[Tags, States]:
    options = body.get("options") or {}
    delay = int(options.get("evaluation_delay") or 0) // _MINUTE * _MINUTE
    first = start - read.window - delay
    every = 60 if read.window < _DAY else 600 if read.window < 2 * _DAY else 1800
    return {
        group: [
            (start + index * _MINUTE, _state(read, options, number))
            for index, number in enumerate(numbers)
            if (start + index * _MINUTE) % every == 0
        ]
        for group, numbers in _numbers(account, read.expression, read, first, end - delay).items()
    }


def _numbers(
    account: Account, expression: Expression, read: PlainMonitor, first: int, end: int
) -> dict[Tags, Numbers]:
    """Return by group the number of each window, that which begins at `first` in front."""
    match expression:
        case SeriesQuery():
            return {
                tuple(
                    f"{key}:{value}" for key, value in zip(expression.by, group, strict=True)
                ): _of_windows(points, read.method, read.window // _MINUTE)
                for group, points in _by_minute(account, expression, first, end).items()
            }
        case Operation("*", float() as factor, inner) | Operation("*", inner, float() as factor):
            numbers = _numbers(account, inner, read, first, end)
            return {
                group: [None if number is None else number * factor for number in of_windows]
                for group, of_windows in numbers.items()
            }
        case Operation("/", left, right):
            over = _numbers(account, left, read, first, end)
            under = _numbers(account, right, read, first, end)
            return {
                group: [(a or 0.0) / b if b else None for a, b in zip(numbers, whole, strict=True)]
                for group, numbers in over.items()
                if (whole := under.get(group) or under.get(())) is not None
            }
        case _:
            raise NotServed("no plain expression")


def _of_windows(points: Numbers, method: str, width: int) -> Numbers:
    """Return what so many minutes make together, from each minute on."""
    if method in ("min", "max"):
        pick = min if method == "min" else max
        starts = range(len(points) - width)
        known = [point for point in points if point is not None]
        if len(known) == len(points):
            return [pick(known[start : start + width]) for start in starts]
        windows = (points[start : start + width] for start in starts)
        numbers = ([point for point in window if point is not None] for window in windows)
        return [pick(window) if window else None for window in numbers]
    sums = list(accumulate((point or 0.0 for point in points), initial=0.0))
    counts = list(accumulate((point is not None for point in points), initial=0))
    pairs = zip(sums, sums[width:-1], counts, counts[width:-1], strict=False)
    if method == "sum":
        return [later - sooner if m > n else None for sooner, later, n, m in pairs]
    return [(later - sooner) / (m - n) if m > n else None for sooner, later, n, m in pairs]


def _by_minute(account: Account, series: SeriesQuery, first: int, end: int) -> dict[Any, Numbers]:
    """Return the points of each group, one place a minute."""
    known, seed = account.metrics.shapes, account.metrics.seed
    if seed is not None and not account.metrics.submitted.of(series.metric):
        return {
            group: list(generated.values(known.shape(series, group), seed, first, end))
            for group in known.groups(series)
        }
    whole: dict[Any, dict[int, float]] = {}
    for begin in range(first, end, _DAY):
        span = answers.QueriedSpan(start=begin, end=min(begin + _DAY, end), wanted=_MINUTE)
        for group, line in answers.lines(account, series, span).items():
            whole.setdefault(group, {}).update(line)
    minutes = range(first, end, _MINUTE)
    return {group: [line.get(minute) for minute in minutes] for group, line in whole.items()}


def _state(read: PlainMonitor, options: Mapping[str, Any], number: float | None) -> str | None:
    """Return the state for a number; None where nothing is known, which changes nothing."""
    if number is None:
        return None
    beyond = _COMPARE[read.comparator]
    if beyond(number, read.critical):
        return "alert"
    warning = (options.get("thresholds") or {}).get("warning")
    return "warning" if warning is not None and beyond(number, warning) else "ok"


_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


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
