"""Requests to an emulator of this process, without HTTP between."""

from __future__ import annotations

import json
from typing import Any

from monitor_sync.emulator.core import Emulator

_COUNTS = "/__emulator/requests"


def ask(emulator: Emulator, method: str, path: str, body: Any = None, *, user: str = "test") -> Any:
    """Return the answer to a request that succeeds; ``user`` is its application key."""
    keys = {"DD-API-KEY": "test", "DD-APPLICATION-KEY": user}
    content = b"" if body is None else json.dumps(body).encode()
    status, _, answer = emulator.handle(method, path, "", keys, content)
    assert 200 <= status < 300, answer
    return json.loads(answer) if answer else None


def submit(emulator: Emulator, *series: dict[str, Any]) -> None:
    """Send points of metrics."""
    ask(emulator, "POST", "/api/v2/series", {"series": list(series)})


def requests(emulator: Emulator) -> dict[str, int]:
    """Return how many requests there were by route, since they were last forgotten."""
    counts = ask(emulator, "GET", _COUNTS)
    assert isinstance(counts, dict)
    return counts


def forget_requests(emulator: Emulator) -> None:
    ask(emulator, "DELETE", _COUNTS)
