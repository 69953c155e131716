"""Faults as people write them, on the command line or in JSON, read and checked. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

from monitor_sync.emulator.faults import COMMON, EVERY_REQUEST, KINDS, Fault, FaultKind
from monitor_sync.emulator.spelling import BadSetting, did_you_mean

_LONGEST = 1_000_000_000  # seconds; whoever means longer leaves it out
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", EVERY_REQUEST)

Spec: TypeAlias = "Fault | str | Mapping[str, Any]"


class BadFault(BadSetting):
    """A fault that nobody can mean."""


def read(spec: Spec, routes: Collection[str]) -> Fault:
    """Return a fault from `kind,name=value,…` or from JSON, checked against the known routes.

    Raises:
        BadFault: it says what was wrong, and what to write instead.
    """
    if isinstance(spec, Fault):
        fault = spec
    elif isinstance(spec, str):
        fault = _from_json(_taken_apart(spec))
    elif isinstance(spec, Mapping):
        fault = _from_json(spec)
    else:
        raise BadFault(
            f"{json.dumps(spec)} is no fault, expected an object",
            'write {"kind": "throttled", "times": 2}',
        )
    _check_route(fault, routes)
    return fault


def _taken_apart(spec: str) -> dict[str, Any]:
    kind, *settings = (part.strip() for part in spec.split(","))
    fault: dict[str, Any] = {"kind": kind}
    for setting in settings:
        name, sign, value = (part.strip() for part in setting.partition("="))
        if not sign:
            raise BadFault(
                f"'{setting}' in fault '{spec}', expected name=value",
                f"write `{setting}=…`" if setting in COMMON else f"e.g. `{kind},times=2`",
            )
        if name in fault:
            raise BadFault(f"'{setting}' in fault '{spec}': {name} is given twice")
        fault[name] = _value(name, value)
    return fault


def _value(name: str, text: str) -> Any:
    """Return what is written after `=` as it would stand in JSON; nonsense stays text."""
    if name == "route":
        return text
    if name in {"times", "seconds"} and text == "always":
        return None
    try:
        return float(text) if name == "seconds" and not text.isdigit() else int(text)
    except ValueError:
        return text


def _from_json(given: Mapping[str, Any]) -> Fault:
    name = given.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadFault(
            f"{_shown(name)} is no kind of fault, expected one of {', '.join(KINDS)}",
            _nearest(name, KINDS),
        )
    for parameter in given:
        if parameter != "kind" and parameter not in kind.parameters:
            expected = ", ".join(kind.parameters)
            raise BadFault(
                f"{_shown(parameter)} is nothing that fault {name} takes, expected {expected}",
                _nearest(parameter, kind.parameters),
            )
    return Fault(
        kind=str(name),
        route=_route(given.get("route", EVERY_REQUEST)),
        skip=_whole("skip", given.get("skip", 0), least=0),
        times=_times(given.get("times", 1)),
        seconds=_seconds(given, kind.seconds),
        count=_count(given, str(name), kind),
    )


def _seconds(given: Mapping[str, Any], unless_said: float | None) -> float:
    value = given.get("seconds")
    if value is None:
        return unless_said or 0.0
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= _LONGEST:
        raise BadFault(
            f"{_shown(value)} for seconds, expected a number of 0 or more", "e.g. `seconds=2`"
        )
    return float(value)


def _count(given: Mapping[str, Any], name: str, kind: FaultKind) -> int:
    if not kind.counts:
        return 0
    if "count" not in given and kind.count is None:
        raise BadFault(f"fault {name} says no count", f"write `{name},count=100`")
    return _whole("count", given.get("count", kind.count), least=0)


def _times(value: Any) -> int | None:
    return None if value is None else _whole("times", value, least=1, also=" or `always`")


def _whole(name: str, value: Any, *, least: int, also: str = "") -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadFault(
            f"{_shown(value)} for {name}, expected a whole number of {least} or more{also}",
            f"e.g. `{name}=2`",
        )
    return value


def _route(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    method, _, path = text.partition(" ")
    if text.startswith("/"):
        return f"{EVERY_REQUEST} {text}"
    if text == EVERY_REQUEST or (method in _METHODS and path.startswith(("/", EVERY_REQUEST))):
        return text
    raise BadFault(
        f"{_shown(value)} for route, expected a method and a path",
        "e.g. `route=POST /api/v1/monitor`, `route=* /api/v1/monitor/*`",
    )


def _check_route(fault: Fault, routes: Collection[str]) -> None:
    """Refuse a fault that can strike nothing: its route must fit one that is served.

    A glob may also begin within an id, as in `GET /api/v1/monitor/12*`.
    """
    if fault.route == EVERY_REQUEST:
        return
    own = KINDS[fault.kind].routes
    method, _, path = fault.route.partition(" ")
    head, slash, last = path.rpartition("/")
    blank = f"{method} {head}{slash}{{id}}" if any(map(str.isdigit, last)) else fault.route
    if any(
        fnmatchcase(known, pattern) for known in own or routes for pattern in (fault.route, blank)
    ):
        return
    if own:
        raise BadFault(
            f"'{fault.route}' for route, where fault {fault.kind} strikes only {' and '.join(own)}",
            f"write `{fault.kind}` without a route",
        )
    raise BadFault(
        f"'{fault.route}' for route, but the emulator answers no such request",
        _nearest(fault.route, routes),
    )


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _nearest(word: Any, among: Collection[str]) -> str:
    return did_you_mean(word, among) if isinstance(word, str) else ""
