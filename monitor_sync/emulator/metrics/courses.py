"""
The course of a monitor's states over a stretch, group by group: what it was in when.

A composite's follows from those of its members (Datadog's page on composite monitors), none of
which may have groups.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.metrics.numbers import judged
from monitor_sync.emulator.metrics.query import NotServed
from monitor_sync.emulator.metrics.read_monitors import read_monitor
from monitor_sync.emulator.metrics.states import Rules, States
from monitor_sync.emulator.queries import composite_members

_DAY: Final = 86_400
_MINUTE: Final = 60

_BEFORE: Final = (0, 3 * 3600, _DAY, 7 * _DAY, 35 * _DAY)
"""Seconds before a stretch from which on it is played: a state that it begins in began sooner."""

Course = dict[tuple[str, ...], States]
"""Changes of state by the tags of the group, the first state among them."""


def course(account: Account, body: Mapping[str, Any], start: int, end: int) -> Course:
    """Return the states of a monitor in a stretch and before it. Raises `NotServed`."""
    options = body.get("options") or {}
    if options.get("scheduling_options"):
        raise NotServed("a schedule of its own")
    if body.get("type") == "composite":
        return {(): _of_composite(account, body, start, end)}
    read = read_monitor(body)
    rules = Rules.of(body, read)
    delay = int(options.get("evaluation_delay") or 0) // _MINUTE * _MINUTE
    every = 60 if read.window < _DAY else 600 if read.window < 2 * _DAY else 1800
    made: Course = {}
    for before in _BEFORE:
        instants = range(-((before - start) // every) * every, end, every)
        ends = range(instants.start - delay, instants.stop - delay, every)
        by_group = judged(account, read, ends) if instants else {}
        made = {tags: rules.states(instants, numbers) for tags, numbers in by_group.items()}
        earlier = before // every
        if all(rules.begins_well(numbers, earlier) for numbers in by_group.values()):
            break
    return made


def _of_composite(account: Account, body: Mapping[str, Any], start: int, end: int) -> States:
    query = str(body.get("query") or "")
    members = {
        number: _of_member(account, number, start, end) for number in composite_members(query)
    }
    keeps = not (body.get("options") or {}).get("notify_no_data")
    states: dict[int, str] = {}
    made = States()
    for at in sorted({at for changes in members.values() for at, _ in changes}):
        states |= {number: state for number, changes in members.items()
                   for when, state in changes if when == at}  # fmt: skip
        if len(states) < len(members):
            continue
        state = outcome(query, states)
        if made and (state == made[-1][1] or (state == "no_data" and keeps)):
            continue
        made.append((at, state))
    return made


def _of_member(account: Account, number: int, start: int, end: int) -> States:
    body = account.monitors.get(number)
    if body is None or body.get("type") == "composite":
        raise NotServed("a member that is no monitor of its own")
    made = course(account, body, start, end)
    if set(made) != {()}:
        raise NotServed("a member by group")
    return made[()]


_SEVERITY: Final = {"ok": 1, "no_data": 2, "warning": 3, "alert": 4}
_WORD: Final = re.compile(r"\s*(?:(\d+)|(&&|\|\||[!()]))")


def outcome(query: str, states: Mapping[int, str]) -> str:
    """
    Return the state of a composite by those of its members.

    What is not OK is worth an alert: of two such, `&&` gives the milder one and `||` the worse one.
    Raises `NotServed`.
    """
    words = [number or sign for number, sign in _WORD.findall(query)]
    if "".join(words) != re.sub(r"\s", "", query):
        raise NotServed("a composite that cannot be read")

    def either(operand: Callable[[], str], sign: str, pick: Callable[[Iterable[str]], str]) -> str:
        parts = [operand()]
        while words[:1] == [sign]:
            words.pop(0)
            parts.append(operand())
        return pick(parts)

    def whole() -> str:
        return either(both, "||", lambda parts: max(parts, key=_SEVERITY.__getitem__))

    def both() -> str:
        return either(part, "&&", lambda parts: min(parts, key=_SEVERITY.__getitem__))

    def part() -> str:
        word = words.pop(0) if words else ""
        if word == "!":
            state = part()
            return state if state == "no_data" else "alert" if state == "ok" else "ok"
        if word == "(":
            inner = whole()
            word = words.pop(0) if words else ""
            if word == ")":
                return inner
        if word.isdigit() and int(word) in states:
            return states[int(word)]
        raise NotServed("a composite that cannot be read")

    state = whole()
    if words:
        raise NotServed("a composite that cannot be read")
    return state
