"""What the look-ups of handles ask, repeat and make of the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.errors import AccessDenied, RemoteError, Unreachable
from tests.datadog.conftest import Answer, ReceivedRequest, Script

BODY = {"name": "n", "type": "query alert", "query": "avg(last_5m):a{*} > 5"}
EDGE = {
    "status": "error",
    "code": 404,
    "errors": ["Not found"],
    "statuspage": "http://status.datadoghq.com",
}
WEBHOOKS = "/api/v1/integration/webhooks/configuration/webhooks"


def test_a_webhook_is_asked_for_by_its_name(script: Script) -> None:
    script.say(
        Answer(body={"name": "a b"}), Answer(status=404, body={"errors": ["Webhook not found"]})
    )
    integrations = script.client().integrations

    assert integrations.webhook("a b/c") is True
    assert integrations.webhook("b") is False
    assert script.requests[0].path == f"{WEBHOOKS}/a%20b%2Fc"


def test_a_pagerduty_service_is_asked_for_by_its_name(script: Script) -> None:
    missing = Answer(status=404, body={"errors": ["Service not found"]})
    script.say(Answer(body={"service_name": "Claims"}), missing)
    integrations = script.client().integrations

    assert integrations.pagerduty_service("Claims") is True
    assert integrations.pagerduty_service("Payments") is False
    assert script.requests[0].path == "/api/v1/integration/pagerduty/configuration/services/Claims"


def test_names_are_taken_out_of_what_is_listed(script: Script) -> None:
    integrations = script.client().integrations

    script.say(Answer(body={"data": [{"id": "1", "attributes": {"name": "claims"}}, 5, {}]}))
    assert integrations.opsgenie_services() == {"claims"}

    script.say(Answer(body=[{"name": "#general"}, {"name": "plain"}, {"name": None}]))
    assert integrations.slack_channels("acme") == {"general", "plain"}

    assert [request.path for request in script.requests] == [
        "/api/v2/integration/opsgenie/services",
        "/api/v1/integration/slack/configuration/accounts/acme/channels",
    ]


def test_teams_are_listed_to_the_last_page(script: Script) -> None:
    def page(request: ReceivedRequest) -> Answer:
        first = int(request.query["page[number]"]) * 100
        data = [team(number) for number in range(first, min(first + 100, 230))]
        return Answer(body={"data": data})

    script.say(page)

    assert script.client().integrations.teams() == {f"team-{number}" for number in range(230)}
    assert [request.query["page[size]"] for request in script.requests] == ["100"] * 3


def test_a_listing_that_says_the_same_page_again_and_again_ends(script: Script) -> None:
    script.say(Answer(body={"data": [team(number) for number in range(100)]}))

    assert len(script.client().integrations.teams()) == 100
    assert len(script.requests) == 2


def team(number: int) -> dict[str, Any]:
    return {"id": str(number), "attributes": {"handle": f"team-{number}"}}


ASKING: list[Callable[[Client], Any]] = [
    lambda client: client.integrations.webhook("a"),
    lambda client: client.integrations.pagerduty_service("a"),
    lambda client: client.integrations.opsgenie_services(),
    lambda client: client.integrations.slack_channels("a"),
    lambda client: client.integrations.teams(),
]


@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(
    "answer",
    [Answer(status=404, body=EDGE), Answer(status=404, body="<html>"), Answer(status=500),
     Answer(status=200, body="<html>"), Answer(status=200, body=5)],
    ids=str,
)  # fmt: skip
def test_what_could_not_be_looked_up_is_an_error_and_not_an_absence(
    script: Script, ask: Callable[[Client], Any], answer: Answer
) -> None:
    script.say(answer)

    with pytest.raises(RemoteError):
        ask(script.client(tries=1))


@pytest.mark.parametrize(
    ("ask", "scope"), [(ASKING[0], "integrations_read"), (ASKING[4], "teams_read")]
)
def test_the_missing_permission_is_named(
    script: Script, ask: Callable[[Client], Any], scope: str
) -> None:
    script.say(Answer(status=403, body={"errors": ["Forbidden"]}))

    with pytest.raises(AccessDenied) as caught:
        ask(script.client())

    assert f"it needs {scope};" in caught.value.hint


def test_a_list_without_its_data_is_no_empty_list(script: Script) -> None:
    script.say(Answer(body={"meta": {}}))

    with pytest.raises(Unreachable):
        script.client().integrations.teams()
    with pytest.raises(Unreachable):
        script.client().integrations.opsgenie_services()
