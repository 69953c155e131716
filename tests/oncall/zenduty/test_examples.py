"""Zenduty's own published examples are read as they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.oncall.path import LookAhead, PageToFollow, Webhook
from monitor_sync.oncall.tool import Connection
from monitor_sync.oncall.zenduty import connecting
from tests.datadog.conftest import Answer, ReceivedRequest, Script
from tests.oncall.zenduty.estate import NOW

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/zenduty"
BY_PATH = {
    "/teams/": "teams_list",
    "/services/": "services_list",
    "/integrations/": "integrations_list",
    "/escalation_policies/": "escalation_policies_list",
    "/schedules/": "schedules_list",
    "/oncall/": "oncall_v2",
}

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the examples are not beside this checkout"
)


def example(name: str) -> list[dict[str, Any]]:
    body = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))["response_body"]
    assert isinstance(body, list)
    return body


def answer(request: ReceivedRequest) -> Answer:
    if request.path.endswith("/services/") and "61010821" not in request.path:
        return Answer(body=[])  # the examples are of one team
    (name,) = (name for end, name in BY_PATH.items() if request.path.endswith(end))
    return Answer(body=example(name))


def test_a_page_is_followed_through_the_examples(script: Script) -> None:
    script.say(answer)
    environ = {"ZENDUTY_API_KEY": "k" * 20, "ZENDUTY_URL": script.url}
    url = example("integrations_list")[0]["webhook_url"]
    zenduty = connecting.connect(Connection(environ=environ), script.clock)

    followed = zenduty.follow(
        PageToFollow(
            team="infra",
            handle="@webhook-infra",
            target="infra",
            service="Infra Service",
            webhook=Webhook(name="infra", url=url),
        ),
        LookAhead(now=NOW),
    )
    zenduty.close()

    steps = {step.step: (step.status, step.name) for step in followed.steps}
    assert steps["integration"] == ("ok", "Cloudwatch V2")
    assert steps["service"] == ("ok", "Infra Service")
    assert steps["escalation"] == ("ok", "Infra Escalation Policy")
    assert steps["schedule"] == ("ok", "Weekly Schedule")  # the first step calls people too
    assert steps["person"][0] == "not_checked"  # the example lists other policies
