"""Tag policies are kept as recorded, and hold against every write of a monitor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Caller

POLICY = "/v2/monitor/policy"


def sent(key: str = "tier", *, required: bool = True, values: list[str] | None = None) -> Any:
    policy = {"tag_key": key, "tag_key_required": required, "valid_tag_values": values or ["1"]}
    attributes = {"policy_type": "tag", "policy": policy}
    return {"data": {"type": "monitor-config-policy", "attributes": attributes}}


def test_a_policy_is_made_listed_read_changed_and_deleted(call: Caller) -> None:
    status, made = call("POST", POLICY, sent())
    assert status == 200
    identifier = made["data"]["id"]
    assert call("GET", POLICY)[1]["data"] == [made["data"]]
    changed = sent(required=False)
    changed["data"]["id"] = identifier
    assert call("PATCH", f"{POLICY}/{identifier}", changed)[0] == 200
    read = call("GET", f"{POLICY}/{identifier}")[1]["data"]["attributes"]["policy"]
    assert read["tag_key_required"] is False
    assert call("DELETE", f"{POLICY}/{identifier}")[0] == 204
    assert call("GET", f"{POLICY}/{identifier}") == (
        404, {"errors": ["Monitor configuration policy not found"]},
    )  # fmt: skip
    assert call("DELETE", f"{POLICY}/{identifier}")[1] == {
        "errors": ["Monitor config policy not found"]
    }


def test_a_tag_key_has_one_policy_and_a_policy_the_type_tag(call: Caller) -> None:
    call("POST", POLICY, sent())
    assert call("POST", POLICY, sent()) == (
        400, {"errors": ["A configuration policy already exists for this tag key"]},
    )  # fmt: skip
    wrong = sent("other")
    wrong["data"]["attributes"]["policy_type"] = "INVALID"
    assert call("POST", POLICY, wrong)[1] == {
        "errors": ["Value of parameter 'policy_type' should be any of these ['tag']"]
    }
    assert call("PATCH", f"{POLICY}/x", sent() | {"data": {"id": "y"}})[0] == 422


@pytest.mark.parametrize(
    ("policy", "tags", "refused"),
    [
        (sent(), [], True),
        (sent(), ["tier:1"], False),
        (sent(), ["tier:9"], True),
        (sent(values=["*"]), ["tier:9"], False),
        (sent(values=["*"]), ["env:a"], True),
        (sent(required=False), [], False),
        (sent(required=False), ["tier:9"], True),
    ],
)
def test_the_three_modes_hold_against_new_monitors(
    call: Caller, policy: Any, tags: list[str], refused: bool
) -> None:
    call("POST", POLICY, policy)
    body = {"name": "n", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 5", "tags": tags}

    for path in ("/v1/monitor", "/v1/monitor/validate"):
        assert (call("POST", path, body)[0] == 400) is refused


def test_a_held_monitor_that_breaks_one_cannot_be_changed_until_its_tags_are_right(
    call: Caller,
) -> None:
    held = call.created(name="old")["id"]
    call("POST", POLICY, sent())

    status, answer = call("PUT", f"/v1/monitor/{held}", {"name": "new"})
    assert (status, answer) == (400, {"errors": ["Missing required tag key(s): tier"]})
    assert call("PUT", f"/v1/monitor/{held}", {"name": "new", "tags": ["tier:1"]})[0] == 200
