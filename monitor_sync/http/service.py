"""What the pipeline must know about a service: its name, its limits, its header names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field


class RateLimitHeaders(Struct, frozen=True, kw_only=True):
    """
    The names, in lower case, of the headers that tell about a rate limit.

    ``limit`` requests may be sent in ``period`` seconds, ``remaining`` are left of them, and the
    count starts again in ``reset`` seconds. ``name`` names the limit. A service without a header
    for the period gives ``default_period``. One that is not to be believed has an empty name.
    """

    limit: str = "x-ratelimit-limit"
    remaining: str = "x-ratelimit-remaining"
    reset: str = "x-ratelimit-reset"
    period: str = "x-ratelimit-period"
    name: str = "x-ratelimit-name"
    default_period: float | None = None


class RequestLimit(Struct, frozen=True, kw_only=True):
    """
    So many requests in so many seconds, at least ``apart`` seconds between two of them.

    ``reserved`` of the requests are left to people and to other tools; None is a tenth.
    """

    requests: int
    seconds: float
    apart: float = 0.0
    reserved: int | None = None


class Service(Struct, frozen=True, kw_only=True):
    """
    A service that requests are sent to.

    ``name`` and ``host`` are for messages, and so is ``credentials``, what it knows us by (a
    plural, such as ``the keys``). ``limits`` by route, and ``usual_limit`` for all other routes,
    are kept to while answers tell nothing about limits. ``status_page`` may say why it is down.
    """

    name: str
    host: str
    credentials: str = "the keys"
    status_page: str = ""
    headers: RateLimitHeaders = field(default_factory=RateLimitHeaders)
    limits: Mapping[str, RequestLimit] = field(default_factory=dict)
    usual_limit: RequestLimit = RequestLimit(requests=60, seconds=60.0)

    def limit_of(self, route: str) -> RequestLimit:
        """Return the limit to keep to on a route whose answers tell none."""
        return self.limits.get(route, self.usual_limit)


ABSURD: Final = 1e9
"""Numbers in headers from here on, or below its negative, make no sense."""
