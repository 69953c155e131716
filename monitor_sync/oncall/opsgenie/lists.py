"""What Opsgenie holds: teams, routing rules, escalations, schedules, people. Each read once."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitor_sync.http.reading import Fields, flag, moment, objects, part, text
from monitor_sync.oncall.path import LookAhead, Responder, Shift
from monitor_sync.oncall.privacy import NAMELESS, shown
from monitor_sync.oncall.reader import NotRead, ToolLists

TEAMS: Final = "/v2/teams"
RULES: Final = "/v2/teams/{team}/routing-rules"
INTEGRATIONS: Final = "/v2/integrations"
ESCALATIONS: Final = "/v2/escalations"
SCHEDULES: Final = "/v2/schedules"
ON_CALLS: Final = "/v2/schedules/on-calls"
TIMELINE: Final = "/v2/schedules/{schedule}/timeline"
USERS: Final = "/v2/users"
"""Paths of the OpenAPI. Only users come in pages, by ``limit``, ``offset`` and ``paging.next``."""

_WEEKS: Final = 3
"""Weeks of a timeline that are read: it may begin before now, at the start of a day or a week."""

_DEEPEST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A team, an escalation, a schedule or a user that something refers to."""

    type: str
    id: str
    name: str

    @property
    def key(self) -> str:
        """What it is found by: its id, else its name."""
        return self.id or self.name


class OpsgenieLists(ToolLists):
    """Opsgenie's lists. What could not be read is ``NotRead``."""

    def teams(self) -> list[Named] | NotRead:
        """Return all teams that the key may see."""
        listed = self._list(TEAMS, "teams")
        return listed if isinstance(listed, NotRead) else [named(f, "team") for f in listed]

    def integrations(self, team: str) -> tuple[Fields, ...] | NotRead:
        """Return the integrations of a team."""
        return self._reader.listing(
            INTEGRATIONS, "integrations", name="data", query={"teamId": team}
        )

    def rules(self, team: str) -> tuple[Fields, ...] | NotRead:
        """Return the routing rules of a team."""
        return self._reader.listing(RULES, "routing rules", name="data", team=team)

    def escalations(self) -> tuple[Fields, ...] | NotRead:
        """Return the escalations of all teams."""
        return self._list(ESCALATIONS, "escalations")

    def enabled(self, schedule: Named) -> bool | NotRead | None:
        """Return whether a schedule is enabled; None if Opsgenie does not list it."""
        listed = self._list(SCHEDULES, "schedules")
        if isinstance(listed, NotRead):
            return listed
        match = next((f for f in listed if schedule.key in _keys(f)), None)
        return None if match is None else flag(match.get("enabled"), default=True)

    def on_call(self, schedule: Named) -> tuple[Responder, ...] | NotRead:
        """Return who is on call now by a schedule: one read for all schedules."""
        listed = self._list(ON_CALLS, "who is on call", flat="false")
        if isinstance(listed, NotRead):
            return listed
        return tuple(
            self.person(participant)
            for fields in listed
            if schedule.key in _keys(part(fields, "_parent"))
            for participant in _flat(fields, _DEEPEST)
        )

    def shifts(self, schedule: Named, window: LookAhead) -> tuple[Shift, ...] | NotRead:
        """Return who is on call by the final timeline of a schedule, overrides included."""
        document = self._reader.document(
            TIMELINE,
            "a timeline",
            query={
                "identifierType": "id" if schedule.id else "name",
                "interval": str(_WEEKS),
                "intervalUnit": "weeks",
                "date": f"{window.now:%Y-%m-%dT%H:%M:%SZ}",
            },
            schedule=schedule.key,
        )
        if isinstance(document, NotRead):
            return document
        data = part(document, "data")
        if not isinstance(data.get("finalTimeline"), dict):
            return NotRead("Opsgenie answered without a final timeline")
        ends = moment(data.get("endDate"))
        if ends is not None and ends < window.end:
            return NotRead("Opsgenie's timeline ends before the 14 days do")
        return tuple(self._periods(part(data, "finalTimeline"), window))

    def _periods(self, timeline: Fields, window: LookAhead) -> Iterator[Shift]:
        for rotation in objects(timeline.get("rotations")):
            for period in objects(rotation.get("periods")):
                start, end = moment(period.get("startDate")), moment(period.get("endDate"))
                recipient = part(period, "recipient")
                if start is None or end is None or end <= window.now or not _keys(recipient):
                    continue
                if text(recipient.get("type")) != "none":
                    yield Shift(person=self.person(recipient), start=start, end=end)

    def person(self, fields: Fields) -> Responder:
        """Return somebody who can be called, by full name; a team by its name."""
        participant = named(fields, "user")
        if participant.type == "team":
            return Responder(id=participant.key, name=f"everybody of {shown(participant.name)}")
        user_id, name = (
            self._users.get(participant.id) or self._users.get(participant.name) or ("", "")
        )
        return Responder(id=user_id or participant.key, name=shown(name) or NAMELESS)

    @functools.cached_property
    def _users(self) -> dict[str, tuple[str, str]]:
        """The id and full name of users, by id and by user name, which is an e-mail address."""
        listed = self._list(USERS, "users", limit="100")
        users: dict[str, tuple[str, str]] = {}
        for fields in () if isinstance(listed, NotRead) else listed:
            user_id = text(fields.get("id"))
            for key in filter(None, (user_id, text(fields.get("username")))):
                users[key] = user_id, text(fields.get("fullName"))
        return users

    def _list(self, path: str, subject: str, **query: str) -> tuple[Fields, ...] | NotRead:
        return self._reader.listing(path, subject, name="data", query=query)


def named(fields: Fields, otherwise: str) -> Named:
    """Return what fields refer to; its type is ``otherwise`` if they name none."""
    return Named(
        type=text(fields.get("type")) or otherwise,
        id=text(fields.get("id")),
        name=text(fields.get("name")) or text(fields.get("username")),
    )


def _keys(fields: Fields) -> set[str]:
    return {key for name in ("id", "name", "username") if (key := text(fields.get(name)))}


def _flat(fields: Fields, depth: int) -> Iterator[Fields]:
    """Yield the users among participants, who may be within an escalation or a team."""
    for participant in objects(fields.get("onCallParticipants")):
        inner = list(_flat(participant, depth - 1)) if depth else []
        yield from inner or [participant]
