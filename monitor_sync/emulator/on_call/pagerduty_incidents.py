"""
PagerDuty's incidents, their alerts and log entries, from a history that was made up.

Shapes are those of its OpenAPI's own examples (2026-08-14). `acknowledgements` is emptied once an
incident is triggered again or resolved, as its description says: when somebody first acknowledged
stands in the log alone. `since` and `until` are at most six months apart; without them the last
month is told. No listing goes beyond 10,000 objects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor_sync.emulator.answers import Request
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.history.records import DAY, PastIncident, Step
from monitor_sync.emulator.on_call.pagerduty_documents import (
    Document,
    PagerDutyTeam,
    identifier,
    named,
    policy_of,
    reference,
    user_reference,
)

_USUAL_SPAN, _LONGEST_SPAN = 30 * DAY, 186 * DAY
_BY_HAND = "web_trigger"  # the channel of what a person triggered, in answers that were published
_ENTRIES = {
    "trigger": "trigger_log_entry",
    "acknowledge": "acknowledge_log_entry",
    "unacknowledge": "unacknowledge_log_entry",
    "escalate": "escalate_log_entry",
    "resolve": "resolve_log_entry",
    "reopen": "trigger_log_entry",
}
_SUMMARIES = {
    "trigger": "Triggered through the API",
    "acknowledge": "Acknowledged",
    "unacknowledge": "Unacknowledged: the acknowledgement timed out",
    "escalate": "Escalated",
    "resolve": "Resolved",
    "reopen": "Triggered again",
    _BY_HAND: "Triggered through the website",
}
_CHANNELS = {"alert": "api", "person": "website", "timeout": "timeout"}


class BadInput(ValueError):
    """What PagerDuty refuses as invalid input."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A step of an incident's, as the log has it: told at `at`, the how manyth of the incident."""

    at: float
    item: PastIncident
    step: Step
    place: int


