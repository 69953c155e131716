"""Which parts of a span must still be read, given what was read of it and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from monitor_sync.incidents import Seconds, TimeSpan
from monitor_sync.store.history import ReadSpan

FRESH: Final[Seconds] = 300.0
"""What was read less than this long ago is not read again."""


def is_fresh(read: Seconds, now: Seconds) -> bool:
    """Return whether what was read at ``read`` need not be read again."""
    return 0 <= now - read < FRESH


def missing(
    wanted: TimeSpan, readings: Iterable[ReadSpan], *, now: Seconds, settles: Seconds
) -> list[TimeSpan]:
    """
    Return the parts of a span that are to be read, the earliest first.

    What was at least ``settles`` seconds old when it was read stays read. What was younger may
    still change: it counts only while the reading is fresh. A fresh reading that went up to its
    present counts up to ours.
    """
    parts = []
    at, end = wanted.start, min(wanted.end, now)
    for known in _known(readings, now, settles):
        if known.start > at:
            parts.append(TimeSpan(at, min(known.start, end)))
        at = max(at, known.end)
        if at >= end:
            break
    if at < end:
        parts.append(TimeSpan(at, end))
    return [part for part in parts if part.start < part.end]


def around(wanted: TimeSpan, readings: Iterable[ReadSpan]) -> TimeSpan:
    """Return the span with all that was read next to it without a gap."""
    ordered = sorted((reading.span for reading in readings), key=lambda span: span.start)
    runs: list[TimeSpan] = []
    for span in ordered:
        if runs and span.start <= runs[-1].end:
            runs[-1] = TimeSpan(runs[-1].start, max(runs[-1].end, span.end))
        else:
            runs.append(span)
    touching = [run for run in runs if run.start <= wanted.end and run.end >= wanted.start]
    return TimeSpan(
        min([wanted.start, *(run.start for run in touching)]),
        max([wanted.end, *(run.end for run in touching)]),
    )


def divided(parts: Sequence[TimeSpan], longest: Seconds) -> list[TimeSpan]:
    """Return the parts in pieces of at most ``longest``, the latest first."""
    pieces = []
    for part in parts:
        end = part.end
        while end > part.start:
            start = max(part.start, end - longest)
            pieces.append(TimeSpan(start, end))
            end = start
    return sorted(pieces, key=lambda piece: piece.start, reverse=True)


def clustered(times: Iterable[Seconds], apart: Seconds) -> list[TimeSpan]:
    """Return spans that hold all these times; a gap longer than ``apart`` is in none of them."""
    spans: list[TimeSpan] = []
    for at in sorted(times):
        if spans and at - spans[-1].end <= apart:
            spans[-1] = TimeSpan(spans[-1].start, at + 1.0)
        else:
            spans.append(TimeSpan(at, at + 1.0))
    return spans


def _known(readings: Iterable[ReadSpan], now: Seconds, settles: Seconds) -> list[TimeSpan]:
    known = []
    for reading in readings:
        span, read = reading.span, reading.read
        if not is_fresh(read, now):
            end = min(span.end, read - settles)
        else:
            end = now if span.end >= read else span.end
        if end > span.start:
            known.append(TimeSpan(span.start, end))
    return sorted(known, key=lambda span: span.start)
