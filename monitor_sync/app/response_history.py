"""The history of response: incidents and episodes of alerts of a span, read as far as needed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from monitor_sync.app import history_folder, history_reading, history_sources
from monitor_sync.app.conversation import Conversation
from monitor_sync.counting import count
from monitor_sync.errors import RemoteError, UsageError
from monitor_sync.incidents import AlertEpisode, Incident, Seconds, TimeSpan
from monitor_sync.insight import episodes as episodes_of_alerts
from monitor_sync.oncall.incidents import ON_CALL
from monitor_sync.oncall.tool import Unusable, title_of
from monitor_sync.store import history as history_file
from monitor_sync.store import history_spans

if TYPE_CHECKING:
    from pathlib import Path

    from monitor_sync.app.conversation import Progress
    from monitor_sync.app.history_reading import Source
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Project
    from monitor_sync.store.history import HistoryFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHistory:
    """
    What happened in a span.

    ``incidents`` are those created in it, the oldest first. ``episodes`` are those that reach into
    it, monitor by monitor. ``tools`` are the titles of what was read. ``as_of`` is when the oldest
    of them was last read; None where one never was. ``gaps`` say by title why some of the
    span could not be read; ``alerts_read`` is True where alerts of some of it were read, now or
    before.
    ``monitors`` are keys of our live monitors by Datadog's id, as they were last listed. ``folder``
    is where all this is kept.
    ``notes`` are sentences about what was not read and what is doubtful.
    """

    incidents: tuple[Incident, ...] = ()
    episodes: tuple[AlertEpisode, ...] = ()
    tools: tuple[str, ...] = ()
    as_of: Seconds | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)
    alerts_read: bool = False
    monitors: Mapping[int, str] = field(default_factory=dict)
    folder: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether all of the span could be read."""
        return not self.gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuestion:
    """
    What is asked for: see ``read_history``. ``now`` is in UNIX seconds.

    ``notes`` gathers what is to be said, ``gaps`` by title why something could not be read.
    """

    project: Project
    target: Target
    span: TimeSpan
    offline: bool
    budget: Seconds | None
    progress: Progress
    now: Seconds
    notes: list[str] = field(default_factory=list)
    gaps: dict[str, str] = field(default_factory=dict)

    def gap(self, title: str, note: str) -> None:
        """Say that something could not be read of what has this title."""
        self.notes.append(note)
        self.gaps.setdefault(title, note)

    def day(self, at: Seconds) -> str:
        """Return the day of a moment, as the project counts days."""
        return f"{datetime.fromtimestamp(at, ZoneInfo(self.project.time_zone)):%Y-%m-%d}"


def read_history(
    project: Project,
    target: Target,
    span: TimeSpan,
    *,
    offline: bool = False,
    budget: Seconds | None = None,
    incidents: bool = True,
    episodes: bool = False,
    listed: Mapping[int, str] | None = None,
    folder: Path | None = None,
    conversation: Conversation | None = None,
    now: Seconds | None = None,
) -> ResponseHistory:
    """
    Return what happened in a span; read from the tools what is not known yet.

    ``offline`` uses what is there. ``budget`` is how many seconds may go into reading single
    incidents, in the order of ``history_reading.read_single``; None reads none. ``listed`` are the
    keys of our live monitors by Datadog's id, where somebody has just listed them. ``folder`` is
    where the history is kept, where an earlier answer told; else Datadog is asked which
    organisation it is of. What a service answers never raises: it is a note. Raises UsageError for
    the environment, and for a disk that does not let us; a KeyboardInterrupt says what is kept.
    """
    question = HistoryQuestion(
        project=project,
        target=target,
        span=span,
        offline=offline,
        budget=budget,
        progress=(conversation or Conversation()).progress,
        now=time.time() if now is None else now,
    )
    client = _client(question, needed=episodes)
    try:
        if folder is None:
            folder = history_folder.folder(target, client, project.name, question.notes.append)
        with history_file.opened(folder) as history:
            _say_set_aside(question, history)
            if listed:
                history.keep_monitors(listed)
            # the alerts come first: they take seconds, incidents within Zenduty's limit minutes
            alerts = _read_alerts(question, history, client) if episodes else {}
            named = _read_incidents(question, history, client) if incidents else {}
            return replace(_history(question, history, named, alerts), folder=folder)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("what was read is kept, and the next run goes on there") from None
    finally:
        if client is not None:
            client.close()


