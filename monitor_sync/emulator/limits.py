"""Rate limits: the headers of every answer, and the 429 for those who asked for it.

Limits and names are those of recorded answers (recordings.md, section G); Datadog publishes none
for monitors. They are counted always and enforced only on request, all of them or some by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitor_sync.emulator.spelling import BadSetting, did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLimit:
    """So many requests in so many seconds, counted under one name."""

    name: str
    requests: int
    seconds: int


_ELSEWHERE = CountedLimit(name="global_org", requests=12_000, seconds=60)

_LIMITS = {
    "GET /api/v1/monitor": CountedLimit(name="get_all_monitors", requests=1000, seconds=10),
    "POST /api/v1/monitor": CountedLimit(name="post_monitors", requests=500, seconds=10),
    "GET /api/v1/monitor/{id}": CountedLimit(name="get_monitors", requests=3000, seconds=10),
    "PUT /api/v1/monitor/{id}": CountedLimit(name="put_monitors", requests=500, seconds=10),
    "GET /api/v1/monitor/can_delete": CountedLimit(name="can_delete", requests=12_000, seconds=60),
    "GET /api/v1/monitor/search": CountedLimit(name="search_monitors", requests=120, seconds=10),
    "GET /api/v1/monitor/groups/search": CountedLimit(
        name="search_monitor_groups", requests=120, seconds=10
    ),
    "GET /api/v1/query": CountedLimit(name="query", requests=1600, seconds=3600),
    "GET /api/v1/downtime": CountedLimit(name="get_all_downtimes", requests=60, seconds=60),
    "GET /api/v1/downtime/{id}": CountedLimit(name="get_downtime", requests=750, seconds=30),
    "DELETE /api/v1/downtime/{id}": CountedLimit(name="cancel_downtime", requests=500, seconds=30),
    "POST /api/v1/slo": CountedLimit(name="slo_create", requests=500, seconds=60),
    "GET /api/v1/slo/{id}": CountedLimit(name="slo_get", requests=3000, seconds=10),
    "DELETE /api/v1/slo/{id}": CountedLimit(name="slo_delete", requests=100, seconds=10),
}


_NAMED = {limit.name: limit for limit in (*_LIMITS.values(), _ELSEWHERE)}
_SETTING = re.compile(r"(?P<name>[^=]*)=(?P<requests>[1-9]\d*)/(?P<seconds>[1-9]\d*)", re.ASCII)


class BadLimit(BadSetting):
    """A rate limit that nobody can mean."""


def read(setting: str) -> CountedLimit:
    """Return the limit of `NAME=N/S`: N requests in S seconds.

    Raises:
        BadLimit: it is written otherwise, or no request counts against that name.
    """
    match = _SETTING.fullmatch(setting.replace(" ", ""))
    if match is None:
        raise BadLimit(
            f"'{setting}' is no rate limit, expected NAME=N/S with whole numbers",
            "e.g. `post_monitors=50/1` for 50 requests in 1 second",
        )
    name = match["name"]
    if name not in _NAMED:
        raise BadLimit(
            f"'{name}' is the name of no rate limit, expected one of {', '.join(_NAMED)}",
            did_you_mean(name, _NAMED, "GET /__emulator/limits tells them as well", "`{}=…`"),
        )
    return CountedLimit(name=name, requests=int(match["requests"]), seconds=int(match["seconds"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a limit says of a request: is it one too many, which limit, which headers to answer."""

    exceeded: bool
    limit: CountedLimit
    headers: dict[str, str]


@dataclass(slots=True)
class _PeriodCount:
    """What was counted under one name."""

    period: int = -1
    used: int = 0
    most: int = 0
    refused: int = 0


class Limiter:
    """Counts requests in periods that begin on the calendar, as `X-RateLimit-Period` is described.

    Where a limit is not enforced, the remainder reads as after the first request of a period:
    nobody would be refused, so nobody needs to hold back.
    """

    def __init__(self, *, enforce: bool, limits: Iterable[CountedLimit] = ()) -> None:
        """Set `limits` in place of recorded ones of the same name; these are always enforced."""
        changed = {limit.name: limit for limit in limits}
        self._limits = {**_NAMED, **changed}
        self._enforced = frozenset(self._limits if enforce else changed)
        self._windows: dict[str, _PeriodCount] = {}

    def limit_for(self, route: str) -> CountedLimit:
        """Return the limit a route counts against: its own, or the limit that all others share."""
        return self._limits[_LIMITS.get(route, _ELSEWHERE).name]

    def take(self, route: str, now: float) -> Allowance:
        """Count one request at `now` (Unix seconds)."""
        limit = self.limit_for(route)
        enforced = limit.name in self._enforced
        period = int(now) // limit.seconds
        window = self._windows.get(limit.name)
        if window is None:
            window = self._windows[limit.name] = _PeriodCount()
        window.used = window.used + 1 if window.period == period else 1
        window.period = period
        window.most = max(window.most, window.used)
        remaining = limit.requests - window.used
        exceeded = enforced and remaining < 0
        window.refused += exceeded
        return Allowance(
            exceeded=exceeded,
            limit=limit,
            headers={
                "x-ratelimit-limit": str(limit.requests),
                "x-ratelimit-period": str(limit.seconds),
                "x-ratelimit-remaining": str(max(remaining, 0) if enforced else limit.requests - 1),
                "x-ratelimit-reset": str(limit.seconds - int(now) % limit.seconds),
                "x-ratelimit-name": limit.name,
            },
        )

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Map each name to its limit, the most requests in a period, and how many were refused."""
        unused = _PeriodCount()
        limits = {}
        for name, limit in sorted(self._limits.items()):
            window = self._windows.get(name, unused)
            limits[name] = {
                "requests": limit.requests,
                "seconds": limit.seconds,
                "enforced": name in self._enforced,
                "most": window.most,
                "refused": window.refused,
            }
        return limits

    def reset_counts(self) -> None:
        """Forget the most and the refused, not what the present period has used."""
        for window in self._windows.values():
            window.most = window.refused = 0


def refusal_text(limit: CountedLimit) -> str:
    """Return the text of a 429, as recorded on another of Datadog's endpoints."""
    return (
        f"Rate limit of {limit.requests} requests in {limit.seconds} seconds reached. "
        "Please try again later."
    )
