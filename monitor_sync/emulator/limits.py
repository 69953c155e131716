"""Rate limits: the headers of every answer, and the 429 for those who asked for it.

Limits and names are those of recorded answers (recordings.md, section G); Datadog publishes none
for monitors. They are counted always and enforced only on request.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many requests in so many seconds, counted under one name."""

    name: str
    requests: int
    seconds: int


_ELSEWHERE = Limit(name="global_org", requests=12_000, seconds=60)

_LIMITS = {
    "GET /api/v1/monitor": Limit(name="get_all_monitors", requests=1000, seconds=10),
    "POST /api/v1/monitor": Limit(name="post_monitors", requests=500, seconds=10),
    "GET /api/v1/monitor/{id}": Limit(name="get_monitors", requests=3000, seconds=10),
    "PUT /api/v1/monitor/{id}": Limit(name="put_monitors", requests=500, seconds=10),
    "GET /api/v1/monitor/can_delete": Limit(name="can_delete", requests=12_000, seconds=60),
    "GET /api/v1/monitor/search": Limit(name="search_monitors", requests=120, seconds=10),
    "GET /api/v1/monitor/groups/search": Limit(
        name="search_monitor_groups", requests=120, seconds=10
    ),
    "GET /api/v1/downtime": Limit(name="get_all_downtimes", requests=60, seconds=60),
    "GET /api/v1/downtime/{id}": Limit(name="get_downtime", requests=750, seconds=30),
    "DELETE /api/v1/downtime/{id}": Limit(name="cancel_downtime", requests=500, seconds=30),
    "POST /api/v1/slo": Limit(name="slo_create", requests=500, seconds=60),
    "GET /api/v1/slo/{id}": Limit(name="slo_get", requests=3000, seconds=10),
    "DELETE /api/v1/slo/{id}": Limit(name="slo_delete", requests=100, seconds=10),
}


def limit_for(route: str) -> Limit:
    """The limit a route counts against: its own, or the one all others share."""
    return _LIMITS.get(route, _ELSEWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a request found: is it one too many, and the headers to answer with."""

    exceeded: bool
    headers: dict[str, str]


class Limiter:
    """Counts requests in periods that begin on the calendar, as `X-RateLimit-Period` is described.

    Unless `enforce` is set, the remainder never reads 0: nobody would be refused, so nobody
    needs to wait.
    """

    def __init__(self, *, enforce: bool) -> None:
        self._enforce = enforce
        self._used: dict[str, tuple[int, int]] = {}  # by name: the period, and requests in it

    def take(self, limit: Limit, now: float) -> Allowance:
        """Count one request at `now` (Unix seconds)."""
        period = int(now) // limit.seconds
        current, used = self._used.get(limit.name, (period, 0))
        used = used + 1 if current == period else 1
        self._used[limit.name] = (period, used)
        remaining = limit.requests - used
        return Allowance(
            exceeded=self._enforce and remaining < 0,
            headers={
                "x-ratelimit-limit": str(limit.requests),
                "x-ratelimit-period": str(limit.seconds),
                "x-ratelimit-remaining": str(max(remaining, 0 if self._enforce else 1)),
                "x-ratelimit-reset": str(limit.seconds - int(now) % limit.seconds),
                "x-ratelimit-name": limit.name,
            },
        )


def refusal_text(limit: Limit) -> str:
    """The text of a 429, as recorded on another of Datadog's endpoints."""
    return (
        f"Rate limit of {limit.requests} requests in {limit.seconds} seconds reached. "
        "Please try again later."
    )
