"""The audit trail: https://docs.datadoghq.com/api/latest/audit/ says who changed a monitor last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from monitor_sync.datadog.api import Api
from monitor_sync.errors import RemoteError
from monitor_sync.http.failure import Failure
from monitor_sync.http.request import Request

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
        path="/api/v2/audit/events/search",
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
    who = _at(_at(outer, "attributes"), "usr")
    name = next((name for name in map(who.get, ("email", "name", "id")) if name), "")
    parts = (_line(str(name)), _moment(outer.get("timestamp")))
    return ", ".join(part for part in parts if part)


def _at(value: Any, name: str) -> Mapping[str, Any]:
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _moment(text: Any) -> str:
    """Return a time that Datadog wrote, to the minute in UTC; empty where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return ""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _line(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:200]
