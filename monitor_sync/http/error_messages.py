"""The one place where a failure becomes words, and the error to raise."""

from __future__ import annotations

from typing import Final

from monitor_sync.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    Rejected,
    RemoteError,
    Unreachable,
)
from monitor_sync.http.bounded import MOST_BYTES
from monitor_sync.http.failure import Failure, one_line
from monitor_sync.http.rate_limit import lower_case
from monitor_sync.http.service import Service

_ERRORS: Final[dict[str, type[RemoteError]]] = {
    "denied": AccessDenied,
    "absent": NotFound,
    "rejected": Rejected,
}
"""The error for a kind of failure; Unreachable for all others."""


def error_for(failure: Failure, service: Service, hint: str) -> RemoteError:
    """Return the error to raise for a failure that is final. ``hint`` says what to do about it."""
    request = failure.request
    if failure.outcome_unknown:
        kind: type[RemoteError] = OutcomeUnknown
        tried = f"nobody knows whether {service.name} did"
    else:
        kind = _ERRORS.get(failure.kind, Unreachable)
        tried = "could not"
    return kind.of(
        f"{tried} {request.words}",
        _problem(failure, service),
        hint=hint,
        status=failure.status,
        for_any=f"{tried} {request.words_for_any}",
    )


def _problem(failure: Failure, service: Service) -> str:
    """Return what went wrong, as the end of a sentence."""
    where = f"{failure.status} from {service.host}"
    if failure.outcome_unknown:
        return reason(failure, service)
    if failure.kind == "denied":
        return f"{_denied(failure, service)} ({where})"
    if failure.kind == "absent":
        return f"{service.name} has no such {failure.request.kind} ({where})"
    if failure.kind == "throttled":
        return _limit(failure, service)
    return reason(failure, service)


def _denied(failure: Failure, service: Service) -> str:
    """
    Return why the service refused: 401 is an unknown or expired key, 403 one that something before
    the service does not know or that lacks a permission.
    """
    bare = failure.service_text.lower() in ("", "forbidden", "unauthorized")
    said_more = "" if bare else f": {failure.service_text}"
    if failure.status == 401:
        verb = "are" if service.credentials.endswith("s") else "is"
        return f"{service.credentials} {verb} unknown, revoked or expired{said_more}"
    return f"{service.name} refused {service.credentials}{said_more}"


def _limit(failure: Failure, service: Service) -> str:
    headers, names = lower_case(failure.headers), service.headers
    limit, period = headers.get(names.limit), headers.get(names.period)
    if limit and period:
        name = headers.get(names.name, "this request")
        used_up = f"{service.name}'s limit for {name} is used up: {limit} in {period} s"
        return one_line(f"{used_up} ({service.host})")
    return f"{service.name}'s limit is used up (429 from {service.host})"


def reason(failure: Failure, service: Service) -> str:
    """Return why there was no usable answer, as the end of a sentence."""
    host = service.host
    if failure.status == 0:
        return {
            "no address": f"{host} has no address",
            "connection refused": f"nothing answers at {host}",
            "tls": f"no safe connection to {host}: {failure.detail or 'the TLS handshake failed'}",
            "proxy": f"the proxy does not lead to {host}: {failure.detail}",
            "proxy refused": f"the proxy does not lead to {host}: {failure.detail}",
            "timeout": f"no answer from {host} in time",
            "oversized": f"{host} answers without end: more than {MOST_BYTES >> 20} MB",
        }.get(failure.kind, f"{host} dropped the connection")
    if failure.service_text:
        return f"{failure.service_text} ({failure.status} from {host})"
    if failure.page:
        title = f', "{failure.detail}",' if failure.detail else ""
        return f"{host} answered with a web page{title} in place of JSON ({failure.status})"
    if failure.detail:
        return f"the answer of {host} cannot be used: {failure.detail} ({failure.status})"
    return f"{host} answered {failure.status}"
