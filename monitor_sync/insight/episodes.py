"""Transitions of a monitor's groups become episodes: from leaving OK to coming back to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from monitor_sync.incidents import AlertEpisode, AlertTransition, EpisodeState, Seconds, Span

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
    the latest. ``no beginning``: the recovery is all that is known of it. ``another duration``: the
    recovery tells another duration than the time between the events, which is what counts.
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


def overlapping(episodes: Iterable[FoldedEpisode], span: Span) -> Iterator[FoldedEpisode]:
    """Yield the episodes that reach into a span; one without a beginning began before it."""
    for folded_episode in episodes:
        start, end = folded_episode.episode.start, folded_episode.episode.end
        if (start is None or start < span.end) and (end is None or end >= span.start):
            yield folded_episode


def _of_group(transitions: Iterable[AlertTransition]) -> Iterator[FoldedEpisode]:
    lasting: AlertEpisode | None = None
    for transition in transitions:
        if transition.state == "ok":
            yield from _closed(lasting, transition)
            lasting = None
        elif lasting is not None and _same_cycle(lasting, transition):
            lasting = replace(
                lasting,
                state=max(lasting.state, transition.state, key=_SEVERITY.index),
                notified=_either(lasting.notified, transition.notified),
                cycle=lasting.cycle or transition.cycle,
            )
        else:
            if lasting is not None:
                yield FoldedEpisode(replace(lasting, end=transition.at), "no recovery")
            lasting = _begun(transition, transition.state)
    if lasting is not None:
        yield FoldedEpisode(lasting)


def _same_cycle(lasting: AlertEpisode, transition: AlertTransition) -> bool:
    return not lasting.cycle or not transition.cycle or lasting.cycle == transition.cycle


def _begun(transition: AlertTransition, state: EpisodeState) -> AlertEpisode:
    return AlertEpisode(
        monitor_id=transition.monitor_id,
        group=transition.group,
        state=state,
        start=transition.at,
        end=None,
        cycle=transition.cycle,
        notified=transition.notified,
    )


def _closed(lasting: AlertEpisode | None, recovery: AlertTransition) -> Iterator[FoldedEpisode]:
    """Yield the episode that a recovery ends; two where it ends another than the one that lasts."""
    if lasting is not None and _same_cycle(lasting, recovery):
        yield FoldedEpisode(replace(lasting, end=recovery.at), _duration_doubt(lasting, recovery))
        return
    if lasting is not None:
        yield FoldedEpisode(replace(lasting, end=recovery.at), "no recovery")
        return
    start = recovery.at - recovery.lasted if recovery.lasted else None
    state = "alert" if recovery.before is None or recovery.before == "ok" else recovery.before
    begun = replace(_begun(recovery, state), start=start, end=recovery.at)
    yield FoldedEpisode(begun, "no beginning")


def _duration_doubt(lasting: AlertEpisode, recovery: AlertTransition) -> Doubt | None:
    if recovery.lasted is None or lasting.start is None:
        return None
    between = recovery.at - lasting.start
    tolerance = max(_LEAST_TOLERANCE, _TOLERANCE * between)
    return "another duration" if abs(between - recovery.lasted) > tolerance else None


def _either(first: bool | None, second: bool | None) -> bool | None:
    """Return True if one is, else False if one is, else None."""
    return True if first or second else first if second is None else second
