"""History for backtests: fetched day by day within a budget, and what is known not again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor_sync.datadog.timeseries import MOST_POINTS, GroupedLines, HistoryQuery

if TYPE_CHECKING:
    from monitor_sync.datadog.timeseries import Timeseries
    from monitor_sync.insight.backtest.wanted import WantedLine
    from monitor_sync.store.points_cache import PointsCache

_WORKERS: Final = 4
"""Requests under way at once."""


class OutOfBudget(Exception):
    """More requests are needed than may be sent. ``needed`` is how many, ``left`` how many are."""

    def __init__(self, needed: int, left: int) -> None:
        super().__init__(needed, left)
        self.needed = needed
        self.left = left


@dataclass(slots=True)
class Fetching:
    """
    Fetches lines of history, each stretch once a run, and once for all where it is kept.

    ``budget`` is how many requests may still be sent, ``sent`` counts them.
    """

    endpoint: Timeseries
    cache: PointsCache
    budget: int
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lines(
        self, wanted: Iterable[tuple[WantedLine, int]], end: int
    ) -> dict[WantedLine, GroupedLines]:
        """
        Return the lines of a monitor, each from its own second on up to ``end``.

        Raises OutOfBudget before anything is sent, RemoteError.
        """
        parts = {
            (line, query): self.cache.get(_named(line), query.start, query.end)
            for line, start in wanted
            for query in stretches(line, start, end)
        }
        missing = [part for part, lines in parts.items() if lines is None]
        if len(missing) > self.budget:
            raise OutOfBudget(len(missing), self.budget)
        if missing:
            with ThreadPoolExecutor(_WORKERS) as pool:
                parts |= zip(missing, pool.map(self._fetched, missing), strict=True)
        return _joined(parts)

    def _fetched(self, part: tuple[WantedLine, HistoryQuery]) -> GroupedLines:
        line, query = part
        lines, requests = self.endpoint.lines(query)
        with self._lock:
            self.sent += requests
            self.budget -= requests
        self.cache.put(_named(line), query.start, query.end, lines)
        return lines


def _named(line: WantedLine) -> str:
    """Return the text that a line is kept under: all that decides what is answered."""
    return repr(line)


def stretches(line: WantedLine, start: int, end: int) -> Iterator[HistoryQuery]:
    """Yield the requests for a line: stretches that begin at the same time in each run."""
    length = line.interval * MOST_POINTS
    first = start // length * length
    for begin in range(first, end, length):
        yield HistoryQuery(
            source=line.source,
            text=line.text,
            keys=line.keys,
            interval=line.interval,
            start=begin,
            end=min(begin + length, end),
            method=line.method,
            measure=line.measure,
            indexes=line.indexes,
        )


def _joined(
    parts: dict[tuple[WantedLine, HistoryQuery], GroupedLines | None],
) -> dict[WantedLine, GroupedLines]:
    """Return the stretches of each line as one, in the order of time."""
    joined: dict[WantedLine, GroupedLines] = {}
    for (line, _), lines in sorted(parts.items(), key=lambda part: part[0][1].start):
        groups = joined.setdefault(line, {})
        for group, (times, values) in (lines or {}).items():
            known_times, known_values = groups.setdefault(group, ([], []))
            known_times += times
            known_values += values
    return joined
