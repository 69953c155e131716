"""
Zenduty's incidents, by its OpenAPI 1.1.0: ``POST /api/incidents/filter/``, page by page.

Three things are not published or contradict each other, so nothing here relies on them: the order,
the time zone of the dates (each side is a day wider), and the meaning of ``all_teams`` (the teams
are named).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from monitor_sync.http.reading import Fields, flag, identifier, moment, objects, part, text, whole
from monitor_sync.http.request import ApiRequest
from monitor_sync.incidents import (
    HistoryPage,
    Incident,
    IncidentStatus,
    Origin,
    Seconds,
    TimeSpan,
    ToolFigures,
)
from monitor_sync.oncall.reader import ListPage, NotRead, ToolLists
from monitor_sync.oncall.tool import title_of
from monitor_sync.oncall.zenduty import figures, maintenance
from monitor_sync.oncall.zenduty.lists import INTEGRATIONS, TEAMS, application

FILTER: Final = "/api/incidents/filter/"
ALERTS: Final = "/api/incidents/{number}/alerts/"

_SIZE: Final = 100
"""Incidents a page; the largest is not published, and the answer may have fewer."""

_ALL, _OPEN = 0, -1
"""The statuses that the filter takes for all incidents, and for those that are not resolved."""

_MOST_STALE: Final = 2
"""After so many pages in a row without a new incident, the list is taken to have no end."""


class ZendutyIncidents(ToolLists):
    """The incidents of one Zenduty account, of all teams that the key may see."""

    title: Final = title_of("zenduty")
    longest: Final[Seconds] = 28 * 86_400.0

    @property
    def source(self) -> str:
        """The name under which its history is kept."""
        return f"zenduty@{self._reader.host}"

    def pages(self, span: TimeSpan, cursor: str = "") -> Iterator[HistoryPage | NotRead]:
        """Yield the incidents created in a span, and some from around it."""
        return self._pages(span, _ALL, cursor)

    def open_pages(self, span: TimeSpan) -> Iterator[HistoryPage | NotRead]:
        """Yield the incidents created in a span that are not resolved."""
        return self._pages(span, _OPEN, "")

    def detail(self, incident: Incident) -> Incident | NotRead:
        """Return the incident with what its alerts tell: the entity, and the monitor behind it."""
        alerts = self._reader.listing(
            ALERTS, f"alerts of incident {incident.number}", keep=False, number=incident.number
        )
        if isinstance(alerts, NotRead):
            return alerts
        return with_alerts(incident, alerts, self._application(alerts))

    def figures(self, first: date, end: date) -> ToolFigures | NotRead:
        """Return what Zenduty itself computes of the days from ``first`` up to ``end``."""
        return figures.read(self._reader, self.title, first, end)

    def _application(self, alerts: tuple[Fields, ...]) -> str:
        """
        Return what sent the alerts, such as ``datadog``; empty where nothing but a name tells.

        Zenduty's examples of an alert name its integration without what it is for. A service's
        list of integrations has that, and is read once.
        """
        integration = part(next(iter(alerts), {}), "integration_object")
        team, service = (identifier(integration.get(name)) for name in ("team", "service"))
        named = application(integration)
        if named or _is_datadog(text(integration.get("name"))) or not (team and service):
            return named
        listed = self._reader.listing(
            INTEGRATIONS, "integrations of a service", team=team, service=service
        )
        own = text(integration.get("unique_id"))
        known = () if isinstance(listed, NotRead) else listed
        same = (fields for fields in known if text(fields.get("unique_id")) == own)
        return next(map(application, same), "")

    @functools.cached_property
    def _teams(self) -> tuple[str, ...] | NotRead:
        """The ids of all teams that the key may see."""
        teams = self._reader.listing(TEAMS, "Zenduty's teams")
        if isinstance(teams, NotRead):
            return teams
        return tuple(team for team in (text(team.get("unique_id")) for team in teams) if team)

    @functools.cached_property
    def _maintenance(self) -> maintenance.Maintenance:
        teams = self._teams
        return maintenance.read(self._reader, () if isinstance(teams, NotRead) else teams)

    def _pages(self, span: TimeSpan, status: int, cursor: str) -> Iterator[HistoryPage | NotRead]:
        teams = self._teams
        if isinstance(teams, NotRead):  # what one may mean without them is not published
            yield teams
            return
        body = _filter(teams, span, status)
        query = dict(parse_qsl(cursor)) or {"page": "1", "page_size": str(_SIZE)}
        seen: set[str] = set()
        stale = 0
        while True:
            page = self._reader.page(_request(body, query))
            if isinstance(page, NotRead):
                yield page
                return
            incidents = tuple(filter(None, map(incident, page.items)))
            fresh = tuple(item for item in incidents if item.id not in seen)
            seen.update(item.id for item in fresh)
            stale = 0 if fresh else stale + 1
            following = _following(page, query)
            if following is not None and stale >= _MOST_STALE:
                yield NotRead("Zenduty gives pages without end")
                return
            yield HistoryPage(
                incidents=fresh,
                cursor=urlencode(following or {}),
                unreadable=len(page.items) - len(incidents),
                problem=self._maintenance.doubt(span),
                maintenance=self._maintenance.windows,
            )
            if following is None:
                return
            query = following


def _filter(teams: tuple[str, ...], span: TimeSpan, status: int) -> Mapping[str, Any]:
    return {
        "status": status,
        "all_teams": 1,
        "team_ids": list(teams),
        "service_ids": [],
        "user_ids": [],
        "priority_ids": [],
        "priority_name": "",
        "tag_ids": [],
        "sla_ids": [],
        "escalation_policy_ids": [],
        "postmortem_filter": -1,
        **_dates(span),
    }


def _request(body: Mapping[str, Any], query: Mapping[str, str]) -> ApiRequest:
    return ApiRequest(
        method="POST",
        path=FILTER,
        kind="incident",
        operation="list",
        subject="Zenduty's incidents",
        repeatable=True,  # it only reads
        query=query,
        body=body,
    )


def _following(page: ListPage, query: Mapping[str, str]) -> dict[str, str] | None:
    """
    Return the query of the next page; None after the last.

    Where its address is another host's, such as the real Zenduty's behind a proxy of ours, the
    next number is asked for where we are.
    """
    if not isinstance(page.following, NotRead):
        return page.following
    return {**query, "page": str((whole(query.get("page")) or 1) + 1)}


def _dates(span: TimeSpan) -> dict[str, str]:
    """Return the days of a span, a day wider on each side: in which time zone is not published."""
    first = datetime.fromtimestamp(span.start, UTC).date() - timedelta(days=1)
    last = datetime.fromtimestamp(span.end, UTC).date() + timedelta(days=2)
    return {"from_date": first.isoformat(), "to_date": last.isoformat()}


def incident(fields: Fields) -> Incident | None:
    """Return an incident of the list, or of its own page; None without an id or a creation."""
    number = text(fields.get("incident_number"))
    created = _seconds(fields.get("creation_date"))
    if created is None or not (text(fields.get("unique_id")) or number):
        return None
    service = part(fields, "service_object")
    acknowledged = _seconds(fields.get("acknowledged_date"))
    resolved = _seconds(fields.get("resolved_date"))
    status = _status(fields.get("status"), acknowledged, resolved)
    priority = part(fields, "team_priority_object")
    return Incident(
        tool="zenduty",
        id=text(fields.get("unique_id")) or number,
        number=number,
        title=text(fields.get("title")),
        service=text(service.get("name")),
        service_id=text(service.get("unique_id")) or text(fields.get("service")),
        status=status,
        created=created,
        acknowledged=acknowledged,
        resolved=resolved,
        priority=text(priority.get("name")) or text(fields.get("priority_name")),
        tags=tuple(sorted(set(filter(None, _tags(fields.get("tags")))))),
        merged=_merged(fields),
        suppressed=flag(fields.get("suppressed"), default=False),
        reopened=int(status != "resolved" and resolved is not None),
        has_review=bool(fields.get("postmortems")),
    )


def with_alerts(incident: Incident, alerts: tuple[Fields, ...], sender: str = "") -> Incident:
    """
    Return the incident with what its alerts tell.

    ``sender`` is the application that they came from; where it is empty, the name counts that
    people gave the integration. An alert of Datadog's has the id of its monitor as entity
    (Zenduty/docs, docs/Datadog.md). An incident without an alert began with no integration: a
    person made it (``POST /api/incidents/`` names none, and each alert has one). Of a merged one
    nothing tells, where its alerts may have gone over to its parent.
    """
    if incident.merged and not alerts:
        return replace(incident, self_resolved=_self_resolved(incident, alerts))
    first = next(iter(alerts), {})
    entity = text(first.get("entity_id"))
    payload = part(first, "payload")
    monitor = whole(payload.get("alert_id", entity))
    name = sender or text(part(first, "integration_object").get("name"))
    from_datadog = _is_datadog(name) or "aggreg_key" in payload
    return replace(
        incident,
        entity=entity,
        suppressed=bool(alerts)
        and all(flag(alert.get("suppressed"), default=False) for alert in alerts),
        origin=_origin(alerts, from_datadog=from_datadog),
        monitor_id=monitor if from_datadog else None,
        self_resolved=_self_resolved(incident, alerts),
    )


def _is_datadog(name: str) -> bool:
    return "datadog" in name.casefold()


def _origin(alerts: tuple[Fields, ...], *, from_datadog: bool) -> Origin:
    if not alerts:
        return "person"
    return "datadog" if from_datadog else "other"


def _self_resolved(incident: Incident, alerts: tuple[Fields, ...]) -> bool | None:
    """Return whether an alert of the type resolved (5) came no later than the resolution."""
    if incident.resolved is None:
        return None
    recoveries = (
        _seconds(alert.get("creation_date"))
        for alert in alerts
        if text(alert.get("alert_type")).casefold() in ("5", "resolved")
    )
    margin = 60.0
    return any(at is not None and abs(at - incident.resolved) <= margin for at in recoveries)


_STATUSES: Final[Mapping[str, IncidentStatus]] = {
    "1": "triggered",
    "2": "acknowledged",
    "3": "resolved",
    "triggered": "triggered",
    "acknowledged": "acknowledged",
    "resolved": "resolved",
}


def _status(value: Any, acknowledged: Seconds | None, resolved: Seconds | None) -> IncidentStatus:
    """Return the status by its number or word; if there is none, by the times."""
    stated = _STATUSES.get(text(value).casefold())
    if stated is not None:
        return stated
    if resolved is not None:
        return "resolved"
    return "triggered" if acknowledged is None else "acknowledged"


def _merged(fields: Fields) -> bool:
    child = flag(fields.get("is_child_incident"), default=False)
    return child or bool(fields.get("merged_with")) or bool(fields.get("parent_incident"))


def _tags(value: Any) -> Iterator[str]:
    """Yield the names of tags, which are objects, or texts."""
    yield from (text(tag.get("name")) for tag in objects(value))
    if isinstance(value, list):
        yield from (text(tag) for tag in value)


def _seconds(value: Any) -> Seconds | None:
    at = moment(value)
    return at.timestamp() if at else None
