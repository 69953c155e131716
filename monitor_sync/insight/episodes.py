"""Transitions of a monitor's groups become episodes: from leaving OK to coming back to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from monitor_sync.incidents import AlertEpisode, AlertTransition, EpisodeState, Seconds, TimeSpan

Doubt = Literal["no recovery", "no beginning", "another duration"]
"""What was doubtful about an episode: see ``FoldedEpisode``."""

_SEVERITY: Final[tuple[EpisodeState, ...]] = ("warning", "no_data", "alert")
"""States from the mildest to the worst."""

_TOLERANCE: Final = 0.1
"""The share by which a recovery's own duration may differ from the time between the events."""

_LEAST_TOLERANCE: Final[Seconds] = 120.0


@dataclass(frozen=True, slots=True)
class FoldedEpisode:
    """
    An episode, and what is doubtful about it.

    ``no recovery``: the next cycle began before this one was seen to end, so it ended by then at
    the latest. ``no beginning``: a recovery is all that is known of it, and tells no duration.
    ``another duration``: it tells another one than the time between the events, which counts.
    """

    episode: AlertEpisode
    doubt: Doubt | None = None


def folded(transitions: Iterable[AlertTransition]) -> Iterator[FoldedEpisode]:
    """
    Yield the episodes of transitions that come monitor by monitor, group by group, by time.

    The algorithm is that of the alert history: a state that is not OK opens, OK closes, a second
    opening of the same cycle goes on with it, one of another cycle ends it.
    """
    for _, of_group in itertools.groupby(transitions, key=lambda t: (t.monitor_id, t.group)):
        yield from _of_group(of_group)


def overlapping(episodes: Iterable[FoldedEpisode], span: TimeSpan) -> Iterator[FoldedEpisode]:
    """Yield the episodes that reach into a span; one without a beginning began before it."""
    for folded_episode in episodes:
        start, end = folded_episode.episode.start, folded_episode.episode.end
        if (start is None or start < span.end) and (end is None or end >= span.start):
            yield folded_episode


@dataclass(slots=True)
class _Lasting:
    """An episode that has not ended as far as the transitions were looked at."""

    monitor_id: int
    group: str
    state: EpisodeState
    start: Seconds | None
    cycle: str
    notified: bool | None
    reached: dict[EpisodeState, Seconds]

    def ended(self, end: Seconds | None, doubt: Doubt | None = None) -> FoldedEpisode:
        return FoldedEpisode(
            AlertEpisode(
                monitor_id=self.monitor_id,
                group=self.group,
                state=self.state,
                start=self.start,
                end=end,
                cycle=self.cycle,
                notified=self.notified,
                reached=tuple(self.reached.items()) if len(self.reached) > 1 else (),
            ),
            doubt,
        )


def _of_group(transitions: Iterable[AlertTransition]) -> Iterator[FoldedEpisode]:
    lasting: _Lasting | None = None
    for transition in transitions:
        if lasting is not None and not _same_cycle(lasting, transition):
            yield lasting.ended(transition.at, "no recovery")
            lasting = None
            if transition.state == "ok":
                continue
        if transition.state == "ok":
            yield _closed(lasting, transition)
            lasting = None
        elif lasting is None:
            lasting = _begun(transition, transition.state, transition.at)
        else:
            lasting.reached.setdefault(transition.state, transition.at)
            lasting.state = max(lasting.state, transition.state, key=_SEVERITY.index)
            lasting.notified = _either(lasting.notified, transition.notified)
            lasting.cycle = lasting.cycle or transition.cycle
    if lasting is not None:
        yield lasting.ended(None)


def _same_cycle(lasting: _Lasting, transition: AlertTransition) -> bool:
    return not lasting.cycle or not transition.cycle or lasting.cycle == transition.cycle


def _begun(transition: AlertTransition, state: EpisodeState, start: Seconds | None) -> _Lasting:
    return _Lasting(
        transition.monitor_id,
        transition.group,
        state,
        start,
        transition.cycle,
        transition.notified,
        {} if start is None else {state: start},
    )


def _closed(lasting: _Lasting | None, recovery: AlertTransition) -> FoldedEpisode:
    """Return the episode that a recovery ends, also one of which nothing else is known."""
    if lasting is not None:
        return lasting.ended(recovery.at, _duration_doubt(lasting, recovery))
    state = "alert" if recovery.before is None or recovery.before == "ok" else recovery.before
    start = recovery.at - recovery.lasted if recovery.lasted else None
    doubt: Doubt | None = "no beginning" if start is None else None
    unseen = _begun(recovery, state, start)
    unseen.notified = None  # who hears of a recovery need not have heard of the alert
    return unseen.ended(recovery.at, doubt)


def _duration_doubt(lasting: _Lasting, recovery: AlertTransition) -> Doubt | None:
    if recovery.lasted is None or lasting.start is None:
        return None
    between = recovery.at - lasting.start
    tolerance = max(_LEAST_TOLERANCE, _TOLERANCE * between)
    return "another duration" if abs(between - recovery.lasted) > tolerance else None


def _either(first: bool | None, second: bool | None) -> bool | None:
    """Return True if one is, else False if one is, else None."""
    return True if first or second else first if second is None else second
