"""What notifications can reach: the names that Datadog's integrations and teams have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from monitor_sync.datadog.client import Client


class Directory:
    """
    What exists on Datadog's side that a handle may name. Needs ``integrations_read``, teams
    ``teams_read``.

    Webhooks and PagerDuty services can only be asked for by name, the others only be listed.
    Every method raises RemoteError where Datadog does not say.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def webhook(self, name: str) -> bool:
        """Whether there is a webhook of this name."""
        return self._client.webhook(name) is not None

    def pagerduty_service(self, name: str) -> bool:
        """Whether the PagerDuty integration has a service of this name."""
        return self._client.pagerduty_service(name) is not None

    def opsgenie_services(self) -> frozenset[str]:
        """The names of all services of the Opsgenie integration."""
        return _named(_attributes(self._client.opsgenie_services()), "name")

    def slack_channels(self, account: str) -> frozenset[str]:
        """The channels of one Slack account, without ``#``. Raises NotFound for no account."""
        channels = _named(self._client.slack_channels(account), "name")
        return frozenset(each.removeprefix("#") for each in channels)

    def teams(self) -> frozenset[str]:
        """The handles of all teams, without ``@``."""
        return _named(_attributes(self._client.teams()), "handle")


def _attributes(objects: Iterable[Any]) -> list[Any]:
    return [each.get("attributes") for each in objects if isinstance(each, dict)]


def _named(objects: Iterable[Any], field: str) -> frozenset[str]:
    """One text of each object that has it."""
    found = (each.get(field) for each in objects if isinstance(each, dict))
    return frozenset(each for each in found if isinstance(each, str))
