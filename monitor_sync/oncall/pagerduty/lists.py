"""What PagerDuty holds: services and escalation policies, read once, and who is on call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor_sync.http.reading import Fields, objects, part, text
from monitor_sync.oncall.path import LookAhead
from monitor_sync.oncall.reader import NotRead, ToolLists

_ALL: Final[Mapping[str, str]] = {"limit": "100"}
"""The largest page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDutyService:
    """
    A service: its id, its name, its status, the id of its escalation policy.

    ``integrations`` are the names of those that take events, as Datadog sends them: e-mail is none.
    """

    id: str
    name: str
    status: str
    policy: str
    integrations: tuple[str, ...]


class PagerDutyLists(ToolLists):
    """PagerDuty's lists, each read once. What could not be read is ``NotRead``."""

    def services(self) -> list[PagerDutyService] | NotRead:
        """Return all services that the token may see."""
        listed = self._reader.listing("/services", "services", name="services", query=_ALL)
        return listed if isinstance(listed, NotRead) else [_service(fields) for fields in listed]

    def policy(self, wanted: str) -> Fields | NotRead | None:
        """Return the escalation policy of this id; None where the token sees none."""
        listed = self._reader.listing(
            "/escalation_policies",
            "escalation policies",
            name="escalation_policies",
            query=_ALL,
        )
        if isinstance(listed, NotRead):
            return listed
        return next((fields for fields in listed if text(fields.get("id")) == wanted), None)

    def on_call(self, policy: str, window: LookAhead) -> tuple[Fields, ...] | NotRead:
        """Return who is on call by an escalation policy within the window, at every level."""
        query = {
            **_ALL,
            "escalation_policy_ids[]": policy,
            "since": f"{window.now:%Y-%m-%dT%H:%M:%SZ}",
            "until": f"{window.end:%Y-%m-%dT%H:%M:%SZ}",
        }
        return self._reader.listing("/oncalls", "who is on call", name="oncalls", query=query)


def _service(fields: Fields) -> PagerDutyService:
    integrations = objects(fields.get("integrations"))
    return PagerDutyService(
        id=text(fields.get("id")),
        name=text(fields.get("name")) or text(fields.get("summary")),
        status=text(fields.get("status")),
        policy=text(part(fields, "escalation_policy").get("id")),
        integrations=tuple(
            text(integration.get("summary")) or "without a name"
            for integration in integrations
            if "email" not in text(integration.get("type"))
        ),
    )
