"""
Alerts that follow from points, by rules of the emulator's own.

Played are monitors on metrics that `read_monitors.py` reads, and counts of a search, without custom
schedules: every minute (every 10 with a window of a day, every 30 from two days on) the points of
the window become one number (`numbers.py`), and that a state (`states.py`). Each group is judged by
itself, as if the monitor had always been as it is now; groups are never new and never age out.
Other monitors have no alerts. Nothing here knows how the package evaluates.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.history.made import PastHistory, events_of
from monitor_sync.emulator.history.records import PastEpisode, PastMonitor, State
from monitor_sync.emulator.metrics.numbers import judged
from monitor_sync.emulator.metrics.query import NotServed
from monitor_sync.emulator.metrics.read_monitors import read_monitor
from monitor_sync.emulator.metrics.states import Rules, States

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


def _played(account: Account, start: int, end: int) -> PastHistory:
    episodes: list[PastEpisode] = []
    for number in account.monitors.ids():
        body = account.monitors.get(number)
        if body is not None and not (body.get("options") or {}).get("scheduling_options"):
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


_BEFORE: Final = tuple(days * _DAY for days in (0, 1, 3, 7, 14, 35))
"""Seconds before a span from which on it is played: a state that it begins in began sooner."""


def _of_monitor(
    account: Account, body: Mapping[str, Any], start: int, end: int
) -> list[PastEpisode]:
    """Return the episodes of a monitor. Raises `NotServed` where it is not played."""
    read = read_monitor(body)
    rules = Rules.of(body, read)
    delay = int((body.get("options") or {}).get("evaluation_delay") or 0) // _MINUTE * _MINUTE
    every = 60 if read.window < _DAY else 600 if read.window < 2 * _DAY else 1800
    played: dict[tuple[str, ...], States] = {}
    for before in _BEFORE:
        instants = range(-((before - start) // every) * every, end, every)
        ends = range(instants.start - delay, instants.stop - delay, every)
        by_group = judged(account, read, ends) if instants else {}
        played = {tags: rules.states(instants, numbers) for tags, numbers in by_group.items()}
        if all(rules.begins_well(numbers) for numbers in by_group.values()):
            break
    monitor = PastMonitor(
        body=body, id=read.id, key="", unit="", owner="", service="", layer="",
        groups=tuple(played), pages={}, notifies=frozenset(("alert", "warning", "recovery")),
    )  # fmt: skip
    return [
        episode for group, states in played.items() for episode in _episodes(monitor, group, states)
    ]


_SEVERITY: Final[tuple[State, ...]] = ("warning", "no_data", "alert")


def _episodes(
    monitor: PastMonitor, group: tuple[str, ...], states: States
) -> Iterator[PastEpisode]:
    """Yield the times between leaving OK and coming back to it."""
    lasting: list[tuple[int, State]] = []  # each worse than the one before
    for at, state in states:
        if state == "ok" and lasting:
            yield _episode(monitor, group, lasting, at)
            lasting = []
        for name in _SEVERITY:
            known = _SEVERITY.index(lasting[-1][1]) if lasting else -1
            if state == name and _SEVERITY.index(name) > known:
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
