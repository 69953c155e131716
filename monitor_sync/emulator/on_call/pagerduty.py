"""
PagerDuty's API below `/__pagerduty`, in the shapes of its OpenAPI's own examples (2026-08-14).

Reads only. A page holds 25 objects where no `limit` is given, and 100 at most.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeVar

from monitor_sync.emulator.answers import Answer, ErrorAnswer, Request, answer
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.on_call import pagerduty_analytics, rota
from monitor_sync.emulator.on_call.broken import LOGIN
from monitor_sync.emulator.on_call.pagerduty_documents import (
    MAKE,
    Document,
    PagerDutyTeam,
    on_call_entry,
    reference,
)
from monitor_sync.emulator.on_call.pagerduty_incidents import BadInput, PagerDutyIncidents, several
from monitor_sync.emulator.on_call.tool_account import ToolAccount

Item = TypeVar("Item")

PREFIX = "/__pagerduty"

_LISTS = ("services", "escalation_policies", "schedules", "oncalls")
_PATH = re.compile(rf"{PREFIX}/(?P<list>{'|'.join(_LISTS)})(?:/(?P<id>\w+))?")
_OF_INCIDENTS = re.compile(
    rf"{PREFIX}/(?P<list>incidents|log_entries)(?:/(?P<id>\w+)(?:/(?P<part>log_entries|alerts))?)?"
)
_ANALYTICS = re.compile(rf"{PREFIX}/analytics/(?P<what>raw|metrics)/incidents(?:/(?P<by>\w+))?")
_DEEPEST = 10_000  # objects that classic pagination reaches, by PagerDuty's page on it


def _error(status: int, message: str, code: int, *errors: str) -> Answer:
    reasons = {"errors": list(errors)} if errors else {}
    return answer({"error": {"message": message, "code": code, **reasons}}, status)


class PagerDutyAccount(ToolAccount[PagerDutyTeam]):
    """PagerDuty's API over one account: services, policies, who is on call, incidents."""

    refusals: ClassVar = {
        "key-revoked": _error(403, "Access Denied", 2010),
        "throttled": _error(429, "Rate Limit Exceeded", 2020),
        "error": _error(500, "Internal Server Error", 2000),
        "html": LOGIN,
    }
    _incidents: PagerDutyIncidents | None = None
    allowed = 960, 60  # PagerDuty's page on REST API rate limits

    def route(self, path: str) -> str:
        """Return a path with an id as `{id}`, for the counter of requests."""
        match = _PATH.fullmatch(path) or _OF_INCIDENTS.fullmatch(path)
        return path.replace(f"/{match['id']}", "/{id}", 1) if match and match["id"] else path

    def hold(self, history: PastHistory, homes: Mapping[str, PagerDutyTeam]) -> None:
        """Serve the incidents of a history; `homes` are by team of teams.yaml."""
        self._incidents = PagerDutyIncidents(history, homes)

    def _owner(self, request: Request) -> str:
        policy = request.query.get("escalation_policy_ids[]")
        return next((t.owner for t in self._teams if t.id("escalation_policy") == policy), "")

    def _headers(self) -> dict[str, str]:
        return {
            "ratelimit-limit": str(self._limit.requests),
            "ratelimit-remaining": str(self._limit.remaining),
            "ratelimit-reset": str(self._limit.reset),
        }

    def _answered(self, request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Token token="):
            return _error(401, "Unauthorized", 2006)
        if self._incidents is not None:
            try:
                of_incidents = self._of_incidents(self._incidents, request)
            except ErrorAnswer:
                return _error(400, "Invalid Input Provided", 2001, "The body is no JSON object")
            except BadInput as problem:
                return _error(400, "Invalid Input Provided", 2001, str(problem))
            if of_incidents is not None:
                return of_incidents
        match = _PATH.fullmatch(request.path)
        if match is None or request.method != "GET":
            return _error(404, "Not Found", 2100)
        documents = list(self._documents(match["list"], request))
        if match["id"]:
            named = (document for document in documents if document.get("id") == match["id"])
            document = next(named, None)
            name = document["type"] if document else ""
            return answer({name: document}) if document else _error(404, "Not Found", 2100)
        return _paged(match["list"], dict, documents, request)

    def _of_incidents(self, held: PagerDutyIncidents, request: Request) -> Answer | None:
        """Answer what concerns incidents; None for what does not. Raises `BadInput`."""
        now = self._clock()
        analytics = _ANALYTICS.fullmatch(request.path)
        if analytics is not None and request.method == "POST":
            return pagerduty_analytics.answered(held, request, now, analytics["by"] or "")
        match = _OF_INCIDENTS.fullmatch(request.path)
        if match is None or request.method != "GET":
            return None
        if match["list"] == "log_entries":
            if match["id"]:
                return None
            entries = held.log_entries(request, now)
            return _paged("log_entries", held.log_document, entries, request)
        included = several(request.query.get("include[]"))
        whole = functools.partial(held.document, included=included)
        if match["id"] is None:
            return _paged("incidents", whole, held.listed(request, now), request)
        item = held.get(match["id"])
        if item is None:
            return None
        if match["part"] is None:
            return answer({"incident": whole(item)})
        if match["part"] == "alerts":
            return _paged("alerts", held.alert_document, held.alerts(item), request)
        return _paged("log_entries", held.log_document, held.log_of(item), request)

    def _documents(self, kind: str, request: Request) -> Iterator[Document]:
        wanted = request.query.get("query", "").casefold()
        for team in self._teams:
            if kind == "oncalls":
                if request.query.get("escalation_policy_ids[]") in (
                    None, team.id("escalation_policy"),
                ):  # fmt: skip
                    yield from self._on_call(team, request)
                continue
            document = MAKE[kind](team)
            if wanted in document["name"].casefold():
                yield document

    def _on_call(self, team: PagerDutyTeam, request: Request) -> Iterator[Document]:
        if team.delay is None:
            return
        now = datetime.fromtimestamp(self._clock(), UTC)
        since = rota.moment_or(request.query.get("since"), now)
        until = rota.moment_or(request.query.get("until"), since + timedelta(seconds=1))
        schedule = reference("schedule", team.id("schedule"), team.schedule["name"])
        for username, start, end in rota.turns(team.schedule, since, until):
            user = next(user for user in team.users if user["username"] == username)
            times = {"start": rota.stamp(start), "end": rota.stamp(end)}
            yield {**on_call_entry(team, user, 1), "schedule": schedule, **times}
        always = {"schedule": None, "start": None, "end": None}
        yield {**on_call_entry(team, team.users[-1], 2), **always}


def _paged(
    name: str, document: Callable[[Item], Document], items: Sequence[Item], request: Request
) -> Answer:
    """Return a page of items, each as `document` makes it."""
    try:
        limit = min(int(request.query.get("limit", "25")), 100)
        offset = int(request.query.get("offset", "0"))
    except ValueError:
        return _error(400, "Invalid Input Provided", 2001)
    if limit < 1 or offset < 0 or offset + limit > _DEEPEST:
        return _error(400, "Invalid Input Provided", 2001, "Offset must be less than 10000")
    return answer(
        {
            name: [document(item) for item in items[offset : offset + limit]],
            "limit": limit,
            "offset": offset,
            "more": offset + limit < len(items),
            "total": len(items) if request.query.get("total") == "true" else None,
        }
    )
