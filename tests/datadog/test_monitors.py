"""What validate asks about monitors, repeats and makes of the answers."""

from __future__ import annotations

import pytest

from monitor_sync.errors import AccessDenied, NotFound, Rejected, RemoteError, Unreachable
from tests.datadog.conftest import Answer, Script

BODY = {"name": "n", "type": "query alert", "query": "avg(last_5m):a{*} > 5"}
EDGE = {
    "status": "error",
    "code": 404,
    "errors": ["Not found"],
    "statuspage": "http://status.datadoghq.com",
}
WEBHOOKS = "/api/v1/integration/webhooks/configuration/webhooks"


def test_a_new_monitor_and_a_live_one_are_asked_about_at_their_own_addresses(
    script: Script,
) -> None:
    script.say(Answer(body={}))

    assert script.client().monitors.validate(BODY) == ()
    assert script.client().monitors.validate(BODY, 7) == ()

    assert [(request.method, request.path, request.body) for request in script.requests] == [
        ("POST", "/api/v1/monitor/validate", BODY),
        ("POST", "/api/v1/monitor/7/validate", BODY),
    ]


def test_each_refusal_comes_in_datadogs_own_words(script: Script) -> None:
    script.say(Answer(status=400, body={"errors": ["Alert status is\nrequired.", "Another one"]}))

    assert script.client().monitors.validate(BODY) == ("Alert status is required.", "Another one")
    assert len(script.requests) == 1


@pytest.mark.parametrize("answer", [Answer(status=502), Answer(drop=True), Answer(status=504)])
def test_validate_writes_nothing_and_so_is_tried_again(script: Script, answer: Answer) -> None:
    script.say(answer, Answer(body={}))

    assert script.client().monitors.validate(BODY) == ()
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (Answer(status=502), Unreachable, "answered 502"),
        (Answer(status=403, body={"errors": ["Forbidden"]}), AccessDenied, "refused the keys"),
        (Answer(status=404, body={"errors": ["Monitor not found"]}), NotFound, "no such monitor"),
        (Answer(status=400, body="<html>"), Unreachable, "web page"),
        (Answer(status=200, body="<html>"), Unreachable, "web page"),
    ],
    ids=str,
)
def test_an_answer_that_is_no_verdict_is_never_taken_for_one(
    script: Script, answer: Answer, error: type[RemoteError], text: str
) -> None:
    script.say(answer)

    with pytest.raises(error, match=text):
        script.client(tries=2).monitors.validate(BODY, 7)


def test_validating_needs_the_right_to_read_alone(script: Script) -> None:
    script.say(Answer(status=403, body={"errors": ["Forbidden"]}))

    with pytest.raises(AccessDenied) as caught:
        script.client().monitors.validate(BODY)

    assert caught.value.hint.startswith("it needs monitors_read;")


def test_the_monitor_that_is_already_the_same_is_named_by_its_id(script: Script) -> None:
    said = "Duplicate of an existing monitor_id:5 org_id:1"
    script.say(Answer(status=400, body={"errors": [said]}))

    with pytest.raises(Rejected) as caught:
        script.client().monitors.create(BODY)

    assert caught.value.duplicate_of == 5


@pytest.mark.parametrize("first", [[], "x", None, {"org_id": "7"}, {"org_id": [7]}, {}])
def test_an_organisation_that_a_listing_does_not_tell_is_none(
    script: Script, first: object
) -> None:
    script.say(lambda _: Answer(body=[first]))

    assert script.client().monitors.organisation() == 0
