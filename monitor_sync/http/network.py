"""What the network did to a request, from the errors of the library that sends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import urllib3
from msgspec.structs import replace
from urllib3 import exceptions as http

from monitor_sync.http import bounded
from monitor_sync.http.bounded import TooLarge
from monitor_sync.http.failure import Failure, FailureKind, TlsCause
from monitor_sync.http.redaction import Redaction
from monitor_sync.http.request import ApiRequest

_HANDSHAKE: Final = ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "HANDSHAKE", "Hostname")
"""Words of OpenSSL's errors that come before anything is sent."""

_TLS_CAUSES: Final[tuple[tuple[str, TlsCause], ...]] = (
    ("WRONG_VERSION", "plain text"),
    ("expired", "expired"),
    ("not yet valid", "expired"),
)
"""Words of OpenSSL's errors that change what a person has to do."""

_REFUSED: Final = re.compile(r"Tunnel connection failed: (4[0-9]{2})")
"""A proxy that answered and said no; the library gives its status in a text alone."""

_REASONS: Final = (
    re.compile(r"certificate verify failed: ([^()]+)"),
    re.compile(r"(Hostname mismatch[^()]*)"),
    re.compile(r"Tunnel connection failed: ([0-9]{3}[^'\")]*)"),
    re.compile(r"\[SSL: ([A-Z0-9_ ]+)\]"),
)
"""The part of a chain of exception texts that a person can use, the clearest first."""


def exchange(
    request: ApiRequest,
    call: Callable[[ApiRequest], urllib3.BaseHTTPResponse],
    redaction: Redaction,
) -> tuple[urllib3.BaseHTTPResponse, bytes] | Failure:
    """Return the response of ``call`` and its whole body, or the failure without its secrets."""
    try:
        response = call(request)
        return response, bounded.read(response)
    except http.HTTPError as error:
        failed = failure(request, error)
        return replace(failed, detail=redaction.text(failed.detail))


def failure(request: ApiRequest, error: Exception) -> Failure:
    """Return what an exception of urllib3, or an answer that is no text, means for a request."""
    if isinstance(error, http.ProxyError):
        return _at_the_proxy(request, error)
    if isinstance(error, http.SSLError):
        return tls(request, str(error))
    if isinstance(error, TooLarge):
        return Failure(request=request, kind="oversized")
    kind, sent = _kind(error)
    return Failure(request=request, kind=kind, sent=sent, detail=_detail(str(error)))


def tls(request: ApiRequest, text: str) -> Failure:
    """Return the failure for a TLS error: before the request was sent, or in the middle of it."""
    if not any(word in text for word in _HANDSHAKE):
        return Failure(request=request, kind="dropped")
    cause: TlsCause = next((cause for words, cause in _TLS_CAUSES if words in text), "")
    return Failure(request=request, kind="tls", sent=False, detail=_detail(text), tls_cause=cause)


def _at_the_proxy(request: ApiRequest, error: http.ProxyError) -> Failure:
    """Return the failure of a request that a proxy stopped; it did not reach the service."""
    cause = error.original_error
    text = f"{error} {cause}"
    if isinstance(cause, http.NameResolutionError):
        detail = "it has no address"
    elif isinstance(cause, http.NewConnectionError):
        detail = "nothing answers there"
    elif isinstance(cause, http.TimeoutError):
        detail = "it does not answer in time"
    else:
        detail = _detail(text) or "it closed the connection"
    refused = _REFUSED.search(text)
    return Failure(
        request=request,
        kind="proxy refused" if refused else "proxy",
        proxy_status=int(refused[1]) if refused else 0,
        sent=False,
        detail=detail,
    )


def _kind(error: Exception) -> tuple[FailureKind, bool]:
    """Return why no answer came, and whether the request may have been read all the same."""
    if isinstance(error, http.NameResolutionError):
        return "no address", False
    if isinstance(error, http.NewConnectionError):
        return "connection refused", False
    if isinstance(error, http.ConnectTimeoutError):  # the kinds above are kinds of this one
        return "timeout", False
    if isinstance(error, http.TimeoutError):
        return "timeout", True
    return "dropped", True


def _detail(text: str) -> str:
    """Return what a chain of exception texts says in the end; empty if only for programmers."""
    line = " ".join(text.split())
    match = next((match for pattern in _REASONS if (match := pattern.search(line))), None)
    return match[1].strip().replace("_", " ") if match else ""
