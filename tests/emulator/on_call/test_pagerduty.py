"""The local PagerDuty: in the shapes of PagerDuty's own examples, page by page, within limits."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from monitor_sync.emulator.answers import Request
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.on_call.owners import OwnerTeam
from monitor_sync.emulator.on_call.pagerduty import PagerDutyAccount
from monitor_sync.emulator.on_call.rota import stamp
from tests.emulator.conftest import KEYS, Clock
from tests.emulator.on_call.test_zenduty import lacking, shape

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/pagerduty"
SERVICES = "/api/v1/integration/pagerduty/configuration/services"
TEAMS = [
    OwnerTeam(
        name=name,
        title=name.capitalize(),
        tool="pagerduty",
        service=f"{name} service",
        handles=(f"@pagerduty-{name}", "@slack-cars"),
    )
    for name in ("motor", "claims", "travel")
]
LISTS = ("services", "escalation_policies", "schedules", "oncalls")


class Tools:
    """Asks an emulator of these teams in-process."""

    def __init__(self, *broken: str, enforce_limits: bool = False) -> None:
        self.clock = Clock()
        self.emulator = Emulator(clock=self.clock, enforce_limits=enforce_limits)
        self.emulator.seed_on_call(TEAMS, broken)

    def get(self, path: str, **query: str) -> tuple[int, Any]:
        headers = {"Authorization": "Token token=any"}
        status, _, body = self.emulator.handle(
            "GET", f"/__pagerduty{path}", urlencode(query), headers, b""
        )
        return status, json.loads(body) if body[:1] == b"{" else body.decode()

    def listing(self, name: str, **query: str) -> list[dict[str, Any]]:
        status, answer = self.get(f"/{name}", **query)
        assert status == 200
        listed: list[dict[str, Any]] = answer[name]
        return listed

    def in_datadog(self, name: str) -> int:
        return self.emulator.handle("GET", f"{SERVICES}/{name}", "", KEYS, b"")[0]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the examples are not beside this checkout")
@pytest.mark.parametrize("name", LISTS)
def test_every_field_of_pagerdutys_own_examples_is_there(name: str) -> None:
    file = SAMPLES / f"{name}{'' if name == 'oncalls' else '_list'}.json"
    examples = json.loads(file.read_text())["response_example"]
    example = next(iter(examples.values()))["value"]
    missing = lacking(shape(example), shape(Tools().get(f"/{name}")[1]), name)
    parts = ("support_hours.", "urgency_rule.", "scheduled_actions.", "oncalls.schedule.")
    assert [field for field in missing if not any(part in field for part in parts)] == []


def test_lists_come_in_pages_and_single_objects_by_id() -> None:
    tools = Tools()
    _, page = tools.get("/services", limit="2", offset="1", total="true")
    assert [service["name"] for service in page["services"]] == ["claims service", "travel service"]
    assert (page["more"], page["total"]) == (False, 3)
    assert tools.get("/services", limit="2")[1]["more"] is True
    assert tools.get("/services", offset="x")[0] == 400
    identifier = page["services"][0]["id"]
    assert tools.get(f"/services/{identifier}")[1]["service"] == page["services"][0]
    assert tools.get("/services/PNOBODY")[0] == 404
    assert [s["name"] for s in tools.listing("services", query="TRAVEL")] == ["travel service"]
    counts = json.loads(tools.emulator.handle("GET", "/__emulator/requests", "", {}, b"")[2])
    assert counts["GET /__pagerduty/services/{id}"] == 2


def test_turns_follow_one_another_without_a_gap_and_name_no_address() -> None:
    tools = Tools()
    now = datetime.fromtimestamp(tools.clock.now, UTC) + timedelta(minutes=7)
    window = {"since": stamp(now), "until": stamp(now + timedelta(days=14)), "limit": "100"}
    for policy in tools.listing("escalation_policies"):
        entries = tools.listing("oncalls", **window, **{"escalation_policy_ids[]": policy["id"]})
        first = [entry for entry in entries if entry["escalation_level"] == 1]
        assert first[0]["start"] == window["since"]
        assert [entry["start"] for entry in first[1:]] == [entry["end"] for entry in first[:-1]]
        assert first[-1]["end"] == window["until"]
        assert entries[-1]["start"] is entries[-1]["schedule"] is None
        assert "@" not in json.dumps(entries)


def test_datadog_knows_the_handles_but_for_one_that_is_to_be_missing() -> None:
    tools = Tools("webhook-missing=motor")
    assert [tools.in_datadog(team.name) for team in TEAMS] == [404, 200, 200]
    tools.emulator.seed_on_call(TEAMS, ["webhook-missing=travel"])
    assert [tools.in_datadog(team.name) for team in TEAMS] == [200, 200, 404]


def test_960_requests_a_minute_are_allowed_where_limits_are_enforced() -> None:
    clock = Clock()
    account = PagerDutyAccount((), (), clock=clock, enforce_limits=True)
    headers = {"authorization": "Token token=any"}
    request = Request(
        method="GET", path="/__pagerduty/schedules", query={}, headers=headers, body=b""
    )
    answers = [account.answer(request) for _ in range(961)]
    assert [answer.status for answer, _ in answers] == [200] * 960 + [429]
    assert answers[-1][1] == {
        "ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "60",
    }  # fmt: skip
    clock.now += 61
    assert account.answer(request)[0].status == 200


def test_a_token_is_wanted_and_unknown_paths_are_404() -> None:
    tools = Tools()
    assert tools.emulator.handle("GET", "/__pagerduty/services", "", {}, b"")[0] == 401
    assert tools.get("/incidents")[0] == 404
