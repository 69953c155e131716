"""When a notification is repeated while a state lasts (10.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from monitor_sync.insight.values import Status

_STOPS_AFTER: Final = 30 * 3600
"""Seconds after the first alert, where nothing says how often to repeat."""

_STATUSES: Final[Mapping[str, Status]] = {
    "alert": Status.ALERT, "warn": Status.WARN, "no data": Status.NO_DATA,
}  # fmt: skip


def renotified(
    statuses: Iterable[tuple[float, Status | None]], options: Mapping[str, Any]
) -> tuple[tuple[float, bool], ...]:
    """
    Return when a group notifies: instants, and whether each is a repetition.

    ``statuses`` are ``(instant, status)`` of every evaluation in order. A change of status
    notifies unless it is to OK from nothing; then again each ``renotify_interval`` minutes.
    """
    interval = options.get("renotify_interval")
    every = float(interval) * 60 if isinstance(interval, int | float) else 0.0
    most = options.get("renotify_occurrences")
    repeated = repeated_statuses(options.get("renotify_statuses"))
    notified: list[tuple[float, bool]] = []
    status: Status | None = None
    began = last = 0.0
    count = 0
    for instant, now in statuses:
        if now is not status:
            if now is not None and (now is not Status.OK or status is not None):
                notified.append((instant, False))
            status, began, last, count = now, instant, instant, 0
        elif now in repeated and every and instant - last >= every:
            allowed = count < most if isinstance(most, int) else instant - began <= _STOPS_AFTER
            if allowed:
                notified.append((instant, True))
                last, count = instant, count + 1
    return tuple(notified)


def repeated_statuses(written: Sequence[str] | None) -> frozenset[Status]:
    """Return which statuses are repeated: alert and no data unless said."""
    names = written or ("alert", "no data")
    return frozenset(_STATUSES[name] for name in names if name in _STATUSES)
