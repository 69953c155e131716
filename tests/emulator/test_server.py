"""The emulator over HTTP."""

from __future__ import annotations

import json
import threading
from http.client import HTTPConnection
from typing import Any

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
        socket = connection.sock
        path = f"/api/v1/monitor?monitor_tags=env%3Aproduction&name={made['name'][:2]}"
        status, listed = exchange(connection, "GET", path)
        assert (status, [entry["id"] for entry in listed]) == (200, [made["id"]])
        _, downtime = exchange(connection, "POST", "/api/v1/downtime", {"scope": "a:b"})
        assert exchange(connection, "DELETE", f"/api/v1/downtime/{downtime['id']}") == (204, None)
        assert exchange(connection, "GET", "/api/v1/validate") == (200, {"valid": True})
        assert connection.sock is socket, "the connection was not kept alive"
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
    with running(Emulator()) as one, running(Emulator()) as other:
        assert one != other
