"""
What Datadog finds monitors for by their tags: notification rules and downtimes.

https://docs.datadoghq.com/api/latest/monitors/ and https://docs.datadoghq.com/api/latest/downtimes/
"""

from __future__ import annotations

from typing import Any, Final

from monitor_sync.datadog import paging
from monitor_sync.datadog.api import Api, read_request

PAGE_SIZE: Final = 100
"""Notification rules that are asked for at once; Datadog gives 1,000 at most."""


class NotifiedByTags:
    """Notification rules and downtimes. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def notification_rules(self) -> list[Any]:
        """Return all notification rules as Datadog has them. Needs ``monitors_read``."""
        return paging.short(self._rules, size=PAGE_SIZE)

    def downtimes(self) -> list[Any]:
        """
        Return the downtimes to come and in force.

        Of the first API, whose listing needs ``monitors_read`` alone.
        """
        downtimes: list[Any] = self._api.send(
            read_request(
                path="/api/v1/downtime",
                kind="downtime",
                operation="look up",
                subject="the downtimes",
                scope="monitors_read",
            ),
            list,
        )
        return downtimes

    def _rules(self, number: int) -> list[Any]:
        return self._api.data(
            read_request(
                path="/api/v2/monitor/notification_rule",
                kind="notification rule",
                operation="look up",
                subject="the notification rules",
                scope="monitors_read",
                query={"page": number, "per_page": PAGE_SIZE},
            )
        )
