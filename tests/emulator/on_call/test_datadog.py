"""The local Datadog On-Call: in the shapes that were recorded, at Datadog's own paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.on_call.datadog_documents import team_id
from monitor_sync.emulator.on_call.names import stable_id
from monitor_sync.emulator.on_call.owners import OwnerTeam
from tests.emulator.conftest import KEYS, Clock
from tests.emulator.on_call.test_zenduty import lacking, shape

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/datadog"
TEAMS = [
    OwnerTeam(
        name=name, title=name.capitalize(), tool="datadog", service="", handles=(f"@oncall-{name}",)
    )
    for name in ("motor", "claims")
]
BASE = "/api/v2/on-call"
TEAM, POLICY = team_id("motor"), stable_id("datadog", "policy", "motor")
SCHEDULE = stable_id("datadog", "schedule", "motor")

RECORDED = {
    "v2_get_oncall_escalation_policy": (
        "/escalation-policies/", f"/escalation-policies/{POLICY}", {"include": "steps.targets"},
    ),
    "v2_get_oncall_schedule": ("/schedules/", f"/schedules/{SCHEDULE}", {}),
    "v2_get_scheduled_oncall_user": ("/on-call", f"/schedules/{SCHEDULE}/on-call", {}),
    "v2_get_oncall_responders_for_a_schedule": (
        "/responders", f"/schedules/{SCHEDULE}/responders", {},
    ),
    "v2_get_team_oncall_users": (
        "/on-call?include=", f"/teams/{TEAM}/on-call",
        {"include": "responders,escalations.responders"},
    ),
    "v2_set_oncall_team_routing_rules": (
        "/routing-rules?include=rules", f"/teams/{TEAM}/routing-rules", {"include": "rules"},
    ),
}  # fmt: skip


class Tools:
    """Asks an emulator of these teams in-process."""

    def __init__(self, *broken: str, enforce_limits: bool = False) -> None:
        self.clock = Clock()
        self.emulator = Emulator(clock=self.clock, enforce_limits=enforce_limits)
        self.emulator.seed_on_call(TEAMS, broken)

    def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] = KEYS,
    ) -> tuple[int, dict[str, str], Any]:
        status, given, body = self.emulator.handle(
            "GET", f"{BASE}{path}", urlencode(query or {}), headers, b""
        )
        return status, given, json.loads(body)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recordings are not beside this checkout")
@pytest.mark.parametrize("name", RECORDED)
def test_every_field_of_recorded_answers_is_there(name: str) -> None:
    recorded_path, path, query = RECORDED[name]
    interactions = json.loads((SAMPLES / f"{name}_returns_ok.json").read_text())["interactions"]
    recorded = next(
        held["response_body"]
        for held in interactions
        if recorded_path in held["uri"] and held["method"] in ("GET", "PUT")
    )
    status, _, given = Tools().get(path, query)

    assert status == 200
    missing = lacking(shape(recorded), shape(given), name)
    of_other_rules = ("time_restriction", "escalations")  # rules and steps that are none of these
    assert [field for field in missing if not field.endswith(of_other_rules)] == []


def test_rules_are_only_named_where_they_are_not_asked_for() -> None:
    answer = Tools().get(f"/teams/{TEAM}/routing-rules")[2]
    assert len(answer["data"]["relationships"]["rules"]["data"]) == 2
    assert "included" not in answer


def test_where_nobody_is_on_call_there_is_no_turn_and_the_next_is_told() -> None:
    tools = Tools("schedule-gap=motor")
    gap = "2027-01-19T03:00:00Z"
    status, _, nobody = tools.get(f"/schedules/{SCHEDULE}/on-call", {"filter[at_ts]": gap})
    assert (status, nobody["data"]) == (200, None)
    _, _, following = tools.get(
        f"/schedules/{SCHEDULE}/responders",
        {"filter[at_ts]": gap, "filter[position]": "current,next"},
    )
    positions = [
        held["attributes"]["position"]
        for held in following["included"]
        if held["type"] == "schedule_oncall_responder"
    ]
    assert positions == ["next"]


def test_keys_ids_and_methods_are_asked_for() -> None:
    tools = Tools()
    path = f"/teams/{TEAM}/on-call"
    assert tools.get(path, headers={})[0] == 403
    assert tools.get(path, headers={"Authorization": "Bearer t"})[0] == 200
    assert tools.get("/teams/nobody/on-call")[0] == 404
    assert tools.emulator.handle("PUT", f"{BASE}{path}", "", KEYS, b"")[0] == 404


def test_limits_are_told_and_enforced_where_wanted() -> None:
    tools = Tools(enforce_limits=True)
    answers = [tools.get(f"/schedules/{SCHEDULE}") for _ in range(601)]
    assert answers[0][1]["x-ratelimit-remaining"] == "599"
    assert [status for status, _, _ in answers] == [200] * 600 + [429]


def test_the_teams_are_among_datadogs() -> None:
    tools = Tools("webhook-missing=claims")
    body = tools.emulator.handle("GET", "/api/v2/team", "", KEYS, b"")[2]
    assert [team["attributes"]["handle"] for team in json.loads(body)["data"]] == ["motor"]
