"""Schedules as Zenduty has them: made, and asked who is on call at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from monitor_sync.emulator.on_call.names import User, stable_id

Schedule = dict[str, Any]

_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)


def weekly(key: str, title: str, users: list[User], now: datetime) -> Schedule:
    """Return a schedule in which users take turns by the week, with an override two days ahead."""
    monday = now.replace(hour=2, minute=0, second=0, microsecond=0)
    start = monday - timedelta(days=now.weekday() + 28)
    takes_over = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    return {
        "name": f"{title}, weekly",
        "summary": f"Who is on call for {title}",
        "description": "",
        "time_zone": "Asia/Jakarta",
        "layers": [_layer(key, "Layer 1", users, start, _WEEK)],
        "overrides": [
            {
                "name": "Swapped",
                "user": users[-1]["username"],
                "start_time": stamp(takes_over),
                "end_time": stamp(takes_over + timedelta(hours=8)),
                "unique_id": stable_id(key, "override"),
            }
        ],
        "unique_id": stable_id(key, "schedule"),
    }


def day_and_night(key: str, title: str, users: list[User], now: datetime) -> Schedule:
    """Return a schedule of two layers, each restricted to half of the day."""
    schedule = weekly(key, title, users, now)
    day, night = (
        _layer(key, name, users[place:] + users[:place], _start(schedule), _WEEK)
        for place, name in enumerate(("Days", "Nights"))
    )
    for layer, start_time in ((day, "08:00:00"), (night, "20:00:00")):
        layer["restriction_type"] = 1
        layer["restrictions"] = [
            {
                "duration": 43200,
                "start_day_of_week": 0,
                "start_time_of_day": start_time,
                "unique_id": stable_id(key, layer["name"], "restriction"),
            }
        ]
    return schedule | {"name": f"{title}, days and nights", "layers": [day, night], "overrides": []}


def with_gap(schedule: Schedule, start: datetime, end: datetime) -> Schedule:
    """Return a schedule in which nobody is on call from `start` to `end`."""
    layer = {**schedule["layers"][0], "restriction_type": 0, "restrictions": []}
    before = {**layer, "rotation_end_time": stamp(start)}
    after = {
        **layer,
        "rotation_start_time": stamp(end),
        "unique_id": stable_id(layer["unique_id"], "after"),
    }
    return schedule | {"layers": [before, after], "overrides": []}


def next_tuesday(now: datetime) -> datetime:
    """Return midnight (UTC) of the Tuesday after today."""
    days = (1 - now.weekday()) % 7 or 7
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=days)


def on_call(schedule: Schedule, now: datetime) -> str:
    """Return the name of the user who is on call at a moment; empty where nobody is."""
    for override in schedule["overrides"]:
        if _moment(override["start_time"]) <= now < _moment(override["end_time"]):
            return str(override["user"])
    for layer in reversed(schedule["layers"]):
        if _holds(layer, now, _zone_offset(schedule)):
            elapsed = now - _moment(layer["rotation_start_time"])
            turn = elapsed // timedelta(seconds=layer["shift_length"])
            return str(layer["users"][turn % len(layer["users"])]["user"])
    return ""


def turns(
    schedule: Schedule, since: datetime, until: datetime
) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield who is on call from when to when: every turn here begins at a full hour."""
    username, start = on_call(schedule, since), since
    at = since.replace(minute=0, second=0, microsecond=0) + _HOUR
    while at < until:
        following = on_call(schedule, at)
        if following != username:
            if username:
                yield username, start, at
            username, start = following, at
        at += _HOUR
    if username:
        yield username, start, until


def stamp(moment: datetime) -> str:
    """Return a moment as Zenduty writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def local_stamp(schedule: Schedule, moment: datetime) -> str:
    """Return a moment in the time zone of a schedule, as Datadog writes it."""
    zone = timezone(_zone_offset(schedule))
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _layer(
    key: str, name: str, users: list[User], start: datetime, length: timedelta
) -> dict[str, Any]:
    return {
        "shift_length": int(length.total_seconds()),
        "restrictions": [],
        "name": name,
        "users": [
            {
                "user": user["username"],
                "position": position,
                "unique_id": stable_id(key, name, user["username"]),
            }
            for position, user in enumerate(users, 1)
        ],
        "rotation_start_time": stamp(start),
        "rotation_end_time": None,
        "unique_id": stable_id(key, name),
        "last_edited": stamp(start),
        "restriction_type": 0,
        "is_active": True,
    }


def _start(schedule: Schedule) -> datetime:
    return _moment(schedule["layers"][0]["rotation_start_time"])


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _zone_offset(schedule: Schedule) -> timedelta:
    """Return how far the schedules here are from UTC: Jakarta has no summer time."""
    return timedelta(hours=7) if schedule["time_zone"] == "Asia/Jakarta" else timedelta()


def _holds(layer: dict[str, Any], now: datetime, offset: timedelta) -> bool:
    ends = layer["rotation_end_time"]
    if not layer["users"] or now < _moment(layer["rotation_start_time"]):
        return False
    if ends is not None and now >= _moment(ends):
        return False
    if not layer["restrictions"]:
        return True
    local = (now + offset).astimezone(UTC)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    for restriction in layer["restrictions"]:
        hours, minutes, _ = map(int, restriction["start_time_of_day"].split(":"))
        since = (seconds - hours * 3600 - minutes * 60) % 86400
        if since < restriction["duration"]:
            return True
    return False


def moment_or(written: str | None, default: datetime) -> datetime:
    """Return a time as a client wrote it, in UTC if it names no zone; else the default."""
    try:
        read = datetime.fromisoformat(written or "")
    except ValueError:
        return default
    return read if read.tzinfo else read.replace(tzinfo=UTC)
