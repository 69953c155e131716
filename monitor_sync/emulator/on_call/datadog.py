"""
Datadog On-Call at Datadog's own paths, in the shapes that were recorded (cassettes, 2025 and 2026).

Reads only. What nobody recorded is what the models of Datadog's client say: who is on call next,
rules that hand a page to another team, the answer where nobody is on call (`"data": null`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.on_call import datadog_documents as documents
from monitor_sync.emulator.on_call.broken import LOGIN, Broken, refusal
from monitor_sync.emulator.on_call.datadog_documents import DatadogTeam
from monitor_sync.emulator.on_call.read_limit import ReadLimit

PREFIX = "/api/v2/on-call"

_KINDS = "teams|schedules|escalation-policies"
_PATH = re.compile(rf"{PREFIX}/(?P<kind>{_KINDS})(?:/(?P<id>[^/]+)(?:/(?P<part>[a-z-]+))?)?")
_REQUESTS, _SECONDS = 600, 60  # not published for these routes; the headers are Datadog's


class DatadogAccount:
    """Datadog On-Call of one organisation."""

    def __init__(
        self,
        teams: Iterable[DatadogTeam],
        broken: Iterable[Broken],
        *,
        clock: Callable[[], float],
        enforce_limits: bool,
    ) -> None:
        self._teams = tuple(teams)
        self._broken = tuple(broken)
        self._clock = clock
        self._limit = ReadLimit(_REQUESTS, _SECONDS, enforced=enforce_limits)

    def route(self, path: str) -> str:
        """Return a path with an id as `{id}`, for the counter of requests."""
        match = _PATH.fullmatch(path)
        if match is None or not match["id"]:
            return path
        return f"{PREFIX}/{match['kind']}/{{id}}" + (f"/{match['part']}" if match["part"] else "")

    def answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """Answer one request, with the headers about limits where nothing is broken."""
        match = _PATH.fullmatch(request.path)
        team = self._team(match["id"]) if match is not None else None
        instead = refusal(self._broken, team.owner if team else "", _REFUSALS)
        if instead is not None:
            return instead, {}
        now = self._clock()
        throttled = self._limit.take(now)
        headers = {
            "x-ratelimit-name": "on_call_read",
            "x-ratelimit-limit": str(_REQUESTS),
            "x-ratelimit-period": str(_SECONDS),
            "x-ratelimit-remaining": str(self._limit.remaining),
            "x-ratelimit-reset": str(self._limit.reset(now)),
        }
        if throttled:
            return _REFUSALS["throttled"], headers
        return self._answered(request, match, team), headers

    def _team(self, identifier: str | None) -> DatadogTeam | None:
        """Return the team that a team's, a policy's or a schedule's id belongs to."""
        return next(
            (
                team
                for team in self._teams
                if identifier in (team.id, team.own("policy"), team.own("schedule"))
            ),
            None,
        )

    def _elsewhere(self, team: DatadogTeam) -> str:
        """Return the id of the next other team."""
        place = self._teams.index(team)
        others = self._teams[place + 1 :] + self._teams[:place]
        return others[0].id if others else team.id

    def _answered(
        self, request: Request, match: re.Match[str] | None, team: DatadogTeam | None
    ) -> Answer:
        headers = request.headers
        keys = headers.get("dd-api-key") and headers.get("dd-application-key")
        if not keys and not headers.get("authorization", "").startswith("Bearer "):
            return _errors(403, "Forbidden")
        if match is None or team is None or request.method != "GET":
            return _errors(404, "Not Found")
        now = datetime.fromtimestamp(self._clock(), UTC)
        at = _moment(request.query.get("filter[at_ts]"), now)
        match match["kind"], match["part"]:
            case "teams", "routing-rules":
                return answer(documents.routing_rules(team, self._elsewhere(team), request))
            case "teams", "on-call":
                return answer(documents.team_on_call(team, now))
            case "escalation-policies", None:
                return answer(documents.policy(team))
            case "schedules", None:
                return answer({"data": documents.schedule(team)})
            case "schedules", "on-call":
                return answer(documents.on_call(team, at))
            case "schedules", "responders":
                return answer(documents.responders(team, at, request))
            case _:
                return _errors(404, "Not Found")


def _moment(written: str | None, default: datetime) -> datetime:
    try:
        read = datetime.fromisoformat(written or "")
    except ValueError:
        return default
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _errors(status: int, message: str) -> Answer:
    return answer({"errors": [message]}, status)


_REFUSALS = {
    "key-revoked": _errors(403, "Forbidden"),
    "throttled": _errors(429, "Too many requests"),
    "error": _errors(500, "Internal error"),
    "html": LOGIN,
}
