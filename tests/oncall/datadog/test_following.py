"""A page followed through a Datadog On-Call that answers as was recorded, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from monitor_sync.oncall import coverage
from tests.datadog.conftest import Answer, Script
from tests.oncall.datadog.estate import (
    BASE,
    KEYS,
    SCHEDULE,
    DatadogOnCall,
    follow,
    policy,
    responders,
    team,
    user,
)
from tests.oncall.following import OK, WINDOW, assert_broken_at, statuses, step
from tests.oncall.zenduty.estate import NOW

POLICY = f"{BASE}/escalation-policies/p1"


def test_a_page_reaches_a_person(script: Script) -> None:
    followed = follow(script)

    assert statuses(followed) == OK
    assert [step.name for step in followed.steps] == [
        "routing rules of quotes", "Quotes", "Quotes escalation", "Quotes, weekly", "Ani Wijaya",
    ]  # fmt: skip
    assert not any(step.full_text for step in followed.steps)
    (first,) = coverage.on_call(followed.levels, followed.shifts, WINDOW)
    assert (first.name, first.until) == ("Ani Wijaya", NOW + timedelta(hours=150))
    assert [level.delay for level in followed.levels] == [timedelta(), timedelta(minutes=5)]
    assert [shift.person.name for shift in coverage.ahead(followed.shifts or (), WINDOW)] == [
        "Budi Wijaya"
    ]


def test_six_reads_follow_a_page_and_no_key_is_in_an_address(script: Script) -> None:
    follow(script)

    assert [request.path for request in script.requests] == [
        "/api/v2/team",
        f"{BASE}/teams/t-quotes/routing-rules",
        POLICY,
        f"{BASE}/schedules/s1/on-call",
        f"{BASE}/schedules/s1/on-call",
        f"{BASE}/teams/t-quotes/on-call",
    ]
    assert script.requests[2].query == {"include": "steps.targets"}
    assert not any(key in str(r.query) for r in script.requests for key in KEYS.values())


def test_teams_on_later_pages_are_found_too(script: Script, datadog: DatadogOnCall) -> None:
    datadog.teams = [*(team(f"other{number}") for number in range(150)), *datadog.teams]
    assert statuses(follow(script)) == OK


# policies and schedules


Change = Callable[[DatadogOnCall], object]
BROKEN: dict[str, tuple[Change, str, str]] = {
    "a gap": (
        lambda d: d.turns.__setitem__(1, ("Budi", 154, 400)),
        "schedule", "nobody is on call from Sun 2026-12-06 15:00 to 19:00 UTC",
    ),
    "first step without anybody": (
        lambda d: d.paths.__setitem__(POLICY, policy((300, []), (300, [user("Citra")]))),
        "escalation", "calls nobody",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", BROKEN)
def test_each_way_to_be_broken_is_found_at_its_step(
    script: Script, datadog: DatadogOnCall, way: str
) -> None:
    break_it, at, what = BROKEN[way]
    break_it(datadog)

    assert_broken_at(follow(script), at, what)


@pytest.mark.parametrize("answer", [Answer(body={"data": None}), Answer(status=404, body={})])
@pytest.mark.parametrize("tells_next", [True, False])
def test_a_gap_is_found_however_datadog_says_that_nobody_is_on_call(
    script: Script, datadog: DatadogOnCall, answer: Answer, tells_next: bool
) -> None:
    datadog.turns[1] = ("Budi", 154, 400)
    datadog.nobody, datadog.tells_next = answer, tells_next

    followed = follow(script)

    unknown = answer.status == 404 and not tells_next  # the schedule may be what is not there
    assert statuses(followed) == OK | {"schedule": "not_checked" if unknown else "broken"}


def test_an_empty_schedule_is_broken_though_the_second_step_catches_the_page(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.turns = []
    datadog.paths[f"{BASE}/teams/t-quotes/on-call"] = responders()

    followed = follow(script)

    assert statuses(followed) == OK | {"schedule": "broken"}
    assert "level 2 is called after 5 min" in step(followed, "person").what


def test_a_gap_that_datadog_contradicts_is_not_checked(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.turns = []
    assert statuses(follow(script)) == OK | {"schedule": "not_checked"}


def test_a_turn_that_datadog_cuts_to_seconds_does_not_come_again(
    script: Script, datadog: DatadogOnCall
) -> None:
    second = 1 / 3600
    datadog.turns = [("Ani", -10, 150 + second / 2), ("Budi", 150 + second / 2, 400)]
    assert statuses(follow(script)) == OK
    assert len([r for r in script.requests if r.path.endswith("/s1/on-call")]) == 2


def test_turns_too_short_to_read_them_all_are_not_checked(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.turns = [("Ani", hour, hour + 1) for hour in range(-1, 400)]
    followed = follow(script)
    assert statuses(followed) == OK | {"schedule": "not_checked"}
    assert "too short" in step(followed, "schedule").what
    assert len(script.requests) < 110


def test_whole_teams_and_direct_people_need_no_schedule(
    script: Script, datadog: DatadogOnCall
) -> None:
    everybody = team("claims") | {"type": "teams"}
    datadog.paths[POLICY] = policy((60, [everybody, user("Dewi")]), (60, [SCHEDULE]))
    datadog.paths[f"{BASE}/teams/t-quotes/on-call"] = Answer(status=403, body={})
    followed = follow(script)
    assert statuses(followed) == OK
    assert step(followed, "person").name == "everybody of Claims, Dewi Wijaya"


def test_the_turn_before_or_after_is_somebody(script: Script, datadog: DatadogOnCall) -> None:
    before = {
        "id": "s1_previous",
        "type": "schedule_target",
        "attributes": {"position": "previous"},
        "relationships": {"schedule": {"data": {"id": "s1", "type": "schedules"}}},
    }
    datadog.paths[POLICY] = policy((60, [before]), (60, [SCHEDULE]))
    datadog.paths[f"{BASE}/teams/t-quotes/on-call"] = Answer(status=403, body={})
    followed = follow(script)
    assert statuses(followed) == OK
    assert step(followed, "person").name == "whose turn is previous"


def test_a_late_second_step_is_a_note_as_the_first_is_called_at_once(
    script: Script, datadog: DatadogOnCall
) -> None:
    datadog.paths[POLICY] = policy((1800, [SCHEDULE]), (1800, [user("Citra")]))
    assert "after 30 min, later than the 5 min" in step(follow(script), "escalation").what


# teams


def test_the_declared_team_is_followed_where_the_handle_names_none(script: Script) -> None:
    assert statuses(follow(script, target="qoutes")) == OK
    assert statuses(follow(script, service="")) == OK
    unknown = follow(script, target="qoutes", service="qoutes")
    assert statuses(unknown) == dict.fromkeys(OK, "not_checked") | {"service": "broken"}
    assert "did you mean quotes?" in step(unknown, "service").fix
    assert set(statuses(follow(script, target="qoutes", service="")).values()) == {"not_checked"}


def test_a_handle_of_another_team_than_declared_is_broken(script: Script) -> None:
    followed = follow(script, service="claims")
    assert statuses(followed) == OK | {"service": "broken"}
    assert "teams.yaml declares claims" in step(followed, "service").what


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403, body={"errors": ["a@acme.example"]}), "refused the keys"),
        (Answer(status=429, body={"errors": ["slow down"]}), "no more requests for now"),
        (Answer(status=500, body="oops"), "answered 500"),
        (Answer(status=200, body="<html><title>Log in</title></html>"), "with a web page (200)"),
        (Answer(body={"errors": "no list"}), "something that is no list"),
    ],
)
def test_a_tool_that_says_no_leaves_every_step_and_checks_none(
    script: Script, datadog: DatadogOnCall, answer: Answer, reason: str
) -> None:
    datadog.teams = answer

    followed = follow(script)

    assert statuses(followed) == dict.fromkeys(OK, "not_checked")
    assert all(reason in step.what for step in followed.steps)
    assert "acme.example" not in repr(followed)


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        (f"{BASE}/teams/t-quotes/routing-rules", set(OK)),
        (POLICY, {"escalation", "schedule", "person"}),
        (f"{BASE}/teams/t-quotes/on-call", set()),
    ],
)
def test_one_answer_that_fails_spoils_only_what_needs_it(
    script: Script, datadog: DatadogOnCall, path: str, unknown: set[str]
) -> None:
    for answer in (Answer(status=403, body={}), Answer(body=[]), Answer(body={"data": 3})):
        held, datadog.paths[path] = datadog.paths[path], answer
        followed = follow(script)
        if answer.status == 403:
            assert statuses(followed) == OK | dict.fromkeys(unknown, "not_checked")
        assert len(followed.steps) == 5
        datadog.paths[path] = held


def test_its_own_headers_say_when_to_go_on(script: Script, datadog: DatadogOnCall) -> None:
    used_up = {
        "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0",
        "x-ratelimit-period": "60", "x-ratelimit-reset": "7",
    }  # fmt: skip
    script.say(Answer(status=429, headers=used_up, body={}), datadog.answer)

    assert statuses(follow(script)) == OK
    assert 7 <= sum(script.waited) < 9


def test_nothing_private_is_in_what_comes_of_it(script: Script, datadog: DatadogOnCall) -> None:
    datadog.teams[0]["attributes"]["name"] = "quotes of ani@acme.example, +62 812 3456 7890"
    private = user("Ani")
    private["attributes"]["name"] = "ani@acme.example"
    datadog.paths[f"{BASE}/teams/t-quotes/on-call"]["included"] = [private]

    followed = follow(script)

    for secret in ("@acme.example", "812", *KEYS.values()):
        assert secret not in repr(followed)
