"""History for backtests, fetched day by day within a budget; what is kept is not fetched again."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from monitor_sync.datadog.timeseries import MOST_POINTS, GroupedLines, HistoryQuery
from monitor_sync.errors import RemoteError
from monitor_sync.incidents import TimeSpan

if TYPE_CHECKING:
    from monitor_sync.datadog.timeseries import Timeseries
    from monitor_sync.insight.backtest.wanted import WantedLine
    from monitor_sync.store.points_cache import PointsCache

_WORKERS: Final = 4
"""Requests under way at once."""

_SETTLED: Final = 900
"""Seconds after which points are taken to have arrived."""

_MOST_LINES: Final = 300
"""Lines of all groups in one answer: with a point a minute for a day, some ten megabytes."""

Wanted = Iterable[tuple["WantedLine", int]]
"""Lines, each with the second from which on it is wanted."""


def last_days(days: int, now: float) -> TimeSpan:
    """Return the last days up to a full hour, by which points have arrived."""
    end = int(now - _SETTLED) // 3600 * 3600
    return TimeSpan(start=float(end - days * 86_400), end=float(end))


class OutOfBudget(Exception):
    """
    ``needed`` requests are more than the ``left`` ones that the budget allowed.

    Those were sent and their answers are kept, so the next run needs that many fewer.
    """

    def __init__(self, needed: int, left: int) -> None:
        super().__init__(needed, left)
        self.needed = needed
        self.left = left


class _Part(NamedTuple):
    """A stretch of a line, in UNIX seconds, its end excluded: as much as one query answers."""

    line: WantedLine
    start: int
    end: int

    @property
    def shared(self) -> tuple[str, int, int, int]:
        """What the queries of one request have in common."""
        return self.line.source, self.line.interval, self.start, self.end


@dataclass(slots=True)
class Fetching:
    """
    Fetch lines of history: each stretch once a run, and never again once it is kept on disk.

    ``budget`` is how many requests may still be sent, ``sent`` counts them. A request takes along
    what was ``expected`` of its stretch as long as it has room.
    """

    endpoint: Timeseries
    cache: PointsCache
    budget: int
    sent: int = 0
    _expected: dict[tuple[str, int, int, int], dict[_Part, None]] = field(default_factory=dict)
    _held: dict[_Part, GroupedLines] = field(default_factory=dict)
    _groups: dict[WantedLine, int] = field(default_factory=dict)
    _refused: dict[WantedLine, RemoteError] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, wanted: Wanted, end: int) -> None:
        """Announce what will be wanted later; requests with room take it along in this order."""
        for part in _parts(wanted, end):
            if not self.cache.has(_named(part.line), part.start, part.end):
                self._expected.setdefault(part.shared, {})[part] = None

    def lines(self, wanted: Wanted, end: int) -> dict[WantedLine, GroupedLines]:
        """
        Return the lines of a monitor, each from its own second on up to ``end``.

        Raises OutOfBudget, and RemoteError, also where an earlier request met a refusal.
        """
        parts = list(_parts(wanted, end))
        known = {part: self._known(part) for part in parts}
        missing = [part for part, lines in known.items() if lines is None]
        self._fetch(missing)
        for part in parts:
            if part.line in self._refused:
                raise self._refused[part.line]
        return _joined(known | {part: self._held.pop(part) for part in missing})

    @property
    def lacking(self) -> int:
        """How many requests it would take to fetch what is expected and was not fetched."""
        sizes = (len(parts) for parts in self._expected.values())
        return sum(math.ceil(size / self.endpoint.at_once) for size in sizes)

    def spend(self) -> None:
        """Count a request that is about to be sent. Raises OutOfBudget where none is left."""
        with self._lock:
            if self.budget < 1:
                raise OutOfBudget(1, 0)
            self.budget -= 1
            self.sent += 1

    def _known(self, part: _Part) -> GroupedLines | None:
        if part in self._held:
            return self._held[part]
        return self.cache.get(_named(part.line), part.start, part.end)

    def _fetch(self, missing: list[_Part]) -> None:
        """Send what is missing, as far as the budget reaches. Raises OutOfBudget, RemoteError."""
        wanted, left = frozenset(missing), self.budget
        first = next(self._requests(missing), None)
        if first is not None and left:
            self._send(first, wanted)  # tells how many groups there are, for which room is left
        rest = list(self._requests(missing))
        if rest and self.budget:
            with ThreadPoolExecutor(_WORKERS) as pool:
                list(pool.map(lambda parts: self._send(parts, wanted), rest[: self.budget]))
        if next(self._requests(missing), None) is not None:
            raise OutOfBudget(len(rest) + min(left, 1), left)

    def _requests(self, missing: Iterable[_Part]) -> Iterator[list[_Part]]:
        """Yield what to ask for together: what is missing, then what is expected beside it."""
        by_request: dict[tuple[str, int, int, int], list[_Part]] = {}
        for part in missing:
            if part not in self._held and part.line not in self._refused:
                by_request.setdefault(part.shared, []).append(part)
        for shared, parts in by_request.items():
            others = [part for part in self._expected.get(shared, ()) if part not in parts]
            yield from self._packed(parts, others)

    def _packed(self, parts: Sequence[_Part], others: Sequence[_Part]) -> Iterator[list[_Part]]:
        """Yield requests for some parts, filled up with others as long as there is room."""
        request: list[_Part] = []
        room = _MOST_LINES
        for number, part in enumerate((*parts, *others)):
            groups = self._groups.get(part.line, 1)
            if request and (len(request) == self.endpoint.at_once or groups > room):
                yield request
                if number >= len(parts):
                    return
                request, room = [], _MOST_LINES
            request.append(part)
            room -= groups
        yield request

    def _send(self, parts: list[_Part], wanted: frozenset[_Part]) -> None:
        """Send one request. Keep its answers on disk; hold those wanted now or not kept."""
        by_query = {_query(part): part for part in parts}
        for query, lines in self.endpoint.lines(list(by_query), self.spend):
            part = by_query[query]
            kept = not isinstance(lines, RemoteError) and self.cache.put(
                _named(part.line), part.start, part.end, lines
            )
            with self._lock:
                self._expected.get(part.shared, {}).pop(part, None)
                if isinstance(lines, RemoteError):
                    self._refuse(part.line, lines)
                    continue
                self._groups[part.line] = max(self._groups.get(part.line, 1), len(lines))
                if part in wanted or not kept:
                    self._held[part] = lines

    def _refuse(self, line: WantedLine, error: RemoteError) -> None:
        self._refused[line] = error
        for shared, parts in self._expected.items():
            self._expected[shared] = {part: None for part in parts if part.line != line}


def _named(line: WantedLine) -> str:
    """Return the text that a line is kept under: all that decides what is answered."""
    return repr(line)


def _parts(wanted: Wanted, end: int) -> Iterator[_Part]:
    """Yield the stretches of lines, which begin at the same time in each run."""
    for line, start in wanted:
        length = line.interval * MOST_POINTS
        for begin in range(start // length * length, end, length):
            yield _Part(line, begin, min(begin + length, end))


def _query(part: _Part) -> HistoryQuery:
    line = part.line
    return HistoryQuery(
        source=line.source,
        text=line.text,
        keys=line.keys,
        interval=line.interval,
        start=part.start,
        end=part.end,
        method=line.method,
        measure=line.measure,
        indexes=line.indexes,
    )


def _joined(parts: dict[_Part, GroupedLines | None]) -> dict[WantedLine, GroupedLines]:
    """Return the stretches of each line as one, in the order of time."""
    joined: dict[WantedLine, GroupedLines] = {}
    for (line, _, _), lines in sorted(parts.items(), key=lambda item: item[0].start):
        groups = joined.setdefault(line, {})
        for group, (times, values) in (lines or {}).items():
            known_times, known_values = groups.setdefault(group, ([], []))
            known_times += times
            known_values += values
    return joined
