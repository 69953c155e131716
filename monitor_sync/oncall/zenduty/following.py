"""A page on its way through Zenduty: from the address of a webhook to the person it wakes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow, PathStep, Status, Webhook
from monitor_sync.oncall.privacy import shown
from monitor_sync.oncall.reader import ListedTool, NotRead
from monitor_sync.oncall.steps import BEHIND, judged, no_such_service, not_checked, unknown, unread
from monitor_sync.oncall.tool import title_of
from monitor_sync.oncall.zenduty.escalation import beyond
from monitor_sync.oncall.zenduty.lists import (
    Integration,
    SeveralServices,
    ZendutyLists,
    ZendutyService,
    place,
)
from monitor_sync.oncall.zenduty.payload import differences

_DISABLED, _MAINTENANCE = 0, 4  # `status` of a service
_NOTHING, _WARNINGS_TOO = 0, 3  # `create_incidents_for` of an integration
_SHORTEST_KEY: Final = 8

_Declared = ZendutyService | SeveralServices | NotRead | None
_Linked = Integration | NotRead | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problems:
    """What is wrong with one thing, and what to do about it; empty where nothing is."""

    what: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __or__(self, other: _Problems) -> _Problems:
        return _Problems(
            what=self.what + other.what,
            fix=self.fix + other.fix,
            warnings=self.warnings + other.warnings,
        )


class Zenduty(ListedTool[ZendutyLists]):
    """Zenduty behind the ``Protocol`` of on-call tools."""

    handle_kinds: Final = frozenset({"webhook"})
    title: Final = title_of("zenduty")

    def follow(self, page: PageToFollow, window: LookAhead) -> Followed:
        """Return the steps from the integration to the person."""
        services, gap = self._lists.services
        if not services and gap is not None:
            return Followed(steps=unread(gap.reason, *BEHIND))
        declared = self._declared(page.service, own="")
        linked = self._linked(page.webhook, declared)
        if isinstance(declared, SeveralServices) and isinstance(linked, Integration):
            declared = self._declared(page.service, own=linked.service.id)
        service = declared if isinstance(declared, ZendutyService) else None
        if service is None and isinstance(linked, Integration):
            service = linked.service
        first = (
            self._integration_step(page, linked, declared),
            self._service_step(page, linked, declared, window),
        )
        if service is None:
            return unknown("service", *first)
        rest = beyond(service, page, self._lists, window)
        return replace(rest, steps=(*first, *rest.steps))

    def _declared(self, wanted: str, *, own: str) -> _Declared:
        return self._lists.service(wanted, own) if wanted else None

    def _linked(self, webhook: Webhook | None, declared: _Declared) -> _Linked:
        """
        Return the integration whose address the webhook has.

        None if there is no webhook, or no integration that has its address. NotRead if it may be
        among integrations that could not be read.
        """
        if webhook is None:
            return None
        own = declared if isinstance(declared, ZendutyService) else None
        listed = self._lists.integrations(own) if own is not None else []
        gap = listed if isinstance(listed, NotRead) else None
        readable = [] if isinstance(listed, NotRead) else listed
        match = _with_address(readable, webhook)
        if match is not None:
            return match
        for other in self._lists.elsewhere(own):
            if isinstance(other, NotRead):
                gap = gap or other
            else:
                readable.append(other)
        return _with_address(readable, webhook) or _with_key(readable, webhook) or gap

    # the integration

    def _integration_step(
        self, page: PageToFollow, linked: _Linked, declared: _Declared
    ) -> PathStep:
        if isinstance(linked, NotRead):
            return not_checked("integration", linked.reason)
        expected = self._expected(declared)
        if isinstance(linked, Integration):
            problems = _problems(linked)
            if expected is not None and linked.service.id != expected.service.id:
                problems |= _problems(expected)
            name, note = linked.name, _notes(linked, page)
        elif page.webhook is not None:
            problems = _Problems(
                what=(f"no integration in Zenduty has the address of {page.handle}",),
                fix=(f"give the webhook {page.target} the address of the Datadog integration",),
            )
            if expected is not None:
                problems |= _problems(expected)
            name, note = "", ""
        else:
            problems = _problems(expected) if expected is not None else _Problems()
            name = expected.name if expected is not None else ""
            note = "there is no webhook to compare with"
        sure = page.webhook is not None and not _unknown_level(linked)
        status: Status = "broken" if problems.what else "ok" if sure else "not_checked"
        return PathStep(
            step="integration",
            name=shown(name),
            status=status,
            what="; ".join(problems.what) or note,
            fix="; ".join(problems.fix),
        )

    def _expected(self, declared: _Declared) -> Integration | None:
        """Return the one integration of the declared service that alerts can come through."""
        if not isinstance(declared, ZendutyService):
            return None
        listed = self._lists.integrations(declared)
        incoming = [] if isinstance(listed, NotRead) else [i for i in listed if not i.outgoing]
        if len(incoming) > 1:
            incoming = [item for item in incoming if "datadog" in item.application]
        return incoming[0] if len(incoming) == 1 else None

    # the service

    def _service_step(
        self, page: PageToFollow, linked: _Linked, declared: _Declared, window: LookAhead
    ) -> PathStep:
        match declared:
            case NotRead(reason=reason):
                return PathStep(
                    step="service", name=page.service, status="not_checked", what=reason
                )
            case SeveralServices(teams=teams):
                names = list(dict.fromkeys(map(shown, teams)))
                among = f"the team{'s' if len(names) > 1 else ''} {joined(names, 'and')}"
                return PathStep(
                    step="service",
                    name=page.service,
                    status="not_checked",
                    what=f"several services have this name, in {among}",
                    fix="write the id of the service into teams.yaml: on_call.service",
                )
            case None if page.service:
                return no_such_service(page, self._lists.names(), "Zenduty")
            case None:
                return self._undeclared(linked, window)
            case _:
                problems = self._of_service(declared, window)
                if isinstance(linked, Integration) and linked.service.id != declared.id:
                    problems = _leads_elsewhere(page, linked, declared) | problems
                return _service_step(declared.name, problems)

    def _of_service(self, service: ZendutyService, window: LookAhead) -> _Problems:
        named = f"the service {shown(service.name)}"
        if service.under_maintenance or service.status == _MAINTENANCE:
            return _Problems(
                what=(f"{named} is in maintenance: no incident is made",),
                fix=("end the maintenance in Zenduty",),
            )
        if service.status == _DISABLED:
            return _Problems(what=(f"{named} is disabled",), fix=("enable the service in Zenduty",))
        planned = self._lists.planned(service, window)
        if planned.now:
            return _Problems(
                what=(f"{named} {planned.now}: no incident is made",),
                fix=("end the maintenance window in Zenduty",),
                warnings=planned.warnings,
            )
        return _Problems(warnings=planned.warnings)

    def _undeclared(self, linked: _Linked, window: LookAhead) -> PathStep:
        """Return the step about the service that the webhook leads to, where none is declared."""
        if isinstance(linked, Integration):
            problems = self._of_service(linked.service, window)
            note = "teams.yaml declares no on_call.service to compare with"
            return _service_step(linked.service.name, problems, note)
        return not_checked(
            "service",
            "teams.yaml declares no on_call.service, and no integration leads to one",
            "declare on_call.service in teams.yaml",
        )


def _with_address(integrations: list[Integration], webhook: Webhook) -> Integration | None:
    at = place(webhook.url)
    matches = (item for item in integrations if at and item.place == at)
    return next(matches, None)


def _with_key(integrations: list[Integration], webhook: Webhook) -> Integration | None:
    """Return the one integration whose key the address has, at a host of the same domain."""
    at = place(webhook.url)
    domain = _domain(at)
    matches = [
        item
        for item in integrations
        if len(item.key) >= _SHORTEST_KEY
        and item.key in at.split("/")
        and _domain(item.place) in ("", domain)
    ]
    return matches[0] if len(matches) == 1 else None


def _domain(address: str) -> str:
    """Return the last two labels of an address's host: Zenduty has several hosts of one domain."""
    host = address.partition("/")[0]
    return host if ":" in host else ".".join(host.split(".")[-2:])


