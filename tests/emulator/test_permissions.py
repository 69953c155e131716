"""What keys may do: who they are, what they lack, and what is refused for it."""

from __future__ import annotations

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.permissions import BadPermission, needed
from monitor_sync.emulator.routes import ROUTES
from tests.emulator.conftest import Caller, monitor

FORBIDDEN = (403, {"errors": ["Forbidden", "Failed permission authorization checks"]})


def permissions(call: Caller) -> set[str]:
    status, answer = call("GET", "/v2/current_user")
    assert status == 200
    granted = {
        part["id"]: part["attributes"]["name"]
        for part in answer["included"]
        if part["type"] == "permissions"
    }
    (role,) = (part for part in answer["included"] if part["type"] == "roles")
    listed = {permission["id"] for permission in role["relationships"]["permissions"]["data"]}
    assert listed == set(granted)
    return set(granted.values())


def test_the_current_user_has_every_permission(call: Caller) -> None:
    assert {"monitors_read", "monitors_write", "audit_logs_read"} <= permissions(call)
    user = call("GET", "/v2/current_user")[1]["data"]
    assert (user["type"], user["attributes"]["email"]) == ("users", "user@emulator.example")


def test_without_a_permission_what_needs_it_is_refused_and_nothing_else() -> None:
    call = Caller(Emulator(lacking=["monitors_write"]))
    assert "monitors_write" not in permissions(call)
    assert call("POST", "/v1/monitor", monitor()) == FORBIDDEN
    assert call("DELETE", "/v1/monitor/5") == FORBIDDEN
    assert call("POST", "/v1/monitor/validate", monitor())[0] == 200
    assert call("GET", "/v1/monitor")[0] == 200
    call = Caller(Emulator(lacking=["monitors_read", "audit_logs_read"]))
    assert call("GET", "/v1/monitor") == FORBIDDEN
    assert call("GET", "/v1/monitor/can_delete", query="monitor_ids=1") == FORBIDDEN
    assert call("POST", "/v2/audit/events/search", {}) == FORBIDDEN
    assert call("POST", "/v1/monitor", monitor())[0] == 200


def test_every_route_but_those_about_the_keys_themselves_needs_a_permission() -> None:
    free = {route for route in ROUTES if not needed(route)}
    intakes = {"POST /api/v2/logs", "POST /api/v1/series", "POST /api/v2/series"}  # API key alone
    assert free == {"GET /api/v1/validate", "GET /api/v2/current_user", *intakes}


def test_an_unknown_permission_is_named() -> None:
    with pytest.raises(BadPermission, match=r"^'monitor_write' is no permission, ") as raised:
        Emulator(lacking=["monitor_write"])
    assert raised.value.hint == "did you mean `monitors_write`?"


def test_the_application_key_that_asks_is_listed(call: Caller) -> None:
    status, answer = call("GET", "/v2/current_user/application_keys")
    assert status == 200
    assert answer["meta"]["page"] == {"total_filtered_count": 1}
    assert answer["data"][0]["attributes"]["last4"] == "any"
    assert answer["data"][0]["attributes"]["scopes"] is None
    _, answer = call("GET", "/v2/current_user/application_keys", query="page[number]=1")
    assert answer["data"] == []