class PagerDutyIncidents:
    """The incidents of one account. `homes` are by the team of teams.yaml."""

    def __init__(self, history: PastHistory, homes: Mapping[str, PagerDutyTeam]) -> None:
        self.homes = homes
        self.incidents = [item for item in history.incidents_of("pagerduty") if item.team in homes]
        self._by_id = {incident_id(item): item for item in self.incidents}
        self._by_id |= {str(item.number): item for item in self.incidents}
        self._children: dict[int, list[PastIncident]] = {}
        for item in self.incidents:
            if item.merged_into is not None:
                self._children.setdefault(item.merged_into, []).append(item)
        self._by_number = {item.number: item for item in self.incidents}
        entries = (entry for item in self.incidents for entry in self._entries(item))
        self._log = sorted(entries, key=lambda entry: (entry.at, entry.item.number, entry.place))

    def get(self, name: str) -> PastIncident | None:
        """Return the incident of an id or a number, None where there is none."""
        return self._by_id.get(name)

    def listed(self, request: Request, now: float) -> list[PastIncident]:
        """Return the incidents that a listing asks for, in its order. Raises `BadInput`."""
        query = request.query
        since, until = span_of(query, now)
        statuses, services, teams = (
            several(query.get(f"{name}[]")) for name in ("statuses", "service_ids", "team_ids")
        )
        items = [
            item
            for item in self.incidents
            if since <= item.created < until
            and (not statuses or item.status in statuses)
            and self.belongs(item, services, teams)
        ]
        if query.get("sort_by", "created_at:asc").endswith(":desc"):
            items.reverse()
        return items

    def belongs(
        self, item: PastIncident, services: Collection[str], teams: Collection[str]
    ) -> bool:
        """Return True if an incident is of these services and teams; none stand for all."""
        home = self.homes[item.team]
        return (not services or home.id("service") in services) and (
            not teams or home.id("team") in teams
        )

    def log_entries(self, request: Request, now: float) -> list[LogEntry]:
        """Return the log of the whole account, the newest entry first. Raises `BadInput`."""
        query = request.query
        since, until = span_of(query, now)
        teams = several(query.get("team_ids[]"))
        return [
            entry
            for entry in reversed(self._log)
            if since <= entry.at < until and self.belongs(entry.item, (), teams)
        ]

    def log_of(self, item: PastIncident) -> list[LogEntry]:
        """Return the log of one incident, the newest entry first."""
        return list(self._entries(item))[::-1]

    def _entries(self, item: PastIncident) -> Iterator[LogEntry]:
        first = True
        for place, step in enumerate(item.steps):
            at: float | None = step.at
            if step.kind == "acknowledge" and first:
                at, first = item.as_told("acknowledged"), False
            elif step is item.steps[-1] and step.kind == "resolve":
                at = item.as_told("resolved")
            if at is not None:
                yield LogEntry(at, item, step, place)

    def log_document(self, entry: LogEntry) -> Document:
        """Return an entry of the log."""
        item, step = entry.item, entry.step
        home = self.homes[item.team]
        kind = _ENTRIES[step.kind]
        name = f"R{identifier(incident_id(item), 'entry', str(entry.place))[1:]}"
        by_person = step.by == "person"
        by_hand = by_person and step.kind == "trigger"
        document = {
            **named("log_entry", name, _SUMMARIES[_BY_HAND if by_hand else step.kind]),
            "type": kind,
            "created_at": written(entry.at),
            "agent": self._responder(item) if by_person else _service(home),
            "channel": {"type": _BY_HAND if by_hand else _CHANNELS[step.by]},
            "incident": _incident(item),
            "teams": [reference("team", home.id("team"), home.title)],
            "contexts": [],
        }
        if step.kind == "trigger":
            document["event_details"] = {"description": item.title}
        return document

    def _responder(self, item: PastIncident) -> Document:
        users = self.homes[item.team].users
        return user_reference(users[item.number % (len(users) - 1)])

    def document(self, item: PastIncident, included: Collection[str] = ()) -> Document:
        """Return an incident as listings and reads have it, with what `include[]` asks for."""
        home = self.homes[item.team]
        resolved = item.as_told("resolved")
        last = item.steps[-1]
        in_hand = item.status == "acknowledged"
        responder = self._responder(item)
        alerts = len(self._merged_here(item)) + (item.origin != "person")
        return {
            **_incident(item),
            "type": "incident",
            "incident_number": item.number,
            "title": item.title,
            "created_at": written(item.created),
            "updated_at": written(last.at),
            "status": item.status,
            "incident_key": item.entity or incident_id(item),
            "service": _service(home),
            "assignments": []
            if item.status == "resolved"
            else [{"at": written(item.created), "assignee": responder}],
            "assigned_via": "escalation_policy",
            "last_status_change_at": written(last.at),
            "resolved_at": None if resolved is None else written(resolved),
            "first_trigger_log_entry": self._first_entry(item, included),
            "alert_counts": {
                "all": alerts,
                "triggered": 0 if item.status == "resolved" else alerts,
                "resolved": alerts if item.status == "resolved" else 0,
            },
            "is_mergeable": item.merged_into is None,
            "incident_type": {"name": "incident_default"},
            "escalation_policy": policy_of(home),
            "teams": [reference("team", home.id("team"), home.title)],
            "pending_actions": [],
            "acknowledgements": [{"at": written(last.at), "acknowledger": responder}]
            if in_hand
            else [],
            "alert_grouping": None,
            "last_status_change_by": responder if last.by == "person" else _service(home),
            "priority": priority(item),
            "resolve_reason": self._reason(item),
            "conference_bridge": None,
            "incidents_responders": [],
            "responder_requests": [],
            "urgency": "high",
        }

    def _first_entry(self, item: PastIncident, included: Collection[str]) -> Document:
        """Return the entry of the log with which an incident began, whole where it is included."""
        entry = self.log_document(LogEntry(item.created, item, item.steps[0], 0))
        if "first_trigger_log_entries" in included:
            return entry
        return reference("trigger_log_entry", entry["id"], entry["summary"])

    def _reason(self, item: PastIncident) -> Document | None:
        if item.merged_into is None:
            return None
        parent = self._by_number[item.merged_into]
        return {"type": "merge_resolve_reason", "incident": _incident(parent)}

    def _merged_here(self, item: PastIncident) -> list[PastIncident]:
        return self._children.get(item.number, [])

    def alerts(self, item: PastIncident) -> list[PastIncident]:
        """Return whose alerts an incident has: its own, and those of what was merged into it."""
        members = [] if item.merged_into is not None else [item, *self._merged_here(item)]
        return [member for member in members if member.origin != "person"]

    def alert_document(self, member: PastIncident) -> Document:
        """Return the alert with which an incident began."""
        item = self._by_number[member.merged_into or member.number]
        home = self.homes[member.team]
        name = identifier(incident_id(member), "alert")
        link = f"https://app.datadoghq.com/monitors/{member.entity}"
        contexts = [{"type": "link", "href": link, "text": "Monitor"}]
        is_ours = member.origin == "datadog"
        vendor = "Datadog" if is_ours else "Amazon CloudWatch"
        return {
            **named("alert", name, member.title),
            "created_at": written(member.created),
            "status": "resolved" if member.status == "resolved" else "triggered",
            "alert_key": member.entity,
            "service": _service(home),
            "body": {
                "type": "alert_body",
                "contexts": contexts if is_ours else [],
                "details": {"title": member.title},
            },
            "incident": {"id": incident_id(item), "type": "incident_reference"},
            "suppressed": False,
            "severity": "critical",
            "integration": reference(
                "events_api_v2_inbound_integration", home.id(vendor.lower()), vendor
            ),
        }


def incident_id(item: PastIncident) -> str:
    """Return the id of an incident."""
    return "Q" + identifier("incident", str(item.number), item.problem)[1:]


def priority(item: PastIncident) -> Document | None:
    """Return the priority of an incident, None where it has none."""
    if not item.priority:
        return None
    return reference("priority", identifier("priority", item.priority), item.priority)


def _incident(item: PastIncident) -> Document:
    return reference("incident", incident_id(item), f"[#{item.number}] {item.title}")


def _service(home: PagerDutyTeam) -> Document:
    return reference("service", home.id("service"), home.service)


def several(value: str | None) -> frozenset[str]:
    """Return the values of a parameter that may be given more than once."""
    return frozenset(filter(None, (value or "").split(",")))


def span_of(query: Mapping[str, str], now: float) -> tuple[float, float]:
    """Return `since` and `until` in UNIX seconds. Raises `BadInput`."""
    if query.get("date_range") == "all":
        return 0.0, now + DAY
    until = instant(query.get("until"), now)
    since = instant(query.get("since"), until - _USUAL_SPAN)
    if until - since > _LONGEST_SPAN:
        raise BadInput("Time range must be less than 6 months")
    return since, until


def instant(text: Any, otherwise: float) -> float:
    """Return an instant written in ISO 8601; UTC where it names no zone. Raises `BadInput`."""
    if not text:
        return otherwise
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadInput(f"{text} is no time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def written(at: float) -> str:
    """Return an instant as PagerDuty writes it."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
