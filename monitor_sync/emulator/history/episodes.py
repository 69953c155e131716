"""The ordinary alerts of a monitor: most fire now and then, some often, some never."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from random import Random

from monitor_sync.emulator.history import rhythm
from monitor_sync.emulator.history.records import (
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    PastEpisode,
    PastMonitor,
    State,
)

_SILENT = 0.3  # the share of monitors that never fire
_TYPICAL, _SPREAD, _MOST = 20.0, 0.9, 160  # fires in half a year: median, sigma of its logarithm
_PAGING = 0.55  # how much less those fire that wake somebody
_HALF_YEAR = 26 * WEEK
_APART = 2 * MINUTE
_LONGEST = 3 * DAY

Span = tuple[int, float]


def ordinary(
    monitor: PastMonitor, rng: Random, span: tuple[int, int], taken: Collection[Span]
) -> Iterator[PastEpisode]:
    """
    Yield a monitor's episodes in a span of UNIX seconds, by ascending start, none at once.

    `taken` are spans in which the monitor is busy with something else. An episode that would last
    beyond the end is left out: what is open at the end is a matter of its own.
    """
    if rng.random() < _SILENT:
        return
    start, end = span
    rate = min(rng.lognormvariate(0, _SPREAD) * _TYPICAL, _MOST)
    if monitor.pages:
        rate *= _PAGING
    count = int(rate * (end - start) / _HALF_YEAR + rng.random())
    quick = rng.betavariate(2, 4)  # how much of it resolves by itself within minutes
    free = start
    for moment in rhythm.moments(rng, start, end, count):
        episode = _episode(monitor, rng, moment, quick)
        until = episode.end or moment
        busy = any(moment < last and first < until for first, last in taken)
        if moment >= free and until < end and not busy:
            yield episode
            free = until + _APART


def _episode(monitor: PastMonitor, rng: Random, moment: int, quick: float) -> PastEpisode:
    state = _state(monitor, rng)
    warned = rng.random() < 0.3 and state == "alert" and _warns(monitor)
    worst = moment + (rng.randint(1, 10) * MINUTE if warned else 0)
    return PastEpisode(
        monitor=monitor,
        group=rng.choice(monitor.groups),
        state=state,
        start=moment,
        worst=worst,
        end=worst + _duration(rng, quick),
        cycle=rng.getrandbits(62),
    )


def _state(monitor: PastMonitor, rng: Random) -> State:
    options = monitor.body["options"]
    chance = rng.random()
    if chance < 0.08 and (
        options.get("notify_no_data") or "no_data" in (options.get("on_missing_data") or "")
    ):
        return "no_data"
    return "warning" if chance > 0.8 and _warns(monitor) else "alert"


def _warns(monitor: PastMonitor) -> bool:
    return (monitor.body["options"].get("thresholds") or {}).get("warning") is not None


def _duration(rng: Random, quick: float) -> int:
    """Return how long it lasts, in whole minutes as monitors are evaluated."""
    if rng.random() < quick:
        return rng.randint(1, 5) * MINUTE
    seconds = rng.lognormvariate(0, 1.1) * 22 * MINUTE
    return min(max(int(seconds / MINUTE), 1) * MINUTE, _LONGEST)


def problem(
    monitor: PastMonitor, rng: Random, start: int, end: int | None, edge: str
) -> PastEpisode:
    """Return an episode of alert at a given time, as a part of something greater."""
    return PastEpisode(
        monitor=monitor,
        group=rng.choice(monitor.groups),
        state="alert",
        start=start,
        worst=start,
        end=end,
        cycle=rng.getrandbits(62),
        edge=edge,
    )


def around(episode: PastEpisode) -> Span:
    """Return the time in which a monitor has room for no other episode."""
    end = float("inf") if episode.end is None else episode.end + HOUR / 4
    return episode.start - HOUR // 4, end
