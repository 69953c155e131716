"""The emulator over HTTP."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from http.client import HTTPConnection
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from tests.emulator.conftest import KEYS, monitor


def exchange(
    connection: HTTPConnection, method: str, path: str, body: Any = None
) -> tuple[int, Any]:
    content = None if body is None else json.dumps(body)
    connection.request(method, path, content, {**KEYS, "Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read()
    return response.status, json.loads(answer) if answer else None


def test_a_monitor_makes_the_round_trip_over_one_connection() -> None:
    with running(Emulator()) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
        status, made = exchange(connection, "POST", "/api/v1/monitor", monitor(name="Prämie € 💥"))
        assert (status, made["name"]) == (200, "Prämie € 💥")
        first = connection.sock
        path = f"/api/v1/monitor?monitor_tags=env%3Aproduction&name={made['name'][:2]}"
        status, listed = exchange(connection, "GET", path)
        assert (status, [entry["id"] for entry in listed]) == (200, [made["id"]])
        _, downtime = exchange(connection, "POST", "/api/v1/downtime", {"scope": "a:b"})
        assert exchange(connection, "DELETE", f"/api/v1/downtime/{downtime['id']}") == (204, None)
        assert exchange(connection, "GET", "/api/v1/validate") == (200, {"valid": True})
        assert connection.sock is first, "the connection was not kept alive"
        connection.close()


def test_many_clients_at_once_lose_nothing() -> None:
    emulator = Emulator()
    failures: list[object] = []

    def create(worker: int) -> None:
        connection = HTTPConnection(address, timeout=30)
        for number in range(25):
            body = monitor(name=f"{worker}/{number}")
            status, answer = exchange(connection, "POST", "/api/v1/monitor", body)
            if status != 200:
                failures.append(answer)
        connection.close()

    with running(emulator) as url:
        address = url.removeprefix("http://")
        workers = [threading.Thread(target=create, args=(worker,)) for worker in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert failures == []
    assert emulator.monitor_count == 200


def test_two_emulators_run_side_by_side() -> None:
    with running(Emulator()) as first, running(Emulator()) as second:
        assert first != second


def sent(address: str, raw: bytes) -> bytes:
    """Send these bytes and return what comes back until the connection ends."""
    host, _, port = address.rpartition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            answer += part
    return answer


HEAD = b"POST /api/v1/monitor HTTP/1.1\r\nHost: localhost\r\nDD-API-KEY: a\r\n"
RAW = {
    "a chunk of no length": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    "a length that is no number": HEAD + b"Content-Length: many\r\n\r\n{}",
    "a length below nothing": HEAD + b"Content-Length: -5\r\n\r\n{}",
    "a body that ends too soon": HEAD + b"Content-Length: 500\r\n\r\n{}",
    "chunks that end too soon": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00",
    "a header without end": HEAD + b"X: " + b"x" * 200_000,
}


@pytest.mark.parametrize("case", RAW)
def test_what_is_no_request_ends_nothing(case: str) -> None:
    with running(Emulator()) as url:
        address = url.removeprefix("http://")
        assert b" 200 " not in sent(address, RAW[case])
        connection = HTTPConnection(address, timeout=10)
        assert exchange(connection, "GET", "/api/v1/validate") == (200, {"valid": True})
        connection.close()


def test_a_body_that_is_too_long_is_refused_before_its_end() -> None:
    with running(Emulator()) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(HEAD + b"Content-Length: 6000000000\r\n\r\n")
            answer = b""
            with contextlib.suppress(ConnectionError):
                for _ in range(40):
                    connection.sendall(b" " * 1_000_000)
            connection.settimeout(10)
            with contextlib.suppress(ConnectionError):
                answer = connection.recv(65536)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")
        again = HTTPConnection(f"{host}:{port}", timeout=10)
        assert exchange(again, "GET", "/api/v1/validate") == (200, {"valid": True})
        again.close()


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "\xff"])
def test_a_body_is_read_as_json_whatever_its_type_is_called(kind: str) -> None:
    with running(Emulator()) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
        headers = {**KEYS, "Content-Type": kind}
        connection.request("POST", "/api/v1/monitor", json.dumps(monitor()), headers)
        assert connection.getresponse().status == 200
        connection.close()
