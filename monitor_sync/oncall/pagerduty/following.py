"""A page on its way through PagerDuty: from the service to the person it wakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from monitor_sync.oncall.pagerduty.escalation import beyond
from monitor_sync.oncall.pagerduty.lists import PagerDutyLists, PagerDutyService
from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow, PathStep
from monitor_sync.oncall.privacy import shown
from monitor_sync.oncall.reader import ListedTool, NotRead
from monitor_sync.oncall.steps import (
    BEHIND,
    integration_without_key,
    judged,
    no_such_service,
    not_checked,
    unknown,
    unread,
)
from monitor_sync.oncall.tool import title_of

_CLOSED: Final = {"maintenance": "is in maintenance", "disabled": "is disabled"}
"""The statuses in which a service makes no incident (OpenAPI); warning and critical are active."""

_MENDS: Final = {
    "maintenance": "end the maintenance window in PagerDuty",
    "disabled": "enable the service in PagerDuty",
}


class PagerDuty(ListedTool[PagerDutyLists]):
    """PagerDuty behind the ``Protocol`` of on-call tools."""

    handle_kinds: Final = frozenset({"pagerduty"})
    title: Final = title_of("pagerduty")

    def follow(self, page: PageToFollow, window: LookAhead) -> Followed:
        """
        Return the steps from the integration to the person.

        The service is the one that teams.yaml declares; if it declares none, the one that has the
        handle's name. Datadog gives no key, so keys cannot be compared.
        """
        wanted = page.service or page.target
        if not wanted:
            reason = "neither the handle nor teams.yaml names a service of PagerDuty"
            return unknown("service", *unread(reason, "integration", "service"))
        services = self._lists.services()
        if isinstance(services, NotRead):
            return Followed(steps=unread(services.reason, *BEHIND))
        service = _named(wanted, services)
        if service is None:
            no_integration = not_checked("integration", "there is no service that could have one")
            names = [service.name for service in services]
            return unknown("service", no_integration, no_such_service(page, names, self.title))
        rest = beyond(service, page, self._lists, window)
        first = (_integration_step(service), _service_step(service, page, services))
        return replace(rest, steps=(*first, *rest.steps))


def _named(wanted: str, services: Sequence[PagerDutyService]) -> PagerDutyService | None:
    """Return the service of this id or name; PagerDuty's names differ by more than case."""
    return next(
        (s for s in services if wanted == s.id or wanted.casefold() == s.name.casefold()), None
    )


def _integration_step(service: PagerDutyService) -> PathStep:
    """
    Return the step about the way in. Without an integration that takes events it is not checked.

    An event orchestration may still lead to such a service.
    """
    names = service.integrations
    if not names:
        return not_checked(
            "integration",
            f"the service {shown(service.name)} has no integration that takes events:"
            " only an event orchestration could lead here",
            "add the Datadog integration to the service, and its key to Datadog",
        )
    own = next((name for name in names if "datadog" in name.casefold()), names[0])
    return integration_without_key(own)


def _service_step(
    service: PagerDutyService, page: PageToFollow, services: Sequence[PagerDutyService]
) -> PathStep:
    closed = _CLOSED.get(service.status)
    note = "" if page.service else "teams.yaml declares no on_call.service to compare with"
    other = _named(page.target, services) if page.target else None
    warnings: tuple[str, ...] = ()
    if other is not None and other.id != service.id:
        warnings = (
            f"{page.handle} has the name of another service, {shown(other.name)}:"
            " compare the key in Datadog",
        )
    problem = f"the service {shown(service.name)} {closed}: no incident is made" if closed else ""
    fix = _MENDS.get(service.status, "")
    return judged("service", service.name, problem, fix, note, warnings)
