"""Who changed a monitor last, as far as the audit trail knows."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.datadog.client import Client
from tests.conftest import Local
from tests.datadog.conftest import Answer, Script
from tests.emulator.calls import ask


def event(**changed: Any) -> dict[str, Any]:
    inner = {"usr": {"email": "ani@acme.example", "name": "Ani"}, "action": "modified"}
    outer = {"timestamp": "2026-11-22T12:31:59.123+02:00", "attributes": inner, **changed}
    return {"data": [{"type": "audit", "attributes": outer}]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(body=event()), "ani@acme.example, 2026-11-22 10:31 UTC"),
        (Answer(body=event(timestamp="then")), "ani@acme.example"),
        (Answer(body=event(attributes={"usr": {"id": "4\x1b[m"}})), "4[m, 2026-11-22 10:31 UTC"),
        (Answer(body=event(attributes={})), "2026-11-22 10:31 UTC"),
        (Answer(body={"data": []}), ""),
        (Answer(body={"data": ["?"]}), ""),
        (Answer(body=[]), ""),
        (Answer(status=403, body={"errors": ["Forbidden"]}), ""),
        (Answer(status=502), ""),
        (Answer(drop=True), ""),
    ],
    ids=str,
)  # fmt: skip
def test_the_last_editor_is_told_where_the_audit_trail_knows_and_asked_for_once(
    script: Script, answer: Answer, said: str
) -> None:
    script.say(answer)

    assert script.client().monitors.last_editor(7) == said
    (request,) = script.requests
    assert (request.method, request.path) == ("POST", "/api/v2/audit/events/search")
    assert "@asset.id:7" in request.body["filter"]["query"]


def test_after_a_stop_nobody_is_asked_for_the_last_editor(script: Script) -> None:
    client = script.client()
    client.stop()
    assert client.monitors.last_editor(7) == ""
    assert script.requests == []


def test_the_emulators_audit_trail_names_who_changed_a_monitor(local: Local) -> None:
    client = Client.from_environment(local.environment)
    body = {"name": "n", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 5", "message": ""}
    made = client.monitors.create(body)["id"]
    ask(local.emulator, "PUT", f"/api/v1/monitor/{made}", {"name": "other"})

    assert client.monitors.last_editor(made).startswith("user@emulator.example, 2")
    assert client.monitors.last_editor(made + 1) == ""


def test_deletions_are_told_latest_first_and_only_what_is_one_is_believed(script: Script) -> None:
    def gone(number: object, when: object, **more: object) -> dict[str, object]:
        asset = {"id": number, "name": "Errors", **more}
        who = {"email": "ani@acme.example"}
        return {"attributes": {"timestamp": when, "attributes": {"asset": asset, "usr": who}}}

    when = "2026-11-22T10:31:00.000Z"
    events = [gone("7", when), gone("x", when), gone("8", "yesterday"), gone("9", when, name=3)]
    script.say(Answer(body={"data": [*events, None, 5, {}]}))

    deletions = script.client().monitors.deletions()

    assert deletions is not None
    assert [(deletion.id, deletion.name, deletion.by) for deletion in deletions] == [
        (7, "Errors", "ani@acme.example"),
        (0, "Errors", "ani@acme.example"),
    ]
    assert deletions[0].at == 1_795_343_460_000


def test_where_the_trail_may_not_be_read_nobody_knows_of_deletions(script: Script) -> None:
    script.say(Answer(status=403, body={"errors": ["Forbidden"]}))

    assert script.client().monitors.deletions() is None
