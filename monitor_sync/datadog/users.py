"""
The endpoints that say who we are: https://docs.datadoghq.com/api/latest/users/ and
https://docs.datadoghq.com/api/latest/key-management/
"""

from __future__ import annotations

from typing import Any, Final

from monitor_sync.datadog.api import Api, read_request

KEYS_PAGE: Final = 100
"""Application keys asked for: hardly anybody owns more."""


class Users:
    """The user whose keys are used, and the keys. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def current(self) -> Any:
        """Return who we are: user or service account, organisation, roles, permissions."""
        return self._api.send(
            read_request(
                path="/api/v2/current_user",
                kind="user",
                operation="read",
                subject="the current user",
                scope="no permission beyond keys that work",
            )
        )

    def application_keys(self) -> list[Any]:
        """Return the application keys of the current user, without their secrets."""
        return self._api.data(
            read_request(
                path="/api/v2/current_user/application_keys",
                kind="application key",
                operation="list",
                subject="the application keys",
                scope="user_app_keys",
                query={"page[size]": KEYS_PAGE},
            )
        )

    def validate_api_key(self) -> None:
        """Ask whether the API key is one of this site. Raises AccessDenied where it is not."""
        self._api.send(
            read_request(
                path="/api/v1/validate",
                kind="API key",
                operation="check",
                subject="the API key",
                scope="an API key of this site",
            )
        )
