"""A Zenduty and a Datadog to read history from, which keep to the published descriptions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app.response_history import ResponseHistory, read_history
from monitor_sync.app.target import Target
from monitor_sync.incidents import TimeSpan
from monitor_sync.model import Project, Team
from tests.datadog.conftest import Answer, ReceivedRequest, Script

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0
LAST_WEEKS = TimeSpan(NOW - 28 * DAY, NOW)

TEAM = Team(name="motor", title="Motor", on_call="motor", tool="zenduty", service="Quotes")
PROJECT = Project(name="acme", teams={"motor": TEAM})

FILTER = "/api/incidents/filter/"
EVENTS = "/api/v2/events/search"


def at(ago: float) -> str:
    return f"{datetime.fromtimestamp(NOW - ago, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def incident(number: int, ago: float, **fields: Any) -> dict[str, Any]:
    """An incident as the published example has it, created so many seconds ago."""
    return {
        "incident_number": number,
        "unique_id": f"id{number}",
        "title": f"[P-{number}] Browser monitor global outage",
        "status": 3,
        "creation_date": at(ago),
        "acknowledged_date": at(ago - 60),
        "resolved_date": at(ago - 600),
        "assigned_to": "7e26fed1-f11c-4e78-afc6-a",
        "assigned_to_name": "Sari Dewi",
        "service_object": {"name": "Quotes", "unique_id": "s1", "team": "t1", "team_name": "Motor"},
        "team_priority_object": {"name": "P1", "color": "magenta"},
        "tags": [{"name": "tech-ops", "unique_id": "x"}],
        "is_child_incident": False,
        "postmortems": [],
        **fields,
    }


def event(number: int, ago: float, kind: str = "alert", **monitor: Any) -> dict[str, Any]:
    """A transition of monitor 7 as a recorded event has it."""
    states = {"alert": ("OK", "Alert"), "alert recovery": ("Alert", "OK")}
    source, destination = states.get(kind, ("Alert", "Alert"))
    return {
        "id": f"e{number}",
        "type": "event",
        "attributes": {
            "timestamp": at(ago),
            "attributes": {
                "timestamp": int((NOW - ago) * 1000),
                "monitor_groups": ["service:quotes", "env:prod"],
                "monitor": {
                    "id": 7,
                    "alert_cycle_key_txt": "c1",
                    "transition": {
                        "source_state": source,
                        "destination_state": destination,
                        "transition_type": kind,
                    },
                    **monitor,
                },
            },
        },
    }


@dataclass(slots=True)
class Services:
    """A Zenduty that keeps to the published description, and a Datadog with events."""

    script: Script
    environ: dict[str, str]
    incidents: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 3
    answers: dict[str, Callable[[ReceivedRequest], Answer]] = field(default_factory=dict)

    def __call__(self, request: ReceivedRequest) -> Answer:
        if request.path in self.answers:
            return self.answers[request.path](request)
        match request.path:
            case "/api/v2/current_user":
                org = {"data": {"type": "orgs", "id": "org-1"}}
                return Answer(body={"data": {"relationships": {"org": org}}})
            case "/api/v1/monitor":
                return Answer(body=[])
            case "/api/account/teams/":
                return Answer(body=[{"unique_id": "t1", "name": "Motor"}])
            case path if path == FILTER:
                return self.filtered(request)
            case path if path == EVENTS:
                return self.searched(request)
        return Answer(status=404, body={"detail": "Not found."})

    def filtered(self, request: ReceivedRequest) -> Answer:
        body = request.body
        first, last = date.fromisoformat(body["from_date"]), date.fromisoformat(body["to_date"])
        matching = [
            item
            for item in self.incidents
            if first < date.fromisoformat(item["creation_date"][:10]) < last
            and (body["status"] == 0 or str(item["status"]) != "3")
        ]
        page = int(request.query.get("page", 1))
        start = (page - 1) * self.page_size
        more = start + self.page_size < len(matching)
        following = f"{self.script.url}{FILTER}?page={page + 1}" if more else None
        results = matching[start : start + self.page_size]
        return Answer(body={"count": None, "next": following, "previous": None, "results": results})

    def searched(self, request: ReceivedRequest) -> Answer:
        sought, page = request.body["filter"], request.body["page"]
        matching = [
            item
            for item in self.events
            if sought["from"] <= item["attributes"]["timestamp"] < sought["to"]
        ]
        start = int(page.get("cursor", 0))
        after = start + self.page_size
        meta = {"page": {"after": str(after)}} if after < len(matching) else {}
        return Answer(body={"data": matching[start:after], "meta": meta})

    def read(
        self, span: TimeSpan = LAST_WEEKS, *, now: float = NOW, **options: Any
    ) -> ResponseHistory:
        self.script.requests.clear()
        target = Target(environ=self.environ)
        return read_history(PROJECT, target, span, now=now, **options)

    def requests_to(self, path: str) -> int:
        return sum(request.path == path for request in self.script.requests)


def file_of(services: Services) -> Path:
    (path,) = Path(services.environ["XDG_STATE_HOME"]).rglob("history.sqlite")
    return path


@pytest.fixture
def services(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr("monitor_sync.oncall.zenduty.connecting.LIMITS", {})
    environ = {
        "DD_HOST": script.url,
        "DD_API_KEY": "0123456789abcdef-api",
        "DD_APP_KEY": "0123456789abcdef-app",
        "ZENDUTY_URL": script.url,
        "ZENDUTY_API_KEY": "0123456789abcdef-zenduty",
        "XDG_STATE_HOME": str(tmp_path),
        "MONITOR_SYNC_BACKOFF": "0.001",
    }
    made = Services(script, environ)
    script.say(made)
    return made
