"""The local Zenduty: in the shapes of Zenduty's own examples, and broken where it is told to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.on_call.broken import WAYS, BadWay
from monitor_sync.emulator.on_call.owners import OwnerTeam
from tests.emulator.conftest import KEYS, Clock

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/zenduty"
WEBHOOKS = "/api/v1/integration/webhooks/configuration/webhooks"
TEAMS = [
    OwnerTeam(
        name=name,
        title=name.capitalize(),
        tool="zenduty",
        service=f"{name} service",
        handles=(f"@webhook-{name}", "@slack-cars"),
    )
    for name in ("motor-quotes", "motor-policies", "travel")
]


class Tools:
    """Asks an emulator of these teams in-process."""

    def __init__(self, *broken: str, enforce_limits: bool = False) -> None:
        self.clock = Clock()
        self.emulator = Emulator(clock=self.clock, enforce_limits=enforce_limits)
        self.emulator.seed_on_call(TEAMS, broken)

    def get(self, path: str, *, key: str = "Token any") -> tuple[int, Any]:
        headers = {"Authorization": key}
        status, sent, body = self.emulator.handle("GET", f"/__zenduty{path}", "", headers, b"")
        return status, json.loads(body) if "json" in sent["content-type"] else body.decode()

    def listing(self, path: str) -> list[dict[str, Any]]:
        status, answer = self.get(path)
        assert status == 200
        assert isinstance(answer, list)
        return answer

    def team(self, name: str = "Motor on call") -> str:
        teams = self.listing("/api/account/teams/")
        (team,) = (team["unique_id"] for team in teams if team["name"] == name)
        return f"/account/teams/{team}"

    def on_call(self) -> list[dict[str, Any]]:
        return self.listing(f"/api/v2{self.team()}/oncall/")

    def webhook(self, name: str) -> tuple[int, Any]:
        status, _, body = self.emulator.handle("GET", f"{WEBHOOKS}/{name}", "", KEYS, b"")
        return status, json.loads(body)


def paths(tools: Tools) -> dict[str, str]:
    team = f"/api{tools.team()}"
    service = tools.listing(f"{team}/services/")[0]["unique_id"]
    return {
        "teams_list": "/api/account/teams/",
        "team_members_list": f"{team}/members/",
        "services_list": f"{team}/services/",
        "integrations_list": f"{team}/services/{service}/integrations/",
        "escalation_policies_list": f"{team}/escalation_policies/",
        "schedules_list": f"{team}/schedules/",
        "oncall_v1": f"{team}/oncall/",
        "oncall_v2": f"/api/v2{tools.team()}/oncall/",
        "oncall_by_service_v2": f"/api/v2{tools.team()}/services/{service}/oncall/",
    }


def shape(value: Any) -> Any:
    """Names, all the way down; of a list its first item stands for all."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def lacking(recorded: Any, given: Any, at: str = "") -> list[str]:
    """Names that an example has and an answer lacks; what is empty in the answer lacks nothing."""
    if isinstance(recorded, dict) and isinstance(given, dict):
        missing = [f"{at}.{name}" for name in recorded if name not in given]
        for name in recorded.keys() & given.keys():
            missing += lacking(recorded[name], given[name], f"{at}.{name}")
        return missing
    if isinstance(recorded, list) and isinstance(given, list):
        return lacking(recorded[0], given[0], at)
    return []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the examples are not beside this checkout")
def test_every_field_of_zendutys_own_examples_is_there() -> None:
    tools = Tools()
    for name, path in paths(tools).items():
        example = json.loads((SAMPLES / f"{name}.json").read_text())["response_body"]
        assert lacking(shape(example), shape(tools.listing(path)), name) == []


def test_two_services_share_a_team_that_is_named_otherwise() -> None:
    tools = Tools()
    services = tools.listing(f"/api{tools.team()}/services/")
    assert [service["name"] for service in services] == [
        "motor-quotes service",
        "motor-policies service",
    ]


