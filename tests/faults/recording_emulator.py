"""An emulator that remembers every write, and lets something happen at a chosen one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor_sync.emulator.answers import Request
from monitor_sync.emulator.core import AcceptedRequest, Emulator, Headers
from monitor_sync.emulator.routes import route_of
from monitor_sync.model import KEY_TAG, PROJECT_TAG

CREATE, UPDATE = "POST /api/v1/monitor", "PUT /api/v1/monitor/{id}"
DELETE = "DELETE /api/v1/monitor/{id}"
LISTING = "GET /api/v1/monitor"
WRITES = (CREATE, UPDATE, DELETE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """
    One write that Datadog carried out: by which route, of which monitor, under which key.

    ``before`` is the monitor just before it (None for a create), ``others`` are the types of the
    project's other monitors with this key at that time, oldest first, by id. ``time`` is in
    seconds on a clock that only goes forward.
    """

    route: str
    id: int
    key: str
    by_us: bool
    before: Mapping[str, Any] | None
    others: Mapping[int, str]
    time: float


class AdjustableClock:
    """Unix seconds, moved so far as somebody says."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


class RecordingEmulator(Emulator):
    """
    A local Datadog whose writes are kept in ``writes``, in the order in which they happened.

    ``at(n, what)`` calls ``what`` in the server's thread right after the n-th write from then on
    was carried out (or met a fault in its place) and before it is answered.
    """

    def __init__(self, **options: Any) -> None:
        self.clock = AdjustableClock()
        super().__init__(clock=self.clock, **options)
        self.writes: list[Write] = []
        self._seen = 0
        self._at: dict[int, Callable[[], None]] = {}
        self._hidden: dict[int, int] = {}

    def hide(self, number: int, times: int) -> None:
        """Leave one monitor out of the next listings."""
        self._hidden[number] = times

    def at(self, number: int, what: Callable[[], None]) -> None:
        """Do this at the n-th write from now on."""
        self._seen = 0
        self._at = {number: what}

    def disarm(self) -> None:
        """Let nothing happen at any write any more."""
        self._at = {}

    @property
    def armed(self) -> bool:
        """True while what is to happen at some write has not happened."""
        return bool(self._at)

    def carry_out(self, call: AcceptedRequest) -> tuple[int, Headers, bytes]:
        if call.route not in WRITES:
            status, headers, content = super().carry_out(call)
            if call.route == LISTING and "user-agent" in call.request.headers:
                content = self._without_hidden(content)
            return status, headers, content
        number = int(call.identifier or 0)
        before = self.monitor(number) if number else None
        key = tag(before or json.loads(call.request.body or b"{}"), KEY_TAG)
        others = {
            other_id: other["type"]
            for other_id, other in sorted(self.monitors().items())
            if other_id != number and key and tag(other, KEY_TAG) == key
            if tag(other, PROJECT_TAG) == "acme"
        }
        answer = super().carry_out(call)
        self._note(call, answer, key, before, others)
        self._seen += 1
        happening = self._at.pop(self._seen, None)
        if happening is not None:
            happening()
        return answer

    def _without_hidden(self, listing: bytes) -> bytes:
        hidden = {number for number, times in self._hidden.items() if times}
        for number in hidden:
            self._hidden[number] -= 1
        if not hidden:
            return listing
        return json.dumps(
            [live for live in json.loads(listing) if live["id"] not in hidden]
        ).encode()

    def _note(
        self,
        call: AcceptedRequest,
        answer: tuple[int, Headers, bytes],
        key: str,
        before: Mapping[str, Any] | None,
        others: Mapping[int, str],
    ) -> None:
        """Record a write that happened, also one whose answer a fault replaced."""
        status, _, content = answer
        strike = call.strike
        lost = strike is not None and strike.answering("answer-after") is not None
        if status != 200 and not lost:
            return
        made = 0 if status != 200 or before else json.loads(content)["id"]
        self.writes.append(
            Write(
                route=call.route,
                id=int(call.identifier or made),
                key=key,
                by_us="user-agent" in call.request.headers,
                before=before,
                others=others,
                time=time.monotonic(),
            )
        )

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request that no fault strikes and nobody counts, and return its answer."""
        route, identifier = route_of(method, path)
        request = Request(
            method=method,
            path=path,
            query={},
            headers={"dd-api-key": "k", "dd-application-key": "a"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        call = AcceptedRequest(request=request, route=route, identifier=identifier)
        status, _, content = super().carry_out(call)
        return status, json.loads(content)

    def by_hand(self, method: str, path: str, body: Any = None) -> Any:
        """Do what a person does in Datadog; it must be allowed."""
        status, answer = self.ask(method, path, body)
        assert status == 200, (method, path, body, answer)
        return answer

    def monitor(self, number: int) -> dict[str, Any] | None:
        """Return one monitor as it really is."""
        status, answer = self.ask("GET", f"/api/v1/monitor/{number}")
        return answer if status == 200 else None

    def monitors(self) -> dict[int, dict[str, Any]]:
        """Return all monitors as they really are, by id."""
        return {monitor["id"]: monitor for monitor in self.by_hand("GET", "/api/v1/monitor")}

    def keyed(self, project: str = "acme") -> dict[str, list[int]]:
        """Map the keys of a project to the ids of its monitors, oldest first."""
        ids_by_key: dict[str, list[int]] = {}
        for number, monitor in sorted(self.monitors().items()):
            if tag(monitor, PROJECT_TAG) == project and tag(monitor, KEY_TAG):
                ids_by_key.setdefault(tag(monitor, KEY_TAG), []).append(number)
        return ids_by_key


def tag(monitor: Mapping[str, Any], name: str) -> str:
    """Return the value of a monitor's tag, empty where it has none."""
    tags: Iterable[str] = monitor.get("tags") or ()
    return next((text[len(name) + 1 :] for text in tags if text.startswith(f"{name}:")), "")
