"""What handles name: webhooks, services, channels and teams, made and found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import KEYS, Caller

WEBHOOKS = "/v1/integration/webhooks/configuration/webhooks"
PAGERDUTY = "/v1/integration/pagerduty/configuration/services"
SLACK = "/v1/integration/slack/configuration/accounts/acme/channels"
OPSGENIE = "/v2/integration/opsgenie/services"
SAMPLES = Path(__file__).parents[2].parent / "shared/reference/oncall_samples/datadog"


def team(name: str) -> dict[str, Any]:
    return {"data": {"type": "team", "attributes": {"name": name, "handle": name}}}


def test_a_webhook_is_read_and_deleted_by_its_name(call: Caller) -> None:
    status, made = call("POST", WEBHOOKS, {"name": "zenduty-a", "url": "https://example.com/"})
    assert status == 201

    assert call("GET", f"{WEBHOOKS}/zenduty-a") == (200, made)
    assert call("DELETE", f"{WEBHOOKS}/zenduty-a") == (200, {})
    assert call("GET", f"{WEBHOOKS}/zenduty-a") == (404, {"errors": ["Webhook not found"]})


def test_a_webhook_is_changed_field_by_field_and_may_get_another_name(call: Caller) -> None:
    call("POST", WEBHOOKS, {"name": "zenduty-a", "url": "https://example.com/"})

    status, changed = call("PUT", f"{WEBHOOKS}/zenduty-a", {"payload": "{}"})
    assert (status, changed["url"], changed["payload"]) == (200, "https://example.com/", "{}")
    assert call("PUT", f"{WEBHOOKS}/zenduty-a", {"name": "zenduty-b"})[0] == 200
    assert call("GET", f"{WEBHOOKS}/zenduty-a")[0] == 404
    assert call("GET", f"{WEBHOOKS}/zenduty-b") == (200, changed | {"name": "zenduty-b"})
    assert call("PUT", f"{WEBHOOKS}/nobodys", {"payload": "{}"})[0] == 404


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recordings are not beside this checkout")
def test_a_webhook_is_answered_as_it_was_recorded(call: Caller) -> None:
    sample = json.loads((SAMPLES / "v1_create_a_webhooks_integration_returns_ok.json").read_text())
    for recorded in sample["interactions"]:
        path = urlsplit(recorded["uri"]).path.removeprefix("/api")
        status, body = call(recorded["method"], path, recorded["request_body"])
        assert (status, body) == (recorded["status"]["code"], recorded["response_body"])
        assert list(body) == list(recorded["response_body"])


def test_a_pagerduty_service_is_found_by_name_and_its_key_is_never_told(call: Caller) -> None:
    sent = {"service_name": "Claims", "service_key": "secret"}
    assert call("POST", PAGERDUTY, sent) == (201, {"service_name": "Claims"})
    assert call("GET", f"{PAGERDUTY}/Claims") == (200, {"service_name": "Claims"})
    assert call("GET", f"{PAGERDUTY}/claims") == (404, {"errors": ["Service not found"]})


def test_opsgenie_services_are_listed_without_their_keys(call: Caller) -> None:
    attributes = {"name": "claims", "opsgenie_api_key": "secret", "region": "eu"}
    status, made = call("POST", OPSGENIE, {"data": {"attributes": attributes}})
    assert status == 201
    assert call("GET", OPSGENIE) == (200, {"data": [made["data"]]})
    assert "secret" not in json.dumps(made)


def test_slack_channels_belong_to_an_account(call: Caller) -> None:
    channel = {"name": "#motor-alerts", "display": {"tags": True}}
    assert call("POST", SLACK, channel) == (200, channel)
    assert call("GET", SLACK) == (200, [channel])
    assert call("GET", SLACK.replace("acme", "other"))[0] == 404


def test_teams_come_in_pages(call: Caller) -> None:
    for number in range(25):
        assert call("POST", "/v2/team", team(f"team-{number:02}"))[0] == 201

    pages = [
        call("GET", "/v2/team", query={"page[number]": str(number), "page[size]": "10"})[1]
        for number in range(4)
    ]
    assert [len(page["data"]) for page in pages] == [10, 10, 5, 0]
    assert pages[1]["data"][0]["attributes"]["handle"] == "team-10"
    assert pages[0]["meta"]["pagination"]["total"] == 25


def test_a_team_is_found_by_a_part_of_its_name(call: Caller) -> None:
    call("POST", "/v2/team", team("motor-quotes"))
    call("POST", "/v2/team", team("claims"))
    _, answer = call("GET", "/v2/team", query={"filter[keyword]": "QUOTE"})
    assert [team["attributes"]["handle"] for team in answer["data"]] == ["motor-quotes"]


def test_a_handle_belongs_to_one_team(call: Caller) -> None:
    _, made = call("POST", "/v2/team", team("claims"))
    refusal = {"errors": ["Team name and handle must be unique"]}
    assert call("POST", "/v2/team", team("claims")) == (409, refusal)

    path = f"/v2/team/{made['data']['id']}"
    assert call("GET", path)[0] == 200
    assert call("DELETE", path) == (204, None)
    assert call("DELETE", path)[0] == 404
    assert call("GET", "/v2/team/claims")[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (WEBHOOKS, {"name": "a"}),
        (WEBHOOKS, {"name": ["a"], "url": "b"}),
        (PAGERDUTY, {"service_name": "a"}),
        (OPSGENIE, {"data": []}),
        (OPSGENIE, {"data": {"attributes": {"name": 5}}}),
        (SLACK, {}),
        ("/v2/team", {}),
        ("/v2/team", {"data": {"attributes": {"name": "a"}}}),
    ],
)
def test_what_lacks_something_is_refused(call: Caller, path: str, body: Any) -> None:
    assert call("POST", path, body)[0] == 400


def test_names_are_no_routes_of_their_own_in_the_request_counter(call: Caller) -> None:
    for name in ("a", "b", "c/d"):
        call("GET", f"{WEBHOOKS}/{name}")
    _, _, counted = call.emulator.handle("GET", "/__emulator/requests", "", KEYS, b"")
    assert json.loads(counted) == {f"GET /api{WEBHOOKS}/{{name}}": 3}


def test_they_survive_a_restart(tmp_path: Path) -> None:
    first = Caller(Emulator(state=tmp_path / "state"))
    first("POST", WEBHOOKS, {"name": "a", "url": "https://example.com/"})
    first("POST", SLACK, {"name": "#general"})
    first("POST", "/v2/team", team("claims"))
    first.emulator.close()

    second = Caller(Emulator(state=tmp_path / "state"))
    assert second("GET", f"{WEBHOOKS}/a")[0] == 200
    assert second("GET", SLACK)[0] == 200
    assert len(second("GET", "/v2/team")[1]["data"]) == 1
    second.emulator.close()
