"""Which path is which request."""

from __future__ import annotations

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.routes import ROUTES, route_of
from tests.emulator.conftest import Caller


@pytest.mark.parametrize(
    "path",
    ["/v1/slo/search", "/v1/slo/correction", "/v2/team/sync", "/v2/roles/templates",
     "/v1/monitor/bulk_resolve"],
)  # fmt: skip
def test_a_path_of_datadogs_own_is_not_taken_for_an_id(call: Caller, path: str) -> None:
    assert call("GET", path)[1]["errors"] == [f"Not found: the emulator has no GET /api{path}"]


def test_a_path_is_counted_as_the_route_it_is() -> None:
    assert route_of("GET", "/api/v1/slo/can_delete") == ("GET /api/v1/slo/can_delete", "")
    assert route_of("GET", "/api/v1/monitor/123") == ("GET /api/v1/monitor/{id}", "123")
    assert route_of("GET", "/api/v1/monitor/abc") == ("GET /api/v1/monitor/{id}", "abc")
    assert route_of("DELETE", "/api/v2/team/sync") == ("DELETE /api/v2/team/sync", "")


def test_with_the_api_key_alone_an_unknown_path_says_what_is_missing() -> None:
    def errors(headers: dict[str, str], path: str) -> tuple[int, bytes]:
        status, _, body = Emulator().handle("POST", path, "", headers, b"{}")
        return status, body

    status, body = errors({"DD-API-KEY": "any"}, "/api/v1/intake")
    assert (status, b"the emulator has no POST /api/v1/intake" in body) == (404, True)
    assert errors({}, "/api/v1/intake")[0] == 403
    assert errors({"DD-API-KEY": "any"}, "/api/v1/monitor")[0] == 403


def test_every_route_is_reached_by_its_own_path() -> None:
    for route in ROUTES:
        method, _, path = route.partition(" ")
        assert route_of(method, path.replace("{id}", "1").replace("{name}", "x"))[0] == route
