"""The audit trail: who created, modified or deleted which monitor.

Endpoint, request and envelope are those of Datadog's documentation and client; the search terms are
those of its guide to auditing monitors (`@evt.name:Monitor @asset.type:monitor @action:modified`).
Nothing of it was recorded, so the inner attributes are the documented facets and no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from monitor_sync.emulator.account import Account, AuditEntry
from monitor_sync.emulator.answers import Answer, Request, answer, refused
from monitor_sync.emulator.people import person_of

_PAGE, _LONGEST_PAGE = 10, 1000
_LONGEST_MOMENT = 15  # digits of milliseconds since 1970; more are beyond the year 9999
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"now(?:-(?P<number>\d{1,9})(?P<unit>[smhdw]))?", re.ASCII)
_TERM = re.compile(
    r"\s*(?:AND\s+)?(?P<sign>-?)"
    r"(?:@(?P<facet>[\w.]+):(?P<value>\"[^\"]*\"|\([^()]*\)|[^\s()\"]+)|(?P<every>\*))(?=\s|$)"
)


def note(account: Account, request: Request, action: str, monitor: Mapping[str, Any]) -> None:
    """Record that the person of a request did this to a monitor."""
    last = account.audit[-1].number if account.audit else 0
    account.audit.append(
        AuditEntry(
            number=last + 1,
            when=account.clock(),
            action=action,
            monitor_id=monitor["id"],
            monitor_name=monitor["name"],
            person=person_of(request),
            method=request.method,
            path=request.path,
        )
    )


def search(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/audit/events/search: oldest first unless `sort` is `-timestamp`."""
    body = request.json()
    filters, page = _object(body, "filter"), _object(body, "page")
    now = account.clock()
    since = _moment(filters.get("from", "now-15m"), now, "from")
    until = _moment(filters.get("to", "now"), now, "to")
    terms = _terms(filters.get("query") or "*")
    events = [
        event
        for entry in account.audit
        if since <= entry.when <= until
        for event in (_event(entry),)
        if all(_fits(event["attributes"]["attributes"], *term) for term in terms)
    ]
    if body.get("sort") == "-timestamp":
        events.reverse()
    return answer(_paged(events, page))


def _paged(events: list[dict[str, Any]], page: Mapping[str, Any]) -> dict[str, Any]:
    limit, cursor = page.get("limit", _PAGE), page.get("cursor", "0")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 0 < limit <= _LONGEST_PAGE:
        raise refused(f"page.limit must be from 1 to {_LONGEST_PAGE}")
    if not isinstance(cursor, str) or not cursor.isascii() or not cursor.isdigit():
        raise refused("page.cursor is invalid")
    end = int(cursor) + limit
    more = {"after": str(end)} if end < len(events) else {}
    meta = {"elapsed": 1, "request_id": "emulated", "status": "done", "page": more}
    return {"data": events[int(cursor) : end], "meta": meta}


def _event(entry: AuditEntry) -> dict[str, Any]:
    when = datetime.fromtimestamp(entry.when, UTC).isoformat(timespec="milliseconds")
    person = entry.person
    return {
        "id": f"emulated-{entry.number}",
        "type": "audit",
        "attributes": {
            "service": "Monitor",
            "timestamp": when.replace("+00:00", "Z"),
            "tags": ["source:datadog"],
            "message": f"{person.email} {entry.action} monitor {entry.monitor_id}",
            "attributes": {
                "action": entry.action,
                "asset": {
                    "id": str(entry.monitor_id),
                    "name": entry.monitor_name,
                    "type": "monitor",
                },
                "evt": {"actor": {"type": "USER"}, "name": "Monitor"},
                "http": {"method": entry.method, "url_details": {"path": entry.path}},
                "usr": {
                    "email": person.email,
                    "id": str(person.id),
                    "name": person.name,
                    "uuid": person.uuid,
                },
            },
        },
    }


def _terms(query: Any) -> list[tuple[bool, str, list[str]]]:
    """Return a search as terms that must all hold: (is a match expected, facet, globs)."""
    if not isinstance(query, str):
        raise refused("filter.query must be a string")
    terms, at = [], 0
    while query[at:].strip():
        term = _TERM.match(query, at)
        if term is None:
            raise refused(f"the emulator cannot read this search: {query[at:].strip()}")
        at = term.end()
        if not term["every"]:
            values = re.split(r"\s+OR\s+", term["value"].strip("()").strip())
            globs = [value.strip('"') for value in values]
            terms.append((not term["sign"], term["facet"], globs))
    return terms


def _fits(attributes: Mapping[str, Any], expected: bool, facet: str, globs: list[str]) -> bool:
    value: Any = attributes
    for name in facet.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    matches = isinstance(value, str) and any(fnmatchcase(value, glob) for glob in globs)
    return matches is expected


def _moment(value: Any, now: float, name: str) -> float:
    """Return Unix seconds from `now-15m`, milliseconds (number or text) or a date with its time."""
    text = str(value)
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - int(ago["number"] or 0) * _UNITS[ago["unit"] or "s"]
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_MOMENT:
        return int(text) / 1000
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refused(f"filter.{name} is invalid: {text}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise refused(f"{name} must be an object")
    return value
