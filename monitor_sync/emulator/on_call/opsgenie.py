"""
Opsgenie's API below `/__opsgenie`, in the shapes of its OpenAPI (opsgenie-oas, 2021) and its pages.

Reads only. Users come in pages by `limit` and `offset`, 100 at most; every other list is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.on_call import rota
from monitor_sync.emulator.on_call.broken import LOGIN
from monitor_sync.emulator.on_call.names import User, full_name, stable_id
from monitor_sync.emulator.on_call.tool_account import ToolAccount

PREFIX = "/__opsgenie"

_PATHS = {
    "teams": r"/v2/teams",
    "routing_rules": r"/v2/teams/(?P<team>[^/]+)/routing-rules",
    "integrations": r"/v2/integrations",
    "escalations": r"/v2/escalations",
    "on_calls": r"/v2/schedules/on-calls",
    "timeline": r"/v2/schedules/(?P<schedule>[^/]+)/timeline",
    "schedules": r"/v2/schedules",
    "users": r"/v2/users",
}
_KNOWN = {name: re.compile(PREFIX + path) for name, path in _PATHS.items()}
_WEEK = timedelta(days=7)
_LONGEST_PAGE = 100

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpsgenieTeam:
    """
    A team of Opsgenie's with its integration, its escalation, its schedule and its people.

    The last of `users` is the second level, the others take turns. `ways` are those in which it is
    broken.
    """

    owner: str
    name: str
    schedule: rota.Schedule
    users: tuple[User, ...]
    ways: frozenset[str]

    def id(self, kind: str) -> str:
        """Return the id of its object of a kind, such as `escalation`."""
        return stable_id("opsgenie", kind, self.name)

    def named(self, kind: str, name: str) -> Document:
        """Return its object of a kind as other objects refer to it."""
        return {"id": self.id(kind), "name": name, "type": kind}


def _error(status: int, message: str) -> Answer:
    return answer(
        {"message": message, "took": 0.0, "requestId": stable_id("request", message)}, status
    )


class OpsgenieAccount(ToolAccount[OpsgenieTeam]):
    """Opsgenie's API over one account: teams, rules, escalations, schedules, users."""

    refusals: ClassVar = {
        "key-revoked": _error(403, "You are not authorized for this operation"),
        "throttled": _error(429, "You are making too many requests!"),
        "error": _error(500, "Internal server error"),
        "html": LOGIN,
    }
    allowed = 300, 60  # limits depend on the plan; these are made up

    def route(self, path: str) -> str:
        """Return a path with an id as `{id}`, for the counter of requests."""
        _, match = _kind(path)
        held = next(filter(None, match.groupdict().values()), "") if match else ""
        return path.replace(f"/{held}/", "/{id}/") if held else path

    def _owner(self, request: Request) -> str:
        _, match = _kind(request.path)
        team = self._team(match, request)
        return team.owner if team else ""

    def _headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-state": "THROTTLED" if self._limit.exceeded else "OK",
            "x-ratelimit-reason": "ACCOUNT",
            "x-ratelimit-period-in-sec": str(self._limit.seconds),
        }

    def _answered(self, request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("GenieKey "):
            return _error(401, "Could not authenticate")
        kind, match = _kind(request.path)
        team = self._team(match, request)
        needs_team = kind in ("routing_rules", "timeline")
        if match is None or request.method != "GET" or (needs_team and team is None):
            return _error(404, "No such resource")
        return answer(self._content(kind, team, request))

    def _team(self, match: re.Match[str] | None, request: Request) -> OpsgenieTeam | None:
        """Return the team that a request is about."""
        ids = match.groupdict() if match else {}
        wanted = ids.get("team") or ids.get("schedule") or request.query.get("teamId")
        return next(
            (
                team
                for team in self._teams
                if wanted in (team.id("team"), team.id("schedule"), team.schedule["name"])
            ),
            None,
        )

    def _content(self, kind: str, team: OpsgenieTeam | None, request: Request) -> Document:
        now = datetime.fromtimestamp(self._clock(), UTC)
        whole = {"requestId": stable_id("request", request.path), "took": 0.05}
        if kind == "users":
            return {**self._users(request), **whole}
        if team is not None and kind == "timeline":
            return {"data": _timeline(team, now, request), "expandable": [], **whole}
        if team is not None and kind == "routing_rules":
            return {"data": [_routing_rule(team)], **whole}
        teams = [team] if team is not None else [*self._teams]
        make: dict[str, Callable[[OpsgenieTeam], Document]] = {
            "teams": lambda t: {"id": t.id("team"), "name": t.name, "description": ""},
            "integrations": _integration,
            "escalations": _escalation,
            "schedules": _schedule,
            "on_calls": lambda t: _on_call(t, now),
        }
        return {"data": [make[kind](held) for held in teams], **whole}

    def _users(self, request: Request) -> Document:
        users = {user["username"]: user for team in self._teams for user in team.users}
        limit = min(request.number("limit", _LONGEST_PAGE) or _LONGEST_PAGE, _LONGEST_PAGE)
        offset = request.number("offset", 0)
        page = [_user(user) for user in [*users.values()][offset : offset + limit]]
        host = request.headers.get("host", "api.opsgenie.com")
        next_page = f"http://{host}{request.path}?limit={limit}&offset={offset + limit}"
        more = offset + limit < len(users)
        return {
            "totalCount": len(users),
            "data": page,
            "paging": {"next": next_page} if more else {},
        }


def _kind(path: str) -> tuple[str, re.Match[str] | None]:
    for kind, pattern in _KNOWN.items():
        match = pattern.fullmatch(path)
        if match is not None:
            return kind, match
    return "", None


# documents


def _integration(team: OpsgenieTeam) -> Document:
    return {
        "id": team.id("integration"),
        "name": f"Datadog of {team.name}",
        "enabled": "integration-disabled" not in team.ways,
        "type": "Datadog",
    }


def _routing_rule(team: OpsgenieTeam) -> Document:
    escalation = team.named("escalation", f"{team.name} escalation")
    return {
        "id": team.id("rule"),
        "name": "Default Routing Rule",
        "isDefault": True,
        "order": 0,
        "criteria": {"type": "match-all"},
        "timezone": "Asia/Jakarta",
        "notify": {"type": "none"} if "level-0" in team.ways else escalation,
    }


def _escalation(team: OpsgenieTeam) -> Document:
    slow = "first-step-slow" in team.ways
    second = team.users[-1]
    targets = (
        (30 if slow else 0, team.named("schedule", team.schedule["name"])),
        (35, {"id": _user_id(second), "type": "user", "username": second["email"]}),
    )
    rules = [
        {
            "condition": "if-not-acked",
            "notifyType": "default",
            "delay": {"timeAmount": minutes, "timeUnit": "minutes"},
            "recipient": recipient,
        }
        for minutes, recipient in targets
    ]
    return {
        "id": team.id("escalation"),
        "name": f"{team.name} escalation",
        "description": "",
        "ownerTeam": {"id": team.id("team"), "name": team.name},
        "rules": [] if "policy-empty" in team.ways else rules,
        "repeat": None,
    }


def _schedule(team: OpsgenieTeam) -> Document:
    return {
        "id": team.id("schedule"),
        "name": team.schedule["name"],
        "description": team.schedule["summary"],
        "timezone": team.schedule["time_zone"],
        "enabled": True,
        "ownerTeam": {"id": team.id("team"), "name": team.name},
        "rotations": [],
    }


def _parent(team: OpsgenieTeam) -> Document:
    return {"id": team.id("schedule"), "name": team.schedule["name"], "enabled": True}


def _on_call(team: OpsgenieTeam, now: datetime) -> Document:
    username = rota.on_call(team.schedule, now)
    participants = [_recipient(team, username)] if username else []
    return {"_parent": _parent(team), "onCallParticipants": participants}


def _timeline(team: OpsgenieTeam, now: datetime, request: Request) -> Document:
    """Return the final timeline, from the beginning of the day on as Opsgenie shows it."""
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + _WEEK * (request.number("interval", 1) or 1)
    periods = [
        {
            "startDate": rota.stamp(turn_start),
            "endDate": rota.stamp(turn_end),
            "type": "default",
            "recipient": _recipient(team, username),
        }
        for username, turn_start, turn_end in rota.turns(team.schedule, start, end)
    ]
    rotation = {"id": team.id("rotation"), "name": "Rotation", "order": 1.0, "periods": periods}
    return {
        "_parent": _parent(team),
        "startDate": rota.stamp(start),
        "endDate": rota.stamp(end),
        "finalTimeline": {"rotations": [rotation] if periods else []},
    }


def _recipient(team: OpsgenieTeam, username: str) -> Document:
    user = next(user for user in team.users if user["username"] == username)
    return {"id": _user_id(user), "name": user["email"], "type": "user"}


def _user(user: User) -> Document:
    return {
        "id": _user_id(user),
        "username": user["email"],
        "fullName": full_name(user),
        "role": {"id": "User", "name": "User"},
        "blocked": False,
        "verified": True,
    }


def _user_id(user: User) -> str:
    return stable_id("opsgenie", "user", user["username"])
