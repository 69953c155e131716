"""
What an event of an alert says: which group of which monitor went into which state, and when.

The shape is a recorded event's (``monitor.transition``, ``monitor.alert_cycle_key_txt``,
``duration`` in nanoseconds, ``monitor_groups``); Datadog's own models do not declare all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from monitor_sync.http.reading import moment, part, text
from monitor_sync.incidents import AlertTransition, Seconds, TransitionState

NoTransition = Literal["none", "unreadable"]
"""An event that is no transition, such as a renotification; one that lacks what it must have."""

_STATES: Final[Mapping[str, TransitionState]] = {
    "ok": "ok",
    "warn": "warning",
    "alert": "alert",
    "no data": "no_data",
}

_KINDS: Final[Mapping[str, TransitionState]] = {
    "alert": "alert",
    "alert recovery": "ok",
    "warning": "warning",
    "warning recovery": "ok",
    "no data": "no_data",
    "no data recovery": "ok",
}

_OLDER: Final[Mapping[str, TransitionState]] = {
    "error": "alert",
    "warning": "warning",
    "success": "ok",
}
"""``alert_type`` of the first version's events."""


def transition(event: Any) -> AlertTransition | NoTransition:
    """Return the transition that an event of the second version of the API tells."""
    outer = part(event, "attributes")
    inner = part(outer, "attributes")
    monitor = part(inner, "monitor")
    change = part(monitor, "transition")
    kind = text(change.get("transition_type") or change.get("trans_type")).lower()
    state = state_named(change.get("destination_state")) or _KINDS.get(kind)
    if kind == "renotify" or state is None:
        return "none"
    number = _whole(monitor.get("id")) or _whole(inner.get("monitor_id"))
    at = _milliseconds(inner.get("timestamp")) or _seconds(outer.get("timestamp"))
    if number is None or at is None:
        return "unreadable"
    groups = inner.get("monitor_groups") or monitor.get("groups")
    has_notification = part(inner, "_dd").get("has_notification")
    return AlertTransition(
        id=text(event.get("id")) or f"{number} {at}",
        monitor_id=number,
        group=_group(groups),
        at=at,
        state=state,
        cycle=text(monitor.get("alert_cycle_key_txt")),
        before=_before(kind, state_named(change.get("source_state"))),
        lasted=_nanoseconds(inner.get("duration")) if state == "ok" else None,
        notified=has_notification if isinstance(has_notification, bool) else None,
    )


def state_named(word: Any) -> TransitionState | None:
    """Return the state that Datadog calls so in events and of monitors; None for another word."""
    return _STATES.get(text(word).lower())


def _before(kind: str, source_state: TransitionState | None) -> TransitionState | None:
    """Return the state that was left, which the kind of a recovery names too."""
    recovered, is_recovery = kind.removesuffix(" recovery"), kind.endswith(" recovery")
    return source_state or (_KINDS.get(recovered) if is_recovery else None)


def older_transition(event: Any) -> AlertTransition | NoTransition:
    """Return the transition that an event of the first version tells; it has no cycle."""
    fields = part(event)
    state = _OLDER.get(text(fields.get("alert_type")).lower())
    title = text(fields.get("title"))
    if state is None or title.startswith(("[Renotify", "[Re-notify")):
        return "none"
    number, at = _whole(fields.get("monitor_id")), _number(fields.get("date_happened"))
    if number is None or at is None:
        return "unreadable"
    no_data = state != "ok" and title.startswith(("[No data", "[No Data", "[Re-No"))
    return AlertTransition(
        id=text(fields.get("id_str")) or text(fields.get("id")) or f"{number} {at}",
        monitor_id=number,
        group=_group(fields.get("monitor_groups")),
        at=at,
        state="no_data" if no_data else state,
    )


def _group(value: Any) -> str:
    tags = value if isinstance(value, list) else []
    return ",".join(sorted(filter(None, map(text, tags))))


def _number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
    return number if number is not None and 0 < number < 1e11 else None


def _whole(value: Any) -> int | None:
    number = text(value)
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


def _milliseconds(value: Any) -> Seconds | None:
    number = _whole(value)
    return number / 1000 if number else None


def _nanoseconds(value: Any) -> Seconds | None:
    number = _whole(value)
    return number / 1e9 if number else None


def _seconds(value: Any) -> Seconds | None:
    at = moment(value)
    return at.timestamp() if at is not None else None
