"""A page followed through a PagerDuty that answers as its description says, over HTTP."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor_sync.oncall import coverage, shared_accounts
from monitor_sync.oncall.pagerduty import connecting
from monitor_sync.oncall.path import Followed, PageToFollow
from monitor_sync.oncall.tool import Connection, Unusable, connect
from tests.datadog.conftest import Answer, Script
from tests.oncall.following import OK, WINDOW, assert_broken_at, follow_page, statuses, step
from tests.oncall.pagerduty.estate import TOKEN, PagerDuty, on_call
from tests.oncall.zenduty.estate import NOW

PAGE = PageToFollow(
    team="motor",
    handle="@pagerduty-Quotes",
    target="Quotes",
    service="Quotes",
    acknowledge=timedelta(minutes=5),
    states=("alert", "recovery"),
)


@pytest.fixture(autouse=True)
def pagerduty(script: Script) -> PagerDuty:
    held = PagerDuty()
    script.say(held.answer)
    return held


def follow(script: Script, *, token: str = TOKEN, **page: Any) -> Followed:
    environ = {"PAGERDUTY_TOKEN": token, "PAGERDUTY_URL": script.url}
    return follow_page(connecting.connect, script, environ, replace(PAGE, **page))


def test_a_page_reaches_a_person(script: Script) -> None:
    followed = follow(script)

    assert statuses(followed) == OK
    assert [step.name for step in followed.steps] == [
        "Datadog", "Quotes", "Quotes escalation", "Quotes, weekly", "Ani Wijaya",
    ]  # fmt: skip
    (first,) = coverage.on_call(followed.levels, followed.shifts, WINDOW)
    assert (first.name, first.until) == ("Ani Wijaya", NOW + timedelta(hours=150))
    assert [level.delay for level in followed.levels] == [timedelta(), timedelta(minutes=5)]


def test_three_reads_follow_a_page_and_no_token_is_in_an_address(script: Script) -> None:
    follow(script)

    assert [r.path for r in script.requests] == ["/services", "/escalation_policies", "/oncalls"]
    assert script.requests[-1].query == {
        "limit": "100",
        "escalation_policy_ids[]": "PPOLICY",
        "since": "2026-11-30T09:00:00Z",
        "until": "2026-12-14T09:00:00Z",
    }
    assert all("version=2" in request.headers["accept"] for request in script.requests)
    assert not any(TOKEN in json.dumps(request.query) for request in script.requests)


def test_what_stands_on_later_pages_is_read_too(script: Script, pagerduty: PagerDuty) -> None:
    others = [copy.deepcopy(pagerduty.lists["services"][0]) for _ in range(4)]
    for number, other in enumerate(others):
        other.update(id=f"POTHER{number}", name=f"Other {number}", mood="sunny")
    pagerduty.lists["services"][:0] = others
    pagerduty.largest = 2

    assert statuses(follow(script)) == OK
    offsets = [r.query.get("offset") for r in script.requests if r.path == "/services"]
    assert offsets == [None, "2", "4"]


def change(pagerduty: PagerDuty, listed: str, /, **changed: Any) -> None:
    pagerduty.lists[listed][0].update(changed)


BROKEN: dict[str, tuple[Callable[[PagerDuty], object], str, str]] = {
    "service disabled": (
        lambda p: change(p, "services", status="disabled"), "service", "is disabled",
    ),
    "service in maintenance": (
        lambda p: change(p, "services", status="maintenance"), "service", "is in maintenance",
    ),
    "first level without anybody": (
        lambda p: p.lists["escalation_policies"][0]["escalation_rules"][0].update(targets=[]),
        "escalation", "calls nobody",
    ),
    "a gap": (
        lambda p: p.lists["oncalls"].__setitem__(1, on_call("Budi", 1, 154, 400)),
        "schedule", "nobody is on call from Sun 2026-12-06 15:00 to 19:00 UTC",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", BROKEN)
def test_each_way_to_be_broken_is_found_at_its_step(
    script: Script, pagerduty: PagerDuty, way: str
) -> None:
    break_it, at, what = BROKEN[way]
    break_it(pagerduty)

    assert_broken_at(follow(script), at, what)


def test_a_policy_without_levels_calls_nobody(script: Script, pagerduty: PagerDuty) -> None:
    change(pagerduty, "escalation_policies", escalation_rules=[])

    expected = {"escalation": "broken", "schedule": "not_checked", "person": "broken"}
    assert statuses(follow(script)) == OK | expected


def test_an_empty_schedule_is_broken_though_the_second_level_catches_the_page(
    script: Script, pagerduty: PagerDuty
) -> None:
    pagerduty.lists["oncalls"] = [on_call("Citra", 2, None, None)]

    followed = follow(script)

    assert statuses(followed) == OK | {"schedule": "broken"}
    assert "level 2 is called after 5 min" in step(followed, "person").what


def test_a_service_with_open_incidents_is_active(script: Script, pagerduty: PagerDuty) -> None:
    change(pagerduty, "services", status="critical")
    assert statuses(follow(script)) == OK


def test_a_late_second_level_is_a_note_as_the_first_is_called_at_once(
    script: Script, pagerduty: PagerDuty
) -> None:
    pagerduty.lists["escalation_policies"][0]["escalation_rules"][0][
        "escalation_delay_in_minutes"
    ] = "30"

    followed = follow(script)

    assert statuses(followed) == OK
    assert "after 30 min, later than the 5 min" in step(followed, "escalation").what


def test_a_service_that_takes_only_mail_is_not_checked(
    script: Script, pagerduty: PagerDuty
) -> None:
    service = pagerduty.lists["services"][0]
    service["integrations"] = service["integrations"][:1]

    followed = follow(script)

    assert statuses(followed) == OK | {"integration": "not_checked"}
    assert "only an event orchestration" in step(followed, "integration").what


def test_somebody_who_is_called_directly_all_the_time_may_be_a_shared_account(
    script: Script, pagerduty: PagerDuty
) -> None:
    rules = pagerduty.lists["escalation_policies"][0]["escalation_rules"]
    rules[0]["targets"] = rules[1]["targets"]
    pagerduty.lists["oncalls"] = [on_call("Citra", level, None, None) for level in (1, 2)]

    followed = follow(script)

    assert statuses(followed) == OK
    warned = shared_accounts.warnings("motor", followed, {}, WINDOW)
    assert [text.partition("Wijaya ")[2] for text in warned] == [
        "is on call alone for all 14 days",
        "is the second level too",
    ]


def test_the_handle_names_the_service_where_teams_yaml_declares_none(script: Script) -> None:
    assert statuses(follow(script, service="")) == OK
    assert statuses(follow(script, service="PSERVIC")) == OK
    unknown = follow(script, service="", target="Nobody")
    assert set(statuses(unknown).values()) == {"not_checked"}
    assert set(statuses(follow(script, service="", target="")).values()) == {"not_checked"}


def test_a_service_that_there_is_not_is_named_with_the_nearest(script: Script) -> None:
    followed = follow(script, service="Qoutes")

    assert statuses(followed) == dict.fromkeys(OK, "not_checked") | {"service": "broken"}
    assert "did you mean Quotes?" in step(followed, "service").fix


def test_a_handle_with_the_name_of_another_service_is_warned_of(
    script: Script, pagerduty: PagerDuty
) -> None:
    other = copy.deepcopy(pagerduty.lists["services"][0]) | {"id": "POTHER1", "name": "Claims"}
    pagerduty.lists["services"].append(other)

    followed = follow(script, target="claims")

    assert statuses(followed) == OK
    assert "the name of another service, Claims" in step(followed, "service").warnings[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=401, body={"error": {"message": "no"}}), "401"),
        (Answer(status=403, body={"error": {"message": "a@acme.example"}}), "refused the token"),
        (Answer(status=429, body={"error": {"message": "slow down"}}), "no more requests for now"),
        (Answer(status=500, body="oops"), "answered 500"),
        (Answer(status=200, body="<html><title>Log in</title></html>"), "with a web page (200)"),
        (Answer(body={"error": "no list"}), "something that is no list"),
        (Answer(body={"services": [], "more": True}), "pages without end"),
    ],
)
def test_a_tool_that_says_no_leaves_every_step_and_checks_none(
    script: Script, pagerduty: PagerDuty, answer: Answer, reason: str
) -> None:
    pagerduty.lists["services"] = answer

    followed = follow(script)

    assert statuses(followed) == dict.fromkeys(OK, "not_checked")
    assert all(reason in step.what for step in followed.steps)
    assert "acme.example" not in repr(followed)


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("escalation_policies", {"escalation", "schedule", "person"}),
        ("oncalls", {"schedule", "person"}),
    ],
)
def test_one_list_that_fails_spoils_only_what_needs_it(
    script: Script, pagerduty: PagerDuty, name: str, unknown: set[str]
) -> None:
    pagerduty.lists[name] = Answer(status=403, body={})
    assert statuses(follow(script)) == OK | dict.fromkeys(unknown, "not_checked")


def test_its_own_headers_say_when_to_go_on(script: Script, pagerduty: PagerDuty) -> None:
    used_up = {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "7"}
    script.say(Answer(status=429, headers=used_up, body={}), pagerduty.answer)

    assert statuses(follow(script)) == OK
    assert 7 <= sum(script.waited) < 9


def test_nothing_private_is_in_what_comes_of_it(script: Script, pagerduty: PagerDuty) -> None:
    change(pagerduty, "services", name="quotes of ani@acme.example, +62 812 3456 7890")
    user = pagerduty.lists["oncalls"][0]["user"]
    user.update(summary="ani@acme.example", email="ani@acme.example")

    followed = follow(script, service="PSERVIC")

    for secret in (
        "@acme.example",
        "812",
        TOKEN,
    ):
        assert secret not in repr(followed)


def test_without_a_token_it_cannot_be_used() -> None:
    with pytest.raises(Unusable, match="PAGERDUTY_TOKEN is not set"):
        connect("PagerDuty", Connection(environ={}))