def test_somebody_is_on_call_at_every_hour_of_two_weeks() -> None:
    tools = Tools()
    for _ in range(14 * 24):
        for policy in tools.on_call():
            assert all(rule["oncalls"] for rule in policy["oncalls"])
        tools.clock.now += 3600


def test_next_tuesday_nobody_is_on_call_from_two_to_six() -> None:
    tools = Tools("schedule-gap=motor-quotes")
    tools.clock.now = 1_800_000_000  # a Friday, 08:00 UTC
    empty = []
    for hour in range(7 * 24):
        tools.clock.now = 1_800_000_000 + hour * 3600
        if not tools.on_call()[0]["oncalls"][0]["oncalls"]:
            empty.append(tools.clock.now)
    assert [(at - 1_800_000_000 + 8 * 3600) % 86400 // 3600 for at in empty] == [2, 3, 4, 5]
    assert len({(at + 4 * 86400) // 86400 % 7 for at in empty}) == 1


def test_ways_of_one_team_leave_the_other_alone() -> None:
    tools = Tools("service-disabled=motor-quotes", "integration-disabled=motor-quotes")
    services = tools.listing(f"/api{tools.team()}/services/")
    assert [service["status"] for service in services] == [0, 1]
    enabled = [
        tools.listing(f"/api{tools.team()}/services/{service['unique_id']}/integrations/")[0][
            "is_enabled"
        ]
        for service in services
    ]
    assert enabled == [False, True]


def test_a_webhook_is_missing_or_leads_elsewhere() -> None:
    tools = Tools("webhook-missing=travel", "webhook-elsewhere=motor-quotes")
    assert tools.webhook("travel")[0] == 404
    assert tools.webhook("motor-quotes")[1]["url"] == tools.webhook("motor-policies")[1]["url"]


@pytest.mark.parametrize(
    ("way", "status"), [("key-revoked", 403), ("throttled", 429), ("error", 500), ("html", 200)]
)
def test_a_tool_that_says_no_says_it_to_everything_or_about_one_service(
    way: str, status: int
) -> None:
    assert Tools(way).get("/api/account/teams/")[0] == status
    tools = Tools(f"{way}=motor-quotes")
    quotes, policies = tools.listing(f"/api{tools.team()}/services/")
    path = f"/api{tools.team()}/services/{{}}/integrations/"
    struck, answer = tools.get(path.format(quotes["unique_id"]))
    assert struck == status
    assert isinstance(answer, str) == (way == "html")
    assert tools.get(path.format(policies["unique_id"]))[0] == 200


def test_a_key_is_asked_for_and_unknown_paths_are_not_found() -> None:
    tools = Tools()
    assert tools.get("/api/account/teams/", key="")[0] == 403
    assert tools.get("/api/account/teams")[0] == 404  # no slash at its end
    assert tools.get("/api/account/teams/nobodys/services/")[0] == 404


def test_on_call_reads_are_limited_where_limits_are_enforced() -> None:
    tools = Tools(enforce_limits=True)
    path = f"/api/v2{tools.team()}/oncall/"
    assert [tools.get(path)[0] for _ in range(3)] == [200, 200, 429]
    tools.clock.now += 1
    assert tools.get(path)[0] == 200


def test_requests_are_counted_with_ids_left_out() -> None:
    tools = Tools()
    tools.on_call()
    _, _, counts = tools.emulator.handle("GET", "/__emulator/requests", "", {}, b"")
    assert json.loads(counts) == {
        "GET /__zenduty/api/account/teams/": 1,
        "GET /__zenduty/api/v2/account/teams/{team}/oncall/": 1,
    }


def test_a_way_that_there_is_not_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadWay) as refusal:
        Tools("schedule-emty")
    assert refusal.value.hint == "did you mean `schedule-empty`?"
    with pytest.raises(BadWay, match="no team 'motr'"):
        Tools("error=motr")


def test_the_help_of_the_command_lists_every_way() -> None:
    from monitor_sync.cli.commands.emulate import command

    assert command.epilog is not None
    for way, what in WAYS.items():
        assert way in command.epilog
        assert what in command.epilog
