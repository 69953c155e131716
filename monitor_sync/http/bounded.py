"""Answers with an end: bounded in time, in size and in depth, however the other side sends them."""

from __future__ import annotations

import io
import json
import math
import re
import socket
import time
from http import client
from typing import Any, Final

import msgspec
import urllib3
from urllib3 import connection, connectionpool
from urllib3 import exceptions as http

MOST_BYTES: Final = 128 * 1024 * 1024
"""The largest answer that is read, as sent and unpacked: a page of 1,000 objects of 128 KB."""

DEEPEST: Final = 100
"""The deepest JSON that is taken: code that walks it by calling itself must never run out."""

_TOO_DEEP: Final = f"it is nested deeper than {DEEPEST} levels"

_PIECE: Final = 256 * 1024
"""Bytes read at once, so that packed data cannot grow without being counted."""

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class TooLarge(http.HTTPError):
    """An answer is larger than ``MOST_BYTES``."""


class UnreadableAnswer(ValueError):
    """An answer is no JSON that can be used; the message says why."""


class TimedReader(io.RawIOBase):
    """
    Reads a socket for as long as one answer may take in all, not for each of its pieces.

    A socket's own timeout begins anew with each byte: an answer that trickles would never end.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._left = MOST_BYTES
        timeout = sock.gettimeout()
        self._ends = math.inf if timeout is None else time.monotonic() + timeout

    def readable(self) -> bool:
        """Return True: ``BufferedReader`` asks."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read once. Raises TimeoutError when the time is over, TooLarge when it is too much."""
        remaining = self._ends - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        if remaining < math.inf:
            self._sock.settimeout(remaining)
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise TooLarge
        return count

    def close(self) -> None:
        """Close what is read from, too."""
        self._raw.close()
        super().close()


class _TimedResponse(client.HTTPResponse):
    """An answer whose status line, headers and body all count against one timeout."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(TimedReader(self.fp.detach(), sock))


class _HTTPConnection(connection.HTTPConnection):
    response_class = _TimedResponse


class _HTTPSConnection(connection.HTTPSConnection):
    response_class = _TimedResponse


class _HTTPPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


def bound(manager: urllib3.PoolManager) -> None:
    """Let every answer that comes through these connections take one timeout in all."""
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def read(response: urllib3.BaseHTTPResponse) -> bytes:
    """Return the whole unpacked body. Raises TooLarge and the library's other HTTPErrors."""
    content = io.BytesIO()
    try:
        for piece in response.stream(_PIECE, decode_content=True):
            content.write(piece)
            if content.tell() > MOST_BYTES:
                raise TooLarge
    except BaseException:
        response.close()  # what is left of it must not be read as the next answer
        raise
    response.release_conn()
    return content.getvalue()


def decode(content: bytes) -> Any:
    """
    Return the JSON of a body. Raises UnreadableAnswer.

    Numbers are finite, whole ones fit into 64 bits (larger ones are floats), texts hold whole
    characters only (half a surrogate pair becomes U+FFFD),
    and nothing is nested deeper than ``DEEPEST``. Of a name that stands twice the last one counts,
    as JSON libraries have it.
    """
    try:
        value = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # before msgspec 0.23 either
        return _decoded(content)
    return value if _is_plain(value) else _decoded(content)


def _decoded(content: bytes) -> Any:
    """Return what ``decode`` does, by Python's own decoder, which takes more and is slower."""
    try:
        value = _DECODER.decode(content.decode("utf-8-sig"))
    except RecursionError:
        raise UnreadableAnswer(_TOO_DEEP) from None
    except UnreadableAnswer:
        raise
    except ValueError:
        raise UnreadableAnswer("it is no JSON") from None
    if not _is_plain(value):
        raise UnreadableAnswer(_TOO_DEEP)
    return _whole(value) if b"\\ud" in content or b"\\uD" in content else value


def _finite(text: str) -> float:
    """Return a number. Raises UnreadableAnswer for one that JSON has no way to send back."""
    number = float(text)
    if not math.isfinite(number):
        raise UnreadableAnswer("it holds a number that is not finite")
    return number


def _whole_number(text: str) -> int | float:
    """Return a number; one beyond 64 bits becomes a float, which is no id and no time."""
    return int(text) if len(text.removeprefix("-")) < _DIGITS else _finite(text)


_DIGITS: Final = 19
"""Numbers with fewer digits fit into 64 bits."""

_MANY_DIGITS: Final = 10 ** (_DIGITS - 1)
"""The smallest number with so many."""

_DECODER: Final = json.JSONDecoder(
    parse_constant=_finite, parse_float=_finite, parse_int=_whole_number
)


_NESTING: Final = frozenset({dict, list})
"""What the decoders make of objects and arrays, never a class of their kind."""


def _is_plain(value: Any) -> bool:
    """
    Return whether no whole number in a value may be beyond 64 bits and nothing is nested deeper
    than ``DEEPEST``, so that code may walk it by calling itself.
    """
    level: list[Any] = [[value]]
    for _ in range(DEEPEST + 1):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) in _NESTING or (type(child) is int and abs(child) >= _MANY_DIGITS)
        ]
        if not level:
            return True
        if int in map(type, level):
            return False
    return False


def _whole(value: Any) -> Any:
    """Return the same value with U+FFFD for each half of a surrogate pair."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(item) for name, item in value.items()}
    return value
