"""The endpoint that counts logs: https://docs.datadoghq.com/api/latest/logs/aggregate-events/"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from monitor_sync.datadog import answers
from monitor_sync.datadog.api import Api
from monitor_sync.http.request import ApiRequest

DAYS: Final = 7
"""How far back logs are counted; most indexes keep them for at least as long."""

_MOST_SERVICES: Final = 1000
"""Services that are told apart; Datadog takes at most 10,000 groups."""


class Logs:
    """Datadog's logs, counted and never read. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def errors_by_service(self, *, traced: bool = False) -> dict[str, int]:
        """
        Return how many error logs each service wrote in the last ``DAYS`` days.

        ``traced`` counts only those with a trace id, which Datadog searches without `@` as it does
        each reserved attribute (its page on log attributes). Needs ``logs_read_data``.
        """
        query = "status:error trace_id:*" if traced else "status:error"
        request = ApiRequest(
            method="POST",
            path="/api/v2/logs/analytics/aggregate",
            kind="log",
            operation="look up",
            subject="how many error logs there are",
            scope="logs_read_data",
            repeatable=True,
            body={
                "compute": [{"aggregation": "count"}],
                "filter": {"query": query, "from": f"now-{DAYS}d", "to": "now"},
                "group_by": [{"facet": "service", "limit": _MOST_SERVICES}],
            },
        )
        answer = self._api.send(request)
        data = answer.get("data")
        buckets = data.get("buckets") if isinstance(data, Mapping) else None
        if not isinstance(buckets, list):
            raise self._api.error(answers.unexpected(request, answer, "it has no buckets"))
        return dict(_counts(buckets))


def _counts(buckets: list[Any]) -> Iterator[tuple[str, int]]:
    """Yield service and count of each bucket; what has another shape is passed over."""
    for bucket in buckets:
        if not isinstance(bucket, Mapping):
            continue
        by, computes = bucket.get("by"), bucket.get("computes")
        service = by.get("service") if isinstance(by, Mapping) else None
        number = next(iter(computes.values()), None) if isinstance(computes, Mapping) else None
        if isinstance(service, str) and isinstance(number, int | float):
            yield service, int(number)
