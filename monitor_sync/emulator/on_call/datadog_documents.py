"""Teams of Datadog On-Call and what is answered about them: rules, policies, schedules, turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor_sync.emulator.answers import Request
from monitor_sync.emulator.on_call import rota
from monitor_sync.emulator.on_call.names import User, full_name, stable_id

_CREATED = "2026-01-12T04:30:00.000000+00:00"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_LONGEST_TURN = timedelta(days=8)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatadogTeam:
    """
    A team of Datadog's with what On-Call has of it.

    The last of `users` is the second step, the others take turns. `ways` are those in which it is
    broken.
    """

    owner: str
    title: str
    handle: str
    schedule: rota.Schedule
    users: tuple[User, ...]
    ways: frozenset[str]

    @property
    def id(self) -> str:
        """The id of the team."""
        return team_id(self.handle)

    def own(self, kind: str) -> str:
        """Return the id of its object of a kind, such as `policy`."""
        return stable_id("datadog", kind, self.handle)


def team_id(handle: str) -> str:
    """Return the id of the team of a handle."""
    return stable_id("datadog", "team", handle)


def team_document(handle: str, title: str) -> Document:
    """Return a team as `GET /api/v2/team` lists it."""
    path = f"/api/v2/team/{team_id(handle)}"
    return {
        "type": "team",
        "id": team_id(handle),
        "attributes": {
            "name": title,
            "handle": handle,
            "summary": None,
            "description": None,
            "created_at": _CREATED,
            "modified_at": _CREATED,
            "user_count": 4,
            "link_count": 0,
        },
        "relationships": {
            "team_links": {"links": {"related": f"{path}/links"}},
            "user_team_permissions": {"links": {"related": f"{path}/permission-settings"}},
        },
    }


# routing rules


def routing_rules(team: DatadogTeam, elsewhere: str, request: Request) -> Document:
    """Return the routing rules of a team; `elsewhere` is the id of another team."""
    rules = list(_rules(team, elsewhere))
    document: Document = {
        "data": {
            "id": team.id,
            "type": "team_routing_rules",
            "relationships": {"rules": {"data": [_named(rule) for rule in rules]}},
        }
    }
    if "rules" in request.query.get("include", "").split(","):
        document["included"] = rules
    return document


def _rules(team: DatadogTeam, elsewhere: str) -> Iterator[Document]:
    """Yield alerts to the policy with high urgency, then all else with low urgency."""
    if "integration-disabled" in team.ways:
        return
    if "rule-unmatched" in team.ways:
        yield _rule(team, "legacy", "tags.service:legacy", _paging(team, "high"))
    if "webhook-elsewhere" in team.ways or "reroute-circle" in team.ways:
        to_team = team.id if "reroute-circle" in team.ways else elsewhere
        yield _rule(team, "rest", "", {"type": "reroute_to_team", "destination_team_id": to_team})
        return
    if "level-0" in team.ways:
        chat = {"type": "send_slack_message", "channel": "alerts", "workspace": "acme"}
        yield _rule(team, "rest", "", chat)
        return
    if "low-urgency" not in team.ways:
        yield _rule(team, "alerts", "alert_status:error", _paging(team, "high"))
    yield _rule(team, "rest", "", _paging(team, "low"))


def _paging(team: DatadogTeam, urgency: str) -> Document:
    action: Document = {
        "type": "escalation_policy",
        "policy_id": team.own("policy"),
        "urgency": urgency,
    }
    if "support-hours" in team.ways:
        action["support_hours"] = {
            "time_zone": "Asia/Jakarta",
            "restrictions": [
                {"start_day": day, "start_time": "09:00:00", "end_day": day, "end_time": "17:00:00"}
                for day in _WEEKDAYS
            ],
        }
    return action


def _rule(team: DatadogTeam, name: str, query: str, action: Document) -> Document:
    rule: Document = {
        "id": stable_id("datadog", "rule", name, team.handle),
        "type": "team_routing_rules",
        "attributes": {"actions": [action], "query": query},
    }
    if "urgency" in action:
        rule["attributes"]["urgency"] = action["urgency"]
        policy = {"id": action["policy_id"], "type": "policies"}
        rule["relationships"] = {"policy": {"data": policy}}
    return rule


# policies and schedules


def policy(team: DatadogTeam) -> Document:
    """Return the escalation policy of a team, with its steps and their targets."""
    slow = "first-step-slow" in team.ways
    second = _user(team.users[-1])
    targets = (
        {"id": team.own("schedule"), "type": "schedules"},
        {"id": second["id"], "type": "users"},
    )
    steps = [
        {
            "id": stable_id("datadog", "step", str(place), team.handle),
            "type": "steps",
            "attributes": {"assignment": "default", "escalate_after_seconds": seconds},
            "relationships": {"targets": {"data": [target]}},
        }
        for place, (target, seconds) in enumerate(
            zip(targets, (1800 if slow else 300, 1800), strict=True)
        )
    ]
    if "policy-empty" in team.ways:
        steps = []
    return {
        "data": {
            "id": team.own("policy"),
            "type": "policies",
            "attributes": {
                "name": f"{team.title} escalation",
                "resolve_page_on_policy_end": True,
                "retries": 2,
                "tags": [],
            },
            "relationships": {
                "steps": {"data": [_named(step) for step in steps]},
                "teams": {"data": [{"id": team.id, "type": "teams"}]},
            },
        },
        "included": [*steps, schedule(team), second] if steps else [],
    }


def schedule(team: DatadogTeam) -> Document:
    """Return the schedule of a team."""
    return {
        "id": team.own("schedule"),
        "type": "schedules",
        "attributes": {
            "name": team.schedule["name"],
            "tags": [],
            "time_zone": team.schedule["time_zone"],
        },
        "relationships": {
            "layers": {"data": [{"id": team.own("layer"), "type": "layers"}]},
            "teams": {"data": [{"id": team.id, "type": "teams"}]},
        },
    }


# who is on call


def team_on_call(team: DatadogTeam, now: datetime) -> Document:
    """Return whom the team calls now, at the first step and later."""
    steps = [] if "policy-empty" in team.ways else _people(team, now)
    first, later = (steps[0], steps[1:]) if steps else ([], [])
    escalations = [
        {
            "id": stable_id("datadog", "escalation", str(place), team.handle),
            "type": "escalation_policy_steps",
            "relationships": {"responders": {"data": [_named(user) for user in users]}},
        }
        for place, users in enumerate(later)
    ]
    users = {user["id"]: user for step in steps for user in step}
    return {
        "data": {
            "id": f"{team.id}-{int(now.timestamp())}",
            "type": "team_oncall_responders",
            "relationships": {
                "escalations": {"data": [_named(step) for step in escalations]},
                "responders": {"data": [_named(user) for user in first]},
            },
        },
        "included": [*users.values(), *escalations],
    }


def _people(team: DatadogTeam, now: datetime) -> list[list[Document]]:
    """Return who is called now at each step."""
    turn = _turn(team, now)
    return [[_user_of(team, turn[0])] if turn else [], [_user(team.users[-1])]]


def on_call(team: DatadogTeam, at: datetime) -> Document:
    """Return the turn at a moment; null where nobody is on call (not recorded)."""
    turn = _turn(team, at)
    if turn is None:
        return {"data": None}
    return {"data": _shift(team, turn), "included": [_user_of(team, turn[0])]}


def responders(team: DatadogTeam, at: datetime, request: Request) -> Document:
    """Return the turns at a moment by position; a position without any is left out."""
    turns = list(rota.turns(team.schedule, at - _LONGEST_TURN, at + 2 * _LONGEST_TURN))
    current = next((turn for turn in turns if turn[1] <= at < turn[2]), None)
    positions = {"current": current, "next": next((turn for turn in turns if turn[1] > at), None)}
    wanted = request.query.get("filter[position]", "current").split(",")
    identifier = f"{team.own('schedule')}-{int(at.timestamp())}"
    groups, shifts = [], []
    for position in wanted:
        turn = positions.get(position)
        if turn is None:
            continue
        shift = _shift(team, turn)
        shifts.append(shift)
        groups.append(
            {
                "id": f"{identifier}-{position}",
                "type": "schedule_oncall_responder",
                "attributes": {"position": position},
                "relationships": {"shifts": {"data": [_named(shift)]}},
            }
        )
    return {
        "data": {
            "id": identifier,
            "type": "schedule_oncall_responders",
            "attributes": {"scheduled_at": rota.stamp(at)},
            "relationships": {
                "responders": {"data": [_named(group) for group in groups]},
                "schedule": {"data": {"id": team.own("schedule"), "type": "schedules"}},
            },
        },
        "included": [*groups, *shifts],
    }


def _turn(team: DatadogTeam, at: datetime) -> tuple[str, datetime, datetime] | None:
    turns = rota.turns(team.schedule, at - _LONGEST_TURN, at + _LONGEST_TURN)
    return next((turn for turn in turns if turn[1] <= at < turn[2]), None)


def _shift(team: DatadogTeam, turn: tuple[str, datetime, datetime]) -> Document:
    username, start, end = turn
    user = _user_of(team, username)
    return {
        "id": f"{user['id']}-{rota.stamp(start)}-{rota.stamp(end)}",
        "type": "shifts",
        "attributes": {
            "start": rota.local_stamp(team.schedule, start),
            "end": rota.local_stamp(team.schedule, end),
        },
        "relationships": {"user": {"data": _named(user)}},
    }


def _user_of(team: DatadogTeam, username: str) -> Document:
    return _user(next(user for user in team.users if user["username"] == username))


def _user(user: User) -> Document:
    return {
        "id": stable_id("datadog", "user", user["username"]),
        "type": "users",
        "attributes": {"email": user["email"], "name": full_name(user), "status": "active"},
    }


def _named(document: Document) -> Document:
    """Return how other objects refer to an object."""
    return {"id": document["id"], "type": document["type"]}
