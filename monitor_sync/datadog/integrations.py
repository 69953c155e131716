"""
The endpoints of integrations and teams, and the names there that a handle may mean.

https://docs.datadoghq.com/api/latest/webhooks-integration/ and its likes for PagerDuty, Opsgenie
and Slack. Webhooks and PagerDuty services can only be asked for by name, the others only be listed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from monitor_sync.datadog.api import Api, read_request
from monitor_sync.datadog.teams import Teams

_V1, _V2 = "/api/v1/integration", "/api/v2/integration"

_lookup = functools.partial(read_request, operation="look up", scope="integrations_read")


class Integrations:
    """
    What exists on Datadog's side that a handle may name.

    Needs ``integrations_read``, and ``teams_read`` for teams. Every method raises RemoteError where
    Datadog does not say.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def webhook(self, name: str) -> bool:
        """Return True if there is a webhook of this name."""
        return self.webhook_settings(name) is not None

    def webhook_settings(self, name: str) -> Any:
        """Return the webhook of this name as Datadog has it: its address is a secret. Or None."""
        request = _lookup(
            path=f"{_V1}/webhooks/configuration/webhooks/{{webhook_name}}",
            kind="webhook",
            subject=f"the webhook {name}",
            path_params={"webhook_name": name},
        )
        return self._api.find(request)

    def pagerduty_service(self, name: str) -> bool:
        """Return True if the PagerDuty integration has a service of this name."""
        request = _lookup(
            path=f"{_V1}/pagerduty/configuration/services/{{service_name}}",
            kind="PagerDuty service",
            subject=f"the PagerDuty service {name}",
            path_params={"service_name": name},
        )
        return self._api.find(request) is not None

    def opsgenie_services(self) -> frozenset[str]:
        """Return the names of all services of the Opsgenie integration."""
        request = _lookup(
            path=f"{_V2}/opsgenie/services",
            kind="Opsgenie service",
            subject="the Opsgenie services",
        )
        return _named(_attributes(self._api.data(request)), "name")

    def slack_channels(self, account: str) -> frozenset[str]:
        """Return the channels of one Slack account, without ``#``. Raises NotFound."""
        request = _lookup(
            path=f"{_V1}/slack/configuration/accounts/{{account_name}}/channels",
            kind="Slack account",
            subject=f"the Slack channels of {account}",
            path_params={"account_name": account},
        )
        channels = _named(self._api.send(request, list), "name")
        return frozenset(channel.removeprefix("#") for channel in channels)

    def teams(self) -> frozenset[str]:
        """Return the handles of all teams, without ``@``."""
        return _named(_attributes(Teams(self._api).all()), "handle")


def _attributes(objects: Iterable[Any]) -> list[Any]:
    return [item.get("attributes") for item in objects if isinstance(item, dict)]


def _named(objects: Iterable[Any], field: str) -> frozenset[str]:
    """Return one text field of each object that has it."""
    values = (item.get(field) for item in objects if isinstance(item, dict))
    return frozenset(value for value in values if isinstance(value, str))
