"""
Zenduty's API below `/__zenduty`, in the shapes of its OpenAPI 1.1.0 and its own examples.

Reads only. What nobody published is left out: unknown paths are its 404. Incidents are there where
a history was made (`zenduty_incidents`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.on_call import rota
from monitor_sync.emulator.on_call.broken import LOGIN, Broken, refusal
from monitor_sync.emulator.on_call.names import User
from monitor_sync.emulator.on_call.zenduty_alerts import Home
from monitor_sync.emulator.on_call.zenduty_documents import Document
from monitor_sync.emulator.on_call.zenduty_incidents import ZendutyIncidents

PREFIX = "/__zenduty"

_TEAM = r"/api/(?P<version>v2/)?account/teams/(?P<team>[^/]+)"
_PATHS = {
    "teams": r"/api/account/teams/",
    "team": rf"{_TEAM}/",
    "members": rf"{_TEAM}/members/",
    "services": rf"{_TEAM}/services/",
    "service": rf"{_TEAM}/services/(?P<service>[^/]+)/",
    "integrations": rf"{_TEAM}/services/(?P<service>[^/]+)/integrations/",
    "escalation_policies": rf"{_TEAM}/escalation_policies/",
    "escalation_policy": rf"{_TEAM}/escalation_policies/(?P<policy>[^/]+)/",
    "schedules": rf"{_TEAM}/schedules/",
    "schedule": rf"{_TEAM}/schedules/(?P<schedule>[^/]+)/",
    "oncall": rf"{_TEAM}/oncall/",
    "service_oncall": rf"{_TEAM}/services/(?P<service>[^/]+)/oncall/",
    "policy_oncall": rf"{_TEAM}/escalation_policies/(?P<policy>[^/]+)/oncall/",
    "maintenance": rf"{_TEAM}/maintenance/",
    "incident_filter": r"/api/incidents/filter/",
    "incident": r"/api/incidents/(?P<incident>[^/]+)/",
    "incident_alerts": r"/api/incidents/(?P<incident>[^/]+)/alerts/",
    "team_analytics": r"/api/v2/account/analytics/team_analytics/",
}
_KNOWN = {name: re.compile(PREFIX + path) for name, path in _PATHS.items()}

_OF_INCIDENTS = frozenset({"incident_filter", "incident", "incident_alerts", "team_analytics"})
_MINUTE = 60.0
_LIMITS = {
    "oncall": (2, 40),
    "service_oncall": (2, 40),
    "policy_oncall": (2, 40),
    "incident": (3, 30),
    "incident_filter": (1, 15),  # it is a POST: which limit it counts against is not documented
    "incident_alerts": (1, 20),
}
"""The most requests a second and a minute, by Zenduty's page on rate limits."""


@dataclass(kw_only=True)
class ZendutyTeamHeld:
    """One team with what belongs to it. `owners` are the teams of teams.yaml by service."""

    document: Document
    services: list[Document] = field(default_factory=list)
    integrations: dict[str, list[Document]] = field(default_factory=dict)
    policies: list[Document] = field(default_factory=list)
    schedules: list[Document] = field(default_factory=list)
    windows: list[Document] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)


