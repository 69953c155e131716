"""What goes wrong on request: faults matched, counted, and what they do decided. Pure.

A fault waits for requests that it matches, lets `skip` of them pass, and strikes `times` of them.
One request meets at most one fault that decides its outcome (the first in order; those behind do
not see it), and any number that only delay it or falsify a listing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

EVERY_REQUEST = "*"
_LISTING = ("GET /api/v1/monitor",)
COMMON = ("route", "skip", "times")

# What a kind does: only delay, answer in place of or after the handling, cut the connection or
# keep it silent before or after the handling, falsify a listing, or invent a reference.
Effect = Literal["delay", "answer", "answer-after", "close", "close-after", "stall", "stall-after",
                 "listing", "refer"]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """What a kind of fault does, and what may be said of it."""

    effect: Effect
    routes: tuple[str, ...] = ()  # the only routes it can strike; empty for all
    seconds: float | None = None  # what `seconds` is unless said; None has no such thing
    counts: bool = False
    count: int | None = None  # what `count` is unless said; None must be said

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names an author may write."""
        seconds = ("seconds",) if self.seconds is not None else ()
        return (*COMMON, *seconds, *(("count",) if self.counts else ()))


KINDS: Mapping[str, FaultKind] = {
    "latency": FaultKind(effect="delay", seconds=1),
    "throttled": FaultKind(effect="answer", seconds=1),
    "throttled-bare": FaultKind(effect="answer"),
    "throttled-page": FaultKind(effect="answer"),
    "error-before": FaultKind(effect="answer"),
    "error-after": FaultKind(effect="answer-after"),
    "bad-gateway": FaultKind(effect="answer"),
    "edge-timeout": FaultKind(effect="answer"),
    "maintenance": FaultKind(effect="answer"),
    "dropped-before": FaultKind(effect="close"),
    "dropped-after": FaultKind(effect="close-after"),
    "stalled-before": FaultKind(effect="stall", seconds=math.inf),
    "stalled-after": FaultKind(effect="stall-after", seconds=math.inf),
    "lagging": FaultKind(effect="listing", routes=_LISTING, seconds=10),
    "truncated": FaultKind(effect="listing", routes=_LISTING, counts=True),
    "repeated": FaultKind(effect="listing", routes=_LISTING, counts=True, count=1),
    "referenced": FaultKind(
        effect="refer", routes=("GET /api/v1/monitor/can_delete", "DELETE /api/v1/monitor/{id}")
    ),
    "forbidden": FaultKind(effect="answer"),
    "unauthorized": FaultKind(effect="answer"),
    "duplicates-limit": FaultKind(effect="answer", routes=("POST /api/v1/monitor",)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault as it was asked for.

    Attributes:
        kind: a name from `KINDS`.
        route: a glob over `METHOD path`; the path as sent, or with ids as `{id}`.
        skip: so many matching requests pass first.
        times: so many are struck then; None for all.
        seconds: how long, for kinds that take it; infinite is for ever.
        count: how many, for kinds that take it.
    """

    kind: str
    route: str = EVERY_REQUEST
    skip: int = 0
    times: int | None = 1
    seconds: float = 0.0
    count: int = 0

    def matches(self, method: str, path: str, route: str) -> bool:
        """Return True if it concerns this request; `route` is `METHOD path` with ids as `{id}`."""
        own = KINDS[self.kind].routes
        if own and route not in own:
            return False
        if self.route == EVERY_REQUEST:
            return True
        return fnmatchcase(route, self.route) or fnmatchcase(f"{method} {path}", self.route)

    def as_json(self) -> dict[str, Any]:
        """Return the fault as JSON; null `seconds` and `times` mean for ever."""
        kind = KINDS[self.kind]
        fields: dict[str, Any] = {
            "kind": self.kind, "route": self.route, "skip": self.skip, "times": self.times
        }  # fmt: skip
        if kind.seconds is not None:
            fields["seconds"] = None if math.isinf(self.seconds) else self.seconds
        return {**fields, "count": self.count} if kind.counts else fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Before or after the handling: wait, then perhaps cut the connection.

    `seconds` may be infinite. The wait is over when none of `faults` is wanted any more.
    """

    seconds: float = 0.0
    close: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Falsified:
    """How a listing lies: `lag` seconds old, without all beyond `keep`, `repeat` of them twice."""

    lag: float = 0.0
    keep: int | None = None
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Strike:
    """The faults that strike one request."""

    faults: tuple[Fault, ...]

    @property
    def before(self) -> Hold:
        """What happens before the request is handled."""
        return self._hold("stall", "close", "delay")

    @property
    def after(self) -> Hold:
        """What happens after it was handled, in place of or before the answer."""
        return self._hold("stall-after", "close-after")

    @property
    def listing(self) -> Falsified | None:
        """What becomes of a listing; None leaves it true."""
        falsifying = self._having("listing")
        if not falsifying:
            return None
        return Falsified(
            lag=max(
                (fault.seconds for fault in falsifying if fault.kind == "lagging"), default=0.0
            ),
            keep=min(
                (fault.count for fault in falsifying if fault.kind == "truncated"), default=None
            ),
            repeat=max(
                (fault.count for fault in falsifying if fault.kind == "repeated"), default=0
            ),
        )

    @property
    def refers(self) -> bool:
        """True if something invented refers to the monitors of the request."""
        return bool(self._having("refer"))

    def answering(self, effect: Literal["answer", "answer-after"]) -> Fault | None:
        """Return the fault whose answer takes the place of the right one."""
        return next(iter(self._having(effect)), None)

    def _having(self, *effects: Effect) -> tuple[Fault, ...]:
        return tuple(fault for fault in self.faults if KINDS[fault.kind].effect in effects)

    def _hold(self, stall: Effect, close: Effect, delay: Effect | None = None) -> Hold:
        waiting = self._having(stall, *((delay,) if delay else ()))
        return Hold(
            seconds=math.fsum(fault.seconds for fault in waiting),
            close=bool(self._having(close)),
            faults=waiting,
        )


@dataclass(slots=True)
class _Armed:
    """A fault, and how many requests it matched and struck."""

    fault: Fault
    seen: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        """Count a matching request, and return True if it is to be struck."""
        self.seen += 1
        times = self.fault.times
        if self.seen <= self.fault.skip or (times is not None and self.struck >= times):
            return False
        self.struck += 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults that are set. Not thread-safe: the core holds one lock."""

    armed: list[_Armed] = field(default_factory=list)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Set these, counted from nothing, in place of those before."""
        self.armed = [_Armed(fault) for fault in faults]

    def strike(self, method: str, path: str, route: str, *, forced: bool) -> Strike | None:
        """Count a request, and return what strikes it, or None.

        `forced` says that a delete asks for no references, so that none can hold it up.
        """
        struck: list[Fault] = []
        decided = False
        for armed in self.armed:
            effect = KINDS[armed.fault.kind].effect
            decides = effect not in {"delay", "listing"}
            if (decides and decided) or (forced and effect == "refer"):
                continue
            if armed.fault.matches(method, path, route) and armed.strikes():
                struck.append(armed.fault)
                decided = decided or decides
        return Strike(tuple(struck)) if struck else None

    def wanted(self, fault: Fault) -> bool:
        """Return True if this very fault is still set."""
        return any(armed.fault is fault for armed in self.armed)

    def as_json(self) -> list[dict[str, Any]]:
        """Return all faults as JSON, with how often each struck."""
        return [{**armed.fault.as_json(), "struck": armed.struck} for armed in self.armed]
