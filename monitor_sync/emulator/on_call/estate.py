"""From teams.yaml to a Zenduty and a PagerDuty account, and what in Datadog leads into them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor_sync.emulator.answers import Answer, Request
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.on_call import (
    datadog,
    opsgenie,
    pagerduty,
    rota,
    zenduty,
    zenduty_documents,
)
from monitor_sync.emulator.on_call.broken import WAYS, Broken
from monitor_sync.emulator.on_call.datadog import DatadogAccount
from monitor_sync.emulator.on_call.datadog_documents import DatadogTeam, team_document, team_id
from monitor_sync.emulator.on_call.names import User, stable_id, user
from monitor_sync.emulator.on_call.opsgenie import OpsgenieAccount, OpsgenieTeam
from monitor_sync.emulator.on_call.owners import OwnerTeam, opsgenie_service_id
from monitor_sync.emulator.on_call.pagerduty import PagerDutyAccount
from monitor_sync.emulator.on_call.pagerduty_documents import PagerDutyTeam
from monitor_sync.emulator.on_call.tool_account import ToolAccount
from monitor_sync.emulator.on_call.zenduty import ZendutyAccount, ZendutyTeamHeld
from monitor_sync.emulator.on_call.zenduty_alerts import Home
from monitor_sync.emulator.on_call.zenduty_documents import Document

_PEOPLE = 4  # of each service: three take turns, one is the second level
_OTHERS = 45  # the number of the first rota that is not Zenduty's

_PAYLOAD = (
    '{"alert_id": "$ALERT_ID", "hostname": "$HOSTNAME", "date_posix": "$DATE_POSIX",'
    ' "aggreg_key": "$AGGREG_KEY", "title": "$EVENT_TITLE", "alert_status": "$ALERT_STATUS",'
    ' "alert_transition": "$ALERT_TRANSITION", "link": "$LINK", "event_msg": "$TEXT_ONLY_MSG"}'
)
"""What Zenduty's page tells to paste into the webhook (Zenduty/docs, docs/Datadog.md, 2020)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallEstate:
    """
    What the on-call tools hold, and Datadog's webhooks and PagerDuty services by name.

    `homes` are the Zenduty team and service of each team of teams.yaml that Zenduty pages,
    `pagerduty_homes` what PagerDuty has of each that it pages.
    """

    zenduty: ZendutyAccount
    pagerduty: PagerDutyAccount
    datadog: DatadogAccount
    opsgenie: OpsgenieAccount
    webhooks: Mapping[str, Document]
    pagerduty_services: Mapping[str, Document]
    datadog_teams: Mapping[str, Document]
    opsgenie_services: Mapping[str, Document]
    homes: Mapping[str, Home]
    pagerduty_homes: Mapping[str, PagerDutyTeam]

    def hold(self, history: PastHistory, variants: Collection[str] = ()) -> None:
        """Let the tools serve the incidents of a history."""
        self.zenduty.hold(history, self.homes, variants)
        self.pagerduty.hold(history, self.pagerduty_homes)

    def route(self, path: str) -> str | None:
        """Return a path of a tool's with ids as `{id}`; None for a path of nobody's here."""
        account = self._account(path)
        return None if account is None else account.route(path)

    def answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """Answer one request to a tool, with what headers it has beside the usual."""
        account = self._account(request.path)
        if account is None:
            return Answer(status=404, body=b""), {}
        answered = account.answer(request)
        answer, headers = (answered, {}) if isinstance(answered, Answer) else answered
        page = answer.body[:1] == b"<"
        return answer, {**headers, "content-type": "text/html"} if page else headers

    def _account(self, path: str) -> ZendutyAccount | ToolAccount[Any] | None:
        accounts = (
            (datadog.PREFIX, self.datadog),
            (opsgenie.PREFIX, self.opsgenie),
            (pagerduty.PREFIX, self.pagerduty),
            (zenduty.PREFIX, self.zenduty),
        )
        return next((held for prefix, held in accounts if path.startswith(f"{prefix}/")), None)


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
            building.pagerduty.values(), building.broken, clock=clock, enforce_limits=enforce_limits
        ),
        datadog=DatadogAccount(
            building.datadog, building.broken, clock=clock, enforce_limits=enforce_limits
        ),
        opsgenie=OpsgenieAccount(
            building.opsgenie, building.broken, clock=clock, enforce_limits=enforce_limits
        ),
        webhooks=building.all_webhooks(),
        pagerduty_services=building.pagerduty_services,
        datadog_teams=building.datadog_teams,
        opsgenie_services=building.opsgenie_services,
        homes=building.homes,
        pagerduty_homes=building.pagerduty_homes,
    )