class ZendutyAccount:
    """Zenduty's API over one account: teams, services, policies, who is on call, incidents."""

    def __init__(
        self,
        teams: Iterable[ZendutyTeamHeld],
        users: Iterable[User],
        broken: Iterable[Broken],
        *,
        clock: Callable[[], float],
        enforce_limits: bool,
    ) -> None:
        self._teams = {team.document["unique_id"]: team for team in teams}
        self._users = {user["username"]: user for user in users}
        self._broken = tuple(broken)
        self._clock = clock
        self._enforce = enforce_limits
        self._incidents: ZendutyIncidents | None = None
        self._recent: dict[tuple[int, int], deque[float]] = {
            limit: deque(maxlen=limit[1]) for limit in _LIMITS.values()
        }

    def hold(
        self, history: PastHistory, homes: Mapping[str, Home], variants: Collection[str]
    ) -> None:
        """Serve the incidents of a history; `homes` are by team of teams.yaml."""
        self._incidents = ZendutyIncidents(history, homes, self._users.values(), variants)

    def route(self, path: str) -> str:
        """Return a path with ids as `{id}`, for the counter of requests."""
        for pattern in _KNOWN.values():
            match = pattern.fullmatch(path)
            if match is not None:
                for name, value in match.groupdict().items():
                    if value and name != "version":
                        path = path.replace(f"/{value}/", f"/{{{name}}}/")
                return path
        return path

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        kind, match = self._kind(request.path)
        names = match.groupdict() if match else {}
        team = self._teams.get(names.get("team") or "")
        instead = self._instead(team, names.get("service"))
        if instead is not None:
            return instead
        words = request.headers.get("authorization", "").split()
        if len(words) != 2 or words[0].lower() != "token":
            return _detail(403, "Authentication credentials were not provided.")
        if self._enforce and kind in _LIMITS and self._too_fast(kind):
            return _detail(429, "Request was throttled.")
        if kind in _OF_INCIDENTS and self._incidents is not None:
            return self._incidents.answer(kind, request, names.get("incident") or "")
        if match is None or request.method != "GET" or (team is None and kind != "teams"):
            return _detail(404, "Not found.")
        content = self._read(kind, team, names)
        return _detail(404, "Not found.") if content is None else answer(content)

    def _kind(self, path: str) -> tuple[str, re.Match[str] | None]:
        for kind, pattern in _KNOWN.items():
            match = pattern.fullmatch(path)
            if match is not None and bool(match.groupdict().get("version")) <= ("oncall" in kind):
                return kind, match
        return "", None

    def _instead(self, team: ZendutyTeamHeld | None, service: str | None) -> Answer | None:
        """Return the answer of a tool that says no: to all requests, or about one service."""
        owner = team.owners.get(service or "", "") if team else ""
        return refusal(self._broken, owner, _REFUSALS)

    def _too_fast(self, kind: str) -> bool:
        now = self._clock()
        limit = _LIMITS[kind]
        recent = self._recent[limit]
        for requests, seconds in zip(limit, (1.0, _MINUTE), strict=True):
            if sum(read > now - seconds for read in recent) >= requests:
                return True
        recent.append(now)
        return False

    def _read(self, kind: str, team: ZendutyTeamHeld | None, names: dict[str, Any]) -> Any:
        """Return what a path names; None where there is no such thing."""
        if team is None:
            return [held.document for held in self._teams.values()]
        lists = {
            "members": team.document["members"],
            "services": team.services,
            "escalation_policies": team.policies,
            "schedules": team.schedules,
        }
        match kind:
            case "team":
                return team.document
            case "maintenance":
                past = self._incidents.windows(team.document) if self._incidents else []
                return [*past, *team.windows]
            case "integrations":
                return team.integrations.get(names["service"])
            case "service":
                return _by_id(team.services, names["service"])
            case "escalation_policy":
                return _by_id(team.policies, names["policy"])
            case "schedule":
                return _by_id(team.schedules, names["schedule"])
            case _ if kind in lists:
                return lists[kind]
            case _:
                return self._on_call(kind, team, names)

    def _on_call(self, kind: str, team: ZendutyTeamHeld, names: dict[str, Any]) -> Any:
        wanted = names.get("policy")
        if kind == "service_oncall":
            service = _by_id(team.services, names["service"])
            wanted = service["escalation_policy"] if service else None
            if service is None:
                return None
        policies = [p for p in team.policies if wanted in (None, p["unique_id"])]
        if names["version"]:
            return [self._on_call_v2(policy, team) for policy in policies]
        return [_on_call_v1(policy, self._on_call_v2(policy, team), team) for policy in policies]

    def _on_call_v2(self, policy: Document, team: ZendutyTeamHeld) -> Document:
        now = datetime.fromtimestamp(self._clock(), UTC)
        rules = []
        for rule in policy["rules"]:
            names = []
            for target in rule["targets"]:
                schedule = _by_id(team.schedules, target["target_id"])
                names.append(rota.on_call(schedule, now) if schedule else target["target_id"])
            rules.append(
                {
                    "ep_rule": rule["unique_id"],
                    "position": rule["position"],
                    "delay": rule["delay"],
                    "oncalls": [self._users[name] for name in names if name in self._users],
                }
            )
        return {"unique_id": policy["unique_id"], "name": policy["name"], "oncalls": rules}


def _on_call_v1(policy: Document, on_call: Document, team: ZendutyTeamHeld) -> Document:
    return {
        "escalation_policy": policy,
        "team": {name: team.document[name] for name in ("unique_id", "name")},
        "users": [user for rule in on_call["oncalls"] for user in rule["oncalls"]],
    }


def _by_id(documents: list[Document], identifier: str) -> Document | None:
    return next((held for held in documents if held["unique_id"] == identifier), None)


def _detail(status: int, text: str) -> Answer:
    return answer({"detail": text}, status)


_REFUSALS = {
    "key-revoked": _detail(403, "You do not have permission to perform this action."),
    "throttled": _detail(429, "Request was throttled."),
    "error": _detail(500, "Server error."),
    "html": LOGIN,
}
