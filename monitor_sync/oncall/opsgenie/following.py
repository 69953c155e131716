"""A page on its way through Opsgenie: from the integration of a team to the person it wakes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from monitor_sync.http.reading import Fields, flag, part, text
from monitor_sync.oncall.opsgenie.escalation import beyond
from monitor_sync.oncall.opsgenie.lists import Named, OpsgenieLists, named
from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow, PathStep
from monitor_sync.oncall.privacy import shown
from monitor_sync.oncall.reader import ListedTool, NotRead
from monitor_sync.oncall.steps import (
    BEHIND,
    broken,
    integration_without_key,
    no_such_service,
    not_checked,
    ok,
    unknown,
    unread,
)
from monitor_sync.oncall.tool import title_of


class Opsgenie(ListedTool[OpsgenieLists]):
    """Opsgenie behind the ``Protocol`` of on-call tools."""

    handle_kinds: Final = frozenset({"opsgenie"})
    title: Final = title_of("opsgenie")

    def follow(self, page: PageToFollow, window: LookAhead) -> Followed:
        """
        Return the steps from the integration to the person.

        Datadog's service of Opsgenie is a name for the key of an integration, and Datadog does not
        give the key. So the team is the service that teams.yaml declares; if it declares none, the
        team that has the handle's name.
        """
        wanted = page.service or page.target
        if not wanted:
            reason = "neither the handle nor teams.yaml names a team of Opsgenie"
            return unknown("team", *unread(reason, "integration", "service"))
        teams = self._lists.teams()
        if isinstance(teams, NotRead):
            return Followed(steps=unread(teams.reason, *BEHIND))
        team = next((t for t in teams if wanted.casefold() in (t.id, t.name.casefold())), None)
        if team is None:
            no_integration = not_checked("integration", "there is no team that could have one")
            no_team = no_such_service(page, [team.name for team in teams], self.title, kind="team")
            return unknown("team", no_integration, no_team)
        first = (self._integration_step(team), _service_step(team))
        rest = self._beyond(team, page, window)
        return replace(rest, steps=(*first, *rest.steps))

    def _integration_step(self, team: Named) -> PathStep:
        """Return the step about the way in: one of the team's that takes what Datadog sends."""
        listed = self._lists.integrations(team.id)
        if isinstance(listed, NotRead):
            return not_checked("integration", listed.reason)
        of_datadog = [f for f in listed if "datadog" in text(f.get("type")).casefold()]
        if not of_datadog:
            reason = f"the team {shown(team.name)} has no Datadog integration of its own"
            return not_checked("integration", f"{reason}: one of the whole account may lead here")
        enabled = [f for f in of_datadog if flag(f.get("enabled"), default=True)]
        name = text((enabled or of_datadog)[0].get("name"))
        if not enabled:
            problem = f"the integration {shown(name)} of {shown(team.name)} is disabled"
            return broken("integration", name, problem, "enable it in Opsgenie")
        return integration_without_key(name)

    def _beyond(self, team: Named, page: PageToFollow, window: LookAhead) -> Followed:
        notified = self._notified(team)
        if isinstance(notified, NotRead):
            return Followed(steps=unread(notified.reason))
        if notified.type != "none":
            return beyond(notified, page, self._lists, window)
        problem = f"the last routing rule of {shown(team.name)} notifies nobody"
        step = broken("escalation", "", problem, "let the rule notify an escalation of the team")
        reason = "there is no escalation that leads to one"
        return Followed(steps=(step, *unread(reason, "schedule", "person")))

    def _notified(self, team: Named) -> Named | NotRead:
        """Return what the default routing rule notifies, else the only escalation of the team."""
        rules = self._lists.rules(team.id)
        if not isinstance(rules, NotRead):
            for rule in rules:
                if flag(rule.get("isDefault"), default=len(rules) == 1):
                    return named(part(rule, "notify"), "none")
        listed = self._lists.escalations()
        if isinstance(listed, NotRead):
            return listed
        own = [fields for fields in listed if _owner(fields) in (team.id, team.name)]
        if len(own) == 1:
            return Named(
                type="escalation", id=text(own[0].get("id")), name=text(own[0].get("name"))
            )
        why = rules.reason if isinstance(rules, NotRead) else "it has no default routing rule"
        return NotRead(f"which escalation the team {shown(team.name)} uses is not known: {why}")


def _owner(escalation: Fields) -> str:
    return named(part(escalation, "ownerTeam"), "team").key


def _service_step(team: Named) -> PathStep:
    note = (
        "Opsgenie ends on 2027-04-05: `monitor-sync on-call verify --migration` says what is left"
    )
    return ok("service", team.name, note)
