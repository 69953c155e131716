"""One definition of a monitor, played over fetched history: every evaluation that was due."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.incidents import AlertEpisode, AlertTransition, Seconds, TimeSpan, TransitionState
from monitor_sync.insight import episodes, legs, schedule
from monitor_sync.insight.backtest.wanted import Reading, WantedLine
from monitor_sync.insight.evaluation import evaluate_each
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.notified import handles_told
from monitor_sync.insight.state import StatusChange, course, rules
from monitor_sync.insight.thresholds import thresholds
from monitor_sync.insight.values import (
    Evaluations,
    EvaluationSettings,
    Group,
    Line,
    Result,
    Status,
)
from monitor_sync.language.tree import Series
from monitor_sync.model import Body

Points = Mapping[WantedLine, Mapping[Group, Line]]
"""What was fetched: starts of buckets and values, by line and group."""

_STATES: Final[Mapping[Status, TransitionState]] = {
    Status.OK: "ok", Status.WARN: "warning", Status.ALERT: "alert", Status.NO_DATA: "no_data",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """
    What a definition did in a span.

    ``episodes`` reach into the span, in the order of time; ``stretches`` are the same by state:
    an episode that warned before it alerted is two of them. ``fires`` are the instants at which
    some group went into alert, with the group. ``values`` are the instants of evaluations with the
    number that was worst. ``told`` counts by handle how often it was notified of something other
    than a recovery. ``groups`` are all that had data. ``skipped`` counts evaluations of groups that
    had nothing to judge, of ``evaluations``. ``notes`` are open points that were met. ``critical``
    and ``comparator`` are what values are compared with.
    """

    span: TimeSpan
    episodes: tuple[AlertEpisode, ...] = ()
    stretches: tuple[AlertEpisode, ...] = ()
    fires: tuple[tuple[Seconds, str], ...] = ()
    values: tuple[tuple[Seconds, float], ...] = ()
    told: Mapping[str, int]
    groups: frozenset[str] = frozenset()
    evaluations: int = 0
    skipped: int = 0
    notes: tuple[str, ...] = ()
    critical: float | None = None
    comparator: str = ""

    @property
    def minutes(self) -> float:
        """Minutes in alert, those of all groups added up."""
        return sum(self._in_alert()) / 60

    @property
    def longest(self) -> float:
        """Minutes of the longest alert; 0 where there is none."""
        return max(self._in_alert(), default=0.0) / 60

    def _in_alert(self) -> list[float]:
        return [self._seconds(part) for part in self.stretches if part.state == "alert"]

    def _seconds(self, episode: AlertEpisode) -> float:
        start = max(episode.start or self.span.start, self.span.start)
        return max(min(episode.end or self.span.end, self.span.end) - start, 0.0)


def bound_history(readings: Sequence[Reading], points: Points) -> PointHistory:
    """
    Return the points of each part of a query, as sources that only that part reads.

    A point counts at the last second of its bucket: no evaluation knows what was still to come.
    """
    sources: list[SourcePoints] = []
    groups: list[tuple[Series, dict[Group, tuple[int, ...]]]] = []
    for reading in readings:
        line, part = reading.line, reading.part
        indexes: dict[Group, tuple[int, ...]] = {}
        for group, (times, values) in points.get(line, {}).items():
            indexes[group] = (len(sources),)
            sources.append(_source(line, part, group, times, values))
        if isinstance(part, Series):
            groups.append((part, indexes))
    history = PointHistory(sources)
    for series, by_group in groups:
        legs.bind(history, series, by_group)
    return history


def _source(
    line: WantedLine, part: Series | str, group: Group, times: Sequence[int], values: list[float]
) -> SourcePoints:
    tags = (f"{key.removeprefix('@')}:{value}" for key, value in zip(line.keys, group, strict=True))
    return SourcePoints(
        metric=part if isinstance(part, str) else part.metric.text,
        kind=line.kind,
        tags=frozenset(tag.lower() if isinstance(part, Series) else tag for tag in tags),
        times=[float(time + line.interval - 1) for time in times],
        values=values,
    )


def replay(
    body: Body,
    settings: EvaluationSettings,
    history: PointHistory,
    span: TimeSpan,
    *,
    warm_up: Seconds,
    monitor_id: int = 0,
    stride: int = 1,
) -> Replay:
    """
    Evaluate whenever it is due in a span, and for ``warm_up`` seconds before it.

    The seconds before it find out in which state the span begins. Only one in ``stride``
    evaluations is made. Raises Unsupported.
    """
    evaluations = evaluated(settings, history, span, warm_up, stride)
    return replayed(body, settings, evaluations, span, monitor_id)


def evaluated(
    settings: EvaluationSettings,
    history: PointHistory,
    span: TimeSpan,
    warm_up: Seconds,
    stride: int = 1,
) -> Evaluations:
    """Return what was due in a span and before it. Raises Unsupported."""
    instants = schedule.due(settings, span.start - warm_up, span.end)[::stride]
    return evaluate_each(settings, history, instants)


def replayed(
    body: Body,
    settings: EvaluationSettings,
    evaluations: Evaluations,
    span: TimeSpan,
    monitor_id: int = 0,
) -> Replay:
    """Return what a definition makes of evaluations, some of which may lie before the span."""
    changes = course(evaluations, rules(settings))
    keys, first = evaluations.keys, bisect_left(evaluations.instants, span.start)
    names = {change.group: group_name(keys, change.group) for change in changes}
    within = _within(changes, span)
    levels = thresholds(settings.query, settings.options)
    lowest = levels is not None and levels.comparator.startswith("<")
    judged = [result for line in evaluations.results.values() for result in line[first:]]
    return Replay(
        span=span,
        episodes=_episodes(changes, names, span, monitor_id),
        stretches=tuple(_stretches(changes, names, span, monitor_id)),
        fires=_fires(within, keys),
        values=tuple(_values(evaluations, first, lowest=lowest)),
        told=_counted(body, settings, evaluations, within),
        groups=frozenset(names.values()),
        evaluations=sum(result is not None for result in judged),
        skipped=sum(isinstance(result, Result) and result.value is None for result in judged),
        notes=evaluations.notes,
        critical=levels.critical if levels else None,
        comparator=levels.comparator if levels else "",
    )


def fires(
    settings: EvaluationSettings, evaluations: Evaluations, span: TimeSpan
) -> tuple[tuple[Seconds, str], ...]:
    """Return when which group would have gone into alert in a span, and nothing else."""
    return _fires(_within(course(evaluations, rules(settings)), span), evaluations.keys)


def _within(changes: Sequence[StatusChange], span: TimeSpan) -> list[StatusChange]:
    return [change for change in changes if span.start <= change.instant < span.end]


def _fires(changes: Sequence[StatusChange], keys: Group) -> tuple[tuple[Seconds, str], ...]:
    return tuple(
        (change.instant, group_name(keys, change.group))
        for change in changes
        if change.new is Status.ALERT
    )


def _episodes(
    changes: Sequence[StatusChange], names: Mapping[Group, str], span: TimeSpan, monitor_id: int
) -> tuple[AlertEpisode, ...]:
    transitions = sorted(
        (
            AlertTransition(
                id="",
                monitor_id=monitor_id,
                group=names[change.group],
                at=change.instant,
                state=_STATES[change.new],
                notified=change.notifies,
            )
            for change in changes
            if change.old is not None or change.new is not Status.OK
        ),
        key=lambda transition: (transition.group, transition.at),
    )
    lasting = episodes.overlapping(episodes.folded(transitions), span)
    made = [folded.episode for folded in lasting]
    return tuple(sorted(made, key=lambda episode: (episode.start or 0.0, episode.group)))


def _stretches(
    changes: Sequence[StatusChange], names: Mapping[Group, str], span: TimeSpan, monitor_id: int
) -> Iterator[AlertEpisode]:
    lasting: dict[Group, StatusChange] = {}
    for change in (*changes, None):
        over = [change.group] if change is not None else list(lasting)
        for group in over:
            before = lasting.pop(group, None)
            end = change.instant if change is not None else None
            state = _STATES[before.new] if before is not None else "ok"
            if before is not None and state != "ok" and (end is None or end > span.start):
                yield AlertEpisode(
                    monitor_id=monitor_id, group=names[group], state=state,
                    start=before.instant, end=end,
                )  # fmt: skip
        if change is not None:
            lasting[change.group] = change


def _values(
    evaluations: Evaluations, first: int, *, lowest: bool
) -> Iterator[tuple[Seconds, float]]:
    """Yield the number that was worst at each evaluation from the ``first`` on."""
    worst = min if lowest else max
    instants = evaluations.instants[first:]
    every = [list(map(_number, line[first:])) for line in evaluations.results.values()]
    if len(every) == 1:
        yield from (
            (at, number)
            for at, number in zip(instants, every[0], strict=True)
            if number is not None
        )
        return
    for instant, results in zip(instants, zip(*every, strict=True), strict=False):
        numbers = [number for number in results if number is not None]
        if numbers:
            yield instant, worst(numbers)


def _number(result: float | Result | None) -> float | None:
    return result.value if isinstance(result, Result) else result


def _counted(
    body: Body,
    settings: EvaluationSettings,
    evaluations: Evaluations,
    changes: Sequence[StatusChange],
) -> Mapping[str, int]:
    """Count by handle what it is told; a recovery wakes nobody."""
    notifications: Counter[str] = Counter()
    for change in changes:
        if change.new is not Status.OK:
            index = bisect_left(evaluations.instants, change.instant)
            value = _number(evaluations.results[change.group][index])
            notifications.update(handles_told(body, settings, change, evaluations.keys, value))
    return notifications


def group_name(keys: Group, group: Group) -> str:
    """Return the tags of a group as episodes of Datadog name it: sorted, and joined by a comma."""
    tags = (f"{key.removeprefix('@')}:{value}" for key, value in zip(keys, group, strict=True))
    return ",".join(sorted(tags))
