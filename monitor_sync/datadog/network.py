"""What the network did to a request, from the errors of the library that sends it."""

from __future__ import annotations

import re
from typing import Final

from urllib3 import exceptions as http

from monitor_sync.datadog.problems import Failure

_HANDSHAKE: Final = ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "HANDSHAKE", "Hostname")
"""Words of TLS errors that come before anything is sent."""

_REASONS: Final = (
    re.compile(r"certificate verify failed: ([^()]+)"),
    re.compile(r"(Hostname mismatch[^()]*)"),
    re.compile(r"Tunnel connection failed: ([0-9]{3}[^'\")]*)"),
    re.compile(r"\[SSL: ([A-Z0-9_ ]+)\]"),
)
"""The part of a chain of exception texts that a person can use, the clearest first."""


def failure(operation: str, error: Exception) -> Failure:
    """What an exception of urllib3, or a text that is none, means for a request."""
    if isinstance(error, http.ProxyError):
        return _at_the_proxy(operation, error)
    kind, sent = _kind(error)
    return Failure(operation=operation, kind=kind, sent=sent, detail=_detail(str(error)))


def tls(operation: str, text: str) -> Failure:
    """A TLS error, told as text: before the request was sent, or in the middle of it."""
    if any(word in text for word in _HANDSHAKE):
        return Failure(operation=operation, kind="tls", sent=False, detail=_detail(text))
    return Failure(operation=operation, kind="dropped")


def _at_the_proxy(operation: str, error: http.ProxyError) -> Failure:
    """The proxy was not reached, or would not let us through: nothing came to Datadog."""
    cause = error.original_error
    if isinstance(cause, http.NameResolutionError):
        detail = "it has no address"
    elif isinstance(cause, http.NewConnectionError):
        detail = "nothing answers there"
    elif isinstance(cause, http.TimeoutError):
        detail = "it does not answer in time"
    else:
        detail = _detail(f"{error} {cause}") or "it closed the connection"
    return Failure(operation=operation, kind="proxy", sent=False, detail=detail)


def _kind(error: Exception) -> tuple[str, bool]:
    """Why no answer came, and whether the request may have been read all the same."""
    if isinstance(error, http.NameResolutionError):
        return "name", False
    if isinstance(error, http.NewConnectionError):
        return "refused", False
    if isinstance(error, http.ConnectTimeoutError):  # the kinds above are kinds of this one
        return "timeout", False
    if isinstance(error, http.TimeoutError):
        return "timeout", True
    return "dropped", True


def _detail(text: str) -> str:
    """What a chain of exception texts says in the end; empty where it is only for programmers."""
    line = " ".join(text.split())
    found = next((match for each in _REASONS if (match := each.search(line))), None)
    return found[1].strip().replace("_", " ") if found else ""
