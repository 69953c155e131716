"""What happens to every request: keys, counting, rate limits, bodies, unknown paths."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import KEYS, Caller, Clock, monitor


def ask(
    emulator: Emulator, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, Any]:
    status, _, answer = emulator.handle(method, path, "", headers, body)
    return status, json.loads(answer)


@pytest.mark.parametrize(
    "headers",
    [KEYS, {"authorization": "Bearer ddpat_any"}, {"dd-api-key": "a", "dd-application-key": "b"}],
)
def test_any_pair_of_keys_or_bearer_token_is_accepted(
    emulator: Emulator, headers: dict[str, str]
) -> None:
    assert ask(emulator, "GET", "/api/v1/monitor", headers) == (200, [])


@pytest.mark.parametrize(
    "headers", [{}, {"dd-api-key": "a"}, {"dd-application-key": "b"}, {"authorization": "Bearer "}]
)
def test_without_keys_nothing_is_answered(emulator: Emulator, headers: dict[str, str]) -> None:
    status, answer = ask(emulator, "GET", "/api/v1/monitor", headers)
    assert (status, answer["errors"], answer["code"]) == (403, ["Forbidden"], 403)


def test_validate_wants_an_api_key_only(emulator: Emulator) -> None:
    path = "/api/v1/validate"
    assert ask(emulator, "GET", path, {"DD-API-KEY": "a"}) == (200, {"valid": True})
    assert ask(emulator, "GET", path, {}) == (403, {"errors": ["API key required"]})


def test_an_unknown_path_says_so_in_datadogs_shape(call: Caller) -> None:
    for method, path in (("GET", "/v1/nothing"), ("PATCH", "/v1/monitor"), ("GET", "/v9/monitor")):
        status, answer = call(method, path)
        assert (status, answer["status"], answer["code"]) == (404, "error", 404)
        assert answer["errors"] == [f"Not found: the emulator has no {method} /api{path}"]
    assert call("GET", "/v1/monitor/abc") == (404, {"errors": ["Monitor not found"]})


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"text"', b"\xff", b"{" * 100_000])
def test_a_body_that_is_no_object_is_refused(emulator: Emulator, body: bytes) -> None:
    answer = ask(emulator, "POST", "/api/v1/monitor", KEYS, body)
    assert answer == (400, {"errors": ["Invalid JSON structure"]})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tags", "a:b"), ("tags", [1]), ("options", []), ("query", 5), ("name", 5),
        ("priority", []), ("priority", 6),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused(call: Caller, field: str, value: object) -> None:
    error = f"The value provided for parameter '{field}' is invalid"
    assert call("POST", "/v1/monitor", monitor(**{field: value})) == (400, {"errors": [error]})


@pytest.mark.parametrize(
    "body",
    [b'{"name": NaN}', b'{"name": 1e999}', b'{"options": ' + b'{"a":' * 800 + b"1" + b"}" * 801],
)
def test_a_value_that_could_not_be_answered_is_refused(emulator: Emulator, body: bytes) -> None:
    answer = ask(emulator, "POST", "/api/v1/monitor", KEYS, body)
    assert answer == (400, {"errors": ["Invalid JSON structure"]})


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_unpacks_to_too_much_is_refused(emulator: Emulator, encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    headers = {**KEYS, "Content-Encoding": encoding}
    status, answer = ask(emulator, "POST", "/api/v1/monitor", headers, pack(b" " * 50_000_000))
    assert (status, answer) == (413, {"errors": ["Request body is longer than 10000000 bytes"]})
    cut = pack(json.dumps(monitor()).encode())[:-12]
    assert ask(emulator, "POST", "/api/v1/monitor", headers, cut)[0] == 400


def test_a_gzip_body_is_unpacked(emulator: Emulator) -> None:
    packed = gzip.compress(json.dumps(monitor()).encode())
    headers = {**KEYS, "Content-Encoding": "gzip"}
    assert ask(emulator, "POST", "/api/v1/monitor", headers, packed)[0] == 200
    assert ask(emulator, "POST", "/api/v1/monitor", headers, b"no gzip")[0] == 400


def test_requests_are_counted_by_route(call: Caller) -> None:
    made = call.created()
    call.listed("page=0")
    call.listed("page=1")
    call("PUT", f"/v1/monitor/{made['id']}", {"name": "Other"})
    call("GET", "/v1/nothing")
    counter = "/__emulator/requests"
    assert ask(call.emulator, "GET", counter, {}) == (
        200,
        {
            "GET /api/v1/monitor": 2,
            "GET /api/v1/nothing": 1,
            "POST /api/v1/monitor": 1,
            "PUT /api/v1/monitor/{id}": 1,
        },
    )
    assert ask(call.emulator, "DELETE", counter, {}) == (200, {})
    assert ask(call.emulator, "GET", counter, {}) == (200, {})


def test_every_answer_tells_the_rate_limit(call: Caller, clock: Clock) -> None:
    clock.now = 1_800_000_003.5
    call.created()
    limits = {name: value for name, value in call.headers.items() if name.startswith("x-ratelimit")}
    assert limits == {
        "x-ratelimit-limit": "500",
        "x-ratelimit-period": "10",
        "x-ratelimit-remaining": "499",
        "x-ratelimit-reset": "7",
        "x-ratelimit-name": "post_monitors",
    }
    call("GET", "/v1/monitor/5")
    assert call.headers["x-ratelimit-name"] == "get_monitors"
    call("GET", "/v1/nothing")
    assert call.headers["x-ratelimit-limit"] == "12000"


def test_limits_are_only_told_unless_they_are_enforced(call: Caller) -> None:
    for _ in range(130):
        assert call("GET", "/v1/monitor/search")[0] == 200
    assert call.headers["x-ratelimit-remaining"] == "119", "clients that pace themselves would wait"


def test_enforced_limits_refuse_until_the_period_is_over(clock: Clock) -> None:
    call = Caller(Emulator(enforce_limits=True, clock=clock))
    statuses = [call("GET", "/v1/monitor/search")[0] for _ in range(121)]
    assert statuses == [200] * 120 + [429]
    assert call.headers["x-ratelimit-remaining"] == "0"
    clock.now += float(call.headers["x-ratelimit-reset"])
    assert call("GET", "/v1/monitor/search")[0] == 200