def _client(question: HistoryQuestion, *, needed: bool) -> Client | None:
    """Return Datadog, or None where it is not to be asked, or there are no keys."""
    if question.offline:
        return None
    try:
        return question.target.connect()
    except UsageError as error:
        if needed:
            question.gap("Datadog", f"Datadog was not asked for alerts: {error}")
        return None


_NO_TOOL: Final = (
    "no team in teams.yaml has `on_call: {tool: …, service: …}`, which says where its pages go"
)


def _say_set_aside(question: HistoryQuestion, history: HistoryFile) -> None:
    if history.set_aside is not None:
        question.notes.append(
            "the file of the history was damaged or of another version of monitor-sync:"
            f" it is now {history.set_aside}, and a new one was begun"
        )


def _read_incidents(
    question: HistoryQuestion, history: HistoryFile, client: Client | None
) -> dict[str, str]:
    """Bring the incidents of all tools up to date; return their sources with their titles."""
    words = history_sources.words(question.project)
    if not words:
        question.gap("incidents", _NO_TOOL)
    named: dict[str, str] = {}
    if client is not None and ON_CALL in words:
        _count_pages(question, client)
    for word in words:
        read = {} if question.offline else _read_tool(question, history, word)
        named |= read or _kept(question, history, word, title_of(word))
    return named


def _count_pages(question: HistoryQuestion, client: Client) -> None:
    """Say how many pages Datadog On-Call counts: that is all that it tells of them."""
    try:
        pages = client.on_call_pages.count(question.span)
    except RemoteError as error:
        question.notes.append(f"Datadog On-Call did not count its pages: {error.problem}")
    else:
        question.notes.append(f"Datadog On-Call counts {count(pages, 'page')} in this time")


def _kept(question: HistoryQuestion, history: HistoryFile, word: str, title: str) -> dict[str, str]:
    """Return the sources of a tool that were read before, with their title."""
    names = [name for name in history.sources() if name.startswith(f"{word}@")]
    if not names and title not in question.gaps:
        question.gap(title, f"{title} was never read")
    return dict.fromkeys(names, title)


def _read_tool(question: HistoryQuestion, history: HistoryFile, word: str) -> dict[str, str]:
    try:
        with history_sources.connected(word, question.target) as tool:
            _fetch(question, history, history_sources.incidents_of(tool))
        if question.budget is not None:
            _read_single(question, history, word, question.budget)
    except Unusable as error:
        title = title_of(word)
        question.gap(title, f"{title} was not asked for incidents: {error.reason}; {error.fix}")
        return {}
    return {tool.source: tool.title}


def _read_single(
    question: HistoryQuestion, history: HistoryFile, word: str, budget: Seconds
) -> None:
    """Read the alerts of single incidents, as far as the budget goes."""
    with history_sources.connected(word, question.target, budget) as tool:
        singly = history_reading.read_single(
            history, tool, question.span, now=question.now, progress=question.progress
        )
    if singly.left:
        incidents = count(singly.left, "incident")
        question.notes.append(
            f"the alerts of {incidents} of {tool.title} were not read: {singly.problem}"
        )


def _read_alerts(
    question: HistoryQuestion, history: HistoryFile, client: Client | None
) -> dict[str, str]:
    """Bring the alerts of Datadog up to date; return their source with its title."""
    if client is None:
        return _kept(question, history, history_sources.ALERTS, "Datadog")
    source = history_sources.alerts_of(client)
    _fetch(question, history, source)
    return {source.name: source.title}


def _fetch(question: HistoryQuestion, history: HistoryFile, source: Source) -> None:
    fetched = history_reading.fetch(
        history, source, question.span, now=question.now, progress=question.progress
    )
    if fetched.problem:
        days = _unread_days(question, history, source.name)
        question.gap(
            source.title,
            f"{source.title} was not read to the end: {fetched.problem}; the next run goes on"
            f"{' with ' + days if days else ''}",
        )
    oldest = question.now - (source.keeps or float("inf"))
    if question.span.start < oldest:
        day = question.day(oldest)
        question.notes.append(f"{source.title} keeps no {source.item}s from before {day}")
    question.notes.extend(f"{source.title}: {remark}" for remark in sorted(fetched.remarks))
    if fetched.unreadable:
        items = count(fetched.unreadable, source.item)
        question.notes.append(f"{source.title} sent {items} without an id or a time, left out here")