def _problems(integration: Integration) -> _Problems:
    problems = _Problems()
    named = f"the integration {shown(integration.name)} of {shown(integration.service.name)}"
    if not integration.enabled:
        problems |= _Problems(what=(f"{named} is disabled",), fix=("enable it in Zenduty",))
    if integration.outgoing:
        problems |= _Problems(
            what=(f"{named} only sends, it takes no alerts",),
            fix=("give the webhook the address of the Datadog integration",),
        )
    if integration.level == _NOTHING:
        problems |= _Problems(
            what=(f"{named} creates incidents for nothing (level 0)",),
            fix=("let it create incidents for critical alerts at least",),
        )
    return problems


def _unknown_level(linked: _Linked) -> bool:
    return isinstance(linked, Integration) and linked.level is None


def _notes(integration: Integration, page: PageToFollow) -> str:
    """Return what is worth knowing about a way into Zenduty: its level, the webhook's payload."""
    payload = page.webhook.payload if page.webhook is not None else ""
    return "; ".join(filter(None, (_level_note(integration, page), *differences(payload))))


def _level_note(integration: Integration, page: PageToFollow) -> str:
    """Return a note on the level: which transition is which kind of alert is not published."""
    if integration.level is None:
        return "it does not say for what it creates incidents"
    open_points = [
        words
        for state, words in (("warning", "warnings"), ("no_data", "missing data"))
        if state in page.states
    ]
    if not open_points or integration.level >= _WARNINGS_TOO:
        return ""
    return (
        f"not checked: whether level {integration.level} creates incidents for"
        f" {' and '.join(open_points)}"
    )


def _leads_elsewhere(
    page: PageToFollow, linked: Integration, declared: ZendutyService
) -> _Problems:
    other = linked.service
    return _Problems(
        what=(
            f"{page.handle} leads to the service {shown(other.name)} of {shown(other.team.name)},"
            f" teams.yaml declares {shown(declared.name)}",
        ),
        fix=(
            f"give the webhook {page.target} the address of the Datadog integration of"
            f" {shown(declared.name)}",
        ),
    )


def _service_step(name: str, problems: _Problems, note: str = "") -> PathStep:
    what, fix = "; ".join(problems.what), "; ".join(problems.fix)
    return judged("service", name, what, fix, note, problems.warnings)
