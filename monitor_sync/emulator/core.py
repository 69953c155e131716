"""The emulator without a server: `handle` takes a request apart and answers it.

Every request passes through `Emulator.handle`, in one place and under one lock: counted, checked
for keys, counted against its rate limit, routed, answered.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from monitor_sync.emulator import (
    downtimes,
    downtimes_v2,
    integrations,
    monitors,
    mutes,
    roles,
    search,
    slos,
    suite_sessions,
    teams,
)
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import (
    Answer,
    Json,
    Refused,
    Request,
    answer,
    parsed_query,
    refused,
    refused_at_the_edge,
)
from monitor_sync.emulator.limits import Limiter, limit_for, refusal_text
from monitor_sync.emulator.store import Store

Handler = Callable[[Account, Request, str], Answer]
Headers = dict[str, str]

_REQUESTS = "/__emulator/requests"
_IDENTIFIER = re.compile(
    r"\d+\Z|[0-9a-fA-F]{32}\Z|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
)


def _validate_keys(_: Account, __: Request, ___: str) -> Answer:
    """GET /api/v1/validate: any API key will do here."""
    return answer({"valid": True})


_ROUTES: dict[str, Handler] = {
    "GET /api/v1/validate": _validate_keys,
    "GET /api/v1/monitor": monitors.list_all,
    "POST /api/v1/monitor": monitors.create,
    "GET /api/v1/monitor/can_delete": monitors.can_delete,
    "POST /api/v1/monitor/validate": monitors.validate_new,
    "GET /api/v1/monitor/search": search.monitors,
    "GET /api/v1/monitor/groups/search": search.groups,
    "POST /api/v1/monitor/mute_all": mutes.mute_all,
    "POST /api/v1/monitor/unmute_all": mutes.unmute_all,
    "GET /api/v1/monitor/{id}": monitors.read,
    "PUT /api/v1/monitor/{id}": monitors.update,
    "DELETE /api/v1/monitor/{id}": monitors.delete,
    "POST /api/v1/monitor/{id}/validate": monitors.validate_held,
    "POST /api/v1/monitor/{id}/mute": mutes.mute,
    "POST /api/v1/monitor/{id}/unmute": mutes.unmute,
    "GET /api/v1/monitor/{id}/downtimes": mutes.downtimes_of,
    "GET /api/v1/downtime": downtimes.list_all,
    "POST /api/v1/downtime": downtimes.create,
    "POST /api/v1/downtime/cancel/by_scope": downtimes.cancel_by_scope,
    "GET /api/v1/downtime/{id}": downtimes.read,
    "PUT /api/v1/downtime/{id}": downtimes.update,
    "DELETE /api/v1/downtime/{id}": downtimes.cancel,
    "GET /api/v2/downtime": downtimes_v2.list_all,
    "POST /api/v2/downtime": downtimes_v2.create,
    "GET /api/v2/downtime/{id}": downtimes_v2.read,
    "PATCH /api/v2/downtime/{id}": downtimes_v2.update,
    "DELETE /api/v2/downtime/{id}": downtimes_v2.cancel,
    "GET /api/v2/monitor/{id}/downtime_matches": downtimes_v2.matches,
    "POST /api/v1/slo": slos.create,
    "GET /api/v1/slo/{id}": slos.read,
    "DELETE /api/v1/slo/{id}": slos.delete,
    "GET /api/v2/roles": roles.list_all,
    "POST /api/v2/roles": roles.create,
    "GET /api/v2/roles/{id}": roles.read,
    "DELETE /api/v2/roles/{id}": roles.delete,
    "GET /api/v2/team": teams.list_all,
    "POST /api/v2/team": teams.create,
    "GET /api/v2/team/{id}": teams.read,
    "DELETE /api/v2/team/{id}": teams.delete,
    f"POST {integrations.WEBHOOKS}": integrations.create_webhook,
    f"GET {integrations.WEBHOOKS}/{{name}}": integrations.read_webhook,
    f"DELETE {integrations.WEBHOOKS}/{{name}}": integrations.delete_webhook,
    f"POST {integrations.PAGERDUTY}": integrations.create_pagerduty_service,
    f"GET {integrations.PAGERDUTY}/{{name}}": integrations.read_pagerduty_service,
    f"POST {integrations.SLACK}": integrations.create_slack_channel,
    f"GET {integrations.SLACK}": integrations.list_slack_channels,
    f"POST {integrations.OPSGENIE}": integrations.create_opsgenie_service,
    f"GET {integrations.OPSGENIE}": integrations.list_opsgenie_services,
}


class Emulator:
    """One local Datadog. Safe to call from several threads."""

    def __init__(
        self,
        *,
        state: Path | None = None,
        enforce_limits: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Start empty, or from the SQLite file `state`, which then follows every change.

        Args:
            state: the file; created where it is missing. None forgets everything at the end.
            enforce_limits: answer 429 beyond the recorded rate limits, instead of only counting.
            clock: Unix seconds, for timestamps, downtimes and rate limits.

        Raises:
            sqlite3.Error: `state` cannot be opened or is not a SQLite file.
        """
        self._clock = clock
        self._store = Store(state)
        self._account = Account(self._store, clock)
        self._limiter = Limiter(enforce=enforce_limits)
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def monitor_count(self) -> int:
        """How many monitors are held."""
        return len(self._account.monitors)

    def seed(self, monitors: Iterable[Mapping[str, Json]]) -> int:
        """Hold monitors as a live account would list them, unchecked; ids are kept where given.

        One whose id is already held is left as it is. Answers how many were new.
        """
        with self._lock:
            return self._account.seed(monitors)

    def close(self) -> None:
        """Let go of the state file. Nothing may be asked afterwards."""
        with self._lock:
            self._store.close()

    def handle(
        self,
        method: str,
        path: str,
        query: str | Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> tuple[int, Headers, bytes]:
        """Answer one request: status, headers, body. Never raises for what a client sent.

        Args:
            method: in capitals.
            path: without the query, percent-decoded.
            query: the raw query string, or its names and values.
            headers: names in any case.
            body: as received; gzip and deflate are unpacked when the headers say so.
        """
        request = Request(
            method=method,
            path=path,
            query=parsed_query(query),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )
        route, identifier = _route(method, path)
        with self._lock:
            if path.startswith("/__"):
                given, extra = self._own(request), Headers()
            else:
                self._counts[route] += 1
                given, extra = self._api(route, identifier, request)
        return given.status, {"content-type": "application/json", **extra}, given.body

    def _api(self, route: str, identifier: str, request: Request) -> tuple[Answer, Headers]:
        limit = limit_for(route)
        allowance = self._limiter.take(limit, self._clock())
        try:
            _check_keys(request)
            if allowance.exceeded:
                raise refused(refusal_text(limit), status=429)
            handler = _ROUTES.get(route)
            if handler is None:
                raise refused_at_the_edge(
                    404, f"Not found: the emulator has no {request.method} {request.path}"
                )
            given = handler(self._account, request, identifier)
        except Refused as problem:
            given = answer(problem.payload, problem.status)
        return given, allowance.headers

    def _own(self, request: Request) -> Answer:
        """What is not Datadog's: the request counter, and the sessions of the client's suite."""
        if request.path == _REQUESTS and request.method == "GET":
            return answer(dict(sorted(self._counts.items())))
        if request.path == _REQUESTS and request.method == "DELETE":
            self._counts.clear()
            return answer({})
        given = suite_sessions.handle(request, self._clock())
        if given is None:
            problem = refused_at_the_edge(404, f"Not found: {request.method} {request.path}")
            given = answer(problem.payload, problem.status)
        return given


def _route(method: str, path: str) -> tuple[str, str]:
    """The route a request takes, ids as `{id}`, and the id in it (or "").

    A path nobody knows is its own route, so that the request counter shows it.
    """
    route = f"{method} {path}"
    if route in _ROUTES:
        return route, ""
    named = integrations.route(path)
    if named is not None:
        return f"{method} {named[0]}", named[1]
    segments = path.split("/")
    if len(segments) > 4:  # "", "api", "v1", the resource, the id
        identifier, segments[4] = segments[4], "{id}"
        route = f"{method} {'/'.join(segments)}"
        if route in _ROUTES or _IDENTIFIER.match(identifier):
            return route, identifier
    return f"{method} {path}", ""


def _check_keys(request: Request) -> None:
    """Any non-empty pair of keys, or bearer token, is accepted; without one it is 403.

    Recorded: `API key required` from `validate`, and the edge's `Forbidden` elsewhere. Old clients
    send the keys in the query.
    """
    headers, query = request.headers, request.query
    if headers.get("authorization", "").startswith("Bearer ") and headers["authorization"][7:]:
        return
    api_key = headers.get("dd-api-key") or query.get("api_key")
    if request.path == "/api/v1/validate":
        if not api_key:
            raise refused("API key required", status=403)
        return
    if not api_key or not (headers.get("dd-application-key") or query.get("application_key")):
        raise refused_at_the_edge(403, "Forbidden")


def seedable(data: Any) -> list[dict[str, Any]]:
    """The monitors in decoded JSON data, checked to be what `Emulator.seed` takes.

    Raises:
        ValueError: not an array of objects, or an object has no type or query; the text says which.
    """
    if not isinstance(data, list):
        raise ValueError(f"{type(data).__name__} where an array of monitors was expected")
    for index, monitor in enumerate(data):
        if not isinstance(monitor, dict) or not isinstance(monitor.get("query"), str):
            raise ValueError(f"element {index} is no monitor: an object with type and query")
        if not isinstance(monitor.get("type"), str):
            raise ValueError(f"element {index} has no type")
        if not isinstance(monitor.get("id", 0), int):
            raise ValueError(f"element {index}: id is {monitor['id']!r}, expected a whole number")
    return data
