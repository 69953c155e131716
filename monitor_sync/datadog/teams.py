"""The endpoints of teams: https://docs.datadoghq.com/api/latest/teams/"""

from __future__ import annotations

import itertools
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
        teams: dict[Any, Any] = {}
        for number in itertools.count():
            page = self._page(number)
            before = len(teams)
            teams.update((paging.identity(team), team) for team in page)
            if len(page) < PAGE_SIZE or len(teams) == before:
                break
        return list(teams.values())

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
