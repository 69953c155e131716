"""History is read from a source into the file: what is missing of a span, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor_sync.app.conversation import silent
from monitor_sync.counting import count
from monitor_sync.incidents import HistoryPage, Seconds, Span
from monitor_sync.store import history_spans
from monitor_sync.store.history import HistoryFile, Reading

if TYPE_CHECKING:
    from monitor_sync.app.conversation import Progress

_WEEK: Final[Seconds] = 7 * 86_400.0


class Unread(Exception):
    """A source could not be read to the end; ``reason`` ends a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    What history is read from.

    ``name`` is what it is kept by, ``title`` for people, ``item`` what it tells one by one.
    ``pages`` reads a span from a cursor on, and raises Unread. What is older than ``settles`` does
    not change any more. ``longest`` is the longest span read in one go. ``open_pages`` reads what
    is open of a span; None where nothing is ever open.
    """

    name: str
    title: str
    item: str
    pages: Callable[[Span, str], Iterator[HistoryPage]]
    settles: Seconds
    longest: Seconds = 4 * _WEEK
    open_pages: Callable[[Span], Iterator[HistoryPage]] | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """How reading a source went: why it ended early, and how many items were of no use."""

    problem: str = ""
    unreadable: int = 0


def fetch(
    history: HistoryFile, source: Source, span: Span, *, now: Seconds, progress: Progress
) -> Fetched:
    """
    Read what is missing of a span, the latest part first, and what was open when it was read.

    An interrupted reading goes on where it stopped. What cannot be read is left for the next time.
    """
    unreadable = 0
    try:
        pieces = _pieces(history, source, span, now)
        if _resumed(history, source, pieces):
            pieces = _pieces(history, source, span, now)
        with _shown(progress, source, pieces) as step:
            for piece in pieces:
                unreadable += _piece(history, source, Reading(piece, now), "")
                step(True)
        unreadable += _look_at_open(history, source, span, now)
    except Unread as unread:
        return Fetched(unread.reason, unreadable)
    return Fetched("", unreadable)


def _pieces(history: HistoryFile, source: Source, span: Span, now: Seconds) -> list[Span]:
    readings = history.readings(source.name)
    parts = history_spans.missing(span, readings, now=now, settles=source.settles)
    return history_spans.divided(parts, source.longest)


def _shown(
    progress: Progress, source: Source, pieces: Sequence[Span]
) -> AbstractContextManager[Callable[[bool], None]]:
    if not pieces:
        return silent("", 0)
    parts = f" in {count(len(pieces), 'part')}" if len(pieces) > 1 else ""
    return progress(f"reading {source.item}s of {source.title}{parts}", len(pieces))


def _resumed(history: HistoryFile, source: Source, pieces: Sequence[Span]) -> bool:
    """Go on with an interrupted reading of what is wanted; return whether there was one."""
    interrupted = history.unfinished(source.name)
    if interrupted is None:
        return False
    span = interrupted.reading.span
    if not any(piece.start < span.end and span.start < piece.end for piece in pieces):
        return False
    try:
        _piece(history, source, interrupted.reading, interrupted.cursor)
    except Unread:  # the place may be too old to go on from: what is missing is read anew
        history.forget_cursor(source.name)
    return True


def _piece(history: HistoryFile, source: Source, reading: Reading, cursor: str) -> int:
    """Read one span and write it page by page; return how many items were of no use."""
    unreadable = 0
    for page in source.pages(reading.span, cursor):
        history.keep(source.name, page, reading)
        unreadable += page.unreadable
    return unreadable


def _look_at_open(history: HistoryFile, source: Source, span: Span, now: Seconds) -> int:
    """
    Read again what was open when it was read, and is too old to have been read just now.

    One listing has all that is open still. What is no longer in it was resolved meanwhile, and is
    read with the days on which it was created.
    """
    looked = history.looked(source.name)
    older = Span(span.start, min(span.end, now - source.settles))
    before = {known.id: known.created for known in history.open_incidents(source.name, older)}
    fresh = looked is not None and 0 <= now - looked < history_spans.FRESH
    if source.open_pages is None or not before or fresh:
        return 0
    unreadable = 0
    closed = dict(before)
    for page in source.open_pages(Span(min(before.values()), max(before.values()) + 1.0)):
        history.keep(source.name, page)
        unreadable += page.unreadable
        for incident in page.incidents:
            closed.pop(incident.id, None)
    for days in history_spans.clustered(closed.values(), _WEEK):
        for page in source.pages(days, ""):
            history.keep(source.name, page)
    history.look(source.name, now)
    return unreadable
