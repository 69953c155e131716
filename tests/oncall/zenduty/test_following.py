"""A page followed through a Zenduty that answers as its description says, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor_sync.errors import UsageError
from monitor_sync.oncall import coverage
from monitor_sync.oncall.path import Followed, PageToFollow, Webhook
from monitor_sync.oncall.tool import Connection, Unusable, connect
from monitor_sync.oncall.zenduty import connecting
from tests.datadog.conftest import Answer, Script
from tests.oncall.following import OK, WINDOW, assert_broken_at, follow_page, statuses, step
from tests.oncall.zenduty.estate import ANI, BUDI, NOW, TEAM, URL, Zenduty, layer, stamp

PAGE = PageToFollow(
    team="motor",
    handle="@webhook-motor",
    target="motor",
    service="quotes",
    acknowledge=timedelta(minutes=5),
    states=("alert", "recovery"),
)


@pytest.fixture(autouse=True)
def zenduty(script: Script) -> Zenduty:
    held = Zenduty()
    script.say(held.answer)
    return held


def follow(script: Script, *, url: str | None = URL, key: str = "k" * 20, **page: Any) -> Followed:
    environ = {"ZENDUTY_API_KEY": key, "ZENDUTY_URL": script.url}
    webhook = None if url is None else Webhook(name="motor", url=url)
    page = {"webhook": webhook} | page
    return follow_page(connecting.connect, script, environ, replace(PAGE, **page))


def test_a_page_reaches_a_person(script: Script) -> None:
    followed = follow(script)

    assert statuses(followed) == OK
    assert [step.name for step in followed.steps] == [
        "Datadog", "quotes", "Quotes", "Quotes, weekly", "Ani Wijaya",
    ]  # fmt: skip
    (on_call,) = coverage.on_call(followed.levels, followed.shifts, WINDOW)
    assert (on_call.name, on_call.until) == ("Ani Wijaya", NOW + timedelta(days=7, hours=-1))


def test_one_on_call_read_a_team_and_no_key_in_any_address(script: Script) -> None:
    follow(script)

    paths = [request.path for request in script.requests]
    assert len(paths) == len(set(paths)) == 7
    assert all(path.endswith("/") for path in paths)
    assert not any("k" * 20 in path for path in paths)


def disable(zenduty: Zenduty, path: str, **changed: Any) -> None:
    zenduty[path].update(changed)


BROKEN: dict[str, tuple[Callable[[Zenduty], object], str, str]] = {
    "integration disabled": (
        lambda z: disable(z, "services/s1/integrations", is_enabled=False),
        "integration", "disabled",
    ),
    "level 0, as a text": (
        lambda z: disable(z, "services/s1/integrations", create_incidents_for="0"),
        "integration", "level 0",
    ),
    "service disabled": (
        lambda z: disable(z, "services", status="0"), "service", "disabled",
    ),
    "service in maintenance": (
        lambda z: disable(z, "services", under_maintenance=True), "service", "maintenance",
    ),
    "service in maintenance by its status": (
        lambda z: disable(z, "services", status=4), "service", "maintenance",
    ),
    "no policy": (
        lambda z: disable(z, "services", escalation_policy=None), "escalation", "no escalation",
    ),
    "policy without rules": (
        lambda z: disable(z, "escalation_policies", rules=[]), "escalation", "no steps",
    ),
    "slow first step": (
        lambda z: z["escalation_policies"]["rules"][0].update(delay="15"),
        "escalation", "waits 15 min",
    ),
    "nobody now": (
        lambda z: z.on_call[0]["oncalls"][0].update(oncalls=[]), "person", "nobody is on call",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", BROKEN)
def test_each_way_to_be_broken_is_found_at_its_step(
    script: Script, zenduty: Zenduty, way: str
) -> None:
    break_it, where, words = BROKEN[way]
    break_it(zenduty)

    assert_broken_at(follow(script), where, words)


def test_a_webhook_that_leads_to_another_service_names_both(
    script: Script, zenduty: Zenduty
) -> None:
    zenduty.another_service("pricing", "another-key-of-them")

    followed = follow(
        script, url="https://www.zenduty.com/api/integration/datadog/another-key-of-them"
    )

    assert statuses(followed) == OK | {"service": "broken"}
    assert "pricing of Cars" in step(followed, "service").what


def test_a_webhook_whose_address_is_nobodys_is_broken(script: Script, zenduty: Zenduty) -> None:
    followed = follow(script, url="https://elsewhere.example/integration/7b6c0f9de2a44d0c91f5b3a8/")

    assert statuses(followed) == OK | {"integration": "broken"}

    zenduty["services/s1/integrations"]["is_enabled"] = False
    both = step(follow(script, url="https://elsewhere.example/"), "integration").what
    assert "has the address" in both
    assert "is disabled" in both


def test_an_address_at_another_host_of_zenduty_with_the_same_key_is_the_same(
    script: Script,
) -> None:
    moved = "https://events.zenduty.com/integration/acc/datadog/7b6c0f9de2a44d0c91f5b3a8/"

    assert statuses(follow(script, url=moved)) == OK


def test_an_empty_schedule_and_nobody_on_call(script: Script, zenduty: Zenduty) -> None:
    zenduty["schedules"]["layers"] = []
    zenduty.on_call[0]["oncalls"][0]["oncalls"] = []

    followed = follow(script)

    assert statuses(followed) == OK | {"schedule": "broken", "person": "broken"}
    assert step(followed, "schedule").what == "nobody is on call in the next 14 days"


def test_a_gap_next_tuesday_is_told_with_its_times(script: Script, zenduty: Zenduty) -> None:
    tuesday = NOW.replace(hour=2) + timedelta(days=1)
    zenduty["schedules"]["layers"] = [
        layer(rotation_end_time=stamp(tuesday)),
        layer(rotation_start_time=stamp(tuesday + timedelta(hours=4))),
    ]

    followed = follow(script)

    assert statuses(followed) == OK | {"schedule": "broken"}
    assert "from Tue 2026-12-01 02:00 to 06:00 UTC" in step(followed, "schedule").what


def test_layers_that_contradict_the_tool_are_not_checked(script: Script, zenduty: Zenduty) -> None:
    zenduty["schedules"]["layers"] = []

    assert statuses(follow(script)) == OK | {"schedule": "not_checked"}


def test_what_another_level_catches_is_no_broken_person(script: Script, zenduty: Zenduty) -> None:
    zenduty.on_call[0]["oncalls"] = [
        {"position": "2", "delay": "10", "oncalls": [BUDI]},
        {"position": "1", "delay": 0, "oncalls": []},
    ]
    zenduty["schedules"]["layers"] = []

    followed = follow(script)

    assert statuses(followed) == OK | {"schedule": "broken"}
    assert "level 2 is called after 10 min" in step(followed, "person").what


def test_pages_numbers_as_texts_and_fields_nobody_knows(script: Script, zenduty: Zenduty) -> None:
    zenduty.paged = True
    zenduty.another_service("pricing", "another-key-of-them")
    zenduty["services"].update(status="1", under_maintenance="false", mood="sunny")
    zenduty["services/s1/integrations"].update(is_enabled="true", create_incidents_for="3")
    zenduty["schedules"]["layers"] = [layer(shift_length="604800", users=layer()["users"][:1])]

    assert statuses(follow(script)) == OK
    assert statuses(follow(script, service="pricing")) == OK | {"service": "broken"}


def test_a_service_is_known_by_its_id_too(script: Script) -> None:
    assert statuses(follow(script, service="s1")) == OK


def test_a_service_that_there_is_not_is_named_with_the_nearest(script: Script) -> None:
    followed = follow(script, service="qoutes")

    assert statuses(followed) == OK | {"service": "broken"}
    assert "did you mean quotes?" in step(followed, "service").fix


def test_of_two_services_with_one_name_that_of_the_webhook_is_meant(
    script: Script, zenduty: Zenduty
) -> None:
    zenduty.another_service("pricing", "another-key-of-them")
    zenduty.paths[f"{TEAM}services/"][1]["name"] = "quotes"

    assert statuses(follow(script)) == OK
    without_webhook = follow(script, url=None)
    assert statuses(without_webhook) == dict.fromkeys(OK, "not_checked")
    assert step(without_webhook, "service").what == (
        "several services have this name, in the team Cars"
    )
    assert "id of the service" in step(without_webhook, "service").fix


def test_where_no_service_is_declared_the_one_of_the_webhook_is_followed(script: Script) -> None:
    followed = follow(script, service="")

    assert statuses(followed) == OK
    assert "declares no on_call.service" in step(followed, "service").what
    assert statuses(follow(script, service="", url=None)) == dict.fromkeys(OK, "not_checked")


def test_services_that_cannot_be_read_may_be_the_declared_one(
    script: Script, zenduty: Zenduty
) -> None:
    zenduty.paths["/api/account/teams/"].append({"unique_id": "t2", "name": "Vans"})
    zenduty.paths["/api/account/teams/t2/services/"] = Answer(status=500, body={})

    service = step(follow(script, service="pricing"), "service")
    assert (service.status, service.what) == ("not_checked", "Zenduty answered 500")


def test_a_first_step_may_call_people_directly(script: Script, zenduty: Zenduty) -> None:
    targets = [{"target_type": 2, "target_id": ANI["username"]}]
    zenduty["escalation_policies"]["rules"][0]["targets"] = targets

    followed = follow(script)
    assert statuses(followed) == OK
    assert "calls people directly" in step(followed, "schedule").what
    assert {shift.person.name for shift in followed.shifts or ()} == {"Ani Wijaya"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403, body={"detail": "ani@acme.example may not"}), "refused the key (403)"),
        (Answer(status=429, body={"detail": "slow down"}), "takes no more requests for now (429)"),
        (Answer(status=500, body="oops"), "answered 500"),
        (Answer(status=200, body="<html><title>Log in</title></html>"), "with a web page (200)"),
        (Answer(status=302, headers={"Location": "https://elsewhere.example/"}), "answered 302"),
        (Answer(body={"detail": "no list"}), "something that is no list"),
        (
            Answer(body={"results": [], "next": "https://elsewhere.example/?page=2"}),
            "the next page at another address",
        ),
    ],
)
def test_a_tool_that_says_no_leaves_every_step_and_checks_none(
    script: Script, zenduty: Zenduty, answer: Answer, reason: str
) -> None:
    zenduty.paths["/api/account/teams/"] = answer

    followed = follow(script)

    assert statuses(followed) == dict.fromkeys(OK, "not_checked")
    assert all(reason in step.what for step in followed.steps)
    assert "acme.example" not in repr(followed)
    assert len({request.path for request in script.requests}) == 1


def test_one_list_that_fails_spoils_only_what_needs_it(script: Script, zenduty: Zenduty) -> None:
    zenduty.paths[f"{TEAM}services/s1/integrations/"] = Answer(status=500, body={})

    assert statuses(follow(script)) == OK | {"integration": "not_checked"}


def test_without_a_webhook_the_rest_is_followed_from_the_declared_service(
    script: Script, zenduty: Zenduty
) -> None:
    zenduty["services/s1/integrations"]["is_enabled"] = False

    assert statuses(follow(script, url=None)) == OK | {"integration": "broken"}


def test_whether_a_level_covers_warnings_is_a_note_that_spoils_nothing(script: Script) -> None:
    followed = follow(script, states=("alert", "warning", "no_data", "recovery"))

    assert statuses(followed) == OK
    assert step(followed, "integration").what == (
        "not checked: whether level 1 creates incidents for warnings and missing data"
    )


def test_nothing_private_is_in_what_comes_of_it(script: Script, zenduty: Zenduty) -> None:
    zenduty["services"]["name"] = "quotes of ani@acme.example, +62 812 3456 7890"
    zenduty.on_call[0]["oncalls"][0]["oncalls"] = [ANI | {"first_name": "", "last_name": ""}]

    followed = follow(script, service="s1")

    said = json.dumps([step.what + step.name + step.fix for step in followed.steps])
    assert "somebody without a name" in said
    for secret in ("@acme.example", "812", "7b6c0f9d", "kkkk", ANI["username"]):
        assert secret not in said
    for secret in ("@acme.example", "7b6c0f9d", "kkkk"):
        assert secret not in repr(followed)


def test_without_a_key_it_cannot_be_used_and_plain_http_stays_on_this_machine() -> None:
    with pytest.raises(Unusable, match="ZENDUTY_API_KEY is not set"):
        connect("zenduty", Connection(environ={}))
    environ = {"ZENDUTY_API_KEY": "k" * 20, "ZENDUTY_URL": "http://zenduty.example"}
    with pytest.raises(UsageError, match="could read your keys"):
        connect("zenduty", Connection(environ=environ))
