"""The audit trail, https://docs.datadoghq.com/api/latest/audit/: who changed or deleted what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from monitor_sync.datadog.api import Api
from monitor_sync.errors import RemoteError
from monitor_sync.http.failure import Failure
from monitor_sync.http.reading import moment, part
from monitor_sync.http.request import ApiRequest
from monitor_sync.model import Deletion

_LONGEST_PAGE: Final = 1000
_PATIENCE: Final = 5.0
"""Seconds to wait for an answer that is nice to have."""


def last_editor(api: Api, monitor: int) -> str:
    """
    Return who changed a monitor last, and when: ``ani@acme.example, 2026-11-22 10:31 UTC``.

    Needs ``audit_logs_read``, and an audit trail that is kept at all. Empty where Datadog does not
    say, whatever the reason; asked once, and not for long.
    """
    kinds = "@action:(created OR modified OR deleted)"
    events = _latest(api, f"@asset.id:{monitor} {kinds}", "who changed a monitor", limit=1)
    if not events:
        return ""
    outer = part(events[0], "attributes")
    parts = (_who(part(outer, "attributes")), _minute(outer.get("timestamp")))
    return ", ".join(filter(None, parts))


def deletions(api: Api) -> tuple[Deletion, ...] | None:
    """
    Return which monitors were deleted in the last 90 days, the latest first; at most a thousand.

    None where Datadog does not say, whatever the reason; asked once, and not for long.
    """
    subject = "which monitors were deleted"
    events = _latest(api, "@action:deleted", subject, limit=_LONGEST_PAGE)
    return None if events is None else tuple(_deletions(events))


def _latest(api: Api, query: str, subject: str, *, limit: int) -> list[Any] | None:
    """
    Return the latest events of monitors that a query finds; None where Datadog does not say.

    Names of events and facets are those of Datadog's guide to tracking monitor changes; 90 days
    is the longest that an audit trail is kept.
    """
    request = ApiRequest(
        method="POST",
        path="/api/v2/audit/events/search",
        kind="audit event",
        operation="look up",
        subject=subject,
        scope="audit_logs_read",
        repeatable=True,
        body={
            "filter": {
                "query": f"@evt.name:Monitor @asset.type:monitor {query}",
                "from": "now-90d",
                "to": "now",
            },
            "sort": "-timestamp",
            "page": {"limit": limit},
        },
        timeout=_PATIENCE,
        tries=1,
    )
    try:
        answer = api.outcome(request)
    except RemoteError:
        return None
    if isinstance(answer, Failure):
        return None
    events = answer.get("data") if isinstance(answer, Mapping) else None
    return events if isinstance(events, list) else []


def _deletions(events: Iterable[Any]) -> Iterator[Deletion]:
    """Yield the deletions that events tell of; what they say otherwise is passed over."""
    for event in events:
        outer = part(event, "attributes")
        inner = part(outer, "attributes")
        asset = part(inner, "asset")
        number, name = str(asset.get("id") or ""), asset.get("name")
        at = moment(outer.get("timestamp"))
        if at is None or not isinstance(name, str):
            continue
        yield Deletion(
            id=int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0,
            name=name,
            by=_who(inner),
            at=int(at.timestamp() * 1000),
        )


def _who(attributes: Mapping[str, Any]) -> str:
    """Return the person of an event: the address, else the name, else the id."""
    person = part(attributes, "usr")
    name = next((name for name in map(person.get, ("email", "name", "id")) if name), "")
    return _line(str(name))


def _minute(value: Any) -> str:
    """Return a time that Datadog wrote, to the minute in UTC; empty where it is none."""
    at = moment(value)
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _line(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:200]
