"""How monitors stand where their history ends: the state that listings and searches answer."""

from __future__ import annotations

from monitor_sync.emulator.account import Account, timestamp
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.history.records import STATE_NAMES, PastEpisode, worst_lasting


def stand(account: Account, history: PastHistory) -> None:
    """
    Put each monitor into the state of its worst group, with the instant at which it entered it.

    Each is known by its last alert too: a warning or missing data triggers nothing (recorded: all
    results of a search that tell when they triggered last are in alert, or were).
    """
    account.last_alerts = {
        episode.monitor.id: episode.worst
        for episode in sorted(history.episodes, key=lambda episode: episode.worst)
        if episode.state == "alert"
    }
    latest: dict[int, list[PastEpisode]] = {}
    for episode in history.episodes:
        latest.setdefault(episode.monitor.id, []).append(episode)
    for monitor in list(account.monitors):
        episodes = latest.get(monitor["id"], ())
        worst = worst_lasting(episodes)
        ends = [episode.end for episode in episodes if episode.end is not None]
        monitor["overall_state"] = STATE_NAMES[worst.state] if worst else "OK"
        since = worst.worst if worst else max(ends, default=history.start)
        monitor["overall_state_modified"] = timestamp(since)
        account.monitors.put(monitor)
