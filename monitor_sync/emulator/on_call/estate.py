"""From teams.yaml to a Zenduty and a PagerDuty account, and what in Datadog leads into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor_sync.emulator.answers import Answer, Request
from monitor_sync.emulator.on_call import pagerduty, rota, zenduty
from monitor_sync.emulator.on_call.broken import Broken
from monitor_sync.emulator.on_call.names import User, stable_id, user
from monitor_sync.emulator.on_call.pagerduty import PagerDutyAccount, PagerDutyTeam
from monitor_sync.emulator.on_call.zenduty import Document, ZendutyAccount, ZendutyTeamHeld

_WEBHOOK = "@webhook-"
_PAGERDUTY = "@pagerduty-"
_ACCOUNT = stable_id("account")
_APPLICATION = stable_id("application", "datadog")
_CREATED = "2026-01-12T04:30:00.000000Z"
_PEOPLE = 4  # of each service: three take turns, one is the second level
_OTHERS = 180  # the first number of PagerDuty's people

_PAYLOAD = (
    '{"alert_id": "$ALERT_ID", "hostname": "$HOSTNAME", "date_posix": "$DATE_POSIX",'
    ' "aggreg_key": "$AGGREG_KEY", "title": "$EVENT_TITLE", "alert_status": "$ALERT_STATUS",'
    ' "alert_transition": "$ALERT_TRANSITION", "link": "$LINK", "event_msg": "$TEXT_ONLY_MSG"}'
)
"""What Zenduty's page tells to paste into the webhook (Zenduty/docs, docs/Datadog.md, 2020)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerTeam:
    """A team of teams.yaml: its name there, its tool, its service, its handles with `@`."""

    name: str
    title: str
    tool: str
    service: str
    handles: tuple[str, ...]

    @property
    def webhooks(self) -> list[str]:
        """The names of its webhooks in Datadog."""
        return self._named(_WEBHOOK)

    @property
    def pagerduty_services(self) -> list[str]:
        """The names by which Datadog knows its services of PagerDuty."""
        return self._named(_PAGERDUTY)

    def _named(self, prefix: str) -> list[str]:
        named = (handle.removeprefix(prefix) for handle in self.handles if prefix in handle)
        return list(dict.fromkeys(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallEstate:
    """What the on-call tools hold, and Datadog's webhooks and PagerDuty services by name."""

    zenduty: ZendutyAccount
    pagerduty: PagerDutyAccount
    webhooks: Mapping[str, Document]
    pagerduty_services: Mapping[str, Document]

    def route(self, path: str) -> str | None:
        """Return a path of a tool's with ids as `{id}`; None for a path of nobody's here."""
        if path.startswith(f"{pagerduty.PREFIX}/"):
            return self.pagerduty.route(path)
        return self.zenduty.route(path) if path.startswith(f"{zenduty.PREFIX}/") else None

    def answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """Answer one request to a tool, with what headers it has beside the usual."""
        if request.path.startswith(f"{pagerduty.PREFIX}/"):
            given, headers = self.pagerduty.answer(request)
        else:
            given, headers = self.zenduty.answer(request), {}
        page = given.body[:1] == b"<"
        return given, {**headers, "content-type": "text/html"} if page else headers


def build(
    teams: Iterable[OwnerTeam],
    broken: Iterable[Broken],
    *,
    clock: Callable[[], float],
    enforce_limits: bool = False,
) -> OnCallEstate:
    """Return the on-call tools of these teams, each way in `broken` to be broken set."""
    building = _Building(broken=tuple(broken), now=datetime.fromtimestamp(clock(), UTC))
    for team in teams:
        building.add(team)
    return OnCallEstate(
        zenduty=ZendutyAccount(
            building.zenduty.values(),
            building.users,
            building.broken,
            clock=clock,
            enforce_limits=enforce_limits,
        ),
        pagerduty=PagerDutyAccount(
            building.pagerduty.values(),
            building.broken,
            clock=clock,
            enforce_limits=enforce_limits,
        ),
        webhooks=building.all_webhooks(),
        pagerduty_services=building.pagerduty_services,
    )


class _Building:
    def __init__(self, *, broken: tuple[Broken, ...], now: datetime) -> None:
        self.broken = broken
        self.zenduty: dict[str, ZendutyTeamHeld] = {}
        self.pagerduty: dict[str, PagerDutyTeam] = {}
        self.pagerduty_services: dict[str, Document] = {}
        self.users: list[User] = []
        self._now = now
        self._addresses: dict[str, str] = {}  # by the name of the webhook
        self._owners: dict[str, str] = {}

    def add(self, team: OwnerTeam) -> None:
        """Add a team to its tool, and in any case what Datadog has of its handles."""
        for name in team.webhooks:
            self._addresses.setdefault(name, f"https://hooks.acme.example/{name}")
            self._owners.setdefault(name, team.name)
        if not self._is("webhook-missing", team.name):
            services = team.pagerduty_services
            self.pagerduty_services |= {name: {"service_name": name} for name in services}
        if team.tool == "zenduty":
            self._add_to_zenduty(team)
        elif team.tool == "pagerduty":
            self._add_to_pagerduty(team)

    def all_webhooks(self) -> dict[str, Document]:
        """Return Datadog's webhooks, those that are to be missing left out."""
        webhooks = {}
        for name, url in self._addresses.items():
            owner = self._owners[name]
            if self._is("webhook-missing", owner):
                continue
            if self._is("webhook-elsewhere", owner):
                url = self._another_address(name)
            webhooks[name] = {
                "encode_as": "json",
                "url": url,
                "custom_headers": None,
                "name": name,
                "payload": _PAYLOAD,
            }
        return webhooks

    def _is(self, way: str, team: str) -> bool:
        return any(item.way == way and item.holds(team) for item in self.broken)

    def _another_address(self, name: str) -> str:
        """Return the address of the next webhook that leads to another service."""
        names = list(self._addresses)
        place = names.index(name)
        others = names[place + 1 :] + names[:place]
        own = self._addresses[name]
        others_at = (self._addresses[other] for other in others)
        return next(
            (url for url in others_at if url != own and "zenduty" in url), _address("nobodys")
        )

    def _add_to_zenduty(self, team: OwnerTeam) -> None:
        group = team.name.partition("-")[0]
        held = self.zenduty.get(group)
        if held is None:
            held = self.zenduty[group] = ZendutyTeamHeld(document=_team(group))
        name = team.service or team.name
        service = next((item for item in held.services if item["name"] == name), None)
        if service is None:
            service = self._add_service(team, name, held)
        incoming = held.integrations[service["unique_id"]]
        for webhook in team.webhooks:
            key = stable_id("key", webhook)
            if any(item["integration_key"] == key for item in incoming):
                continue
            incoming.append(self._integration(team, webhook, key, service))
            self._addresses[webhook] = incoming[-1]["webhook_url"]

    def _add_to_pagerduty(self, team: OwnerTeam) -> None:
        name = team.service or next(iter(team.pagerduty_services), team.name)
        if name in self.pagerduty:
            return
        number = len(self.pagerduty)
        people = [user(_OTHERS + number * _PEOPLE + place) for place in range(_PEOPLE)]
        status = "maintenance" if self._is("service-maintenance", team.name) else "active"
        slow = self._is("first-step-slow", team.name)
        self.pagerduty[name] = PagerDutyTeam(
            owner=team.name,
            title=team.title,
            service=name,
            status="disabled" if self._is("service-disabled", team.name) else status,
            schedule=self._schedule(team, number, people[:3]),
            users=tuple(people),
            delay=None if self._is("policy-empty", team.name) else 30 if slow else 5,
        )

    def _add_service(self, team: OwnerTeam, name: str, held: ZendutyTeamHeld) -> Document:
        number = sum(len(other.services) for other in self.zenduty.values())
        people = [user(number * _PEOPLE + place) for place in range(_PEOPLE)]
        self.users += people
        held.document["members"] += [_member(held.document, person) for person in people]
        schedule = self._schedule(team, number, people[:3])
        policy = self._policy(team, schedule, people[3], held.document)
        service = _service(team, name, policy, held.document)
        if self._is("service-disabled", team.name):
            service["status"] = 0
        if self._is("service-maintenance", team.name):
            service |= {"status": 4, "under_maintenance": True}
        held.services.append(service)
        held.policies.append(policy)
        held.schedules.append({**schedule, "team": held.document["unique_id"]})
        held.owners[service["unique_id"]] = team.name
        held.integrations[service["unique_id"]] = []
        return service

    def _schedule(self, team: OwnerTeam, number: int, people: list[User]) -> Document:
        make = rota.day_and_night if number % 3 == 2 else rota.weekly
        schedule = make(team.name, team.title, people, self._now)
        if self._is("schedule-empty", team.name):
            return schedule | {"layers": [], "overrides": []}
        if self._is("schedule-gap", team.name):
            tuesday = rota.next_tuesday(self._now)
            return rota.with_gap(schedule, tuesday.replace(hour=2), tuesday.replace(hour=6))
        return schedule

    def _policy(
        self, team: OwnerTeam, schedule: Document, second: User, own_team: Document
    ) -> Document:
        slow = self._is("first-step-slow", team.name)
        targets = (
            {"target_type": 1, "target_id": schedule["unique_id"]},
            {"target_type": 2, "target_id": second["username"]},
        )
        delays = (30 if slow else 0, 35)
        rules = [
            {
                "delay": delays[place],
                "targets": [target],
                "position": place + 1,
                "unique_id": stable_id(team.name, "rule", str(place)),
            }
            for place, target in enumerate(targets)
        ]
        empty = self._is("policy-empty", team.name)
        return {
            "name": f"{team.title} escalation",
            "summary": "",
            "description": "",
            "rules": [] if empty else rules,
            "unique_id": stable_id(team.name, "policy"),
            "team": own_team["unique_id"],
            "repeat_policy": 2,
            "move_to_next": False,
            "global_ep": False,
        }

    def _integration(self, team: OwnerTeam, webhook: str, key: str, service: Document) -> Document:
        return {
            "name": "Datadog",
            "creation_date": _CREATED,
            "summary": "",
            "unique_id": stable_id("integration", webhook),
            "service": service["unique_id"],
            "application": _APPLICATION,
            "application_reference": {
                "name": "Datadog",
                "icon_url": "",
                "summary": "Datadog",
                "description": "Datadog",
                "unique_id": _APPLICATION,
                "availability_plan_id": 1,
                "setup_instructions": "",
                "extension": "datadog",
                "application_type": 0,
                "categories": "Monitoring",
                "documentation_link": "",
            },
            "integration_key": key,
            "created_by": self.users[0]["username"],
            "is_enabled": not self._is("integration-disabled", team.name),
            "create_incidents_for": 0 if self._is("level-0", team.name) else 3,
            "integration_type": 0,
            "default_urgency": 1,
            "webhook_url": _address(key),
        }


def _address(key: str) -> str:
    return f"https://www.zenduty.com/api/integration/datadog/{key}/"


def _team(group: str) -> Document:
    return {
        "unique_id": stable_id("team", group),
        "name": f"{group.capitalize()} on call",
        "account": _ACCOUNT,
        "creation_date": "2026-01-12",
        "members": [],
        "owner": stable_id("user", "0")[:21],
        "roles": [],
    }


def _member(team: Document, person: User) -> dict[str, Any]:
    return {
        "unique_id": stable_id("member", person["username"]),
        "team": team["unique_id"],
        "user": person,
        "joining_date": _CREATED,
        "role": 2,
    }


def _service(team: OwnerTeam, name: str, policy: Document, own_team: Document) -> Document:
    return {
        "name": name,
        "creation_date": _CREATED,
        "summary": "",
        "description": f"Alerts of {team.title}",
        "unique_id": stable_id("service", team.name),
        "auto_resolve_timeout": 0,
        "created_by": stable_id("user", "0")[:21],
        "team_priority": None,
        "task_template": None,
        "acknowledgement_timeout": 0,
        "acknowledgement_timeout_enabled": False,
        "status": 1,
        "escalation_policy": policy["unique_id"],
        "team": own_team["unique_id"],
        "sla": None,
        "under_maintenance": False,
        "collation": 0,
        "collation_time": 0,
    }
