"""Stretches in which an alert came and went faster than anybody can act on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.incidents import AlertEpisode, Seconds

CHANGES: Final = 4
EVALUATIONS: Final = 20
"""
Kibana's default: an alert flaps that changed at least 4 times within 20 evaluations in a row.

Datadog tells of changes and not of evaluations, but evaluates at a known interval (each minute
where the window is below a day). So 20 evaluations are a time, and 4 changes within it are two
episodes that begin and end there: six episodes an hour where each minute is evaluated.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """A stretch in which one group of a monitor flapped; ``episodes`` began in it."""

    start: Seconds
    end: Seconds
    episodes: int


def flapping(episodes: Iterable[AlertEpisode], every: Seconds) -> tuple[Flapping, ...]:
    """
    Return the stretches in which a monitor flapped, by their start, those of each group apart.

    ``episodes`` are of one monitor, which is evaluated each ``every`` seconds. An unknown
    beginning is not counted as a change.
    """
    groups: dict[str, list[AlertEpisode]] = {}
    for episode in episodes:
        groups.setdefault(episode.group, []).append(episode)
    stretches = (stretch for group in groups.values() for stretch in _of_group(group, every))
    return tuple(sorted(stretches, key=lambda stretch: (stretch.start, stretch.end)))


def _of_group(episodes: Sequence[AlertEpisode], every: Seconds) -> list[Flapping]:
    starts = [episode.start for episode in episodes if episode.start is not None]
    ends = [episode.end for episode in episodes if episode.end is not None]
    changes = sorted((*starts, *ends))
    spans: list[tuple[Seconds, Seconds]] = []
    for first, last in zip(changes, changes[CHANGES - 1 :], strict=False):
        if last - first > (EVALUATIONS - 1) * every:
            continue
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], last
        else:
            spans.append((first, last))
    return [
        Flapping(start=first, end=last, episodes=sum(first <= start <= last for start in starts))
        for first, last in spans
    ]
