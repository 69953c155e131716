"""
How many pages Datadog On-Call made: https://docs.datadoghq.com/api/latest/metrics/

No endpoint lists them. Of the data source ``on_call_events`` the count alone is recorded
(datadog-api-client-python, 2026-04); what its measures are called is not published.
"""

from __future__ import annotations

import math
from typing import Any, Final

from monitor_sync.datadog import answers
from monitor_sync.datadog.api import Api
from monitor_sync.http.reading import part
from monitor_sync.http.request import ApiRequest
from monitor_sync.incidents import TimeSpan

_MOST_PAGES: Final = 1e9
"""More than anybody is sent: what is beyond is no count."""


class OnCallPages:
    """Pages of Datadog On-Call, counted. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def count(self, span: TimeSpan) -> int:
        """Return how many pages were made in a span. Needs ``timeseries_query``."""
        query = {
            "data_source": "on_call_events",
            "name": "pages",
            "compute": {"aggregation": "count"},
            "indexes": ["*"],
            "search": {"query": "*"},
        }
        attributes = {
            "from": int(span.start * 1000),
            "to": int(span.end * 1000),
            "queries": [query],
            "formulas": [{"formula": "pages"}],
        }
        request = ApiRequest(
            method="POST",
            path="/api/v2/query/scalar",
            kind="page",
            operation="look up",
            subject="how many pages On-Call made",
            scope="timeseries_query",
            repeatable=True,  # it only reads
            body={"data": {"type": "scalar_request", "attributes": attributes}},
        )
        answer = self._api.send(request)
        columns = part(answer, "data", "attributes").get("columns")
        if not isinstance(columns, list):
            raise self._api.error(answers.unexpected(request, answer, "it has no columns"))
        values = [value for column in columns for value in _values(column)]
        if not all(0 <= value <= _MOST_PAGES for value in values):
            raise self._api.error(answers.unexpected(request, answer, "it counts no pages"))
        return round(sum(values))


def _values(column: Any) -> list[float]:
    """Return the numbers of a column, none where it names groups; one that has no list is none."""
    values = part(column).get("values")
    if not isinstance(values, list):
        return [math.nan]
    return [value for value in values if isinstance(value, int | float)]
