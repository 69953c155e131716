"""The emulator behind HTTP: Starlette and uvicorn, one request at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor_sync.emulator.core import Emulator


def application(emulator: Emulator) -> ASGIApp:
    """The emulator as an ASGI application."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        # Answered on the loop itself: every request takes the emulator's one lock anyway, and a
        # hand-over to a thread costs more than most answers.
        status, headers, content = emulator.handle(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body,
        )
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        if status != 204:
            raw.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    return Starlette(routes=[Mount("/", app=door)])


def serve(emulator: Emulator, host: str, port: int, *, on_ready: Callable[[str], None]) -> None:
    """Answer on `host:port` until interrupted; `on_ready` is told the base URL.

    Args:
        emulator: what answers. It is closed at the end.
        host: the address to listen on.
        port: 0 takes a free one.
        on_ready: called once, when requests are answered.

    Raises:
        OSError: the address cannot be listened on.
    """
    listening = _listen(host, port)
    try:
        server = _Server(_config(emulator), lambda: on_ready(_url(listening)))
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        listening.close()
        emulator.close()


@contextlib.contextmanager
def running(emulator: Emulator) -> Iterator[str]:
    """Answer on a free loopback port, in a thread, while the context lasts; gives the base URL."""
    listening = _listen("127.0.0.1", 0)
    ready = threading.Event()
    server = _Server(_config(emulator), ready.set)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="emulator", daemon=True
    )
    thread.start()
    try:
        if not ready.wait(timeout=30):
            raise RuntimeError("the emulator did not start within 30 seconds")
        yield _url(listening)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()


class _Server(uvicorn.Server):
    """A uvicorn server that says when it answers."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _config(emulator: Emulator) -> uvicorn.Config:
    return uvicorn.Config(
        application(emulator),
        access_log=False,
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
        ws="none",
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's algorithm only for sockets that say they are TCP; with it on, every
    # answer would wait 40 ms for the client's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
