"""
Where the routing rules of a Datadog team send the page of each monitor. Pure but for the rules.

Rules are tried from the top; the first that matches takes the page, and the last one must be there
for what no other takes. A rule may hold in some hours only, and may hand the page to another team,
whose own rules then decide (``reroute_to_team``). From Datadog's page on routing rules and its
client of October 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from monitor_sync.http.reading import Fields, objects, text
from monitor_sync.oncall.datadog.documents import attribute, related
from monitor_sync.oncall.datadog.hours import part_of_the_week
from monitor_sync.oncall.datadog.routing_query import MonitorPage, matches
from monitor_sync.oncall.reader import NotRead

_MOST_HOPS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """
    A routing rule of a team; ``position`` counts from 1, and ``last`` is the one for the rest.

    ``policy`` is the id of its escalation policy and ``to_team`` that of the team it hands the page
    to; both empty where it does neither, as a rule that only writes to a chat. ``some_hours``: it
    holds in a part of the week only. ``waits``: its policy is on hold in a part of the week.
    """

    team: str
    position: int
    last: bool
    query: str
    policy: str
    urgency: str
    to_team: str
    some_hours: bool
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEnd:
    """
    Where a page may end: at a ``rule``, or at none.

    ``surely`` is False where it depends on the groups of the monitor. ``teams`` are the ids of the
    teams it came through, the first included. ``unread`` is why the last of them has no rules here,
    ``circles`` that it was there before.
    """

    rule: RoutingRule | None
    surely: bool
    teams: tuple[str, ...]
    unread: NotRead | None = None
    circles: bool = False


Rules = Callable[[str], tuple[RoutingRule, ...] | NotRead]
"""Returns the rules of the team of an id."""


def rules(team: str, listed: tuple[Fields, ...]) -> tuple[RoutingRule, ...]:
    """Return the rules of a team, from what Datadog lists in order."""
    return tuple(
        _rule(fields, team, position, last=position == len(listed))
        for position, fields in enumerate(listed, 1)
    )


def _rule(fields: Fields, team: str, position: int, *, last: bool) -> RoutingRule:
    actions = objects(attribute(fields, "actions"))
    by_type = {text(action.get("type")): action for action in actions}
    paging = by_type.get("escalation_policy", {})
    policies = related(fields, "policy")
    reroute = by_type.get("reroute_to_team", {})
    own_policy = text(paging.get("policy_id")) or text(attribute(fields, "policy_id"))
    return RoutingRule(
        team=team,
        position=position,
        last=last,
        query=text(attribute(fields, "query")),
        policy=own_policy or (policies[0].id if policies else ""),
        urgency=text(paging.get("urgency")) or text(attribute(fields, "urgency")),
        to_team=text(reroute.get("destination_team_id")),
        some_hours=part_of_the_week(fields.get("attributes") or {}, "time_restriction"),
        waits=part_of_the_week(paging, "support_hours"),
    )


def routed(team: str, page: MonitorPage, rules_of: Rules) -> Iterator[PageEnd]:
    """Yield where the page of a monitor may end that comes to a team."""
    yield from _from(PageEnd(rule=None, surely=True, teams=(team,)), page, rules_of)


def _from(here: PageEnd, page: MonitorPage, rules_of: Rules) -> Iterator[PageEnd]:
    team = here.teams[-1]
    if team in here.teams[:-1] or len(here.teams) > _MOST_HOPS:
        yield replace(here, circles=True)
        return
    read = rules_of(team)
    if isinstance(read, NotRead):
        yield replace(here, unread=read)
        return
    surely = here.surely
    for rule in read:
        match = matches(rule.query, page)
        if match is False:
            continue
        ends = replace(here, rule=rule, surely=surely and match is True)
        if rule.to_team:
            yield from _from(
                replace(ends, rule=None, teams=(*here.teams, rule.to_team)), page, rules_of
            )
        else:
            yield ends
        surely = surely and match is True
        if match and not rule.some_hours:
            return
    yield replace(here, surely=surely)
