"""What all endpoints share: stopping, giving up, and what is never sent twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.errors import AccessDenied, NotSent, OutcomeUnknown, Unreachable
from monitor_sync.http.request import ApiRequest
from tests.datadog.conftest import Answer, ReceivedRequest, Script

BODY = {"name": "n", "type": "query alert", "query": "avg(last_5m):a{*} > 5"}


def limits(left: int, reset: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": "500",
        "X-RateLimit-Period": "10",
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Name": "post_monitors",
    }


def stopping(client: Client, answer: Answer) -> Callable[[ReceivedRequest], Answer]:
    """Stop the client while its request is on the wire, then answer it."""

    def respond(_: ReceivedRequest) -> Answer:
        client.stop()
        return answer

    return respond


def test_a_client_told_to_stop_sends_nothing_more(script: Script) -> None:
    script.say(Answer(body={"id": 7}))
    client = script.client()
    client.stop()
    with pytest.raises(NotSent):
        client.monitors.create(BODY)
    assert script.requests == []


def test_an_update_stopped_between_two_tries_is_not_called_unsent(script: Script) -> None:
    client = script.client(tries=3)
    script.say(stopping(client, Answer(status=502)))
    with pytest.raises(Unreachable, match="502") as raised:
        client.monitors.update(7, BODY)
    assert type(raised.value) is Unreachable
    assert len(script.requests) == 1


def test_a_throttled_create_stopped_while_it_waits_is_unsent(script: Script) -> None:
    client = script.client()
    script.say(stopping(client, Answer(status=429, headers=limits(0, 7))))
    with pytest.raises(NotSent):
        client.monitors.create(BODY)


def test_a_create_on_the_wire_when_the_run_is_stopped_is_finished(script: Script) -> None:
    client = script.client()
    script.say(stopping(client, Answer(body={"id": 7})))
    assert client.monitors.create(BODY) == {"id": 7}


def test_when_datadog_is_down_a_big_run_ends_with_few_requests(script: Script) -> None:
    script.say(Answer(status=503, body="<html>maintenance</html>"))
    client = script.client(tries=4)
    for number in range(99):
        with pytest.raises(Unreachable):
            client.monitors.update(number, BODY)
    with pytest.raises(NotSent, match="every request to Datadog has failed"):
        client.monitors.update(99, BODY)
    assert len(script.requests) <= 12
    # the pauses are halved here; at full length they are at most three minutes
    assert sum(script.waited) < 60


def test_a_create_that_failed_opens_no_second_one(script: Script) -> None:
    script.say(Answer(status=503), Answer(body={"id": 7}))
    with pytest.raises(OutcomeUnknown):
        script.client().monitors.create(BODY)
    assert len(script.requests) == 1


DOWNTIME = ApiRequest(
    method="POST",
    path="/api/v2/downtime",
    kind="downtime",
    operation="create",
    subject="a downtime",
    scope="monitors_downtime",
    repeatable=False,
    body={"data": {}},
)


@pytest.mark.parametrize("answer", [Answer(status=502), Answer(drop=True), Answer(body="<html>")])
def test_a_create_of_any_kind_is_sent_once_where_its_outcome_is_unknown(
    script: Script, answer: Answer
) -> None:
    script.say(answer, Answer(body={"data": {"id": "made twice"}}))

    with pytest.raises(OutcomeUnknown, match="nobody knows whether Datadog did create a downtime"):
        script.client().api.send(DOWNTIME)

    assert [request.path for request in script.requests] == ["/api/v2/downtime"]


def test_a_create_of_any_kind_is_sent_again_after_it_was_throttled(script: Script) -> None:
    script.say(Answer(status=429, headers={"X-RateLimit-Reset": "3"}), Answer(body={"id": 1}))
    assert script.client().api.send(DOWNTIME) == {"id": 1}
    assert len(script.requests) == 2


def test_the_permission_that_is_missing_is_the_one_of_the_request(script: Script) -> None:
    script.say(Answer(status=403, body={"errors": ["Forbidden"]}))
    with pytest.raises(AccessDenied, match="could not create a downtime") as caught:
        script.client().api.send(DOWNTIME)
    assert caught.value.hint.startswith("it needs monitors_downtime;")
    assert caught.value.status == 403


def test_words_decide_nothing(script: Script) -> None:
    """The subject of a request is for people: whatever it says, a read is repeated."""
    looks_like_a_create = ApiRequest(
        method="GET",
        path="/api/v1/monitor",
        kind="monitor",
        operation="list",
        subject="create a monitor",
        repeatable=True,
    )
    script.say(Answer(status=502), Answer(body={}))
    assert script.client().api.send(looks_like_a_create) == {}
    assert len(script.requests) == 2
