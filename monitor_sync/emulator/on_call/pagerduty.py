"""
PagerDuty's API below `/__pagerduty`, in the shapes of its OpenAPI's own examples (2026-08-14).

Reads only. A page holds 25 objects where no `limit` is given, and 100 at most.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.on_call import rota
from monitor_sync.emulator.on_call.broken import LOGIN, Broken, refusal
from monitor_sync.emulator.on_call.names import User, stable_id

PREFIX = "/__pagerduty"

_LISTS = ("services", "escalation_policies", "schedules", "oncalls")
_PATH = re.compile(rf"{PREFIX}/(?P<list>{'|'.join(_LISTS)})(?:/(?P<id>\w+))?")
_REQUESTS, _SECONDS = 960, 60.0  # PagerDuty's page on REST API rate limits

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutyTeam:
    """
    A team of teams.yaml in PagerDuty: a service, its schedule, its people.

    The last of `users` is the second level, the others take turns. `delay` is how many minutes the
    first level has, None for a policy without levels.
    """

    owner: str
    title: str
    service: str
    status: str
    schedule: rota.Schedule
    users: tuple[User, ...]
    delay: int | None

    def id(self, kind: str) -> str:
        """Return the id of its object of a kind, such as `service`."""
        return _id(self.owner, kind)


class PagerDutyAccount:
    """One PagerDuty account."""

    def __init__(
        self,
        teams: Iterable[PagerDutyTeam],
        broken: Iterable[Broken],
        *,
        clock: Callable[[], float],
        enforce_limits: bool,
    ) -> None:
        self._teams = tuple(teams)
        self._broken = tuple(broken)
        self._clock = clock
        self._enforce = enforce_limits
        self._reads: deque[float] = deque(maxlen=_REQUESTS)

    def route(self, path: str) -> str:
        """Return a path with an id as `{id}`, for the counter of requests."""
        match = _PATH.fullmatch(path)
        return f"{PREFIX}/{match['list']}/{{id}}" if match and match["id"] else path

    def answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """Answer one request, with the headers about limits where nothing is broken."""
        instead = self._instead(request)
        if instead is not None:
            return instead, {}
        now = self._clock()
        while self._reads and self._reads[0] <= now - _SECONDS:
            self._reads.popleft()
        throttled = self._enforce and len(self._reads) >= _REQUESTS
        self._reads.append(now)
        headers = {
            "ratelimit-limit": str(_REQUESTS),
            "ratelimit-remaining": str(_REQUESTS - len(self._reads)),
            "ratelimit-reset": str(int(self._reads[0] + _SECONDS - now)),
        }
        if throttled:
            return _REFUSALS["throttled"], headers
        return self._answered(request), headers

    def _instead(self, request: Request) -> Answer | None:
        """Return the answer of a tool that says no: to all requests, or about one team's."""
        policy = request.query.get("escalation_policy_ids[]")
        owner = next((t.owner for t in self._teams if t.id("escalation_policy") == policy), "")
        return refusal(self._broken, owner, _REFUSALS)

    def _answered(self, request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Token token="):
            return _error(401, "Unauthorized", 2006)
        match = _PATH.fullmatch(request.path)
        if match is None or request.method != "GET":
            return _error(404, "Not Found", 2100)
        documents = list(self._documents(match["list"], request))
        if match["id"]:
            named = (document for document in documents if document.get("id") == match["id"])
            document = next(named, None)
            name = document["type"] if document else ""
            return answer({name: document}) if document else _error(404, "Not Found", 2100)
        return _paged(match["list"], documents, request)

    def _documents(self, kind: str, request: Request) -> Iterator[Document]:
        wanted = request.query.get("query", "").casefold()
        for team in self._teams:
            if kind == "oncalls":
                if request.query.get("escalation_policy_ids[]") in (
                    None, team.id("escalation_policy"),
                ):  # fmt: skip
                    yield from self._on_call(team, request)
                continue
            document = _MAKE[kind](team)
            if wanted in document["name"].casefold():
                yield document

    def _on_call(self, team: PagerDutyTeam, request: Request) -> Iterator[Document]:
        if team.delay is None:
            return
        now = datetime.fromtimestamp(self._clock(), UTC)
        since = _moment(request.query.get("since"), now)
        until = _moment(request.query.get("until"), since + timedelta(seconds=1))
        schedule = _reference("schedule", team.id("schedule"), team.schedule["name"])
        for username, start, end in rota.turns(team.schedule, since, until):
            user = next(user for user in team.users if user["username"] == username)
            times = {"start": rota.stamp(start), "end": rota.stamp(end)}
            yield {**_entry(team, user, 1), "schedule": schedule, **times}
        always = {"schedule": None, "start": None, "end": None}
        yield {**_entry(team, team.users[-1], 2), **always}


def _moment(written: str | None, default: datetime) -> datetime:
    try:
        read = datetime.fromisoformat(written or "")
    except ValueError:
        return default
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _paged(name: str, documents: list[Document], request: Request) -> Answer:
    try:
        limit = min(int(request.query.get("limit", "25")), 100)
        offset = int(request.query.get("offset", "0"))
    except ValueError:
        return _error(400, "Invalid Input Provided", 2001)
    if limit < 1 or offset < 0:
        return _error(400, "Invalid Input Provided", 2001)
    return answer(
        {
            name: documents[offset : offset + limit],
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(documents),
            "total": len(documents) if request.query.get("total") == "true" else None,
        }
    )


def _error(status: int, message: str, code: int) -> Answer:
    return answer({"error": {"message": message, "code": code}}, status)


# documents


def _id(*parts: str) -> str:
    return "P" + stable_id("pagerduty", *parts).replace("-", "")[:13].upper()


def _named(kind: str, identifier: str, name: str) -> Document:
    at = f"{kind.removesuffix('y')}ies" if kind.endswith("y") else f"{kind}s"
    return {
        "id": identifier,
        "type": kind,
        "summary": name,
        "self": f"https://api.pagerduty.com/{at}/{identifier}",
        "html_url": f"https://acme.pagerduty.example/{at}/{identifier}",
    }


def _reference(kind: str, identifier: str, name: str) -> Document:
    return {**_named(kind, identifier, name), "type": f"{kind}_reference"}


def _user(user: User) -> Document:
    name = f"{user['first_name']} {user['last_name']}"
    return _reference("user", _id(user["username"]), name)


def _policy_of(team: PagerDutyTeam) -> Document:
    name = f"{team.title} escalation"
    return _reference("escalation_policy", team.id("escalation_policy"), name)


def _entry(team: PagerDutyTeam, user: User, level: int) -> Document:
    return {"user": _user(user), "escalation_policy": _policy_of(team), "escalation_level": level}


def _service(team: PagerDutyTeam) -> Document:
    integration = _reference("events_api_v2_inbound_integration", team.id("datadog"), "Datadog")
    return {
        **_named("service", team.id("service"), team.service),
        "name": team.service,
        "auto_resolve_timeout": 14400,
        "acknowledgement_timeout": 600,
        "created_at": "2026-01-12T04:30:00Z",
        "status": team.status,
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping_parameters": {"type": "intelligent"},
        "integrations": [integration],
        "escalation_policy": _policy_of(team),
        "teams": [_reference("team", team.id("team"), team.title)],
        "incident_urgency_rule": {"type": "constant", "urgency": "high"},
        "support_hours": None,
        "scheduled_actions": [],
        "auto_pause_notifications_parameters": {"enabled": False, "timeout": None},
    }


def _policy(team: PagerDutyTeam) -> Document:
    schedule = _reference("schedule", team.id("schedule"), team.schedule["name"])
    rules = [
        {"id": team.id(f"rule{place}"), "escalation_delay_in_minutes": delay, "targets": [target]}
        for place, delay, target in (
            (1, team.delay, schedule),
            (2, 30, _user(team.users[-1])),
        )
    ]
    reference = _policy_of(team)
    return {
        **_named("escalation_policy", reference["id"], reference["summary"]),
        "name": reference["summary"],
        "on_call_handoff_notifications": "if_has_services",
        "escalation_rules": [] if team.delay is None else rules,
        "services": [_reference("service", team.id("service"), team.service)],
        "num_loops": 0,
        "teams": [_reference("team", team.id("team"), team.title)],
    }


def _schedule(team: PagerDutyTeam) -> Document:
    name = team.schedule["name"]
    return {
        **_named("schedule", team.id("schedule"), name),
        "name": name,
        "time_zone": team.schedule["time_zone"],
        "description": team.schedule["summary"],
        "escalation_policies": [_policy_of(team)],
        "users": [_user(user) for user in team.users[:-1]],
    }


_MAKE: dict[str, Callable[[PagerDutyTeam], Document]] = {
    "services": _service,
    "escalation_policies": _policy,
    "schedules": _schedule,
}


_REFUSALS = {
    "key-revoked": _error(403, "Access Denied", 2010),
    "throttled": _error(429, "Rate Limit Exceeded", 2020),
    "error": _error(500, "Internal Server Error", 2000),
    "html": LOGIN,
}
