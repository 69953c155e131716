"""What really happened to live monitors, for replays to be held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from monitor_sync.app import response_history
from monitor_sync.datadog.alert_events import state_named
from monitor_sync.errors import RemoteError
from monitor_sync.http.reading import moment
from monitor_sync.incidents import AlertEpisode
from monitor_sync.insight.backtest.fidelity import Standing

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.monitors import Monitors
    from monitor_sync.incidents import TimeSpan
    from monitor_sync.model import Project

Actual = Mapping[int, Sequence[AlertEpisode]]
"""Episodes of alerts by Datadog's id of the monitor."""


def actual_episodes(project: Project, target: Target, span: TimeSpan) -> tuple[Actual | None, str]:
    """Return what really happened in a span, or None and why it is not known."""
    history = response_history.read_history(project, target, span, incidents=False, episodes=True)
    if history.gaps:
        return None, "; ".join(history.gaps.values())
    by_id: dict[int, list[AlertEpisode]] = {}
    for episode in history.episodes:
        by_id.setdefault(episode.monitor_id, []).append(episode)
    return by_id, ""


def standing_of(monitors: Monitors, monitor_id: int) -> Standing | None:
    """Ask Datadog in which state a monitor is; None where it does not say it, or since when."""
    try:
        answer = monitors.get(monitor_id)
    except RemoteError:
        return None
    state = state_named(answer.get("overall_state"))
    since = moment(answer.get("overall_state_modified"))
    if state is None or since is None:
        return None
    return Standing(state=state, since=since.timestamp())
