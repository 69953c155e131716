"""
Datadog On-Call at Datadog's own paths, in the shapes that were recorded (cassettes, 2025 and 2026).

Reads only. What nobody recorded is what the models of Datadog's client say: who is on call next,
rules that hand a page to another team, the answer where nobody is on call (`"data": null`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar

from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.on_call import datadog_documents as documents
from monitor_sync.emulator.on_call import rota
from monitor_sync.emulator.on_call.broken import LOGIN
from monitor_sync.emulator.on_call.datadog_documents import DatadogTeam
from monitor_sync.emulator.on_call.tool_account import ToolAccount

PREFIX = "/api/v2/on-call"

_KINDS = "teams|schedules|escalation-policies"
_PATH = re.compile(rf"{PREFIX}/(?P<kind>{_KINDS})(?:/(?P<id>[^/]+)(?:/(?P<part>[a-z-]+))?)?")


def _errors(status: int, message: str) -> Answer:
    return answer({"errors": [message]}, status)


class DatadogAccount(ToolAccount[DatadogTeam]):
    """Datadog On-Call of one organisation."""

    refusals: ClassVar = {
        "key-revoked": _errors(403, "Forbidden"),
        "throttled": _errors(429, "Too many requests"),
        "error": _errors(500, "Internal error"),
        "html": LOGIN,
    }
    allowed = 600, 60  # not published for these routes; the headers are Datadog's

    def route(self, path: str) -> str:
        """Return a path with an id as `{id}`, for the counter of requests."""
        match = _PATH.fullmatch(path)
        if match is None or not match["id"]:
            return path
        return f"{PREFIX}/{match['kind']}/{{id}}" + (f"/{match['part']}" if match["part"] else "")

    def _owner(self, request: Request) -> str:
        _, team = self._named(request)
        return team.owner if team else ""

    def _headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-name": "on_call_read",
            "x-ratelimit-limit": str(self._limit.requests),
            "x-ratelimit-period": str(self._limit.seconds),
            "x-ratelimit-remaining": str(self._limit.remaining),
            "x-ratelimit-reset": str(self._limit.reset),
        }

    def _named(self, request: Request) -> tuple[re.Match[str] | None, DatadogTeam | None]:
        """Return the parts of a path, and the team that its id belongs to."""
        match = _PATH.fullmatch(request.path)
        return match, self._team(match["id"]) if match is not None else None

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

    def _answered(self, request: Request) -> Answer:
        match, team = self._named(request)
        headers = request.headers
        keys = headers.get("dd-api-key") and headers.get("dd-application-key")
        if not keys and not headers.get("authorization", "").startswith("Bearer "):
            return _errors(403, "Forbidden")
        if match is None or team is None or request.method != "GET":
            return _errors(404, "Not Found")
        now = datetime.fromtimestamp(self._clock(), UTC)
        at = rota.moment_or(request.query.get("filter[at_ts]"), now)
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
