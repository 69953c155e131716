"""What came of one request: a reply, or a failure as a value. Code decides by these fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from monitor_sync.http.request import ApiRequest

FailureKind = Literal[
    "no address",
    "connection refused",
    "tls",
    "proxy",
    "proxy refused",
    "timeout",
    "dropped",
    "oversized",
    "unavailable",
    "throttled",
    "denied",
    "absent",
    "rejected",
    "unreadable",
]
"""
The first seven had no answer from the service. ``oversized`` is an answer beyond all bounds,
``unavailable`` a 5xx or 408, ``throttled`` a 429 that waiting helps, ``denied`` 401 or 403,
``absent`` a 404 that says so, ``rejected`` another 4xx with a reason, ``unreadable`` an answer
that is not what the service answers, such as a login page.
"""

TlsCause = Literal["", "plain text", "expired"]
"""Why there is no safe connection, where the reason changes what to do about it."""

_TRANSIENT: Final = frozenset(
    {"no address", "connection refused", "proxy", "timeout", "dropped", "unavailable"}
)


class Reply(Struct, frozen=True, kw_only=True):
    """An answer as expected: its decoded JSON and its headers."""

    value: Any
    headers: Mapping[str, str]


class Failure(Struct, frozen=True, kw_only=True):
    """
    One request that did not work.

    ``status`` is the HTTP status, 0 where no answer came; ``proxy_status`` is that of a proxy
    which refused. ``sent`` is False where the request surely never reached the service.
    ``problems`` are the service's own sentences, each on one line. ``detail`` says more for
    people: a TLS error, a proxy's refusal, why JSON cannot be used, the title of a web page
    (``page`` is then True).
    ``wait`` is how many seconds the service asks to wait, None where it does not say. ``body`` is
    the decoded JSON of an answer, or text where it was no JSON.
    """

    request: ApiRequest
    kind: FailureKind
    status: int = 0
    proxy_status: int = 0
    sent: bool = True
    problems: tuple[str, ...] = ()
    detail: str = ""
    page: bool = False
    tls_cause: TlsCause = ""
    wait: float | None = None
    headers: Mapping[str, str] | None = None
    body: Any = None

    @property
    def scope(self) -> str:
        """The permission that the request needs."""
        return self.request.scope

    @property
    def service_text(self) -> str:
        """The service's own sentences as one line; empty where it says nothing readable."""
        return one_line("; ".join(self.problems))

    @property
    def transient(self) -> bool:
        """True if the same request may work when it is sent again."""
        return self.kind in _TRANSIENT

    @property
    def outcome_unknown(self) -> bool:
        """True if the request may have had its effect and must not be sent again to find out."""
        # accepted, with an answer that cannot be read
        accepted = 200 <= self.status < 300 or self.kind == "oversized"
        return not self.request.repeatable and self.sent and (self.transient or accepted)


def kind_of_answer(status: int, problems: tuple[str, ...]) -> FailureKind:
    """Return the kind of failure that an HTTP status means; ``problems`` as in ``Failure``."""
    if status in (401, 403):
        return "denied"
    if status == 429:
        return "throttled"
    if status == 408 or status >= 500:
        return "unavailable"
    if status == 404 and problems:
        return "absent"
    return "rejected" if status >= 400 and problems else "unreadable"


def one_line(text: str, limit: int = 600) -> str:
    """Return the text on one line, without control characters, at most ``limit`` long."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(printable.split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
