"""Monitors and alerts as tests of reports write them: minutes from a Monday at midnight, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from monitor_sync.incidents import AlertEpisode, EpisodeState
from monitor_sync.model import Monitor

MONDAY = datetime(2026, 10, 5, tzinfo=UTC).timestamp()
PAGER, CHAT = "@webhook-zenduty-motor", "@slack-motor"


def at(minutes: float) -> float:
    return MONDAY + 60 * minutes


def alert(
    monitor_id: int,
    start: float | None,
    end: float | None,
    group: str = "",
    state: EpisodeState = "alert",
    *,
    notified: bool | None = None,
) -> AlertEpisode:
    """One alert, its beginning and end in minutes; None where it is unknown or goes on."""
    return AlertEpisode(
        monitor_id=monitor_id,
        group=group,
        state=state,
        start=None if start is None else at(start),
        end=None if end is None else at(end),
        notified=notified,
    )


def monitor(key: str, message: str = PAGER, team: str = "motor", **given: Any) -> Monitor:
    body = {
        "type": "query alert",
        "query": "avg(last_5m):avg:a{*} > 1",
        "name": key,
        "message": message,
        "priority": 1,
        "options": {"thresholds": {"critical": 1}},
    }
    return Monitor(
        key=key,
        body=body | given.pop("body", {}),
        business_unit="motor",
        team=team,
        text_end=len(message),
        path="monitors/motor/api.yaml",
        line=3,
        **given,
    )
