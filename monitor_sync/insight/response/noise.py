"""
Which monitors make noise: what each did in a span of time, and what would make it quieter.

A monitor *fires* when a group of it leaves OK: for an alert, a warning or missing data. A fire
*pages* where somebody is told of it at all and a pager is among those who are told of that state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import structs

from monitor_sync.audience import audience
from monitor_sync.audience.pagers import is_pager
from monitor_sync.incidents import AlertEpisode, Incident, Seconds, TimeSpan
from monitor_sync.insight.response.flaps import flapping
from monitor_sync.insight.response.together import PagedProblem, PageOfMonitor, companions, problems
from monitor_sync.insight.response.weeks import hour_kind
from monitor_sync.language import query as queries
from monitor_sync.model import Monitor

SELF_RESOLVED_WITHIN: Final = 600.0
"""Seconds: who acknowledges within five minutes has mended nothing after five more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatus:
    """
    What Datadog says of a live monitor as it is now.

    ``created`` is 0 where unknown. ``state`` is Datadog's word (``OK``, ``No Data``), held since
    ``state_since``. ``last_triggered`` is None where it never was. ``muted`` says whether it is
    muted, ``muted_forever`` whether no end is set. ``quality_issues`` are Datadog's words for what
    is wrong with it. All but ``id`` and ``created`` are None where its search did not answer.
    """

    id: int
    created: Seconds = 0.0
    state: str | None = None
    state_since: Seconds | None = None
    last_triggered: Seconds | None = None
    muted: bool | None = None
    muted_forever: bool | None = None
    quality_issues: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoisyMonitor:
    """
    What a monitor did in a span of time; what is not known of it is None.

    ``fires`` began in the span, ``episodes`` are these and what went on from before it. ``pages``
    are the fires that paged, ``night`` and ``off_hours`` those of them at such times. ``flaps``
    counts stretches of flapping, ``flapping_fires`` the fires in them. Of ``ended`` fires
    ``self_resolved_fires`` ended soon after, and nobody acknowledged them. ``hours_in_alert`` is
    how long some group was in alert. ``problems`` are the problems in which it paged, ``beside``
    is the monitor that it hardly ever pages without, and how often the two came together.
    ``live`` is None for a monitor that Datadog does not have.
    """

    monitor: Monitor
    live: LiveStatus | None = None
    fires: int | None = None
    episodes: int | None = None
    pages: int | None = None
    night: int | None = None
    off_hours: int | None = None
    flaps: int | None = None
    flapping_fires: int | None = None
    ended: int | None = None
    self_resolved_fires: int | None = None
    hours_in_alert: float | None = None
    last_fired: Seconds | None = None
    problems: int | None = None
    beside: tuple[str, int] | None = None

    @property
    def key(self) -> str:
        """The monitor's key."""
        return self.monitor.key

    @property
    def self_resolved(self) -> float | None:
        """Which part of 1 of its fires resolved by themselves; None where none has ended."""
        if not self.ended or self.self_resolved_fires is None:
            return None
        return self.self_resolved_fires / self.ended


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHistory:
    """
    The alerts of a span of time, and what is known of the incidents that they led to.

    ``within`` is how many seconds after its start an alert ends that resolved by itself. Nights
    are those of ``zone``.
    """

    span: TimeSpan
    zone: ZoneInfo
    episodes: Sequence[AlertEpisode]
    incidents: Sequence[Incident] = ()
    within: Seconds = SELF_RESOLVED_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The monitors, those that page most first, and the problems behind their pages."""

    monitors: tuple[NoisyMonitor, ...]
    problems: tuple[PagedProblem, ...] = ()


def noise(
    monitors: Iterable[Monitor],
    live: Mapping[str, LiveStatus],
    history: AlertHistory | None,
    globs: tuple[str, ...],
) -> Noise:
    """
    Return what each monitor did.

    ``live`` is by key. Without a ``history`` only what Datadog says now is known. ``globs`` say
    what a pager is.
    """
    rows = [NoisyMonitor(monitor=monitor, live=live.get(monitor.key)) for monitor in monitors]
    if history is None:
        rows = [replace(row, last_fired=_last_triggered(row.live)) for row in rows]
        return Noise(monitors=tuple(sorted(rows, key=_noisiest_first)))
    episodes = _by_monitor(history.episodes)
    acknowledged = _acknowledged(history.incidents)
    judged = [_row(row, episodes, acknowledged, history, globs) for row in rows]
    paged = problems(page for _, pages in judged for page in pages)
    return Noise(
        monitors=tuple(
            sorted(_in_problems((row for row, _ in judged), paged), key=_noisiest_first)
        ),
        problems=paged,
    )


def _by_monitor(episodes: Iterable[AlertEpisode]) -> dict[int, list[AlertEpisode]]:
    by_monitor: dict[int, list[AlertEpisode]] = {}
    for episode in episodes:
        by_monitor.setdefault(episode.monitor_id, []).append(episode)
    return by_monitor


def _acknowledged(incidents: Iterable[Incident]) -> dict[int, list[tuple[str, Seconds]]]:
    """Return when somebody acknowledged what came from a monitor, with the group; by its id."""
    moments: dict[int, list[tuple[str, Seconds]]] = {}
    for incident in incidents:
        if incident.monitor_id is not None and incident.acknowledged is not None:
            moment = incident.group, incident.acknowledged
            moments.setdefault(incident.monitor_id, []).append(moment)
    return moments


def _row(
    row: NoisyMonitor,
    by_monitor: Mapping[int, Sequence[AlertEpisode]],
    acknowledged: Mapping[int, Sequence[tuple[str, Seconds]]],
    history: AlertHistory,
    globs: tuple[str, ...],
) -> tuple[NoisyMonitor, list[PageOfMonitor]]:
    """Return a monitor with what it did in the span, and its pages."""
    if row.live is None:
        return row, []
    span, number = history.span, row.live.id
    episodes = [
        _as_of(span.end, episode)
        for episode in by_monitor.get(number, ())
        if _touches(episode, span)
    ]
    fires = [
        episode for episode in episodes if episode.start is not None and episode.start >= span.start
    ]
    pages = _pages(row.monitor, fires, globs) if fires else []
    ended = [fire for fire in fires if fire.end is not None]
    seen = acknowledged.get(number, ())
    flaps = flapping(fires, _every(row.monitor)) if len(fires) > 1 else ()
    hours = Counter(hour_kind(page.start, history.zone) for page in pages)
    return replace(
        row,
        fires=len(fires),
        episodes=len(episodes),
        pages=len(pages),
        night=hours["night"],
        off_hours=hours["off"],
        flaps=len(flaps),
        flapping_fires=sum(stretch.episodes for stretch in flaps),
        ended=len(ended),
        self_resolved_fires=sum(_by_itself(fire, seen, history.within) for fire in ended),
        hours_in_alert=_seconds_in_alert(episodes, span) / 3600,
        last_fired=max(
            (fire.start for fire in fires if fire.start is not None),
            default=_last_triggered(row.live),
        ),
        problems=0,
    ), pages


def _touches(episode: AlertEpisode, span: TimeSpan) -> bool:
    begins = episode.start is None or episode.start < span.end
    return begins and (episode.end is None or episode.end > span.start)


def _as_of(end: Seconds, episode: AlertEpisode) -> AlertEpisode:
    """Return what was known of an episode then: figures do not hang on what was read beyond."""
    lasts = episode.end is not None and episode.end > end
    return structs.replace(episode, end=None) if lasts else episode


def _pages(
    monitor: Monitor, fires: Iterable[AlertEpisode], globs: tuple[str, ...]
) -> list[PageOfMonitor]:
    notified = audience.of_body(monitor.body)
    states = {
        state
        for state in notified.at
        if any(is_pager(handle, globs) for handle in notified.handles_at(state))
    }
    paged = ((fire, _paged_at(fire, states)) for fire in fires if fire.notified is not False)
    return [
        PageOfMonitor(key=monitor.key, team=monitor.team, group=fire.group, start=at)
        for fire, at in paged
        if at is not None
    ]


def _paged_at(fire: AlertEpisode, states: Iterable[str]) -> Seconds | None:
    """Return when a fire first reached a state of which a pager is told; None where it did not."""
    moments = (fire.since(state) for state in states)
    return min((at for at in moments if at is not None), default=None)


def _every(monitor: Monitor) -> int:
    """Return how many seconds lie between two evaluations of a monitor."""
    variables = monitor.body.get("options", {}).get("variables")
    return queries.evaluated_every(queries.parse(monitor.type, monitor.query, variables)) or 60


def _by_itself(
    fire: AlertEpisode, acknowledged: Iterable[tuple[str, Seconds]], within: Seconds
) -> bool:
    """Return whether a fire ended soon, and before anybody acknowledged it."""
    if fire.start is None or fire.end is None or fire.end - fire.start > within:
        return False
    return not any(
        fire.start <= moment <= fire.end and group in ("", fire.group)
        for group, moment in acknowledged
    )


def _seconds_in_alert(episodes: Iterable[AlertEpisode], span: TimeSpan) -> Seconds:
    """Return how long some group was in alert within the span."""
    until = total = span.start
    alerts = (
        (
            max(episode.since("alert") or span.start, span.start),
            min(episode.end or span.end, span.end),
        )
        for episode in episodes
        if episode.state == "alert"
    )
    for start, end in sorted(alerts):
        if end > until:
            total += end - max(start, until)
            until = end
    return total - span.start


def _last_triggered(live: LiveStatus | None) -> Seconds | None:
    return live.last_triggered if live is not None else None


def _in_problems(
    rows: Iterable[NoisyMonitor], paged: Sequence[PagedProblem]
) -> Iterable[NoisyMonitor]:
    """Yield the monitors with the problems in which they paged, and what they page beside."""
    numbers = Counter(key for problem in paged for key in problem.keys)
    usual = companions(paged)
    for row in rows:
        if row.key in numbers:
            row = replace(row, problems=numbers[row.key], beside=usual.get(row.key))
        yield row


def _noisiest_first(row: NoisyMonitor) -> tuple[float, float, float, str]:
    return -(row.pages or 0), -(row.fires or 0), -(row.hours_in_alert or 0), row.key
