"""The teams of teams.yaml, and what Datadog has of their handles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor_sync.emulator.history.records import PastTeam
from monitor_sync.emulator.on_call.datadog_documents import team_id
from monitor_sync.emulator.on_call.names import stable_id

_WEBHOOK = "@webhook-"
_PAGERDUTY = "@pagerduty-"
_ON_CALL = "@oncall-"
_OPSGENIE = "@opsgenie-"
_PAGERS = {"zenduty": _WEBHOOK, "pagerduty": _PAGERDUTY, "datadog": _ON_CALL}


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

    @property
    def datadog_teams(self) -> list[str]:
        """The handles of its teams in Datadog that it pages by Datadog On-Call."""
        return self._named(_ON_CALL)

    @property
    def opsgenie_services(self) -> list[str]:
        """The names by which Datadog knows its services of Opsgenie."""
        return self._named(_OPSGENIE)

    def _named(self, prefix: str) -> list[str]:
        named = (handle.removeprefix(prefix) for handle in self.handles if prefix in handle)
        return list(dict.fromkeys(named))


def past_teams(owners: Iterable[OwnerTeam]) -> list[PastTeam]:
    """Return the teams for a history, with their handles that page: those whose tool serves one."""
    return [
        PastTeam(
            name=team.name,
            title=team.title,
            tool=team.tool,
            handles=tuple(h for h in team.handles if h.startswith(_PAGERS[team.tool])),
        )
        for team in owners
        if team.tool in _PAGERS
    ]


def seeded_teams(owners: Iterable[OwnerTeam]) -> list[str]:
    """Return the ids of the teams of Datadog's that these teams are paged by."""
    return [team_id(handle) for team in owners for handle in team.datadog_teams]


def seeded_opsgenie_services(owners: Iterable[OwnerTeam]) -> list[str]:
    """Return the ids of the services of Opsgenie that Datadog has for these teams."""
    return [opsgenie_service_id(name) for team in owners for name in team.opsgenie_services]


def opsgenie_service_id(name: str) -> str:
    """Return the id of the service by which Datadog knows an integration of Opsgenie's."""
    return stable_id("datadog", "opsgenie-service", name)
