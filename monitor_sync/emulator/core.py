"""The emulator without a server: `handle` takes a request apart and answers it.

Every request passes through one place: counted and given to the faults (`take`), then, under one
lock, counted against its rate limit, checked for keys, routed and answered (`carry_out`). Whoever
has the connection does what a fault asks of it in between; `handle` does both for callers without.
"""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor_sync.emulator import permissions, suite_sessions
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import (
    Answer,
    ErrorAnswer,
    Json,
    Request,
    answer,
    parsed_query,
    refused,
    refused_at_the_edge,
)
from monitor_sync.emulator.failures import failure
from monitor_sync.emulator.fault_specs import BadFault, Spec
from monitor_sync.emulator.fault_specs import read as read_fault
from monitor_sync.emulator.faults import Fault, Faults, Hold, Strike
from monitor_sync.emulator.history import present
from monitor_sync.emulator.history.made import PastHistory, made
from monitor_sync.emulator.history.records import WEEK
from monitor_sync.emulator.limits import Allowance, CountedLimit, Limiter, refusal_text
from monitor_sync.emulator.on_call import broken as broken_ways
from monitor_sync.emulator.on_call.estate import OnCallEstate, build
from monitor_sync.emulator.on_call.owners import (
    OwnerTeam,
    past_teams,
    seeded_opsgenie_services,
    seeded_teams,
)
from monitor_sync.emulator.on_call.zenduty_incidents import known_variants
from monitor_sync.emulator.routes import INTAKES, ROUTES, route_of
from monitor_sync.emulator.store import BadState, Store

Headers = dict[str, str]

_REQUESTS = "/__emulator/requests"
_LIMITS = "/__emulator/limits"
_FAULTS = "/__emulator/faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRequest:
    """A request that was taken but not yet carried out."""

    request: Request
    route: str
    identifier: str

    @property
    def strike(self) -> Strike | None:
        """What faults do to it; None where none strikes."""
        return self.request.strike


