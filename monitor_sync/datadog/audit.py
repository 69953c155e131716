"""The audit trail, https://docs.datadoghq.com/api/latest/audit/: who changed or deleted what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from monitor_sync.datadog.api import Api
from monitor_sync.errors import RemoteError
from monitor_sync.http.failure import Failure
from monitor_sync.http.request import Request
from monitor_sync.model import Deletion

_SEARCH: Final = "/api/v2/audit/events/search"
_LONGEST_PAGE: Final = 1000
_PATIENCE: Final = 5.0
"""Seconds to wait for an answer that is nice to have."""


def last_editor(api: Api, monitor: int) -> str:
    """
    Return who changed a monitor last, and when: ``ani@acme.example, 2026-11-22 10:31 UTC``.

    Needs ``audit_logs_read``, and an audit trail that is kept at all. Empty where Datadog does not
    say, whatever the reason; asked once, and not for long.
    """
    request = Request(
        method="POST",
        path=_SEARCH,
        kind="audit event",
        operation="look up",
        subject="who changed a monitor",
        scope="audit_logs_read",
        repeatable=True,
        body=question(monitor),
        timeout=_PATIENCE,
        tries=1,
    )
    try:
        answer = api.outcome(request)
    except RemoteError:
        return ""
    return "" if isinstance(answer, Failure) else editor(answer)


def deletions(api: Api) -> tuple[Deletion, ...] | None:
    """
    Return which monitors were deleted in the last 90 days, the latest first; at most a thousand.

    None where Datadog does not say, whatever the reason; asked once, and not for long.
    """
    request = Request(
        method="POST",
        path=_SEARCH,
        kind="audit event",
        operation="look up",
        subject="which monitors were deleted",
        scope="audit_logs_read",
        repeatable=True,
        body={
            "filter": {
                "query": "@evt.name:Monitor @asset.type:monitor @action:deleted",
                "from": "now-90d",
                "to": "now",
            },
            "sort": "-timestamp",
            "page": {"limit": _LONGEST_PAGE},
        },
        timeout=_PATIENCE,
        tries=1,
    )
    try:
        answer = api.outcome(request)
    except RemoteError:
        return None
    return None if isinstance(answer, Failure) else tuple(_deletions(answer))


def _deletions(answer: Any) -> Iterator[Deletion]:
    """Yield the deletions that an answer tells of; what it says otherwise is passed over."""
    events = answer.get("data") if isinstance(answer, Mapping) else None
    for event in events if isinstance(events, list) else ():
        outer = _at(event, "attributes")
        inner = _at(outer, "attributes")
        asset, name = _at(inner, "asset"), _at(inner, "asset").get("name")
        number, at = str(asset.get("id") or ""), _time(outer.get("timestamp"))
        if at is None or not isinstance(name, str):
            continue
        yield Deletion(
            id=int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0,
            name=name,
            by=_who(inner),
            at=int(at.timestamp() * 1000),
        )


def question(monitor: int) -> dict[str, Any]:
    """
    Return the search for the latest change of one monitor.

    Names of events and facets are those of Datadog's guide to tracking monitor changes; 90 days
    is the longest that an audit trail is kept.
    """
    kinds = "@action:(created OR modified OR deleted)"
    return {
        "filter": {
            "query": f"@evt.name:Monitor @asset.type:monitor @asset.id:{monitor} {kinds}",
            "from": "now-90d",
            "to": "now",
        },
        "sort": "-timestamp",
        "page": {"limit": 1},
    }


def editor(answer: Any) -> str:
    """Return who and when, such as ``ani@acme.example, 2026-11-22 10:31 UTC``; or empty."""
    events = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(events, list) or not events:
        return ""
    outer = _at(events[0], "attributes")
    parts = (_who(_at(outer, "attributes")), _moment(outer.get("timestamp")))
    return ", ".join(part for part in parts if part)


def _who(attributes: Mapping[str, Any]) -> str:
    """Return the person of an event: the address, else the name, else the id."""
    person = _at(attributes, "usr")
    name = next((name for name in map(person.get, ("email", "name", "id")) if name), "")
    return _line(str(name))


def _at(value: Any, name: str) -> Mapping[str, Any]:
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _moment(text: Any) -> str:
    """Return a time that Datadog wrote, to the minute in UTC; empty where it is none."""
    moment = _time(text)
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""


def _time(text: Any) -> datetime | None:
    """Return a time that Datadog wrote, in UTC; None where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _line(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:200]
