"""What is asked before a delete, the delete itself, and who changed a monitor last."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.datadog.can_delete import BATCH
from monitor_sync.errors import AccessDenied, Unreachable
from tests.datadog.conftest import Answer, ReceivedRequest, Script

SENTENCE = "monitor [2,`avg(last_5m):a{*} > 5`] is referenced in composite monitors: [9,2]"
FREE: dict[str, Any] = {"data": {"ok": [2]}, "errors": None}
HELD: dict[str, Any] = {"data": {"ok": [1]}, "errors": {"2": [SENTENCE]}}


def asked_ids(script: Script) -> list[str]:
    return [request.query["monitor_ids"] for request in script.requests]


def test_what_refers_to_a_monitor_is_told_in_datadogs_own_sentences(script: Script) -> None:
    script.say(Answer(status=409, body=HELD))

    assert script.client().monitors.can_delete([2, 1, 2]) == {2: (SENTENCE,)}
    assert [(request.method, request.path) for request in script.requests] == [
        ("GET", "/api/v1/monitor/can_delete")
    ]
    assert asked_ids(script) == ["1,2"]


def test_what_nothing_refers_to_is_not_named(script: Script) -> None:
    script.say(Answer(body=FREE))
    assert script.client().monitors.can_delete([2]) == {}


def test_nothing_is_asked_about_nothing(script: Script) -> None:
    assert script.client().monitors.can_delete([]) == {}
    assert script.requests == []


def test_many_are_asked_about_in_batches(script: Script) -> None:
    def answer(request: ReceivedRequest) -> Answer:
        ids = [int(monitor_id) for monitor_id in request.query["monitor_ids"].split(",")]
        return Answer(body={"data": {"ok": ids}, "errors": None})

    script.say(answer)
    assert script.client().monitors.can_delete(range(2 * BATCH + 1)) == {}
    assert [batch.count(",") + 1 for batch in asked_ids(script)] == [BATCH, BATCH, 1]


def test_those_of_a_batch_that_an_answer_leaves_out_are_asked_about_alone(script: Script) -> None:
    only_one = {"data": {"ok": []}, "errors": {"2": [SENTENCE]}}
    script.say(
        Answer(status=409, body=only_one),
        Answer(body={"data": {"ok": [1]}, "errors": None}),
        Answer(status=409, body={"data": {"ok": []}, "errors": {"3": ["also held"]}}),
    )
    assert script.client().monitors.can_delete([1, 2, 3]) == {2: (SENTENCE,), 3: ("also held",)}
    assert asked_ids(script) == ["1,2,3", "1", "3"]


def test_an_answer_that_says_nothing_is_not_taken_for_leave(script: Script) -> None:
    script.say(Answer(body={"data": {"ok": []}, "errors": None}))
    with pytest.raises(Unreachable, match="does not say whether monitor 2 can be deleted"):
        script.client().monitors.can_delete([2])


def test_a_monitor_that_is_gone_does_not_hide_what_is_said_of_the_others(script: Script) -> None:
    def answer(request: ReceivedRequest) -> Answer:
        if "1" in request.query["monitor_ids"].split(","):
            return Answer(status=404, body={"errors": ["Monitor not found"]})
        return Answer(status=409, body=HELD)

    script.say(answer)
    assert script.client().monitors.can_delete([1, 2]) == {2: (SENTENCE,)}


def test_keys_that_may_not_ask_are_an_error(script: Script) -> None:
    script.say(Answer(status=403, body={"errors": ["Forbidden"]}))
    with pytest.raises(AccessDenied, match="could not check what refers to monitors"):
        script.client().monitors.can_delete([2])


@pytest.mark.parametrize(("force", "query"), [(False, {}), (True, {"force": "true"})])
def test_a_delete_is_forced_only_where_it_is_asked_for(
    script: Script, force: bool, query: dict[str, str]
) -> None:
    script.say(Answer(body={"deleted_monitor_id": 7}))
    script.client().monitors.delete(7, force=force)
    assert script.requests[0].query == query
