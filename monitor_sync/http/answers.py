"""An answer taken apart: the JSON of one that worked, the failure of one that did not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from monitor_sync.http.bounded import UnreadableAnswer, decode
from monitor_sync.http.failure import Failure, FailureKind, Reply, kind_of_answer, one_line
from monitor_sync.http.rate_limit import pause_told
from monitor_sync.http.redaction import Redaction
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.service import RateLimitHeaders

_TITLE: Final = re.compile(r"<title>([^<]+)</title>", re.IGNORECASE)

_TEXT: Final = 4000
"""Bytes of an answer that is no JSON which are looked at: the title of a page is among them."""

Sentences = Callable[[Any], tuple[str, ...]]
"""Returns a service's own sentences in a decoded body that says no."""

KindOfFailure = Callable[[int, tuple[str, ...], Any], FailureKind]
"""Returns what a status, the service's sentences and the body mean together."""


def by_status(status: int, problems: tuple[str, ...], _: Any) -> FailureKind:
    """Return the kind of failure by the status and the sentences alone."""
    return kind_of_answer(status, problems)


def outcome(
    request: ApiRequest,
    status: int,
    content: bytes,
    headers: Mapping[str, str],
    *,
    expected: type | tuple[type, ...],
    redaction: Redaction,
    sentences: Sentences,
    kind: KindOfFailure = by_status,
    limits: RateLimitHeaders,
) -> Reply | Failure:
    """Return the decoded answer of a request, or the failure that it means, without secrets."""
    headers = redaction.headers(headers)
    why_unusable = ""
    try:
        body: Any = redaction.json(decode(content), content)
    except UnreadableAnswer as error:
        body = redaction.text(content[:_TEXT].decode("utf-8", "replace"))
        why_unusable = str(error)
    if 200 <= status < 300 and isinstance(body, expected):
        return Reply(value=body, headers=headers)
    problems = sentences(body)
    page = isinstance(body, str) and body.lstrip()[:1] == "<"
    title = _TITLE.search(body) if page else None
    return Failure(
        request=request,
        kind=kind(status, problems, body),
        status=status,
        problems=problems,
        page=page,
        detail=one_line(title[1], 80) if title else "" if page else why_unusable,
        wait=pause_told(limits, headers),
        headers=headers,
        body=body,
    )
