"""The endpoints of teams: https://docs.datadoghq.com/api/latest/teams/"""

from __future__ import annotations

from typing import Any, Final

from monitor_sync.datadog import paging
from monitor_sync.datadog.api import Api, read_request

PAGE_SIZE: Final = 100
"""The most teams that Datadog gives in one page."""


class Teams:
    """Datadog's teams. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def all(self) -> list[Any]:
        """Return all teams as Datadog has them. Needs ``teams_read``."""
        return paging.short(self._page, size=PAGE_SIZE)

    def _page(self, number: int) -> list[Any]:
        return self._api.data(
            read_request(
                path="/api/v2/team",
                kind="team",
                operation="look up",
                subject="the teams",
                scope="teams_read",
                query={"page[number]": number, "page[size]": PAGE_SIZE},
            )
        )
