"""What Datadog says when it fails: the answer of each fault that has one.

Shapes, statuses and which of them come with rate-limit headers are as recorded (recordings.md,
section G). Not recorded are the 512 and the 503, whose pages are like that of the 502, and what
headers come with the limit on duplicates, which a public report shows as text only.
"""

from __future__ import annotations

import math

from monitor_sync.emulator.answers import Answer, answer, refused, refused_at_the_edge
from monitor_sync.emulator.faults import Fault
from monitor_sync.emulator.limits import CountedLimit, refusal_text

_DUPLICATES = CountedLimit(name="duplicate_monitors", requests=5, seconds=600)
_PAGE = "text/html; charset=utf-8"


def failure(fault: Fault, limit: CountedLimit) -> tuple[Answer, dict[str, str]]:
    """Return the answer of a fault and the headers that belong to it.

    Args:
        fault: one that answers in place of the emulator.
        limit: the rate limit that the request counts against.
    """
    match fault.kind:
        case "throttled":
            return _refusal(429, refusal_text(limit)), _used_up(limit, fault.seconds)
        case "throttled-bare":
            payload = refused_at_the_edge(429, "Too many requests").payload
            return answer(payload, 429), {}
        case "throttled-page":
            return _sad_page(429)
        case "error-before" | "error-after":
            return _refusal(500, "Internal server error"), {}
        case "bad-gateway":
            return _bare_page(502, "Bad Gateway")
        case "edge-timeout":
            return _bare_page(512, "Timeout")
        case "maintenance":
            return _bare_page(503, "Service Temporarily Unavailable")
        case "forbidden":
            return _refusal(403, "Forbidden", "Failed permission authorization checks"), {}
        case "unauthorized":
            return _refusal(401, "Unauthorized"), {}
        case "duplicates-limit":
            reason = refusal_text(_DUPLICATES)
            return _refusal(429, f"Can not create duplicate monitors: {reason}"), {}
        case other:
            raise ValueError(f"fault {other} has no answer of its own")


def _refusal(status: int, *errors: str) -> Answer:
    return answer(refused(*errors).payload, status)


def _used_up(limit: CountedLimit, seconds: float) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit.requests),
        "x-ratelimit-period": str(limit.seconds),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(math.ceil(seconds)),
        "x-ratelimit-name": limit.name,
    }


def _bare_page(status: int, title: str) -> tuple[Answer, dict[str, str]]:
    """Return the page of a proxy, as the recorded 502: a title and nothing else."""
    page = (
        f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status} {title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return Answer(status=status, body=page.encode()), {"content-type": "text/html"}


def _sad_page(status: int) -> tuple[Answer, dict[str, str]]:
    """Return a page of the application itself: blank lines before the doctype, styles, a title."""
    page = (
        "\n\n\n<!DOCTYPE html>\n<!-- emulated -->\n<html>\n  <head>\n    <style>\n"
        "      body { padding: 1px; }\n    </style>\n"
        f"    <title>\n\n  Error {status} | Datadog\n    </title>\n  </head>\n"
        f'  <body>\n    <div class="error_page"><h1>{status}</h1>'
        "<p>Please try again in a moment.</p></div>\n  </body>\n</html>\n"
    )
    return Answer(status=status, body=page.encode()), {"content-type": _PAGE}
