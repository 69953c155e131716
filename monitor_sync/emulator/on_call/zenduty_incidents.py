"""
Zenduty's incidents, their alerts and its analytics, from a history that was made up.

Shapes are those of its OpenAPI 1.1.0 and its own examples. What these leave open is a variant that
can be chosen: `oldest-first` lists as the description says (its example is newest first),
`ack-on-resolve` fills `acknowledged_date` of what was resolved without one, `last-ack` tells the
last acknowledgement of an incident that triggered again instead of the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.answers import Answer, ErrorAnswer, Request, answer
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.history.records import PastIncident
from monitor_sync.emulator.on_call.broken import BadWay
from monitor_sync.emulator.on_call.names import User, full_name, stable_id
from monitor_sync.emulator.on_call.zenduty_alerts import Home, alerts, incident_id
from monitor_sync.emulator.on_call.zenduty_documents import Document, maintenance, written
from monitor_sync.emulator.spelling import did_you_mean

VARIANTS = {
    "oldest-first": "Zenduty lists its oldest incidents first",
    "ack-on-resolve": "Zenduty fills the acknowledgement of what was resolved without one",
    "last-ack": "Zenduty tells the last acknowledgement instead of the first",
}


_STATUSES = {"triggered": 1, "acknowledged": 2, "resolved": 3}
_USUAL_PAGE, _LARGEST_PAGE = 10, 100
_COLOURS = {"P1": "red", "P2": "orange"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def known_variants(names: Iterable[str]) -> frozenset[str]:
    """Return these variants. Raises `BadWay` for one that there is not."""
    chosen = frozenset(names)
    for name in sorted(chosen - VARIANTS.keys()):
        raise BadWay(
            f"'{name}' is no variant of an on-call tool",
            did_you_mean(name, VARIANTS, f"it is one of {', '.join(VARIANTS)}"),
        )
    return chosen


class ZendutyIncidents:
    """The incidents of one account. `homes` are by the team of teams.yaml."""

    def __init__(
        self,
        history: PastHistory,
        homes: Mapping[str, Home],
        users: Iterable[User],
        variants: Collection[str] = (),
    ) -> None:
        self._history = history
        self._homes = homes
        self._users = list(users)
        self._variants = frozenset(variants)
        self._incidents = [item for item in history.incidents_of("zenduty") if item.team in homes]
        self._children = {item.merged_into for item in self._incidents}
        self._by_name = {
            name: item for item in self._incidents for name in (str(item.number), incident_id(item))
        }

    def answer(self, kind: str, request: Request, name: str) -> Answer:
        """Answer a request about incidents; `name` is a number or an id where the path has one."""
        if (request.method == "POST") != (kind in {"incident_filter", "team_analytics"}):
            return _detail(405, f'Method "{request.method}" not allowed.')
        try:
            if kind == "incident_filter":
                return self._page(request)
            if kind == "team_analytics":
                return answer(self._analytics(request))
            item = self._by_name.get(name)
            if item is None:
                return _detail(404, "Not found.")
            if kind == "incident":
                return answer(self._whole(item))
            return answer(alerts(item, self._homes[item.team], self._history.end))
        except ErrorAnswer:
            return _detail(400, "This request can not be processed.")

    def windows(self, team: Document) -> list[Document]:
        """Return the maintenance windows of a Zenduty team."""
        return [
            maintenance(self._homes[window.team][1], window.start, window.end)
            for window in self._history.windows
            if window.team in self._homes and self._homes[window.team][0] is team
        ]

    def _page(self, request: Request) -> Answer:
        number = request.number("page", 1)
        size = min(request.number("page_size", _USUAL_PAGE) or _USUAL_PAGE, _LARGEST_PAGE)
        items = list(self._matching(request.json(), usual_status=1))
        if "oldest-first" not in self._variants:
            items.reverse()
        first = (number - 1) * size
        if number < 1 or (first and first >= len(items)):
            return _detail(404, "Invalid page.")
        base = f"http://{request.headers.get('host', '127.0.0.1')}{request.path}"
        pages = {
            "next": number + 1 if first + size < len(items) else None,
            "previous": number - 1 if number > 1 else None,
        }
        links = {
            name: f"{base}?page={place}&page_size={size}" if place else None
            for name, place in pages.items()
        }
        results = [self._item(item) for item in items[first : first + size]]
        return answer({"count": None, **links, "results": results})

    def _matching(self, sent: Mapping[str, Any], usual_status: int) -> Iterator[PastIncident]:
        tests = list(self._tests(sent, usual_status))
        return (item for item in self._incidents if all(test(item) for test in tests))

    def _tests(
        self, sent: Mapping[str, Any], usual_status: int
    ) -> Iterator[Callable[[PastIncident], bool]]:
        status = sent.get("status", usual_status)
        if not shapes.whole(status) or not -1 <= status <= 3:
            raise ErrorAnswer(400, None)
        if status:
            wanted = {1, 2} if status == -1 else {status}
            yield lambda item: _STATUSES[item.status] in wanted
        for name, identify in self._identities().items():
            ids = sent.get(name) or []
            if not isinstance(ids, list):
                raise ErrorAnswer(400, None)
            if ids:
                yield _sharing(identify, set(map(str, ids)))
        if sent.get("priority_name"):
            yield lambda item: item.priority == sent["priority_name"]
        start, end = _day(sent.get("from_date")), _day(sent.get("to_date"))
        if start is not None:
            yield lambda item: item.created > start
        if end is not None:
            yield lambda item: item.created < end

    def _identities(self) -> Mapping[str, Callable[[PastIncident], set[str]]]:
        return {
            "team_ids": lambda item: {self._homes[item.team][0]["unique_id"]},
            "service_ids": lambda item: {self._homes[item.team][1]["unique_id"]},
            "escalation_policy_ids": lambda item: {self._homes[item.team][1]["escalation_policy"]},
            "priority_ids": lambda item: {_priority_id(item)} if item.priority else set(),
            "tag_ids": lambda item: {stable_id("tag", tag) for tag in item.tags},
            "user_ids": lambda item: {self._assignee(item)["username"]},
        }

    def _assignee(self, item: PastIncident) -> User:
        return self._users[item.number % len(self._users)]

    def _item(self, item: PastIncident) -> Document:
        """Return an incident as the listing has it."""
        team, service = self._homes[item.team]
        user = self._assignee(item)
        return {
            "incident_number": item.number,
            "creation_date": written(item.as_told("created")),
            "status": _STATUSES[item.status],
            "unique_id": incident_id(item),
            "sla": None,
            "service_object": {
                "name": service["name"],
                "unique_id": service["unique_id"],
                "team": team["unique_id"],
                "team_name": team["name"],
            },
            "title": item.title,
            "assigned_to_name": full_name(user),
            "tags": [_tag(item, tag) for tag in item.tags],
            "sla_object": None,
            "team_priority_object": _priority(item),
            "is_child_incident": item.merged_into is not None,
            "postmortems": _postmortems(item),
            "is_parent_incident": item.number in self._children,
            "assigned_to": user["username"],
            "acknowledged_date": written(self._acknowledged(item)),
            "resolved_date": written(item.as_told("resolved")),
            "snooze_time": None,
            "snoozed_till": None,
        }

    def _acknowledged(self, item: PastIncident) -> float | None:
        if item.acknowledged is None and "ack-on-resolve" in self._variants:
            return item.as_told("resolved")
        if "last-ack" in self._variants and "acknowledged" not in item.told:
            given = [step.at for step in item.steps if step.kind == "acknowledge"]
            return given[-1] if given else None
        return item.as_told("acknowledged")

    def _whole(self, item: PastIncident) -> Document:
        """Return an incident as a read by its number has it."""
        _, service = self._homes[item.team]
        listed = self._item(item)
        without = ("is_child_incident", "is_parent_incident", "snooze_time", "snoozed_till")
        policy = service["escalation_policy"]
        priority = listed["team_priority_object"]
        return {
            **{name: value for name, value in listed.items() if name not in without},
            "summary": "",
            "service_object": service,
            "incident_key": stable_id("incident key", incident_id(item)),
            "service": service["unique_id"],
            "urgency": 1,
            "merged_with": item.merged_into,
            "escalation_policy": policy,
            "escalation_policy_object": {"unique_id": policy, "name": "Escalation"},
            "context_window_start": None,
            "context_window_end": None,
            "team_priority": priority["unique_id"] if priority else None,
        }

    def _analytics(self, request: Request) -> Document:
        """Return what Zenduty computes: acknowledged is all that is more than triggered."""
        sent = request.json()
        items = list(self._matching(sent, usual_status=0))
        if sent.get("child_incident") == "exclude":
            items = [item for item in items if item.merged_into is None]
        teams = {team["unique_id"]: team for team, _ in self._homes.values()}
        by_team: dict[str, list[PastIncident]] = {}
        for item in items:
            by_team.setdefault(self._homes[item.team][0]["unique_id"], []).append(item)
        return {
            "all_teams": self._figures(items),
            "team_records": [
                {
                    "team": {name: teams[team][name] for name in ("name", "unique_id")},
                    **self._figures(of_team),
                }
                for team, of_team in by_team.items()
            ],
        }

    def _figures(self, items: Collection[PastIncident]) -> Document:
        acknowledged = _differences(
            (item.as_told("created"), self._acknowledged(item)) for item in items
        )
        resolved = _differences(
            (item.as_told("created"), item.as_told("resolved")) for item in items
        )
        return {
            "total_incidents": len(items),
            "total_acknowledged": sum(item.status != "triggered" for item in items),
            "total_resolved": sum(item.status == "resolved" for item in items),
            "mtta_seconds": fmean(acknowledged) if acknowledged else 0,
            "mttr_seconds": fmean(resolved) if resolved else 0,
        }


def _sharing(
    identify: Callable[[PastIncident], set[str]], ids: set[str]
) -> Callable[[PastIncident], bool]:
    return lambda item: not ids.isdisjoint(identify(item))


def _differences(pairs: Iterable[tuple[float | None, float | None]]) -> list[float]:
    return [later - first for first, later in pairs if first is not None and later is not None]


def _priority_id(item: PastIncident) -> str:
    return stable_id("priority", item.priority)


def _priority(item: PastIncident) -> Document | None:
    if not item.priority:
        return None
    return {
        "unique_id": _priority_id(item),
        "name": item.priority,
        "description": f"{item.priority} incidents",
        "color": _COLOURS.get(item.priority, "blue"),
    }


def _tag(item: PastIncident, tag: str) -> Document:
    return {
        "unique_id": stable_id("incident tag", incident_id(item), tag),
        "incident": item.number,
        "creation_date": written(item.created),
        "name": tag,
        "color": "magenta",
        "tag_id": stable_id("tag", tag),
        "team_tag": stable_id("tag", tag),
    }


def _postmortems(item: PastIncident) -> list[Document]:
    if not item.reviewed:
        return []
    name = stable_id("postmortem", incident_id(item))
    return [{"unique_id": name, "title": f"Review of {item.number}"}]


def _day(written: Any) -> float | None:
    """Return the midnight (UTC) of `2026-10-05`; None where there is none. Raises `ErrorAnswer`."""
    if written in (None, "", []):
        return None
    if not isinstance(written, str) or not _DATE.fullmatch(written):
        raise ErrorAnswer(400, None)
    try:
        return datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise ErrorAnswer(400, None) from None


def _detail(status: int, text: str) -> Answer:
    return answer({"detail": text}, status)