class Emulator:
    """One local Datadog. Safe to call from several threads."""

    def __init__(
        self,
        *,
        state: Path | None = None,
        org_id: int | None = None,
        enforce_limits: bool = False,
        limits: Iterable[CountedLimit] = (),
        faults: Iterable[Spec] = (),
        lacking: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Start empty, or from the SQLite file `state`, which then follows every change.

        Args:
            state: the file; created where it is missing. None forgets everything at the end.
            org_id: the number of the organisation, where `state` holds none yet. None makes one up,
                or takes that of the first monitors seeded: each fresh emulator is an estate of its
                own.
            enforce_limits: answer 429 beyond the recorded rate limits, instead of only counting.
            limits: in place of recorded ones of the same name; enforced in any case.
            faults: what goes wrong, as for `inject`.
            lacking: permissions that the keys do not have, such as `monitors_write`.
            clock: Unix seconds, for timestamps, downtimes and rate limits.

        Raises:
            sqlite3.Error: `state` cannot be opened, is no SQLite file, or holds what no emulator
                wrote (`BadState`).
            BadFault: a fault is none.
            BadPermission: a name in `lacking` is no permission.
        """
        self._faults = Faults()
        self._faults.replace(_faults(faults))
        unpermitted = permissions.known(lacking)
        self._clock = clock
        self._store = Store(state)
        self._account = _account(self._store, clock, org_id)
        self._account.lacking = unpermitted
        self._enforces = enforce_limits
        self._limiter = Limiter(enforce=enforce_limits, limits=limits)
        self._on_call: OnCallEstate | None = None
        self._owners: tuple[OwnerTeam, ...] = ()
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def org_id(self) -> int:
        """The number of the organisation, as its monitors carry it."""
        return self._account.org_id

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

    def seed_on_call(self, teams: Iterable[OwnerTeam], broken: Iterable[str] = ()) -> None:
        """Serve the on-call tools of these teams, and hold their webhooks; `broken` as for a CLI.

        Raises `BadWay`, and then changes nothing.
        """
        owners = tuple(teams)
        ways = broken_ways.read(broken, {team.name for team in owners})
        estate = build(owners, ways, clock=self._clock, enforce_limits=self._enforces)
        with self._lock:
            self._on_call, self._owners = estate, owners
            webhooks = [name for team in owners for name in team.webhooks]
            services = [name for team in owners for name in team.pagerduty_services]
            opsgenie, account = seeded_opsgenie_services(owners), self._account
            for documents, names, held in (
                (account.webhooks, webhooks, estate.webhooks),
                (account.pagerduty_services, services, estate.pagerduty_services),
                (account.teams, seeded_teams(owners), estate.datadog_teams),
                (account.opsgenie_services, opsgenie, estate.opsgenie_services),
            ):
                for name in dict.fromkeys(names):
                    if name in held:
                        documents.put(name, dict(held[name]))
                    elif documents.get(name) is not None:
                        documents.remove(name)

    def generate_metrics(self, seed: int) -> None:
        """Answer for the metrics of held monitors, from this seed, where nothing was submitted."""
        with self._lock:
            self._account.metrics.seed = seed

    def seed_history(
        self, weeks: int, *, seed: int = 1, until: float | None = None, variants: Iterable[str] = ()
    ) -> PastHistory:
        """Make up what the monitors that are held did for some weeks, serve it and return it.

        Args:
            weeks: how long it is.
            seed: another one gives another history of the same kind.
            until: the instant at which it ends, in Unix seconds; now where there is none.
            variants: how on-call tools behave where their documentation leaves it open.

        Raises:
            BadWay: a variant is none.
        """
        chosen = known_variants(variants)
        end = int(self._clock() if until is None else until)
        with self._lock:
            history = made(
                self._account.monitors,
                past_teams(self._owners),
                seed=seed,
                start=end - weeks * WEEK,
                end=end,
            )
            self._account.history = history
            present.stand(self._account, history)
            if self._on_call is not None:
                self._on_call.hold(history, chosen)
        return history

    def inject(self, faults: Iterable[Spec]) -> None:
        """Set these faults in place of those before; an empty list ends them all.

        Each is a `Fault`, a text as `emulate --fault` takes it, or a mapping as
        `PUT /__emulator/faults` takes it. Raises `BadFault`, and then changes nothing.
        """
        read = _faults(faults)
        with self._lock:
            self._faults.replace(read)

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults that are set, with how often each `struck`."""
        with self._lock:
            return self._faults.as_json()

    def wanted(self, faults: Iterable[Fault]) -> bool:
        """Return True if any of these very faults is still set."""
        with self._lock:
            return any(map(self._faults.wanted, faults))

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
        """Answer one request: status, headers, body.

        Args:
            method: in capitals.
            path: without the query, percent-decoded.
            query: the raw query string, or its names and values.
            headers: names in any case.
            body: as received; gzip and deflate are unpacked when the headers say so.

        Raises:
            ConnectionResetError: a fault cuts the connection.
            TimeoutError: a fault keeps it silent for ever.
        """
        call = self.take(method, path, query, headers, body)
        if call.strike is None:
            return self.carry_out(call)
        _endure(call.strike.before)
        answered = self.carry_out(call)
        _endure(call.strike.after)
        return answered

    def take(
        self,
        method: str,
        path: str,
        query: str | Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> AcceptedRequest:
        """Count a request and find what strikes it; arguments as for `handle`.

        The caller does what the strike's `before` says, has it carried out, and does what its
        `after` says, outside of any lock.
        """
        request = Request(
            method=method,
            path=path,
            query=parsed_query(query),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )
        route, identifier = route_of(method, path)
        of_tool = self._on_call.route(path) if self._on_call is not None else None
        if of_tool is not None:
            route = f"{method} {of_tool}"
            with self._lock:
                self._counts[route] += 1
        elif not path.startswith("/__"):
            with self._lock:
                self._counts[route] += 1
                if self._faults.armed:
                    forced = request.flag("force")
                    strike = self._faults.strike(method, path, route, forced=forced)
                    request = replace(request, strike=strike)
        return AcceptedRequest(request=request, route=route, identifier=identifier)

    def carry_out(self, call: AcceptedRequest) -> tuple[int, Headers, bytes]:
        """Answer a request that was taken: status, headers, body. Never raises."""
        with self._lock:
            on_call = self._on_call
            if on_call is not None and on_call.route(call.request.path) is not None:
                answered, extra = on_call.answer(call.request)
            elif call.request.path.startswith("/__"):
                answered, extra = self._own(call.request), Headers()
            else:
                answered, extra = self._api(call)
        return answered.status, {"content-type": "application/json", **extra}, answered.body

    def _api(self, call: AcceptedRequest) -> tuple[Answer, Headers]:
        allowance = self._limiter.take(call.route, self._clock())
        if call.strike is not None:
            instead = call.strike.answering("answer")
            if instead is not None:
                return failure(instead, allowance.limit)
        answered = self._answered(call, allowance)
        if call.strike is not None:
            afterwards = call.strike.answering("answer-after")
            if afterwards is not None:
                return failure(afterwards, allowance.limit)
        return answered, allowance.headers

    def _answered(self, call: AcceptedRequest, allowance: Allowance) -> Answer:
        request = call.request
        try:
            handler = ROUTES.get(call.route)
            permissions.check_keys(
                request, wants_both=handler is not None and call.route not in INTAKES
            )
            if allowance.exceeded:
                raise refused(refusal_text(allowance.limit), status=429)
            if handler is None:
                raise refused_at_the_edge(
                    404, f"Not found: the emulator has no {request.method} {request.path}"
                )
            lacking = self._account.lacking
            if lacking and permissions.needed(call.route) in lacking:
                raise refused("Forbidden", "Failed permission authorization checks", status=403)
            return handler(self._account, request, call.identifier)
        except ErrorAnswer as problem:
            return answer(problem.payload, problem.status)
        except sqlite3.Error as problem:
            return answer({"errors": [f"The emulator cannot write its state: {problem}"]}, 500)

    def _own(self, request: Request) -> Answer:
        """Answer the emulator's own paths: counters, limits, faults, sessions of the suite."""
        try:
            match request.method, request.path:
                case "GET", path if path == _REQUESTS:
                    return answer(dict(sorted(self._counts.items())))
                case "DELETE", path if path == _REQUESTS:
                    self._counts.clear()
                    return answer({})
                case "GET", path if path == _LIMITS:
                    return answer(self._limiter.as_json())
                case "DELETE", path if path == _LIMITS:
                    self._limiter.reset_counts()
                    return answer({})
                case "GET" | "PUT" | "DELETE", path if path == _FAULTS:
                    if request.method != "GET":
                        self._faults.replace(_sent_faults(request))
                    return answer(self._faults.as_json())
            answered = suite_sessions.handle(request, self._clock())
            if answered is None:
                raise refused_at_the_edge(404, f"Not found: {request.method} {request.path}")
            return answered
        except ErrorAnswer as problem:
            return answer(problem.payload, problem.status)


def _account(store: Store, clock: Callable[[], float], org_id: int | None) -> Account:
    """Return the account that a store holds. Raises `sqlite3.Error`, with the store closed."""
    try:
        return Account(store, clock, org_id)
    except sqlite3.Error:
        store.close()
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        store.close()
        raise BadState("it holds documents that are damaged") from problem


def _faults(specs: Iterable[Spec]) -> list[Fault]:
    return [read_fault(spec, ROUTES) for spec in specs]


def _sent_faults(request: Request) -> list[Fault]:
    """Return the faults a PUT brings; a DELETE brings none."""
    if request.method == "DELETE":
        return []
    try:
        return _faults(request.json_array())
    except BadFault as problem:
        message = str(problem)
        raise refused(f"{message}; {problem.hint}" if problem.hint else message) from None


def _endure(hold: Hold) -> None:
    """Do in process what a server would do to the connection."""
    if math.isinf(hold.seconds):
        raise TimeoutError("a fault of the emulator keeps this request without an answer")
    if hold.seconds:
        time.sleep(hold.seconds)
    if hold.close:
        raise ConnectionResetError("a fault of the emulator cuts this connection")
