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
class Kind:
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


KINDS: Mapping[str, Kind] = {
    "latency": Kind(effect="delay", seconds=1),
    "throttled": Kind(effect="answer", seconds=1),
    "throttled-bare": Kind(effect="answer"),
    "throttled-page": Kind(effect="answer"),
    "error-before": Kind(effect="answer"),
    "error-after": Kind(effect="answer-after"),
    "bad-gateway": Kind(effect="answer"),
    "edge-timeout": Kind(effect="answer"),
    "maintenance": Kind(effect="answer"),
    "dropped-before": Kind(effect="close"),
    "dropped-after": Kind(effect="close-after"),
    "stalled-before": Kind(effect="stall", seconds=math.inf),
    "stalled-after": Kind(effect="stall-after", seconds=math.inf),
    "lagging": Kind(effect="listing", routes=_LISTING, seconds=10),
    "truncated": Kind(effect="listing", routes=_LISTING, counts=True),
    "repeated": Kind(effect="listing", routes=_LISTING, counts=True, count=1),
    "referenced": Kind(
        effect="refer", routes=("GET /api/v1/monitor/can_delete", "DELETE /api/v1/monitor/{id}")
    ),
    "forbidden": Kind(effect="answer"),
    "unauthorized": Kind(effect="answer"),
    "duplicates-limit": Kind(effect="answer", routes=("POST /api/v1/monitor",)),
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
        """Does it concern this request? `route` is `METHOD path` with ids as `{id}`."""
        own = KINDS[self.kind].routes
        if own and route not in own:
            return False
        if self.route == EVERY_REQUEST:
            return True
        return fnmatchcase(route, self.route) or fnmatchcase(f"{method} {path}", self.route)

    def told(self) -> dict[str, Any]:
        """The fault as JSON; `seconds` is null for ever, as `times` is."""
        kind = KINDS[self.kind]
        told: dict[str, Any] = {
            "kind": self.kind, "route": self.route, "skip": self.skip, "times": self.times
        }  # fmt: skip
        if kind.seconds is not None:
            told["seconds"] = None if math.isinf(self.seconds) else self.seconds
        return {**told, "count": self.count} if kind.counts else told


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
        found = self._having("listing")
        if not found:
            return None
        return Falsified(
            lag=max((fault.seconds for fault in found if fault.kind == "lagging"), default=0.0),
            keep=min((fault.count for fault in found if fault.kind == "truncated"), default=None),
            repeat=max((fault.count for fault in found if fault.kind == "repeated"), default=0),
        )

    @property
    def refers(self) -> bool:
        """Does something invented refer to the monitors asked about?"""
        return bool(self._having("refer"))

    def answering(self, effect: Literal["answer", "answer-after"]) -> Fault | None:
        """The fault whose answer takes the place of the right one."""
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
        """Count a matching request: is it one of those to strike?"""
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
        """Count a request. Answers what strikes it, or None.

        `forced` says that a delete asks for no references, so that none can hold it up.
        """
        struck: list[Fault] = []
        decided = False
        for each in self.armed:
            effect = KINDS[each.fault.kind].effect
            decides = effect not in {"delay", "listing"}
            if (decides and decided) or (forced and effect == "refer"):
                continue
            if each.fault.matches(method, path, route) and each.strikes():
                struck.append(each.fault)
                decided = decided or decides
        return Strike(tuple(struck)) if struck else None

    def wanted(self, fault: Fault) -> bool:
        """Is this very fault still set?"""
        return any(each.fault is fault for each in self.armed)

    def told(self) -> list[dict[str, Any]]:
        """All of them as JSON, with how often each struck."""
        return [{**each.fault.told(), "struck": each.struck} for each in self.armed]
