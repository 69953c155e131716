"""A page on its way through Datadog On-Call: from a team's routing rules to the person it wakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from monitor_sync.model import Monitor
from monitor_sync.oncall.datadog import findings, routing
from monitor_sync.oncall.datadog.escalation import beyond
from monitor_sync.oncall.datadog.findings import RoutedPage
from monitor_sync.oncall.datadog.lists import DatadogLists, DatadogTeam
from monitor_sync.oncall.datadog.routing import PageEnd, RoutingRule
from monitor_sync.oncall.datadog.routing_query import MonitorPage
from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow, PathStep
from monitor_sync.oncall.privacy import shown
from monitor_sync.oncall.reader import ListedTool, NotRead
from monitor_sync.oncall.steps import (
    BEHIND,
    broken,
    judged,
    no_such_service,
    not_checked,
    ok,
    unknown,
    unread,
)
from monitor_sync.oncall.tool import title_of

_MOST_ENDS: Final = 100
_MOST_POLICIES: Final = 3
"""The most policies that are followed for one handle, those of the most monitors first."""

_NO_MONITOR: Final = Monitor(
    key="", body={"name": "", "type": "", "query": "", "message": ""}, business_unit="", team=""
)


class DatadogOnCall(ListedTool[DatadogLists]):
    """Datadog On-Call behind the ``Protocol`` of on-call tools."""

    handle_kinds: Final = frozenset({"oncall"})
    title: Final = title_of("datadog")

    def __init__(self, lists: DatadogLists) -> None:
        super().__init__(lists)
        self._rules: dict[str, tuple[RoutingRule, ...] | NotRead] = {}

    def follow(self, page: PageToFollow, window: LookAhead) -> Followed:
        """
        Return the steps from the routing rules to the person.

        The team is the one that the handle names; if Datadog has no such team, the one that
        teams.yaml declares as the service. ``integration`` stands for the team's routing rules.
        """
        teams = self._lists.teams()
        if isinstance(teams, NotRead):
            return Followed(steps=unread(teams.reason, *BEHIND))
        declared = _named(page.service, teams)
        team = _named(page.target, teams) or declared
        if team is None:
            return _no_team(page, teams)
        rules = self._rules_of(team.id)
        if isinstance(rules, NotRead):
            return Followed(steps=unread(rules.reason, *BEHIND))
        pages = self._routed(team, page)
        ends = [end for routed in pages for end in routed.ends]
        by_id = {held.id: held for held in teams}
        steps = [
            _rules_step(team, rules, pages),
            *self._hops(pages, by_id),
            _service_step(page, team, declared, {end.teams[-1] for end in ends}, teams),
        ]
        return self._beyond(ends, page, window, steps)

    def _rules_of(self, team: str) -> tuple[RoutingRule, ...] | NotRead:
        if team not in self._rules:
            listed = self._lists.rules(team)
            read = listed if isinstance(listed, NotRead) else routing.rules(team, listed)
            self._rules[team] = read
        return self._rules[team]

    def _routed(self, team: DatadogTeam, page: PageToFollow) -> list[RoutedPage]:
        status = "warn" if set(page.states) <= {"warning", "recovery"} and page.states else "error"
        of_monitors = (
            MonitorPage(monitor=monitor, status=status)
            for monitor in page.monitors or (_NO_MONITOR,)
        )
        return [
            RoutedPage(
                page=of_monitor,
                ends=tuple(islice(routing.routed(team.id, of_monitor, self._rules_of), _MOST_ENDS)),
            )
            for of_monitor in of_monitors
        ]

    def _hops(self, pages: Sequence[RoutedPage], by_id: dict[str, DatadogTeam]) -> list[PathStep]:
        """Return a step for each team that a rule hands pages to."""
        hops: dict[str, PageEnd] = {}
        for routed in pages:
            for end in routed.ends:
                for to_team in end.teams[1:]:
                    hops.setdefault(to_team, end)
        return [_hop(by_id.get(to_team), to_team, end, pages) for to_team, end in hops.items()]

    def _beyond(
        self,
        ends: Sequence[PageEnd],
        page: PageToFollow,
        window: LookAhead,
        steps: Sequence[PathStep],
    ) -> Followed:
        """Return all steps, with those of each escalation policy that pages come to."""
        policies = Counter(end.rule.policy for end in ends if end.rule and end.rule.policy)
        if not policies:
            reason = "no routing rule leads to an escalation policy that could be read"
            return Followed(steps=(*steps, *unread(reason)))
        team_of = {end.rule.policy: end.rule.team for end in ends if end.rule}
        followed = [
            beyond(policy, page, self._lists, window, team=self._of_last(policy, team_of))
            for policy, _ in policies.most_common(_MOST_POLICIES)
        ]
        behind = (step for path in followed for step in path.steps)
        return Followed(
            steps=(*steps, *behind), levels=followed[0].levels, shifts=followed[0].shifts
        )

    def _of_last(self, policy: str, team_of: Mapping[str, str]) -> str:
        """Return the team whose last rule leads to a policy; empty where it is another rule's."""
        rules = self._rules_of(team_of[policy])
        last = rules[-1].policy if not isinstance(rules, NotRead) and rules else ""
        return team_of[policy] if last == policy else ""


