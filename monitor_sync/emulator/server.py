"""The emulator behind HTTP: an ASGI application and uvicorn, requests handled one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, TypeAlias

import uvicorn

from monitor_sync.emulator import browsers
from monitor_sync.emulator.answers import LONGEST_BODY, TOO_LONG, encoded
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.faults import Hold

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


# How often a request that a fault holds looks whether it still must wait, in seconds.
_LOOK = 0.02

# How often the server looks whether a signal ends it, in seconds: as often as uvicorn by itself.
_TICK = 0.1


class Application:
    """The emulator as an ASGI application, which also does to connections what faults ask.

    ASGI has no word for closing a connection without an answer. uvicorn's `send` belongs to an
    object that has the transport, and that is cut; under another server, a request whose connection
    is to be dropped fails there (an answer 500, most likely), and all else works.
    """

    def __init__(self, emulator: Emulator, host: str = "127.0.0.1") -> None:
        """Answer for `emulator` behind a server that listens on `host`."""
        self._emulator = emulator
        self._host = host
        self.closing = False  # set when the server ends: nobody is kept waiting then

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the emulator speaks HTTP, not {scope['type']}")
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        reason = browsers.refusal(headers, self._host)
        if reason:
            await _send(send, 403, {"content-type": "application/json"}, _error(reason))
            return
        body = await _body(receive)
        if body is None:
            return
        if len(body) > LONGEST_BODY:
            extra = {"content-type": "application/json", "connection": "close"}
            await _send(send, 413, extra, _error(TOO_LONG))
            return
        call = self._emulator.take(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
            body,
        )
        strike = call.strike
        if strike is not None and not await self._passes(strike.before, receive, send):
            return
        # Answered on the loop itself: every request takes the emulator's one lock anyway, and a
        # hand-over to a thread costs more than most answers.
        status, extra, content = self._emulator.carry_out(call)
        if strike is not None and not await self._passes(strike.after, receive, send):
            return
        await _send(send, status, extra, content)

    async def _passes(self, hold: Hold, receive: Receive, send: Send) -> bool:
        """Hold a request as told, off the emulator's lock; False when it gets no answer."""
        stays = await self._waits(hold, receive) if hold.seconds else True
        if stays and not hold.close:
            return True
        _cut(send)
        # The server takes an application that returns without an answer for broken, unless it has
        # seen the connection end.
        while (await receive())["type"] != "http.disconnect":
            pass
        return False

    async def _waits(self, hold: Hold, receive: Receive) -> bool:
        """Wait; False when the client went away or the server ends meanwhile."""
        loop = asyncio.get_running_loop()
        until = loop.time() + hold.seconds
        gone = asyncio.ensure_future(receive())  # nothing but the end can come after the body
        try:
            while not self.closing and self._emulator.wanted(hold.faults):
                left = until - loop.time()
                if left <= 0:
                    break
                await asyncio.wait({gone}, timeout=min(left, _LOOK))
                if gone.done():
                    return False
        finally:
            gone.cancel()
        return not self.closing


async def _send(send: Send, status: int, headers: Mapping[str, str], content: bytes) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    if status != 204:
        raw.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


def _error(text: str) -> bytes:
    return encoded({"errors": [text]})


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request, or None where the client left before its end.

    A body that is too long is not read to its end: what is returned is longer than `LONGEST_BODY`.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > LONGEST_BODY:
            return bytes(body)


def _cut(send: Send) -> None:
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("this server gives no access to the connection: use uvicorn")
    transport.abort()


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
        server = _Server(Application(emulator, host), lambda: on_ready(_url(listening)))
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
    server = _Server(Application(emulator), ready.set)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="emulator", daemon=True
    )
    thread.start()
    try:
        if not ready.wait(timeout=30):
            raise RuntimeError("the emulator did not start within 30 seconds")
        yield _url(listening)
    finally:
        server.stop()
        thread.join(timeout=10)
        listening.close()


class _Server(uvicorn.Server):
    """A uvicorn server that says when it answers, and whose end ends every wait.

    uvicorn looks ten times a second whether it is to end, and then waits a tenth for connections
    that are closed already: 0.2 s for each of many hundreds of servers in tests.
    """

    def __init__(self, application: Application, on_ready: Callable[[], None]) -> None:
        super().__init__(_config(application))
        self._application = application
        self._on_ready = on_ready
        self._end: Callable[[], object] = lambda: None

    def stop(self) -> None:
        """End at once; from any thread, after `on_ready`."""
        self.should_exit = True
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            self._end()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._ended = asyncio.Event()
        self._end = functools.partial(
            asyncio.get_running_loop().call_soon_threadsafe, self._ended.set
        )
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._application.closing = True
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for _ in range(3):  # turns of the loop in which a closed connection is noticed
            await asyncio.sleep(0)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
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
