"""Downtimes of the second API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Caller


def test_downtimes_of_the_second_api_do_not_show_on_a_monitor(call: Caller) -> None:
    made = call.created()
    attributes = {"monitor_identifier": {"monitor_id": made["id"]}, "scope": "env:production"}
    body = {"data": {"type": "downtime", "attributes": attributes}}
    status, answer = call("POST", "/v2/downtime", body)
    assert (status, answer["data"]["attributes"]["status"]) == (200, "active")
    downtime_id = answer["data"]["id"]
    assert call.read(made["id"], "with_downtimes=true")["matching_downtimes"] == []
    _, matches = call("GET", f"/v2/monitor/{made['id']}/downtime_matches")
    assert [match["id"] for match in matches["data"]] == [downtime_id]
    _, listed = call("GET", "/v2/downtime")
    assert listed["meta"] == {"page": {"total_filtered_count": 1}}
    assert call("DELETE", f"/v2/downtime/{downtime_id}") == (204, None)
    _, read = call("GET", f"/v2/downtime/{downtime_id}")
    assert read["data"]["attributes"]["status"] == "canceled"
    assert call("GET", f"/v2/monitor/{made['id']}/downtime_matches")[1]["data"] == []


def test_the_second_api_refuses_as_recorded(call: Caller) -> None:
    nobody = "00000000-0000-1234-0000-000000000000"
    assert call("GET", "/v2/downtime/INVALID_UUID_LENGTH") == (
        400,
        {"errors": ["Invalid URL param: downtime_id must be an uuid"]},
    )
    assert call("GET", f"/v2/downtime/{nobody}") == (404, {"errors": ["Downtime not found"]})
    assert call("DELETE", f"/v2/downtime/{nobody}") == (
        404,
        {"errors": [f"Downtime {nobody} not found"]},
    )
    assert call("GET", "/v2/monitor/0/downtime_matches") == (
        404,
        {"errors": ["Monitor with id 0 not found"]},
    )


@pytest.mark.parametrize(
    "scope", ["*", "env:prod", "env:(a OR b)", "env:prod AND NOT team:a", "env:a,!host:b",
              "(env:a OR env:b) AND -host:c", "env IN (a, b)"],
)  # fmt: skip
def test_a_scope_of_keys_and_values_is_taken(call: Caller, scope: str) -> None:
    assert scheduled(call, scope)[0] == 200


@pytest.mark.parametrize("scope", ["BAD_SCOPE_MISSING_KEY_VALUE_FORMAT", "env:a AND b"])
def test_a_scope_with_a_value_without_key_is_refused(call: Caller, scope: str) -> None:
    refusal = (400, {"errors": ["All values must have a key"]})
    assert scheduled(call, scope) == refusal
    path = f"/v2/downtime/{scheduled(call, 'env:a')[1]['data']['id']}"
    changed = {"data": {"type": "downtime", "attributes": {"scope": scope}}}
    assert call("PATCH", path, changed) == refusal


def scheduled(call: Caller, scope: str) -> tuple[int, Any]:
    attributes = {"monitor_identifier": {"monitor_tags": ["a:b"]}, "scope": scope}
    return call("POST", "/v2/downtime", {"data": {"type": "downtime", "attributes": attributes}})
