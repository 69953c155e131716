"""How a live monitor stands, for a replay that no event can check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from monitor_sync.errors import RemoteError
from monitor_sync.http.reading import moment
from monitor_sync.insight.backtest.fidelity import Standing

if TYPE_CHECKING:
    from monitor_sync.datadog.monitors import Monitors
    from monitor_sync.incidents import TransitionState

_STATES: Final[Mapping[str, TransitionState]] = {
    "OK": "ok", "Warn": "warning", "Alert": "alert", "No Data": "no_data",
}  # fmt: skip
"""Datadog's words for the state of a monitor."""


def standing_of(monitors: Monitors, monitor_id: int) -> Standing | None:
    """Ask Datadog in which state a monitor is; None where it does not say it, or since when."""
    try:
        answer = monitors.get(monitor_id)
    except RemoteError:
        return None
    state = _STATES.get(str(answer.get("overall_state")))
    since = moment(answer.get("overall_state_modified"))
    if state is None or since is None:
        return None
    return Standing(state=state, since=since.timestamp())