class _Building:
    def __init__(self, *, broken: tuple[Broken, ...], now: datetime) -> None:
        self.broken = broken
        self.zenduty: dict[str, ZendutyTeamHeld] = {}
        self.pagerduty: dict[str, PagerDutyTeam] = {}
        self.pagerduty_services: dict[str, Document] = {}
        self.datadog: list[DatadogTeam] = []
        self.datadog_teams: dict[str, Document] = {}
        self.opsgenie: list[OpsgenieTeam] = []
        self.opsgenie_services: dict[str, Document] = {}
        self.users: list[User] = []
        self._rotas: dict[str, tuple[list[User], Document]] = {}  # by team, of its first tool
        self.homes: dict[str, Home] = {}
        self.pagerduty_homes: dict[str, PagerDutyTeam] = {}
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
        for handle in team.datadog_teams:
            self._add_to_datadog(team, handle)
        for name in team.opsgenie_services:
            self._add_to_opsgenie(team, name)

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
            (url for url in others_at if url != own and "zenduty" in url),
            zenduty_documents.address("nobodys"),
        )

    def _add_to_zenduty(self, team: OwnerTeam) -> None:
        group = team.name.partition("-")[0]
        held = self.zenduty.get(group)
        if held is None:
            held = self.zenduty[group] = ZendutyTeamHeld(document=zenduty_documents.team(group))
        name = team.service or team.name
        service = next((item for item in held.services if item["name"] == name), None)
        if service is None:
            service = self._add_service(team, name, held)
        self.homes[team.name] = held.document, service
        incoming = held.integrations[service["unique_id"]]
        for webhook in team.webhooks:
            key = stable_id("key", webhook)
            if any(item["integration_key"] == key for item in incoming):
                continue
            incoming.append(
                zenduty_documents.integration(
                    webhook,
                    key,
                    service,
                    enabled=not self._is("integration-disabled", team.name),
                    level=0 if self._is("level-0", team.name) else 3,
                )
            )
            self._addresses[webhook] = incoming[-1]["webhook_url"]

    def _add_to_pagerduty(self, team: OwnerTeam) -> None:
        name = team.service or next(iter(team.pagerduty_services), team.name)
        if name in self.pagerduty:
            self.pagerduty_homes[team.name] = self.pagerduty[name]
            return
        people, schedule = self._rota(team, _OTHERS + len(self.pagerduty), shared=True)
        status = "maintenance" if self._is("service-maintenance", team.name) else "active"
        slow = self._is("first-step-slow", team.name)
        self.pagerduty[name] = PagerDutyTeam(
            owner=team.name,
            title=team.title,
            service=name,
            status="disabled" if self._is("service-disabled", team.name) else status,
            schedule=schedule,
            users=tuple(people),
            delay=None if self._is("policy-empty", team.name) else 30 if slow else 5,
        )
        self.pagerduty_homes[team.name] = self.pagerduty[name]

    def _add_to_datadog(self, team: OwnerTeam, handle: str) -> None:
        if any(held.handle == handle for held in self.datadog):
            return
        people, schedule = self._rota(team, _OTHERS + len(self.datadog), shared=True)
        self.datadog.append(
            DatadogTeam(
                owner=team.name,
                title=team.title,
                handle=handle,
                schedule=schedule,
                users=tuple(people),
                ways=self._ways(team),
            )
        )
        if not self._is("webhook-missing", team.name):
            self.datadog_teams[team_id(handle)] = team_document(handle, team.title)

    def _add_to_opsgenie(self, team: OwnerTeam, name: str) -> None:
        """Add a team; it has the people of the tool that it goes to, unless they shall differ."""
        own = team.service if team.tool == "opsgenie" and team.service else name
        if not self._is("webhook-missing", team.name):
            attributes = {"name": name, "region": "us", "custom_url": None}
            self.opsgenie_services[opsgenie_service_id(name)] = {
                "type": "opsgenie-service",
                "id": opsgenie_service_id(name),
                "attributes": attributes,
            }
        if any(held.name == own for held in self.opsgenie):
            return
        shared = not self._is("people-differ", team.name)
        people, schedule = self._rota(team, _OTHERS + 20 + len(self.opsgenie), shared=shared)
        self.opsgenie.append(
            OpsgenieTeam(
                owner=team.name,
                name=own,
                schedule=schedule,
                users=tuple(people),
                ways=self._ways(team),
            )
        )

    def _rota(self, team: OwnerTeam, number: int, *, shared: bool) -> tuple[list[User], Document]:
        """Return people and schedule of a team: those of its first tool where they are shared."""
        if shared and team.name in self._rotas:
            return self._rotas[team.name]
        people = [user(number * _PEOPLE + place) for place in range(_PEOPLE)]
        made = people, self._schedule(team, number, people[:3])
        return self._rotas.setdefault(team.name, made) if shared else made

    def _ways(self, team: OwnerTeam) -> frozenset[str]:
        return frozenset(way for way in WAYS if self._is(way, team.name))

    def _add_service(self, team: OwnerTeam, name: str, held: ZendutyTeamHeld) -> Document:
        number = sum(len(other.services) for other in self.zenduty.values())
        people, schedule = self._rota(team, number, shared=True)
        self.users += people
        held.document["members"] += [
            zenduty_documents.member(held.document, person) for person in people
        ]
        policy = self._policy(team, schedule, people[3], held.document)
        service = zenduty_documents.service(team.name, team.title, name, policy, held.document)
        if self._is("service-disabled", team.name):
            service["status"] = 0
        if self._is("service-maintenance", team.name):
            service |= {"status": 4, "under_maintenance": True}
        held.services.append(service)
        held.policies.append(policy)
        held.schedules.append({**schedule, "team": held.document["unique_id"]})
        held.owners[service["unique_id"]] = team.name
        held.integrations[service["unique_id"]] = []
        for way, begins in (("maintenance-now", -2), ("maintenance-planned", 48)):
            if self._is(way, team.name):
                start = self._now.timestamp() + begins * 3600
                held.windows.append(zenduty_documents.maintenance(service, start, start + 14400))
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
