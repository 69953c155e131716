"""What Zenduty holds, read list by list and only as far as it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from monitor_sync.http.reading import (
    Fields,
    flag,
    identifier,
    objects,
    part,
    text,
    user_name,
    whole,
)
from monitor_sync.oncall.path import LookAhead, Responder
from monitor_sync.oncall.privacy import NAMELESS, shown
from monitor_sync.oncall.reader import NotRead, ToolLists
from monitor_sync.oncall.zenduty.maintenance import MAINTENANCE, PlannedMaintenance, planned

TEAMS: Final = "/api/account/teams/"
SERVICES: Final = "/api/account/teams/{team}/services/"
INTEGRATIONS: Final = "/api/account/teams/{team}/services/{service}/integrations/"
POLICIES: Final = "/api/account/teams/{team}/escalation_policies/"
SCHEDULES: Final = "/api/account/teams/{team}/schedules/"
ON_CALL: Final = "/api/v2/account/teams/{team}/oncall/"
"""Paths of Zenduty's OpenAPI 1.1.0. All end in a slash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendutyTeam:
    """A team in Zenduty: its name need not be that of a service."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendutyService:
    """A service; ``status`` is 0 disabled, 1 to 3 active, 4 in maintenance, None unknown."""

    id: str
    name: str
    team: ZendutyTeam
    policy: str
    status: int | None
    under_maintenance: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """
    An integration of a service: the address that alerts are sent to.

    ``level`` is ``create_incidents_for``: 0 none, 1 critical, 2 and errors, 3 and warnings.
    ``place`` is its address in a form that can be compared, and ``key`` the key in it; both are
    secret.
    """

    name: str
    service: ZendutyService
    enabled: bool
    outgoing: bool
    level: int | None
    application: str
    place: str = field(repr=False)
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeveralServices:
    """Several services have the name that was looked for."""

    teams: tuple[str, ...]


class ZendutyLists(ToolLists):
    """Zenduty's lists, each read once. What could not be read is ``NotRead``."""

    @functools.cached_property
    def services(self) -> tuple[list[ZendutyService], NotRead | None]:
        """The services of all teams, and why some are missing."""
        teams = self._reader.listing(TEAMS, "Zenduty's teams")
        if isinstance(teams, NotRead):
            return [], teams
        services, gap = [], None
        for fields in teams:
            team = ZendutyTeam(id=text(fields.get("unique_id")), name=text(fields.get("name")))
            if not team.id:
                continue
            listed = self._reader.listing(SERVICES, f"services of {team.name}", team=team.id)
            if isinstance(listed, NotRead):
                gap = listed
                continue
            services += [_service(fields_of_service, team) for fields_of_service in listed]
        return services, gap

    def people(self) -> dict[str, Responder]:
        """Return the members of all teams by user name: the list of teams has them."""
        teams = self._reader.listing(TEAMS, "Zenduty's teams")
        users = (
            member["user"]
            for team in (() if isinstance(teams, NotRead) else teams)
            for member in objects(team.get("members"))
            if isinstance(member.get("user"), dict)
        )
        return {user_name(user): responder(user) for user in users}

    def service(self, wanted: str, own: str) -> ZendutyService | SeveralServices | NotRead | None:
        """
        Return the service of this name or id; None where there surely is none.

        ``own`` is the id of the service that the webhook leads to: of several with one name, that
        is the one that is meant.
        """
        services, gap = self.services
        for matches in (
            [service for service in services if wanted in (service.id, service.name)],
            [s for s in services if wanted.casefold() == s.name.casefold()],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                meant = next((service for service in matches if service.id == own), None)
                return meant or SeveralServices(tuple(match.team.name for match in matches))
        return gap

    def names(self) -> list[str]:
        """Return the names of all services that could be read."""
        return [service.name for service in self.services[0]]

    def integrations(self, service: ZendutyService) -> list[Integration] | NotRead:
        """Return the integrations of a service."""
        listed = self._reader.listing(
            INTEGRATIONS,
            f"integrations of {service.name}",
            team=service.team.id,
            service=service.id,
        )
        if isinstance(listed, NotRead):
            return listed
        return [_integration(fields, service) for fields in listed]

    def elsewhere(self, service: ZendutyService | None) -> Iterator[Integration | NotRead]:
        """Yield the integrations of all other services, the services of the same team first."""
        services, gap = self.services
        team = service.team.id if service else ""
        for other in sorted(services, key=lambda other: other.team.id != team):
            if service is None or other.id != service.id:
                listed = self.integrations(other)
                yield from [listed] if isinstance(listed, NotRead) else listed
        if gap is not None:
            yield gap

    def policy(self, service: ZendutyService) -> Fields | NotRead | None:
        """Return the escalation policy of a service, also another team's; None if there is none."""
        if not service.policy:
            return None
        for team in dict.fromkeys([service.team.id, *(s.team.id for s in self.services[0])]):
            listed = self._reader.listing(POLICIES, "escalation policies", team=team)
            if isinstance(listed, NotRead):
                return listed
            for fields in listed:
                if text(fields.get("unique_id")) == service.policy:
                    return fields
        return None

    def schedules(self, team: str) -> tuple[Fields, ...] | NotRead:
        """Return the schedules of a team."""
        return self._reader.listing(SCHEDULES, "schedules", team=team)

    def planned(self, service: ZendutyService, window: LookAhead) -> PlannedMaintenance:
        """Return the planned maintenance of a service, or why it could not be read."""
        listed = self._reader.listing(MAINTENANCE, "maintenance windows", team=service.team.id)
        if isinstance(listed, NotRead):
            reason = f"planned maintenance was not read: {listed.reason}"
            return PlannedMaintenance() if listed.absent else PlannedMaintenance(warnings=(reason,))
        return planned(listed, service.id, window)

    def on_call(self, team: str) -> tuple[Fields, ...] | NotRead:
        """Return who is on call now, for every escalation policy of a team: one read."""
        return self._reader.listing(ON_CALL, "who is on call", team=team)


def place(url: str) -> str:
    """Return an address in a form that can be compared; empty for anything else."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if not parts.hostname:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.hostname.lower()}{port}{parts.path.rstrip('/')}{query}"


def responder(user: Fields) -> Responder:
    """Return a user as a responder, with the name alone of all that Zenduty tells."""
    names = (text(user.get("first_name")), text(user.get("last_name")))
    return Responder(id=user_name(user), name=shown(" ".join(filter(None, names))) or NAMELESS)


def _service(fields: Fields, team: ZendutyTeam) -> ZendutyService:
    return ZendutyService(
        id=text(fields.get("unique_id")),
        name=text(fields.get("name")),
        team=team,
        policy=identifier(fields.get("escalation_policy")),
        status=whole(fields.get("status", 1)),
        under_maintenance=flag(fields.get("under_maintenance"), default=False),
    )


def application(integration: Fields) -> str:
    """Return what an integration is for, such as ``datadog``; its own name may be anything."""
    reference = part(integration, "application_reference")
    return f"{text(reference.get('extension'))} {text(reference.get('name'))}".strip().casefold()


def _integration(fields: Fields, service: ZendutyService) -> Integration:
    reference = part(fields, "application_reference")
    return Integration(
        name=text(fields.get("name")),
        service=service,
        enabled=flag(fields.get("is_enabled"), default=True),
        outgoing=whole(fields.get("integration_type")) == 1
        or whole(reference.get("application_type")) == 1,
        level=whole(fields.get("create_incidents_for", 1)),
        application=application(fields),
        place=place(text(fields.get("webhook_url"))),
        key=text(fields.get("integration_key")),
    )
