"""A page followed through an Opsgenie that answers as its description says, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor_sync.oncall import coverage
from monitor_sync.oncall.opsgenie import connecting
from monitor_sync.oncall.path import Followed, PageToFollow
from monitor_sync.oncall.tool import Connection, Unusable, connect
from tests.datadog.conftest import Answer, ReceivedRequest, Script
from tests.oncall.following import OK, WINDOW, assert_broken_at, follow_page, statuses, step
from tests.oncall.zenduty.estate import NOW, stamp

KEY = "2f7a9c1e-5b2d-4f60-8a7c-9e1d3b5f7a90"
PAGE = PageToFollow(
    team="motor",
    handle="@opsgenie-motor",
    target="motor",
    service="Quotes",
    acknowledge=timedelta(minutes=5),
    states=("alert", "recovery"),
)
SCHEDULE = {"type": "schedule", "id": "s1", "name": "Quotes, weekly"}


def user(name: str) -> dict[str, str]:
    return {"type": "user", "id": f"u-{name}", "name": f"{name}@acme.example"}


def period(name: str, start: float, end: float) -> dict[str, Any]:
    """A turn of somebody, from and to so many hours from now."""
    return {
        "startDate": stamp(NOW + timedelta(hours=start)),
        "endDate": stamp(NOW + timedelta(hours=end)),
        "type": "default",
        "recipient": user(name),
    }


def rule(minutes: Any, recipient: dict[str, str]) -> dict[str, Any]:
    delay = {"timeAmount": minutes, "timeUnit": "minutes"}
    return {"condition": "if-not-acked", "delay": delay, "recipient": recipient}


class OpsgenieLocal:
    """What it holds, by path. Tests change it. Users come one a page."""

    def __init__(self) -> None:
        self.paths: dict[str, Any] = {
            "/v2/teams": [{"id": "t1", "name": "Quotes", "shoe_size": 43}],
            "/v2/integrations": [{"id": "i1", "name": "DD", "enabled": True, "type": "Datadog"}],
            "/v2/teams/t1/routing-rules": [
                {
                    "isDefault": True,
                    "notify": {"type": "escalation", "id": "e1", "name": "Quotes escalation"},
                }
            ],
            "/v2/escalations": [
                {
                    "id": "e1",
                    "name": "Quotes escalation",
                    "ownerTeam": {"id": "t1", "name": "Quotes"},
                    "rules": [rule(10, user("Citra")), rule(0, SCHEDULE)],
                }
            ],
            "/v2/schedules": [{"id": "s1", "name": "Quotes, weekly", "enabled": True}],
            "/v2/schedules/on-calls": [
                {"_parent": {"id": "s1"}, "onCallParticipants": [user("Ani")]}
            ],
            "/v2/users": [
                {
                    "id": f"u-{name}",
                    "username": f"{name}@acme.example",
                    "fullName": f"{name} Wijaya",
                }
                for name in ("Ani", "Budi", "Citra")
            ],
        }
        self.periods = [period("Ani", -10, 150), period("Budi", 150, 600)]
        self.weeks = 3

    def __getitem__(self, path: str) -> Any:
        """The first object of a list, to be changed."""
        return self.paths[f"/v2/{path}"][0]

    def answer(self, request: ReceivedRequest) -> Answer:
        if request.headers.get("authorization") != f"GenieKey {KEY}":
            return Answer(status=401, body={"message": "Could not authenticate"})
        if request.path == "/v2/schedules/s1/timeline":
            rotations = [{"id": "r1", "periods": self.periods}]
            ends = stamp(NOW + timedelta(weeks=self.weeks))
            return Answer(
                body={"data": {"endDate": ends, "finalTimeline": {"rotations": rotations}}}
            )
        held = self.paths.get(request.path)
        if held is None:
            return Answer(status=404, body={"message": "No such resource"})
        if isinstance(held, Answer):
            return held
        if request.path != "/v2/users":
            return Answer(body={"data": held, "took": 0.1})
        offset = int(request.query.get("offset", "0"))
        following = f"http://{request.headers['host']}/v2/users?limit=1&offset={offset + 1}"
        paging = {"next": following} if offset + 1 < len(held) else {}
        return Answer(body={"data": held[offset : offset + 1], "paging": paging})


@pytest.fixture(autouse=True)
def opsgenie(script: Script) -> OpsgenieLocal:
    held = OpsgenieLocal()
    script.say(held.answer)
    return held


def follow(script: Script, **page: Any) -> Followed:
    environ = {"OPSGENIE_API_KEY": KEY, "OPSGENIE_URL": script.url}
    return follow_page(connecting.connect, script, environ, replace(PAGE, **page))


def test_a_page_reaches_a_person_who_is_called_by_full_name(script: Script) -> None:
    followed = follow(script)

    assert statuses(followed) == OK
    assert [step.name for step in followed.steps] == [
        "DD", "Quotes", "Quotes escalation", "Quotes, weekly", "Ani Wijaya",
    ]  # fmt: skip
    (first,) = coverage.on_call(followed.levels, followed.shifts, WINDOW)
    assert (first.name, first.until) == ("Ani Wijaya", NOW + timedelta(hours=150))
    assert [level.people[0].name for level in followed.levels] == ["Ani Wijaya", "Citra Wijaya"]
    assert "2027-04-05" in step(followed, "service").what
    assert not any(KEY in json.dumps(request.query) for request in script.requests)


BROKEN: dict[str, tuple[Callable[[OpsgenieLocal], object], str, str]] = {
    "integration disabled": (
        lambda o: o["integrations"].update(enabled="false"), "integration", "is disabled",
    ),
    "the last rule notifies nobody": (
        lambda o: o["teams/t1/routing-rules"].update(notify={"type": "none"}),
        "escalation", "notifies nobody",
    ),
    "first rule without anybody": (
        lambda o: o["escalations"].update(rules=[rule(0, {"type": "none"})]),
        "escalation", "its first rule calls nobody",
    ),
    "slow": (
        lambda o: o["escalations"].update(rules=[rule("30", SCHEDULE)]),
        "escalation", "is called after 30 min, later than the 5 min",
    ),
    "schedule disabled": (
        lambda o: o["schedules"].update(enabled=False), "schedule", "is disabled",
    ),
    "a gap": (
        lambda o: o.periods.__setitem__(1, period("Budi", 154, 600)),
        "schedule", "nobody is on call from Sun 2026-12-06 15:00 to 19:00 UTC",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", BROKEN)
def test_each_way_to_be_broken_is_found_at_its_step(
    script: Script, opsgenie: OpsgenieLocal, way: str
) -> None:
    break_it, at, what = BROKEN[way]
    break_it(opsgenie)

    assert_broken_at(follow(script), at, what, "person")


def test_what_contradicts_itself_is_not_checked(script: Script, opsgenie: OpsgenieLocal) -> None:
    opsgenie.periods = []
    assert statuses(follow(script)) == OK | {"schedule": "not_checked"}
    opsgenie.weeks = 1
    assert "ends before the 14 days do" in step(follow(script), "schedule").what


def test_people_within_escalations_and_teams_are_found(
    script: Script, opsgenie: OpsgenieLocal
) -> None:
    team = {"type": "team", "name": "Quotes", "onCallParticipants": [user("Ani")]}
    opsgenie["schedules/on-calls"]["onCallParticipants"] = [
        {"type": "escalation", "name": "x", "onCallParticipants": [team]}
    ]
    assert step(follow(script), "person").name == "Ani Wijaya"


@pytest.mark.parametrize(
    ("recipient", "name"),
    [
        (user("Budi"), "Budi Wijaya"),
        ({"type": "user", "username": "Budi@acme.example"}, "Budi Wijaya"),
        ({"type": "team", "id": "t1", "name": "Quotes"}, "everybody of Quotes"),
    ],
)
def test_people_may_be_called_directly(
    script: Script, opsgenie: OpsgenieLocal, recipient: dict[str, str], name: str
) -> None:
    opsgenie["teams/t1/routing-rules"]["notify"] = recipient
    followed = follow(script)
    assert statuses(followed) == OK
    assert step(followed, "person").name == name


def test_without_routing_rules_the_only_escalation_of_the_team_is_followed(
    script: Script, opsgenie: OpsgenieLocal
) -> None:
    opsgenie.paths["/v2/teams/t1/routing-rules"] = Answer(status=403, body={})
    assert statuses(follow(script)) == OK

    opsgenie.paths["/v2/escalations"] *= 2
    followed = follow(script)
    assert set(statuses(followed).values()) == {"ok", "not_checked"}
    assert "refused the key" in step(followed, "escalation").what


def test_an_integration_is_ok_and_says_that_its_key_is_not_compared(script: Script) -> None:
    integration = step(follow(script), "integration")
    assert (integration.status, integration.name) == ("ok", "DD")
    assert integration.what.startswith("Datadog does not give the key that it sends to: ")


def test_a_team_without_an_integration_of_its_own_is_not_checked(
    script: Script, opsgenie: OpsgenieLocal
) -> None:
    opsgenie["integrations"]["type"] = "API"
    assert statuses(follow(script)) == OK | {"integration": "not_checked"}


def test_the_team_is_found_by_what_is_declared_else_by_the_handle(script: Script) -> None:
    assert statuses(follow(script, service="", target="quotes")) == OK
    unknown = follow(script, service="Qoutes")
    assert statuses(unknown) == dict.fromkeys(OK, "not_checked") | {"service": "broken"}
    assert "did you mean Quotes?" in step(unknown, "service").fix
    assert set(statuses(follow(script, service="")).values()) == {"not_checked"}
    assert set(statuses(follow(script, service="", target="")).values()) == {"not_checked"}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403, body={"message": "a@acme.example"}), "refused the key"),
        (Answer(status=429, body={"message": "slow down"}), "no more requests for now"),
        (Answer(status=500, body="oops"), "answered 500"),
        (Answer(status=200, body="<html><title>Log in</title></html>"), "with a web page (200)"),
        (Answer(body={"data": "no list"}), "something that is no list"),
    ],
)
def test_a_tool_that_says_no_leaves_every_step_and_checks_none(
    script: Script, opsgenie: OpsgenieLocal, answer: Answer, reason: str
) -> None:
    opsgenie.paths["/v2/teams"] = answer

    followed = follow(script)

    assert statuses(followed) == dict.fromkeys(OK, "not_checked")
    assert all(reason in step.what for step in followed.steps)
    assert "acme.example" not in repr(followed)


def test_it_waits_as_long_as_its_header_says(script: Script, opsgenie: OpsgenieLocal) -> None:
    throttled = {"x-ratelimit-state": "THROTTLED", "x-ratelimit-period-in-sec": "7"}
    script.say(Answer(status=429, headers=throttled, body={}), opsgenie.answer)

    assert statuses(follow(script)) == OK
    assert 7 <= sum(script.waited) < 9


def test_nothing_private_is_in_what_comes_of_it(script: Script, opsgenie: OpsgenieLocal) -> None:
    opsgenie["users"]["fullName"] = "ani@acme.example"
    opsgenie["integrations"]["name"] = "call +62 812 3456 7890"

    followed = follow(script)

    for secret in ("acme.example", "812", KEY):
        assert secret not in repr(followed)


def test_without_a_key_it_cannot_be_used() -> None:
    with pytest.raises(Unusable, match="OPSGENIE_API_KEY is not set"):
        connect("Opsgenie", Connection(environ={}))
