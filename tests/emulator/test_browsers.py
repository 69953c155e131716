"""A page in a browser can do nothing to an emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from tests.emulator.conftest import KEYS, monitor


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(Emulator()) as url:
        yield url.removeprefix("http://")


def status(address: str, method: str, path: str, headers: dict[str, str]) -> int:
    connection = HTTPConnection(address, timeout=10)
    body = json.dumps(monitor()) if method != "GET" else None
    connection.request(method, path, body, {**KEYS, **headers})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    allowed = [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]
    assert allowed == []
    assert answer.status != 403 or list(said) == ["errors"]
    return answer.status


PAGES = {
    "a script of another site": {"Origin": "https://evil.example"},
    "a form of another site": {
        "Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors",
    },
    "a page in a sandbox": {"Origin": "null"},
    "a page of another port": {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"},
    "an image of another site": {"Sec-Fetch-Site": "cross-site"},
    "a name made to lead here": {"Host": "evil.example"},
    "a name made to lead here, with its port": {"Host": "evil.example:8520"},
    "a name that looks like an address": {"Host": "127.0.0.1.evil.example"},
    "a name in front of ours": {"Host": "evil.example@127.0.0.1.nip.example"},
    "no name at all": {"Host": "[::1"},
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_web_page_is_refused_whatever_it_asks(address: str, page: str) -> None:
    for method, path in (
        ("POST", "/api/v1/monitor"), ("PUT", "/__emulator/faults"), ("GET", "/api/v1/monitor"),
    ):  # fmt: skip
        assert status(address, method, path, PAGES[page]) == 403
    assert status(address, "GET", "/api/v1/monitor", {}) == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:8",
                                  "dd.localhost:8520", "192.168.0.7:8520"])  # fmt: skip
def test_programs_pass_by_any_address_of_this_machine(address: str, host: str) -> None:
    assert status(address, "GET", "/api/v1/monitor", {"Host": host}) == 200


def test_an_address_typed_into_a_browser_is_shown(address: str) -> None:
    assert status(address, "GET", "/api/v1/monitor", {"Sec-Fetch-Site": "none"}) == 200
