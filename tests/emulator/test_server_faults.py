"""Each kind of fault, over real HTTP, as a client meets it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.faults import KINDS
from monitor_sync.emulator.server import running
from tests.emulator.conftest import KEYS, Clock, monitor

CREATE = "POST /api/v1/monitor"
UNANSWERED = (RemoteDisconnected, ConnectionResetError, TimeoutError)


class Reply:
    """One answer, with the body decoded where it is JSON."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.json: Any = None
        self.text = content.decode()
        if headers.get("content-type") == "application/json":
            self.json = json.loads(content)

    @property
    def limits(self) -> dict[str, str]:
        return {
            name.removeprefix("x-ratelimit-"): value
            for name, value in self.headers.items()
            if name.startswith("x-ratelimit-")
        }


class Client:
    """Asks one emulator, each time over a connection of its own."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self.emulator = emulator
        self.address = url.removeprefix("http://")

    def __call__(self, method: str, path: str, body: Any = None, *, patience: float = 5) -> Reply:
        connection = HTTPConnection(self.address, timeout=patience)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, KEYS)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, headers, response.read())
        finally:
            connection.close()

    def create(self, name: str = "Quotes are slow", *, patience: float = 5) -> Reply:
        return self("POST", "/api/v1/monitor", monitor(name=name), patience=patience)

    def listed(self, query: str = "") -> list[str]:
        """The names a listing answers."""
        reply = self("GET", f"/api/v1/monitor{query}")
        assert reply.status == 200, reply.text
        return [entry["name"] for entry in reply.json]

    def inject(self, *faults: Any) -> None:
        reply = self("PUT", "/__emulator/faults", list(faults))
        assert reply.status == 200, reply.text

    def struck(self) -> list[int]:
        return [fault["struck"] for fault in self("GET", "/__emulator/faults").json]


@pytest.fixture
def client(clock: Clock) -> Iterator[Client]:
    emulator = Emulator(clock=clock)
    with running(emulator) as url:
        yield Client(emulator, url)


# A kind's status, its content type, a text in its body, and whether the write took place.
ANSWERED = {
    "throttled": (429, "application/json", "Rate limit of 500 requests in 10 seconds", False),
    "throttled-bare": (429, "application/json", "Too many requests", False),
    "throttled-page": (429, "text/html; charset=utf-8", "Error 429 | Datadog", False),
    "error-before": (500, "application/json", '{"errors":["Internal server error"]}', False),
    "error-after": (500, "application/json", '{"errors":["Internal server error"]}', True),
    "bad-gateway": (502, "text/html", "<title>502 Bad Gateway</title>", False),
    "edge-timeout": (512, "text/html", "512 Timeout", False),
    "maintenance": (503, "text/html", "503 Service Temporarily Unavailable", False),
    "forbidden": (403, "application/json", "Failed permission authorization checks", False),
    "unauthorized": (401, "application/json", '{"errors":["Unauthorized"]}', False),
    "duplicates-limit": (
        429,
        "application/json",
        "Can not create duplicate monitors: Rate limit of 5 requests in 600 seconds reached.",
        False,
    ),
}


def test_every_kind_is_tried_over_http() -> None:
    elsewhere = {"latency", "lagging", "truncated", "repeated", "referenced"}
    cut = {f"{what}-{when}" for what in ("dropped", "stalled") for when in ("before", "after")}
    assert set(KINDS) == {*ANSWERED, *elsewhere, *cut}


@pytest.mark.parametrize("kind", ANSWERED)
def test_a_fault_with_an_answer_strikes_one_request_and_then_is_over(
    client: Client, kind: str
) -> None:
    status, content_type, text, written = ANSWERED[kind]
    client.inject({"kind": kind, "route": CREATE})
    reply = client.create()
    assert (reply.status, reply.headers["content-type"]) == (status, content_type)
    assert text in reply.text
    assert client.emulator.monitor_count == written
    assert client.create("Another").status == 200
    assert client.struck() == [1]


def test_throttled_tells_the_limit_and_when_it_is_reset(client: Client) -> None:
    client.inject("throttled,seconds=7,times=2")
    assert client.create().limits == {
        "limit": "500", "period": "10", "remaining": "0", "reset": "7", "name": "post_monitors",
    }  # fmt: skip
    assert client("GET", "/api/v1/monitor").limits["name"] == "get_all_monitors"


@pytest.mark.parametrize("kind", ["throttled-bare", "throttled-page", "bad-gateway"])
def test_the_edge_tells_no_limits(client: Client, kind: str) -> None:
    client.inject(kind)
    assert client.create().limits == {}


@pytest.mark.parametrize(("kind", "written"), [("dropped-before", False), ("dropped-after", True)])
def test_a_dropped_connection_brings_no_answer(client: Client, kind: str, written: bool) -> None:
    client.inject({"kind": kind})
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        client.create()
    assert client.emulator.monitor_count == written
    assert client.create("Another").status == 200


def test_a_kept_alive_connection_is_dropped_too(client: Client) -> None:
    connection = HTTPConnection(client.address, timeout=5)
    connection.request("GET", "/api/v1/monitor", headers=KEYS)
    assert connection.getresponse().read() == b"[]\n"
    client.inject("dropped-before")
    connection.request("GET", "/api/v1/monitor", headers=KEYS)
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize(("kind", "written"), [("stalled-before", False), ("stalled-after", True)])
def test_a_stalled_request_gets_no_answer_and_holds_nobody_up(
    client: Client, kind: str, written: bool
) -> None:
    client.inject({"kind": kind, "route": CREATE})
    with pytest.raises(TimeoutError):
        client.create(patience=0.1)
    until(lambda: client.struck() == [1])
    until(lambda: client.emulator.monitor_count == written)
    assert client.create("Another", patience=30).status == 200, "it waits for the stalled one"
    assert client.emulator.monitor_count == written + 1, "the stalled write came late"


def test_a_stall_ends_by_itself_after_its_seconds(client: Client) -> None:
    client.inject("stalled-before,seconds=0.1,times=1")
    started = time.monotonic()
    assert client.create(patience=60).status == 200
    assert time.monotonic() - started >= 0.1


@pytest.mark.parametrize("kind", ["stalled-before", "stalled-after", "latency,seconds=60"])
def test_a_stall_ends_when_its_fault_is_removed(client: Client, kind: str) -> None:
    client.inject(kind)
    replies: list[Reply] = []
    waiting = threading.Thread(target=lambda: replies.append(client.create()))
    waiting.start()
    until(lambda: client.struck() == [1])
    assert client("DELETE", "/__emulator/faults").json == []
    waiting.join(timeout=50)
    assert [reply.status for reply in replies] == [200]


def test_a_stall_ends_when_the_server_does() -> None:
    emulator = Emulator(faults=["stalled-after"])
    ended: list[BaseException] = []

    def create() -> None:
        try:
            asking.create(patience=30)
        except UNANSWERED as error:
            ended.append(error)

    with running(emulator) as url:
        asking = Client(emulator, url)
        waiting = threading.Thread(target=create)
        waiting.start()
        until(lambda: asking.struck() == [1])
    waiting.join(timeout=25)  # the asking ends by itself after 30 s, with another error
    assert [type(error) for error in ended] == [RemoteDisconnected]


def test_latency_delays_only_its_own_requests(client: Client) -> None:
    client.inject({"kind": "latency", "seconds": 60, "route": CREATE, "times": None})
    finished: list[str] = []

    def create() -> None:
        assert client.create().status == 200
        finished.append("create")

    slow = threading.Thread(target=create)
    slow.start()
    until(lambda: client.struck() == [1])
    client.listed()
    finished.append("list")
    client.inject()
    slow.join(timeout=60)
    assert finished == ["list", "create"]


def test_a_lagging_listing_shows_what_was_and_a_read_what_is(client: Client, clock: Clock) -> None:
    client.create("Kept")
    changed = client.create("Before").json["id"]
    gone = client.create("Gone").json["id"]
    clock.now += 60
    client("PUT", f"/api/v1/monitor/{changed}", {"name": "After", "tags": ["team:other"]})
    client("DELETE", f"/api/v1/monitor/{gone}")
    made = client.create("Made").json["id"]
    client.inject("lagging,seconds=30,times=always")
    assert client.listed() == ["Kept", "Before", "Gone"]
    assert client.listed("?monitor_tags=team:motor-quotes&name=o") == ["Before", "Gone"]
    assert client.listed("?monitor_tags=team:other") == []
    assert client.listed("?page=1&page_size=2") == ["Gone"]
    assert client("GET", f"/api/v1/monitor/{made}").json["name"] == "Made"
    assert client("GET", f"/api/v1/monitor/{changed}").json["name"] == "After"
    assert client("GET", f"/api/v1/monitor/{gone}").status == 404
    client.inject()
    assert client.listed() == ["Kept", "After", "Made"]


def test_a_truncated_listing_ends_early_on_whatever_page(client: Client) -> None:
    for name in "abcde":
        client.create(name)
    client.inject("truncated,count=3,times=always")
    assert client.listed() == ["a", "b", "c"]
    assert client.listed("?page=1&page_size=2") == ["c"]
    client.inject("truncated,count=0")
    assert client.listed("?monitor_tags=team:motor-quotes") == []
    assert client.listed() == ["a", "b", "c", "d", "e"]


def test_a_repeated_listing_holds_monitors_twice(client: Client) -> None:
    for name in "abc":
        client.create(name)
    client.inject("repeated,count=2")
    assert client.listed("?page=0&page_size=1000") == ["a", "b", "c", "a", "b"]
    assert client.listed() == ["a", "b", "c"]


def test_a_referenced_monitor_is_deleted_by_force_only(client: Client) -> None:
    held = client.create().json["id"]
    client.inject({"kind": "referenced", "times": None})
    said = (
        f"monitor [{held},Quotes are slow] is referenced in composite monitors: "
        "[9999999,Invented by the emulator]"
    )
    answer = client("GET", f"/api/v1/monitor/can_delete?monitor_ids={held}")
    assert (answer.status, answer.json) == (
        409,
        {"data": {"ok": []}, "errors": {str(held): [said]}},
    )
    refused = client("DELETE", f"/api/v1/monitor/{held}")
    assert (refused.status, refused.json) == (400, {"errors": [said]})
    assert client("DELETE", f"/api/v1/monitor/{held}?force=true").status == 200
    assert client.struck() == [2]


def test_nothing_goes_wrong_with_the_emulators_own_paths(client: Client) -> None:
    client.inject({"kind": "error-before", "times": None})
    assert client("GET", "/__emulator/requests").json == {}
    assert client("GET", "/__emulator/limits").status == 200
    assert client.struck() == [0]


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, for half a minute at most."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
