"""
Alerts that follow from points, by rules of the emulator's own.

Played are monitors on metrics that `read_monitors.py` reads, counts of a search, and composites of
them, without custom schedules. Every minute (every 10 with a window of a day, every 30 from two
days on) the points of the window become one number (`numbers.py`), and that a state (`states.py`).
Each group is judged by itself, as if the monitor had always been as it is now; groups are never new
and never age out. Other monitors have no alerts. Nothing here knows how the package evaluates.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from monitor_sync.emulator.account import Account, timestamp
from monitor_sync.emulator.history.made import PastHistory, events_of
from monitor_sync.emulator.history.records import (
    SEVERITY,
    STATE_NAMES,
    PastEpisode,
    PastMonitor,
    State,
    worst_lasting,
)
from monitor_sync.emulator.metrics.courses import course
from monitor_sync.emulator.metrics.query import NotServed
from monitor_sync.emulator.metrics.states import States

_DAY: Final = 86_400
_MINUTE: Final = 60
_LONGEST: Final = 35 * _DAY
_SETTLED: Final = 600
"""Seconds up to whose last full stretch alerts are known."""


def past(account: Account, since: float, until: float) -> PastHistory | None:
    """Return the alerts of a span; None where the account has no points at all."""
    if account.metrics.seed is None and not account.metrics.submitted.count:
        return None
    end = int(min(until, account.clock())) // _SETTLED * _SETTLED
    start = int(max(since, end - _LONGEST)) // _MINUTE * _MINUTE
    made = (start, end, account.monitors.version, account.metrics.submitted.count)
    known = account.metrics.played.get(made)
    if known is None:
        account.metrics.played.clear()  # the pages of one search ask for the same
        known = account.metrics.played[made] = _played(account, start, end)
    return known


def standing(account: Account, number: int) -> dict[str, str]:
    """Return the state of a monitor at the end of what was played last, if that is not OK."""
    worst = worst_lasting(
        episode
        for history in account.metrics.played.values()
        for episode in history.episodes
        if episode.monitor.id == number
    )
    if worst is None:
        return {}
    return {
        "overall_state": STATE_NAMES[worst.state],
        "overall_state_modified": timestamp(worst.worst),
    }


def _played(account: Account, start: int, end: int) -> PastHistory:
    episodes: list[PastEpisode] = []
    for number in account.monitors.ids():
        body = account.monitors.get(number)
        if body is not None:
            with contextlib.suppress(NotServed):
                episodes += _of_monitor(account, body, start, end)
    episodes.sort(key=lambda episode: (episode.start, episode.monitor.id, episode.group))
    return PastHistory(
        seed=account.metrics.seed or 0,
        start=start,
        end=end,
        teams={},
        episodes=tuple(episodes),
        events=events_of(episodes, end),
        incidents=(),
        windows=(),
    )


def _of_monitor(
    account: Account, body: Mapping[str, Any], start: int, end: int
) -> Iterator[PastEpisode]:
    """Yield the episodes of a monitor. Raises `NotServed` where it is not played."""
    played = course(account, body, start, end)
    monitor = PastMonitor(
        body=body, id=int(body["id"]), key="", unit="", owner="", service="", layer="",
        groups=tuple(played), pages={}, notifies=frozenset(("alert", "warning", "recovery")),
    )  # fmt: skip
    for group, states in played.items():
        yield from _episodes(monitor, group, states)


def _episodes(
    monitor: PastMonitor, group: tuple[str, ...], states: States
) -> Iterator[PastEpisode]:
    """Yield the times between leaving OK and coming back to it."""
    lasting: list[tuple[int, State]] = []  # each worse than the one before
    for at, state in states:
        if state == "ok" and lasting:
            yield _episode(monitor, group, lasting, at)
            lasting = []
        for name in SEVERITY:
            known = SEVERITY.index(lasting[-1][1]) if lasting else -1
            if state == name and SEVERITY.index(name) > known:
                lasting.append((at, name))
    if lasting:
        yield _episode(monitor, group, lasting, None)


def _episode(
    monitor: PastMonitor,
    group: tuple[str, ...],
    lasting: Sequence[tuple[int, State]],
    end: int | None,
) -> PastEpisode:
    (began, first), (worst, state) = lasting[0], lasting[-1]
    return PastEpisode(
        monitor=monitor,
        group=group,
        first=first,
        state=state,
        start=began,
        worst=worst,
        end=end,
        cycle=(monitor.id << 32) ^ began,
    )
