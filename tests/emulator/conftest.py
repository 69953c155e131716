"""What the emulator's tests share: a clock that stands still, and a way to ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor_sync.emulator.core import Emulator

KEYS = {"DD-API-KEY": "any", "DD-APPLICATION-KEY": "any"}


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.25

    def __call__(self) -> float:
        return self.now


class Caller:
    """Asks an emulator in-process, with keys, and decodes what it answers."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.headers: dict[str, str] = {}  # of the last answer

    def __call__(
        self, method: str, path: str, body: Any = None, *, query: str | dict[str, str] = ""
    ) -> tuple[int, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        status, self.headers, answer = self.emulator.handle(
            method, f"/api{path}", query, KEYS, content
        )
        return status, json.loads(answer) if answer else None

    def created(self, **changes: Any) -> dict[str, Any]:
        """Return the answer to a create that must succeed."""
        status, answer = self("POST", "/v1/monitor", monitor(**changes))
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    def read(self, monitor_id: int, query: str = "") -> dict[str, Any]:
        """Return the answer to a read that must succeed."""
        status, answer = self("GET", f"/v1/monitor/{monitor_id}", query=query)
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    def listed(self, query: str = "") -> list[int]:
        """Return the ids a listing answers."""
        status, answer = self("GET", "/v1/monitor", query=query)
        assert status == 200, answer
        return [entry["id"] for entry in answer]


def monitor(**changes: Any) -> dict[str, Any]:
    """Return a definition that is accepted, with changes."""
    return {
        "type": "query alert",
        "name": "Quotes are slow",
        "query": "avg(last_5m):avg:motor.quote.latency{env:production} by {host} > 5",
        "message": "Customers wait. @slack-motor",
        "tags": ["team:motor-quotes", "env:production"],
        "options": {"thresholds": {"critical": 5}},
        **changes,
    }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[Emulator]:
    emulator = Emulator(clock=clock)
    yield emulator
    emulator.close()


@pytest.fixture
def call(emulator: Emulator) -> Caller:
    return Caller(emulator)


@pytest.fixture
def seven(call: Caller) -> list[int]:
    """The ids of seven monitors."""
    return [call.created(name=f"Monitor {number}")["id"] for number in range(7)]
