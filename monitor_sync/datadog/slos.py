"""The endpoint of SLOs: https://docs.datadoghq.com/api/latest/service-level-objectives/"""

from __future__ import annotations

from typing import Any, Final

from monitor_sync.datadog import paging
from monitor_sync.datadog.api import Api, read_request

PAGE_SIZE: Final = 1000
"""The most SLOs that Datadog gives in one page."""


class Slos:
    """Service level objectives. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def all(self) -> list[Any]:
        """Return all SLOs as Datadog has them. Needs ``slos_read``."""
        return paging.short(self._page, size=PAGE_SIZE)

    def _page(self, number: int) -> list[Any]:
        return self._api.data(
            read_request(
                path="/api/v1/slo",
                kind="slo",
                operation="look up",
                subject="the SLOs",
                scope="slos_read",
                query={"limit": PAGE_SIZE, "offset": number * PAGE_SIZE},
            )
        )
