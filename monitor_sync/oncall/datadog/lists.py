"""What Datadog On-Call holds: teams, routing rules, escalation policies, who is on call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from monitor_sync.http.reading import Fields, moment, part, text
from monitor_sync.oncall.datadog.documents import Reference, attribute, included, related
from monitor_sync.oncall.path import Responder, Shift
from monitor_sync.oncall.privacy import NAMELESS, shown
from monitor_sync.oncall.reader import NotRead, ToolLists

_ON_CALL: Final = "/api/v2/on-call"
TEAMS: Final = "/api/v2/team"
RULES: Final = f"{_ON_CALL}/teams/{{team}}/routing-rules"
RESPONDERS: Final = f"{_ON_CALL}/teams/{{team}}/on-call"
POLICY: Final = f"{_ON_CALL}/escalation-policies/{{policy}}"
SHIFT: Final = f"{_ON_CALL}/schedules/{{schedule}}/on-call"
TURNS: Final = f"{_ON_CALL}/schedules/{{schedule}}/responders"
"""Paths of Datadog's API v2 (its client of October 2026)."""

_PAGE: Final = {"page[number]": "0", "page[size]": "100"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatadogTeam:
    """A team of Datadog's: ``handle`` is what follows ``@oncall-``."""

    id: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """An escalation policy: its steps in order, and the objects that they refer to."""

    name: str
    steps: tuple[Fields, ...]
    named: dict[Reference, Fields] = field(repr=False)


class DatadogLists(ToolLists):
    """What Datadog On-Call holds, each read once. What could not be read is ``NotRead``."""

    def teams(self) -> list[DatadogTeam] | NotRead:
        """Return all teams that the keys may see."""
        listed = self._reader.listing(TEAMS, "teams", name="data", query=_PAGE)
        if isinstance(listed, NotRead):
            return listed
        return [
            DatadogTeam(
                id=text(fields.get("id")),
                handle=text(attribute(fields, "handle")),
                name=text(attribute(fields, "name")),
            )
            for fields in listed
        ]

    def rules(self, team: str) -> tuple[Fields, ...] | NotRead:
        """Return the routing rules of a team, in the order in which they are tried."""
        query = {"include": "rules"}
        document = self._reader.document(RULES, "routing rules", query=query, team=team)
        if isinstance(document, NotRead):
            return document
        held = included(document)
        order = related(part(document, "data"), "rules")
        if any(rule not in held for rule in order):
            return NotRead("Datadog On-Call does not say what its routing rules are")
        return tuple(held[rule] for rule in order)

    def policy(self, policy: str) -> EscalationPolicy | NotRead:
        """Return an escalation policy with everybody whom its steps name."""
        document = self._reader.document(
            POLICY, "an escalation policy", query={"include": "steps.targets"}, policy=policy
        )
        if isinstance(document, NotRead):
            return document
        data, held = part(document, "data"), included(document)
        steps = tuple(held[step] for step in related(data, "steps") if step in held)
        return EscalationPolicy(name=text(attribute(data, "name")), steps=steps, named=held)

    def responders(self, team: str) -> tuple[Responder, ...] | NotRead:
        """Return whom Datadog calls first now for a team."""
        query = {"include": "responders,escalations.responders"}
        document = self._reader.document(RESPONDERS, "who is on call", query=query, team=team)
        if isinstance(document, NotRead):
            return document
        held = included(document)
        users = related(part(document, "data"), "responders")
        return tuple(responder(user.id, held.get(user, {})) for user in users)

    def shift(self, schedule: str, at: datetime) -> Shift | NotRead | None:
        """Return the turn of the person on call at a moment; None if nobody is on call."""
        document = self._reader.document(
            SHIFT,
            "who is on call",
            query={"include": "user", "filter[at_ts]": _stamp(at)},
            schedule=schedule,
        )
        if isinstance(document, NotRead):
            return document
        data = part(document, "data")
        return _shift(data, included(document)) if data else None

    def next_turn(self, schedule: str, at: datetime) -> datetime | NotRead | None:
        """Return when the turn after a moment begins; None where none is planned."""
        document = self._reader.document(
            TURNS,
            "who is on call next",
            query={
                "include": "responders.shifts",
                "filter[position]": "next",
                "filter[at_ts]": _stamp(at),
            },
            schedule=schedule,
        )
        if isinstance(document, NotRead):
            return document
        starts = [
            start
            for named, fields in included(document).items()
            if named.type == "shifts" and (start := moment(attribute(fields, "start"))) is not None
        ]
        if not starts and related(part(document, "data"), "responders"):
            return NotRead("Datadog On-Call does not say when the next turn begins")
        return min((start for start in starts if start > at), default=None)


def responder(user_id: str, fields: Fields) -> Responder:
    """Return a user as a responder, with the name alone of all that Datadog tells."""
    return Responder(id=user_id, name=shown(text(attribute(fields, "name"))) or NAMELESS)


def _shift(data: Fields, held: dict[Reference, Fields]) -> Shift | NotRead:
    start, end = moment(attribute(data, "start")), moment(attribute(data, "end"))
    users = related(data, "user")
    if start is None or end is None or not users:
        return NotRead("Datadog On-Call gives a turn without its times or its user")
    return Shift(person=responder(users[0].id, held.get(users[0], {})), start=start, end=end)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
