"""
The type of a metric: https://docs.datadoghq.com/api/latest/metrics/get-metric-metadata/

It is the type that Datadog reads points as, which may differ from the one they are sent with.
"""

from __future__ import annotations

from monitor_sync.datadog import answers
from monitor_sync.datadog.api import Api, read_request


class MetricTypes:
    """Types of metrics by name. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def of(self, metric: str) -> str:
        """Return ``gauge``, ``count``, ``rate`` or another type; empty where none is known."""
        request = read_request(
            path="/api/v1/metrics/{metric_name}",
            kind="metric",
            operation="look up",
            subject=f"the metric {metric}",
            scope="metrics_read",
            path_params={"metric_name": metric},
        )
        answer = self._api.find(request)
        if answer is None:
            return ""
        if not isinstance(answer, dict):
            raise self._api.error(answers.unexpected(request, answer, "it is no object"))
        return str(answer.get("type") or "")
