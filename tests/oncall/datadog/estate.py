"""A Datadog On-Call written from recorded answers: two teams, everything as it should be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from monitor_sync.model import Monitor
from monitor_sync.oncall.datadog import connecting
from monitor_sync.oncall.path import Followed, PageToFollow
from tests.datadog.conftest import Answer, ReceivedRequest, Script
from tests.oncall.following import follow_page
from tests.oncall.zenduty.estate import NOW, stamp

KEYS = {"DD_API_KEY": "4c1d9e7f2b6a4d8c", "DD_APP_KEY": "9f8e7d6c5b4a39281706"}
BASE = "/api/v2/on-call"


def team(handle: str) -> dict[str, Any]:
    return {
        "id": f"t-{handle}",
        "type": "team",
        "attributes": {"handle": handle, "name": handle.capitalize(), "shoe_size": 43},
    }


def paging(urgency: str = "high", policy: str = "p1", **changed: Any) -> dict[str, Any]:
    return {"type": "escalation_policy", "policy_id": policy, "urgency": urgency} | changed


def reroute(handle: str) -> dict[str, Any]:
    return {"type": "reroute_to_team", "destination_team_id": f"t-{handle}"}


def rules(*held: tuple[str, dict[str, Any]], **first: Any) -> dict[str, Any]:
    """The routing rules of a team: a query and an action each; ``first`` is said of the first."""
    included = [
        {
            "id": f"r{place}",
            "type": "team_routing_rules",
            "attributes": {"query": query, "actions": [action]} | (first if not place else {}),
        }
        for place, (query, action) in enumerate(held)
    ]
    names = [{"id": rule["id"], "type": rule["type"]} for rule in included]
    return {"data": {"relationships": {"rules": {"data": names}}}, "included": included}


def user(name: str) -> dict[str, Any]:
    return {
        "id": f"u-{name}",
        "type": "users",
        "attributes": {"name": f"{name} Wijaya", "email": f"{name}@acme.example"},
    }


def _named(document: dict[str, Any]) -> dict[str, str]:
    return {"id": document["id"], "type": document["type"]}


SCHEDULE = {"id": "s1", "type": "schedules", "attributes": {"name": "Quotes, weekly"}}


def policy(*steps: tuple[int, list[dict[str, Any]]]) -> dict[str, Any]:
    """An escalation policy: of each step its seconds and its targets."""
    held = [
        {
            "id": f"step{place}",
            "type": "steps",
            "attributes": {"assignment": "default", "escalate_after_seconds": seconds},
            "relationships": {"targets": {"data": [_named(target) for target in targets]}},
        }
        for place, (seconds, targets) in enumerate(steps)
    ]
    return {
        "data": {
            "id": "p1",
            "type": "policies",
            "attributes": {"name": "Quotes escalation"},
            "relationships": {"steps": {"data": [_named(step) for step in held]}},
        },
        "included": [*held, *(target for _, targets in steps for target in targets)],
    }


def responders(*names: str) -> dict[str, Any]:
    users = [user(name) for name in names]
    return {
        "data": {"relationships": {"responders": {"data": [_named(held) for held in users]}}},
        "included": users,
    }


class DatadogOnCall:
    """What it holds. ``turns`` are a name with its hours from now; tests change all of it."""

    def __init__(self) -> None:
        self.teams: Any = [team("quotes"), team("claims")]
        self.paths: dict[str, Any] = {
            f"{BASE}/teams/t-quotes/routing-rules": rules(
                ("alert_status:error", paging()), ("", paging("low"))
            ),
            f"{BASE}/teams/t-claims/routing-rules": rules(("", paging("dynamic"))),
            f"{BASE}/teams/t-quotes/on-call": responders("Ani"),
            f"{BASE}/teams/t-claims/on-call": responders("Ani"),
            f"{BASE}/escalation-policies/p1": policy((300, [SCHEDULE]), (1800, [user("Citra")])),
        }
        self.turns: list[tuple[str, float, float]] = [("Ani", -10, 150), ("Budi", 150, 400)]
        self.nobody = Answer(body={"data": None})
        self.tells_next = True

    def set_rules(self, handle: str, *held: tuple[str, dict[str, Any]], **first: Any) -> None:
        self.paths[f"{BASE}/teams/t-{handle}/routing-rules"] = rules(*held, **first)

    def answer(self, request: ReceivedRequest) -> Answer:
        if request.headers.get("dd-api-key") != KEYS["DD_API_KEY"]:
            return Answer(status=403, body={"errors": ["Forbidden"]})
        if request.path == "/api/v2/team":
            number, size = (int(request.query[f"page[{name}]"]) for name in ("number", "size"))
            if isinstance(self.teams, Answer):
                return self.teams
            return Answer(body={"data": self.teams[number * size : (number + 1) * size]})
        if request.path.startswith(f"{BASE}/schedules/s1/"):
            at = datetime.fromisoformat(request.query["filter[at_ts]"])
            hours = (at - NOW) / timedelta(hours=1)
            part = request.path.rpartition("/")[2]
            return self._on_call(hours) if part == "on-call" else self._next(hours)
        held = self.paths.get(request.path)
        if held is None:
            return Answer(status=404, body={"errors": ["Not Found"]})
        return held if isinstance(held, Answer) else Answer(body=held)

    def _on_call(self, hours: float) -> Answer:
        for name, start, end in self.turns:
            if start <= hours < end:
                shift = _shift(name, start, end)
                return Answer(body={"data": shift, "included": [user(name)]})
        return self.nobody

    def _next(self, hours: float) -> Answer:
        if not self.tells_next:
            return Answer(status=404, body={"errors": ["Not Found"]})
        later = [turn for turn in self.turns if turn[1] > hours][:1]
        group = {"id": "g", "type": "schedule_oncall_responder"}
        data = {"relationships": {"responders": {"data": [group] if later else []}}}
        return Answer(body={"data": data, "included": [_shift(*turn) for turn in later]})


def _shift(name: str, start: float, end: float) -> dict[str, Any]:
    return {
        "id": f"{name}-{start}",
        "type": "shifts",
        "attributes": {
            "start": stamp(NOW + timedelta(hours=start)),
            "end": stamp(NOW + timedelta(hours=end)),
        },
        "relationships": {"user": {"data": _named(user(name))}},
    }


# a page that is followed through it


def monitor(key: str, **changed: Any) -> Monitor:
    body = {
        "name": key,
        "type": "query alert",
        "query": "avg(last_5m):avg:system.load.1{*} by {host} > 5",
        "message": "",
        "tags": ["env:prod", "team:quotes"],
        "priority": 1,
    }
    return Monitor(key=key, body=body | changed, business_unit="motor", team="quotes")


PAGE = PageToFollow(
    team="quotes",
    handle="@oncall-quotes",
    target="quotes",
    service="quotes",
    acknowledge=timedelta(minutes=5),
    states=("alert", "recovery"),
    monitors=(monitor("load"), monitor("memory", priority=4)),
)


def follow(script: Script, **page: Any) -> Followed:
    environ = KEYS | {"DD_HOST": script.url}
    return follow_page(connecting.connect, script, environ, replace(PAGE, **page))
