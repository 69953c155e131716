"""
PagerDuty's incidents, by its OpenAPI (api-schema, 2026-08-14): created first, then acknowledged.

The list forgets acknowledgements once an incident is triggered again or resolved. The first one is
in Analytics (``POST /analytics/raw/incidents``), up to a day late, and in the log entries, which
are read for the last two days of a span and where a token may not use Analytics.

Each incident is listed with the entry of the log with which it began (``include[]``): where the
agent of that is a user, a person made the incident. Answers that were published have it so, with
the channel ``web_trigger``; the agent of an event that came in is its service or integration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from monitor_sync.http.reading import Fields, flag, moment, number, objects, part, text
from monitor_sync.http.request import ApiRequest
from monitor_sync.incidents import (
    HistoryPage,
    Incident,
    IncidentStatus,
    Origin,
    Seconds,
    TimeSpan,
    stamp,
)
from monitor_sync.oncall.reader import ListPage, NotRead, ToolLists

INCIDENTS: Final = "/incidents"
ANALYTICS: Final = "/analytics/raw/incidents"
LOG: Final = "/log_entries"
ALERTS: Final = "/incidents/{id}/alerts"

_SIZE: Final = 100
_ANALYTICS_SIZE: Final = 1000
"""The largest pages."""

_LAST_OFFSET: Final = 9_900
"""No page begins later than this: offset and limit may not exceed 10,000 (PagerDuty/
pd-live-react#163). What follows is asked for by its time."""

_LATE: Final[Seconds] = 2 * 86_400.0
"""Analytics may list an incident up to a day late; after two days it surely does."""

_LATER: Final[Seconds] = 7 * 86_400.0
"""The log is read for acknowledgements up to so long after the span."""

_BEGINNING: Final = {"include[]": "first_trigger_log_entries"}
"""Asks for the first entry of each incident's log in full, in place of its id."""

_Place = Mapping[str, str]
"""Where reading goes on: the ``step``, and what it needs to know."""


class PagerDutyIncidents(ToolLists):
    """The incidents of one PagerDuty account that the token may see."""

    title: Final = "PagerDuty"
    longest: Final[Seconds] = 28 * 86_400.0

    @property
    def source(self) -> str:
        """The name under which its history is kept."""
        return f"pagerduty@{self._reader.host}"

    def pages(self, span: TimeSpan, cursor: str = "") -> Iterator[HistoryPage | NotRead]:
        """Yield the incidents created in a span, then their first acknowledgements."""
        place: _Place | None = dict(parse_qsl(cursor)) or {"step": "incidents"}
        while place is not None:
            page, place = self._page(span, place)
            if isinstance(page, NotRead):
                yield page
                return
            yield replace(page, cursor=urlencode(place or {}))

    def open_pages(self, _span: TimeSpan) -> Iterator[HistoryPage | NotRead]:
        """Yield all incidents that are not resolved."""
        for status in ("triggered", "acknowledged"):
            query = {"statuses[]": status, "date_range": "all", "limit": str(_SIZE), **_BEGINNING}
            listed = self._reader.listing(
                INCIDENTS, "incidents", name="incidents", query=query, keep=False
            )
            if isinstance(listed, NotRead):
                yield listed
                return
            yield _incidents(listed)

    def detail(self, incident: Incident) -> Incident | NotRead:
        """Return the incident with what its alerts tell: whether Datadog sent it."""
        alerts = self._reader.listing(
            ALERTS,
            f"alerts of incident {incident.number}",
            name="alerts",
            keep=False,
            id=incident.id,
        )
        return alerts if isinstance(alerts, NotRead) else with_alerts(incident, alerts)

    def _page(self, span: TimeSpan, place: _Place) -> tuple[HistoryPage | NotRead, _Place | None]:
        """Return one page, and where the next begins; None after the last."""
        match place.get("step"):
            case "analytics":
                return self._analytics(span, place)
            case "log":
                return self._log(span, place)
            case _:
                return self._listed(span, place)

    def _listed(self, span: TimeSpan, place: _Place) -> tuple[HistoryPage | NotRead, _Place | None]:
        since, offset = place.get("since") or stamp(span.start), place.get("offset", "0")
        query = {
            "since": since,
            "until": stamp(span.end),
            "sort_by": "created_at:asc",
            **_BEGINNING,
        }
        page = self._list(INCIDENTS, "incidents", query, offset)
        if isinstance(page, NotRead):
            return page, None
        following = {"step": "incidents", "since": since, **_next_offset(page, offset)}
        if page.following is None:
            following = {"step": "analytics"}
        elif int(following["offset"]) > _LAST_OFFSET:
            last = text(page.items[-1].get("created_at")) if page.items else since
            following = {"step": "incidents", "since": last, "offset": "0"}
            if last == since:
                return NotRead("PagerDuty has more incidents in a second than it lists"), None
        return _incidents(page.items), following

    def _analytics(self, span: TimeSpan, place: _Place) -> tuple[HistoryPage, _Place | None]:
        """Return first acknowledgements; where Analytics does not answer, the log has them all."""
        page = self._reader.page(_analytics_request(span, place.get("after", "")), "data")
        if isinstance(page, NotRead):
            return HistoryPage(), {"step": "log", "since": stamp(span.start)}
        last = text(page.items[-1].get("id")) if page.items else ""
        if page.following is not None and last and last != place.get("after"):
            return _analysed(page.items), {"step": "analytics", "after": last}
        late = stamp(max(span.start, span.end - _LATE))
        return _analysed(page.items), {"step": "log", "since": late}

    def _log(self, span: TimeSpan, place: _Place) -> tuple[HistoryPage | NotRead, _Place | None]:
        since, offset = place.get("since") or stamp(span.start), place.get("offset", "0")
        until = place.get("until") or stamp(span.end + _LATER)
        query = {"since": since, "until": until, "is_overview": "true"}
        page = self._list(LOG, "log_entries", query, offset)
        if isinstance(page, NotRead):
            return page, None
        if page.following is None:
            return _logged(page.items), None
        following = {"step": "log", "since": since, "until": until, **_next_offset(page, offset)}
        if int(following["offset"]) > _LAST_OFFSET:
            last = text(page.items[-1].get("created_at")) if page.items else ""
            if last in ("", until):
                return NotRead("PagerDuty has more log entries in a second than it lists"), None
            following |= {"until": last, "offset": "0"}  # the newest come first
        return _logged(page.items), following

    def _list(
        self, path: str, name: str, query: Mapping[str, str], offset: str
    ) -> ListPage | NotRead:
        request = ApiRequest(
            method="GET",
            path=path,
            kind=name,
            operation="list",
            subject=f"PagerDuty's {name}",
            repeatable=True,
            query={**query, "limit": str(_SIZE), "offset": offset},
        )
        return self._reader.page(request, name)


def _next_offset(page: ListPage, offset: str) -> dict[str, str]:
    """Return the offset of the next page, and no parameter with a key in it."""
    following = page.following if isinstance(page.following, dict) else {}
    return {"offset": following.get("offset") or str(int(offset) + len(page.items))}


def _analytics_request(span: TimeSpan, after: str) -> ApiRequest:
    return ApiRequest(
        method="POST",
        path=ANALYTICS,
        kind="analytics",
        operation="list",
        subject="PagerDuty's first acknowledgements",
        repeatable=True,  # it only reads
        body={
            "filters": {"created_at_start": stamp(span.start), "created_at_end": stamp(span.end)},
            "limit": _ANALYTICS_SIZE,
            "order": "asc",
            "order_by": "created_at",
            "time_zone": "Etc/UTC",
            **({"starting_after": after} if after else {}),
        },
    )


def _incidents(items: tuple[Fields, ...]) -> HistoryPage:
    incidents = tuple(filter(None, map(incident, items)))
    return HistoryPage(incidents=incidents, unreadable=len(items) - len(incidents))


def _analysed(items: tuple[Fields, ...]) -> HistoryPage:
    """Return what Analytics tells: seconds to the first acknowledgement, and auto-resolution."""
    acknowledged, self_resolved = {}, {}
    for item in items:
        created, seconds = moment(item.get("created_at")), number(item.get("seconds_to_first_ack"))
        if created is not None and seconds is not None:
            acknowledged[text(item.get("id"))] = created.timestamp() + seconds
        if item.get("auto_resolved") is not None:
            self_resolved[text(item.get("id"))] = flag(item.get("auto_resolved"), default=False)
    return HistoryPage(acknowledged=acknowledged, self_resolved=self_resolved)


_ACKNOWLEDGE: Final = frozenset({"acknowledge_log_entry", "acknowledgement_log_entry"})
"""The type of the log entry; one schema of PagerDuty's has the second name."""


def _logged(items: tuple[Fields, ...]) -> HistoryPage:
    acknowledged: dict[str, Seconds] = {}
    for item in items:
        at = moment(item.get("created_at"))
        name = text(part(item, "incident").get("id"))
        if at is not None and name and text(item.get("type")) in _ACKNOWLEDGE:
            acknowledged[name] = min(at.timestamp(), acknowledged.get(name, float("inf")))
    return HistoryPage(acknowledged=acknowledged)


_STATUSES: Final[Mapping[str, IncidentStatus]] = {
    "triggered": "triggered",
    "acknowledged": "acknowledged",
    "resolved": "resolved",
}


def incident(fields: Fields) -> Incident | None:
    """Return an incident of the list; None without an id or a creation."""
    created = moment(fields.get("created_at"))
    if created is None or not text(fields.get("id")):
        return None
    service = part(fields, "service")
    status = _STATUSES.get(text(fields.get("status")), "triggered")
    priority = part(fields, "priority")
    merged = text(part(fields, "resolve_reason").get("type")) == "merge_resolve_reason"
    return Incident(
        tool="pagerduty",
        id=text(fields.get("id")),
        number=text(fields.get("incident_number")) or text(fields.get("id")),
        title=text(fields.get("title")) or text(fields.get("summary")),
        service=text(service.get("summary")) or text(service.get("name")),
        service_id=text(service.get("id")),
        status=status,
        created=created.timestamp(),
        acknowledged=_first_acknowledgement(fields),
        resolved=_resolved(fields, status),
        priority=text(priority.get("summary")) or text(priority.get("name")),
        merged=merged,
        self_resolved=_self_resolved(fields, status),
        entity=text(fields.get("incident_key")),
        origin=_begun_by(fields),
    )


def _begun_by(fields: Fields) -> Origin | None:
    """Return that a person made an incident; its alerts tell where it came from otherwise."""
    agent = part(fields, "first_trigger_log_entry", "agent")
    return "person" if text(agent.get("type")).startswith("user") else None


def _first_acknowledgement(fields: Fields) -> Seconds | None:
    times = (moment(entry.get("at")) for entry in objects(fields.get("acknowledgements")))
    return min((at.timestamp() for at in times if at), default=None)


def _resolved(fields: Fields, status: IncidentStatus) -> Seconds | None:
    at = moment(fields.get("resolved_at"))
    if at is None and status == "resolved":
        at = moment(fields.get("last_status_change_at"))
    return at.timestamp() if at else None


def _self_resolved(fields: Fields, status: IncidentStatus) -> bool | None:
    """Return whether no user made the last change of the status; None where nothing tells."""
    kind = text(part(fields, "last_status_change_by").get("type"))
    return not kind.startswith("user") if kind and status == "resolved" else None


_MONITOR: Final = re.compile(r"/monitors/(\d{1,18})\b")


def with_alerts(incident: Incident, alerts: tuple[Fields, ...]) -> Incident:
    """
    Return the incident with what its alerts tell: nothing of one that a person made.

    There may be none: those of a merged incident have gone over to its parent, and a service may
    make incidents without alerts.
    """
    if incident.origin == "person" or not alerts:
        return incident
    first = next(iter(alerts), {})
    datadog = "datadog" in text(part(first, "integration").get("summary")).casefold()
    link = _MONITOR.search(str(first.get("body") or ""))
    return replace(
        incident,
        entity=incident.entity or text(first.get("alert_key")),
        origin="datadog" if datadog else "other",
        monitor_id=int(link[1]) if datadog and link else None,
        suppressed=all(flag(alert.get("suppressed"), default=False) for alert in alerts),
    )
