"""History is read from a source into the file: what is missing of a span, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor_sync.app.conversation import silent
from monitor_sync.counting import count
from monitor_sync.incidents import HistoryPage, Incident, Seconds, TimeSpan
from monitor_sync.insight.response.titles import datadog_title
from monitor_sync.oncall.reader import NotRead
from monitor_sync.store import history_spans
from monitor_sync.store.history import HistoryFile, ReadSpan

if TYPE_CHECKING:
    from monitor_sync.app.conversation import Progress
    from monitor_sync.oncall.incidents import IncidentTool

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
    not change any more, and what is older than ``keeps`` is no longer there: None where nobody
    says. ``longest`` is the longest span read in one go. ``open_pages`` reads what is open of a
    span; None where nothing is ever open.
    """

    name: str
    title: str
    item: str
    pages: Callable[[TimeSpan, str], Iterator[HistoryPage]]
    settles: Seconds
    keeps: Seconds | None = None
    longest: Seconds = 4 * _WEEK
    open_pages: Callable[[TimeSpan], Iterator[HistoryPage]] | None = None


@dataclass(slots=True)
class Fetched:
    """
    How reading a source went.

    ``problem`` is why it ended early, ``unreadable`` counts items of no use, and ``remarks`` are
    what could not be read beside them.
    """

    problem: str = ""
    unreadable: int = 0
    remarks: set[str] = field(default_factory=set)

    def add(self, page: HistoryPage) -> None:
        """Count what a page says of itself."""
        self.unreadable += page.unreadable
        if page.problem:
            self.remarks.add(page.problem)


def fetch(
    history: HistoryFile, source: Source, span: TimeSpan, *, now: Seconds, progress: Progress
) -> Fetched:
    """
    Read what is missing of a span, the latest part first, and what is open of what was read before.

    An interrupted reading goes on where it stopped. What cannot be read is left for the next time.
    """
    fetched = Fetched()
    known = [
        old.span
        for old in history.readings(source.name)
        if not history_spans.is_fresh(old.read, now)
    ]
    settled = TimeSpan(span.start, min(span.end, now - source.settles))
    try:
        pieces = _pieces(history, source, span, now)
        if _resumed(history, source, pieces, fetched):
            pieces = _pieces(history, source, span, now)
        with _shown(progress, source, pieces) as step:
            for piece in pieces:
                _read(history, source, ReadSpan(piece, now), "", fetched)
                step(True)
        if any(map(settled.overlaps, known)):
            _look_at_open(history, source, settled, now, fetched)
    except Unread as unread:
        fetched.problem = unread.reason
    return fetched


def _pieces(history: HistoryFile, source: Source, span: TimeSpan, now: Seconds) -> list[TimeSpan]:
    readings = history.readings(source.name)
    if source.keeps is not None:
        span = TimeSpan(max(span.start, now - source.keeps), span.end)
    parts = history_spans.missing(span, readings, now=now, settles=source.settles)
    return history_spans.divided(parts, source.longest)


def _shown(
    progress: Progress, source: Source, pieces: Sequence[TimeSpan]
) -> AbstractContextManager[Callable[[bool], None]]:
    if not pieces:
        return silent("", 0)
    parts = f" in {count(len(pieces), 'part')}" if len(pieces) > 1 else ""
    return progress(f"reading {source.item}s of {source.title}{parts}", len(pieces))


def _resumed(
    history: HistoryFile, source: Source, pieces: Sequence[TimeSpan], fetched: Fetched
) -> bool:
    """Go on with an interrupted reading of what is wanted; return whether there was one."""
    interrupted = history.unfinished(source.name)
    if interrupted is None:
        return False
    span = interrupted.reading.span
    if not any(map(span.overlaps, pieces)):
        return False
    try:
        _read(history, source, interrupted.reading, interrupted.cursor, fetched)
    except Unread:  # the place may be too old to go on from: what is missing is read anew
        history.forget_cursor(source.name)
    return True


def _read(
    history: HistoryFile, source: Source, reading: ReadSpan, cursor: str, fetched: Fetched
) -> None:
    """Read one span and write it page by page."""
    for page in source.pages(reading.span, cursor):
        history.keep(source.name, page, reading)
        fetched.add(page)


def _look_at_open(
    history: HistoryFile, source: Source, settled: TimeSpan, now: Seconds, fetched: Fetched
) -> None:
    """
    Read what is open of days that are too old to be read again.

    One listing has all that is open still, or again. What was open and is no longer in it was
    resolved meanwhile, and is read with the days on which it was created. Neither tool lists by
    the time of a change, so what was opened again and resolved between two runs is not seen.
    """
    looked = history.looked(source.name)
    if source.open_pages is None or (looked is not None and history_spans.is_fresh(looked, now)):
        return
    closed = {known.id: known.created for known in history.open_incidents(source.name, settled)}
    for page in source.open_pages(settled):
        history.keep(source.name, page)
        fetched.add(page)
        for incident in page.incidents:
            closed.pop(incident.id, None)
    for days in history_spans.clustered(closed.values(), _WEEK):
        for page in source.pages(days, ""):
            history.keep(source.name, page)
    history.look(source.name, now)


def read_single(
    history: HistoryFile, tool: IncidentTool, span: TimeSpan, *, now: Seconds, progress: Progress
) -> Singly:
    """
    Read the alerts of each incident of a span that were not read yet, the newest first.

    Incidents whose origin nothing else tells come first: they have no title of Datadog's, and the
    tool lists no user for them. They are few, and a review asks for them. Reading ends when the
    tool refuses, such as when the time of its connection is up.
    """
    incidents = sorted(history.without_detail(tool.source, span), key=_tells_its_origin)
    if not incidents:
        return Singly()
    what = f"reading {count(len(incidents), 'incident')} of {tool.title} one by one"
    with progress(what, len(incidents)) as step:
        for number, incident in enumerate(incidents):
            detail = tool.detail(incident)
            if isinstance(detail, NotRead):
                step(False)
                if not detail.absent:
                    return Singly(left=len(incidents) - number, problem=detail.reason)
                detail = incident  # it is gone: there is nothing more to learn
            else:
                step(True)
            history.detail(tool.source, detail, now)
    return Singly()


def _tells_its_origin(incident: Incident) -> bool:
    return incident.origin is not None or datadog_title(incident.title) is not None


@dataclass(frozen=True, slots=True)
class Singly:
    """How reading single incidents went: how many are left, and why it ended there."""

    left: int = 0
    problem: str = ""
