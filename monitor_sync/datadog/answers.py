"""What Datadog's answers say: the JSON of one that worked, the failure of one that did not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.http import answers
from monitor_sync.http.failure import Failure, FailureKind, Reply, kind_of_answer, one_line
from monitor_sync.http.redaction import Redaction
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.service import RateLimitHeaders

DUPLICATES: Final = "can not create duplicate monitors"
"""What a 429 says that is not about haste: it would be refused again, however long one waits."""

_DUPLICATE: Final = re.compile(r"Duplicate of an existing monitor_id:\s*([0-9]{1,19})\b", re.I)
"""What a 400 says where another monitor is the same in all but its tags; recorded."""

_HEADERS: Final = RateLimitHeaders()


def outcome(
    request: ApiRequest,
    status: int,
    content: bytes,
    headers: Mapping[str, str],
    expected: type,
    redaction: Redaction,
) -> Reply | Failure:
    """Return the decoded answer of a request, or the failure that it means, without secrets."""
    return answers.outcome(
        request,
        status,
        content,
        headers,
        expected=expected,
        redaction=redaction,
        sentences=sentences,
        kind=_kind,
        limits=_HEADERS,
    )


def unexpected(request: ApiRequest, body: Any, detail: str) -> Failure:
    """Return the failure for an answer of status 200 that lacks what it must have."""
    return Failure(
        request=request,
        kind="unreadable",
        status=200,
        problems=sentences(body),
        detail=detail,
    )


def refusals(failure: Failure) -> tuple[str, ...]:
    """
    Return Datadog's sentences where it read what we sent and refused it.

    Empty where it did not get that far: no answer, no access, nothing there, too many requests.
    """
    return failure.problems if failure.kind == "rejected" else ()


def duplicate_of(failure: Failure) -> int | None:
    """Return the id of the monitor that Datadog calls the same as the one it refused, or None."""
    match = _DUPLICATE.search(failure.service_text) if failure.kind == "rejected" else None
    return int(match[1]) if match else None


def sentences(body: Any) -> tuple[str, ...]:
    """Return Datadog's own sentences in a body: ``{"errors": ["…"]}`` in its several shapes."""
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if isinstance(errors, Mapping):
        errors = list(errors.values())
    if isinstance(errors, str):
        errors = [errors]
    texts = [_text(error) for error in errors if error] if isinstance(errors, list) else []
    return tuple(one_line(text) for text in texts)


def _kind(status: int, problems: tuple[str, ...], body: Any) -> FailureKind:
    if status == 429 and any(DUPLICATES in problem.lower() for problem in problems):
        return "rejected"
    if status == 404 and isinstance(body, Mapping) and "statuspage" in body:
        # No such address, not no such object: what stands before the API says this (recorded).
        return "unreadable"
    return kind_of_answer(status, problems)


def _text(error: Any) -> str:
    if isinstance(error, Mapping):
        return str(error.get("detail") or error.get("title") or error)
    if isinstance(error, list):
        return "; ".join(map(_text, error))
    return str(error)
