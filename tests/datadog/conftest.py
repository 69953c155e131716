"""A scripted HTTP server on loopback: it answers what a test tells it to, and keeps what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.service import datadog
from monitor_sync.datadog.settings import Settings
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.http.retry import RetryPolicy
from tests.http.clock import Unhurried

API_KEY = "0123456789abcdef-api"
APP_KEY = "0123456789abcdef-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to give. ``drop`` closes the connection in place of it."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


class Script:
    """Answers in order; the last one again and again. A function decides by the request."""

    def __init__(self) -> None:
        self.answers: list[Answer | Callable[[ReceivedRequest], Answer]] = []
        self.requests: list[ReceivedRequest] = []
        self.connections: set[Any] = set()
        self.clock = Unhurried()
        self.url = ""
        self._lock = threading.Lock()

    def say(self, *answers: Answer | Callable[[ReceivedRequest], Answer]) -> None:
        self.answers = list(answers)

    def next(self, request: ReceivedRequest, connection: Any) -> Answer:
        with self._lock:
            self.requests.append(request)
            self.connections.add(connection)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request) if callable(answer) else answer

    @property
    def waited(self) -> list[float]:
        """The waits so far, in seconds; what the clock's own running takes is rounded away."""
        return self.clock.waited

    def client(
        self,
        *,
        tries: int = 3,
        longest: float = 120.0,
        deadline: float | None = None,
        on_wait: Callable[[str, float], None] | None = None,
        **settings: Any,
    ) -> Client:
        """A client that notes its waits in place of waiting."""
        keys = settings or {"api_key": API_KEY, "app_key": APP_KEY}
        here = Settings(site="datadoghq.eu", base_url=self.url, **keys)
        return Client(
            here,
            retry=RetryPolicy(tries=tries, longest_throttle=longest, chance=lambda: 0.0),
            gate=RequestGate(
                datadog(here),
                deadline=deadline,
                on_wait=on_wait,
                clock=self.clock,
                chance=lambda: 0.0,
            ),
        )


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # head and body are two writes: else each answer takes 40 ms
    protocol_version = "HTTP/1.1"
    script: ClassVar[Script]

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        parts = urlsplit(self.path)
        request = ReceivedRequest(
            method=self.command,
            path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=json.loads(content) if content else None,
        )
        answer = self.script.next(request, self.client_address)
        if answer.drop:
            self.close_connection = True
            return
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        send = self.send_response_only if "Date" in answer.headers else self.send_response
        send(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    handler = type("Handler", (_Handler,), {"script": made})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()
