"""The endpoint of configuration policies: https://docs.datadoghq.com/api/latest/monitors/"""

from __future__ import annotations

from typing import Any

from monitor_sync.datadog.api import Api, read_request


class Policies:
    """What an organisation asks of all its monitors. Raises RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def all(self) -> list[Any]:
        """Return all policies as Datadog has them, in no pages. Needs ``monitors_read``."""
        return self._api.data(
            read_request(
                path="/api/v2/monitor/policy",
                kind="tag policy",
                operation="look up",
                subject="the tag policies",
                scope="monitors_read",
            )
        )
