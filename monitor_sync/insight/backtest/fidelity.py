"""Does the replay of the live definition agree with what really happened? (13.5)"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor_sync.incidents import AlertEpisode, Seconds, TimeSpan, TransitionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """
    How far a replay can be trusted, each a part of 1.

    ``precision``: of the alerts that were replayed, how many there were. ``recall``: of the alerts
    that there were, how many were replayed; both None without any. ``time_in_same_state``: how much
    of the time the groups were in the same state.
    """

    precision: float | None
    recall: float | None
    time_in_same_state: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    How a live monitor stands: the worst state of its groups, and since when it has been that.

    Datadog's ``overall_state`` and ``overall_state_modified``. What the second one means is taken
    from its name: no page says it.
    """

    state: TransitionState
    since: Seconds


def fidelity(
    replayed: Sequence[AlertEpisode],
    actual: Sequence[AlertEpisode],
    span: TimeSpan,
    *,
    groups: int,
    tolerance: Seconds,
) -> Fidelity:
    """
    Compare episodes that were replayed with those that there were.

    Alerts are the same if they began within ``tolerance`` seconds of each other in one group. Those
    at the very edge of the span, which may have begun before it, are compared by their time alone.
    ``groups`` is how many had data.
    """
    known = TimeSpan(span.start + tolerance, span.end)
    mine, theirs = list(_onsets(replayed, known)), list(_onsets(actual, known))
    matched = _matched(mine, theirs, tolerance)
    names = {episode.group for episode in (*replayed, *actual)}
    whole = (span.end - span.start) * max(groups, len(names), 1)
    different = sum(
        _different(_of(replayed, name), _of(actual, name), span, tolerance) for name in names
    )
    return Fidelity(
        precision=matched / len(mine) if mine else None,
        recall=matched / len(theirs) if theirs else None,
        time_in_same_state=max(1 - different / whole, 0.0) if whole else 1.0,
    )


def untold(
    replayed: Sequence[AlertEpisode],
    actual: Sequence[AlertEpisode],
    span: TimeSpan,
    tolerance: Seconds,
) -> frozenset[str]:
    """
    Return the groups whose real state nothing tells.

    By the replay they were never OK in the span, and no event of theirs lies in it: events tell
    changes alone, so that they may have been in alert all the time too.
    """
    groups_with_events = {episode.group for episode in actual}
    return frozenset(
        episode.group
        for episode in replayed
        if episode.group not in groups_with_events
        and (episode.start or 0.0) <= span.start + tolerance
        and (episode.end is None or episode.end >= span.end - tolerance)
    )


def standing_through(
    standing: Standing, groups: frozenset[str], span: TimeSpan
) -> tuple[AlertEpisode, ...] | None:
    """
    Return the episodes of a span that its monitor's state proves; None where it proves nothing.

    It must have been the same since before the span. OK is that of all groups, anything else that
    of a single one.
    """
    if standing.since > span.start or (standing.state != "ok" and len(groups) != 1):
        return None
    if standing.state == "ok":
        return ()
    (group,) = groups
    return (
        AlertEpisode(
            monitor_id=0, group=group, state=standing.state, start=standing.since, end=None
        ),
    )


def _onsets(episodes: Iterable[AlertEpisode], span: TimeSpan) -> Iterable[tuple[str, Seconds]]:
    for episode in episodes:
        start = episode.start
        if episode.state == "alert" and start is not None and span.start <= start < span.end:
            yield episode.group, start


def _matched(
    mine: Iterable[tuple[str, Seconds]], theirs: Sequence[tuple[str, Seconds]], tolerance: Seconds
) -> int:
    left = sorted(theirs, key=lambda onset: onset[1])
    matched = 0
    for group, start in sorted(mine, key=lambda onset: onset[1]):
        partner = next((o for o in left if o[0] == group and abs(o[1] - start) <= tolerance), None)
        if partner is not None:
            left.remove(partner)
            matched += 1
    return matched


def _of(episodes: Iterable[AlertEpisode], group: str) -> list[AlertEpisode]:
    return [episode for episode in episodes if episode.group == group]


def _different(
    mine: Sequence[AlertEpisode], theirs: Sequence[AlertEpisode], span: TimeSpan, tolerance: Seconds
) -> float:
    """Return how many seconds a group was in another state; edges within tolerance are the same."""
    edges = {span.start, span.end}
    for episode in (*mine, *theirs):
        for edge in (episode.start, episode.end):
            if edge is not None and span.start < edge < span.end:
                edges.add(edge)
    instants = sorted(edges)
    return sum(
        end - start
        for start, end in itertools.pairwise(instants)
        if _state(mine, start) != _state(theirs, start) and end - start > tolerance
    )


def _state(episodes: Iterable[AlertEpisode], at: Seconds) -> str:
    for episode in episodes:
        if (episode.start or 0.0) <= at and (episode.end is None or at < episode.end):
            return episode.state
    return "ok"