def _history(
    question: HistoryQuestion,
    history: HistoryFile,
    incident_sources: Mapping[str, str],
    alert_sources: Mapping[str, str],
) -> ResponseHistory:
    """Return what is in the file for the question, and how old it is."""
    sources = {**incident_sources, **alert_sources}
    as_of = {
        title: max((reading.read for reading in history.readings(name)), default=None)
        for name, title in sources.items()
    }
    _say_unread(question, history, sources)
    episodes = _episodes(question, history, alert_sources)
    times = [at for at in as_of.values() if at is not None]
    oldest = min(times) if sources and len(times) == len(as_of) else None
    if question.offline:
        question.notes.append(_age(oldest, question.now))
    return ResponseHistory(
        incidents=tuple(history.incidents(tuple(incident_sources), question.span)),
        episodes=episodes,
        tools=tuple(sources.values()),
        as_of=oldest,
        gaps=question.gaps,
        alerts_read=any(
            reading.span.overlaps(question.span)
            for name in alert_sources
            for reading in history.readings(name)
        ),
        monitors=history.monitors(),
        notes=tuple(question.notes),
    )


def _say_unread(
    question: HistoryQuestion, history: HistoryFile, sources: Mapping[str, str]
) -> None:
    """Say which parts of the span were never read, where nothing else said why."""
    for name, title in sources.items():
        days = _unread_days(question, history, name)
        if days and title not in question.gaps:
            question.gap(title, f"{title} was never read from {days}")


def _unread_days(question: HistoryQuestion, history: HistoryFile, source: str) -> str:
    """
    Return the first parts of the span that were never read to their end; empty for none.

    Offline that is up to the last reading: how old it is, is said in any case.
    """
    readings = history.readings(source)
    last = max((reading.read for reading in readings), default=question.now)
    now = min(last, question.now) if question.offline else question.now
    parts = history_spans.missing(question.span, readings, now=now, settles=0.0)
    return ", ".join(
        f"{question.day(part.start)} to {question.day(part.end)}" for part in parts[:3]
    )


def _episodes(
    question: HistoryQuestion, history: HistoryFile, sources: Mapping[str, str]
) -> tuple[AlertEpisode, ...]:
    """Fold the transitions around the span, as far as they are known without a gap."""
    kept: list[AlertEpisode] = []
    doubts: Counter[episodes_of_alerts.Doubt] = Counter()
    for name in sources:
        around = history_spans.around(question.span, history.readings(name))
        folded = episodes_of_alerts.folded(history.transitions(name, around))
        for known in episodes_of_alerts.overlapping(folded, question.span):
            kept.append(known.episode)
            if known.doubt is not None:
                doubts[known.doubt] += 1
    question.notes.extend(
        f"{_DOUBTS[doubt]}: {count(number, 'episode')}" for doubt, number in sorted(doubts.items())
    )
    return tuple(kept)


_DOUBTS: Final[Mapping[episodes_of_alerts.Doubt, str]] = {
    "no recovery": "no recovery was seen before the next alert, so it counts as ended by then",
    "no beginning": "a recovery was seen without the alert before it",
    "another duration": "the recovery tells another duration than the time between the two events",
}


def _age(as_of: Seconds | None, now: Seconds) -> str:
    if as_of is None:
        return "nothing was ever read, and --offline reads nothing"
    minutes = round(max(0.0, now - as_of) / 60)
    age = count(minutes, "minute")
    if minutes >= 60:
        hours = round(minutes / 60)
        age = count(hours, "hour") if hours < 48 else count(round(hours / 24), "day")
    at = datetime.fromtimestamp(as_of, UTC)
    return f"the history is as of {at:%Y-%m-%d %H:%M} UTC, {age} ago; --offline reads nothing newer"
