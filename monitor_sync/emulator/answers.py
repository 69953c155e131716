"""What goes in and out: a request, an answer, a refusal, in the shapes Datadog's API has."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from monitor_sync.emulator.faults import Strike

# Whatever JSON can hold; the shapes are checked where they are used.
Json = Any

LONGEST_BODY = 10_000_000  # bytes, unpacked; a monitor has some thousands
TOO_LONG = f"Request body is longer than {LONGEST_BODY} bytes"
_INVALID_JSON = "Invalid JSON structure"
_DEEPEST = 100  # levels of arrays and objects
_WINDOWS = {"gzip": 31, "deflate": 15}  # what zlib calls the two forms
_STATUS_PAGE = "http://status.datadoghq.com"


class ErrorAnswer(Exception):
    """Datadog says no. `payload` is the body of the answer, ready to be encoded."""

    def __init__(self, status: int, payload: Json) -> None:
        super().__init__(status, payload)
        self.status = status
        self.payload = payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: the status and the encoded body (empty for 204)."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, with the query string parsed and the header names in lower case.

    `strike` is what the faults that are set make of it; handlers ask it about listings and
    references, the rest concerns the core and the server.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    strike: Strike | None = None

    def json(self) -> dict[str, Json]:
        """Return the body as an object; an empty body is an empty object (recorded on mute_all).

        Raises `ErrorAnswer` (400) for anything else. The wording is ours: no recording has one.
        """
        raw = self._plain_body()
        value = decoded(raw) if raw.strip() else {}
        if not isinstance(value, dict):
            raise refused(_INVALID_JSON)
        return value

    def json_array(self) -> list[Json]:
        """Return the body as an array, also where it is one object. Raises `ErrorAnswer` (400)."""
        value = decoded(self._plain_body())
        if isinstance(value, dict):
            return [value]
        if not isinstance(value, list):
            raise refused("Invalid JSON structure: expected an array of objects")
        return value

    def _plain_body(self) -> bytes:
        """Return the body unpacked: it may come as gzip or deflate, as on Datadog's intakes."""
        window = _WINDOWS.get(self.headers.get("content-encoding", "").lower())
        if window is None:
            return self.body
        unpacker = zlib.decompressobj(window)
        try:
            unpacked = unpacker.decompress(self.body, LONGEST_BODY)
        except zlib.error as problem:
            raise refused(_INVALID_JSON) from problem
        if unpacker.unconsumed_tail:
            raise refused(TOO_LONG, status=413)
        if not unpacker.eof:
            raise refused(_INVALID_JSON)
        return unpacked

    def number(self, name: str, otherwise: int) -> int:
        """Return a query parameter that must be a whole number of 0 or more."""
        text = self.query.get(name)
        if text is None or text == "":
            return otherwise
        if not text.isascii() or not text.isdigit():
            raise refused(f"The value provided for parameter '{name}' is invalid")
        return int(text)

    def flag(self, name: str) -> bool:
        """Return True if a query parameter is on; clients write `true` or `True`."""
        return self.query.get(name, "").lower() == "true"


def decoded(raw: bytes) -> Json:
    """Return the value of a JSON text.

    Raises `ErrorAnswer` (400) where it is none, holds a number that is too large for one, or is
    nested too deeply to be written down again.
    """
    try:
        value = json.loads(raw, parse_constant=_no_json, parse_float=_finite)
    except (ValueError, RecursionError) as problem:
        raise refused(_INVALID_JSON) from problem
    level = [value]
    for _ in range(_DEEPEST):
        level = [part for held in level for part in _parts(held)]
        if not level:
            return value
    raise refused(_INVALID_JSON)


def _parts(value: Json) -> Iterable[Json]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _no_json(word: str) -> None:
    """Raise: NaN and Infinity, which Python would read, are no JSON."""
    raise ValueError(word)


def _finite(text: str) -> float:
    """Return a number; one like 1e999, which Python would read as infinite, is none."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def parsed_query(query: str | Mapping[str, str]) -> Mapping[str, str]:
    """Return a query string as a mapping; of a name given twice the last value counts.

    The values of a name that ends in `[]`, an array, are joined by commas.
    """
    if not isinstance(query, str):
        return query
    parsed: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True) if query else ():
        joins = name.endswith("[]") and name in parsed
        parsed[name] = f"{parsed[name]},{value}" if joins else value
    return parsed


def encoded(value: Json) -> bytes:
    """Return compact JSON, as Datadog answers."""
    return json.dumps(value, separators=(",", ":")).encode()


def answer(value: Json, status: int = 200) -> Answer:
    """Return an answer with a JSON body; recorded bodies end in a line break."""
    return Answer(status=status, body=encoded(value) + b"\n")


def refused(*errors: str, status: int = 400) -> ErrorAnswer:
    """Return a refusal in the shape of the monitors API: `{"errors": ["…"]}`."""
    return ErrorAnswer(status, {"errors": list(errors)})


def refused_at_the_edge(status: int, error: str) -> ErrorAnswer:
    """Return a refusal in the shape of what stands before the API: unknown paths, refused keys."""
    return ErrorAnswer(
        status,
        {
            "status": "error",
            "code": status,
            "errors": [error],
            "statuspage": _STATUS_PAGE,
            "twitter": "http://twitter.com/datadogops",
            "email": "support@datadoghq.com",
        },
    )