def _named(wanted: str, teams: Sequence[DatadogTeam]) -> DatadogTeam | None:
    """Return the team of this handle, else of this id or name, in any case of its letters."""
    name = wanted.casefold()
    if not name:
        return None
    by_handle = (team for team in teams if name == team.handle.casefold())
    others = (team for team in teams if name in (team.id.casefold(), team.name.casefold()))
    return next(by_handle, None) or next(others, None)


def _no_team(page: PageToFollow, teams: Sequence[DatadogTeam]) -> Followed:
    service = not_checked("service", f"Datadog has no team {page.target or 'of that handle'}")
    if page.service:
        names = [team.handle for team in teams]
        service = no_such_service(page, names, "Datadog On-Call", kind="team")
    no_rules = not_checked("integration", "there is no team that could have routing rules")
    return unknown("team", no_rules, service)


def _rules_step(
    team: DatadogTeam, rules: Sequence[RoutingRule], pages: Sequence[RoutedPage]
) -> PathStep:
    name = f"routing rules of {team.handle}"
    if not rules:
        problem = f"the team {shown(team.handle)} has no routing rules: it is not set up for paging"
        return broken("integration", name, problem, "set the team up in Datadog On-Call")
    of_team = findings.of_team(team.id, pages, handed_on=False)
    known = [routed for routed in pages if routed.page.monitor is not _NO_MONITOR]
    warnings = findings.unmatched(rules, known) if known else ()
    return judged(
        "integration", name, of_team.problem, of_team.fix, "", (*of_team.warnings, *warnings)
    )


def _hop(
    team: DatadogTeam | None, team_id: str, end: PageEnd, pages: Sequence[RoutedPage]
) -> PathStep:
    if team is None:
        reason = "a routing rule hands pages to a team that these keys do not see"
        return not_checked("reroute", reason)
    if end.unread is not None and end.teams[-1] == team_id:
        return not_checked("reroute", f"the routing rules of {team.handle}: {end.unread.reason}")
    of_team = findings.of_team(team_id, pages, handed_on=True)
    note = "a routing rule hands pages to this team"
    return judged("reroute", team.handle, of_team.problem, of_team.fix, note, of_team.warnings)


def _service_step(
    page: PageToFollow,
    team: DatadogTeam,
    declared: DatadogTeam | None,
    end_ids: set[str],
    teams: Sequence[DatadogTeam],
) -> PathStep:
    """Return the step about the team that teams.yaml declares as the service."""
    if not page.service:
        return ok("service", team.name or team.handle)
    if declared is None:
        names = [held.handle for held in teams]
        return no_such_service(page, names, "Datadog On-Call", kind="team")
    problem = fix = ""
    if declared.id not in {team.id, *end_ids}:
        problem = (
            f"{page.handle} leads to the team {shown(team.handle)}, teams.yaml declares"
            f" {shown(declared.handle)}"
        )
        fix = f"page @oncall-{declared.handle}, or mend on_call.service in teams.yaml"
    elif end_ids and declared.id not in end_ids:
        problem = (
            f"its routing rules hand all pages to another team than teams.yaml declares,"
            f" {shown(declared.handle)}"
        )
        fix = "let the rules lead to the team's own policy, or mend on_call.service in teams.yaml"
    return judged("service", declared.name or declared.handle, problem, fix)
