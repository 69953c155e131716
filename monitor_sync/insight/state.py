"""From results to states: a small machine, one step an evaluation (1.1, 7 to 10)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from monitor_sync.insight.missing import MissingDataPolicy, policy
from monitor_sync.insight.thresholds import Thresholds, judged, thresholds
from monitor_sync.insight.values import (
    Evaluation,
    Evaluations,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Status,
)

_DAY: Final = 86_400
_NEW_GROUP_DELAY: Final = 60.0
_TRIGGERED: Final = (Status.ALERT, Status.WARN, Status.NO_DATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """
    What is known of a group.

    ``status`` is None before its first evaluation with data. ``since`` is when the status began,
    ``first_seen`` when the group had its first data, ``empty_since`` when its query first returned
    nothing; ``evaluated`` says that it had data to judge once, ``resolved`` that it was resolved
    for want of data. ``rule`` is what decided last.
    """

    status: Status | None
    since: float
    first_seen: float
    empty_since: float | None = None
    evaluated: bool = False
    resolved: bool = False
    rule: str = ""


State = Mapping[Group, GroupState]
"""The state of a monitor: that of each group, empty before the first evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A change of a group's status; ``notifies`` says whether the change by itself notifies."""

    group: Group
    old: Status | None
    new: Status
    instant: float
    notifies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the options of a monitor say about its states, read once."""

    thresholds: Thresholds | None
    policy: MissingDataPolicy
    resolve_after: float
    forget_after: float
    delay: float
    delay_is_silent: bool


def rules(settings: EvaluationSettings) -> Rules:
    """Read the options."""
    options = settings.options
    resolve = options.get("timeout_h")
    return Rules(
        thresholds=thresholds(settings.query, options, settings.readings),
        policy=policy(settings),
        resolve_after=float(resolve) * 3600 if isinstance(resolve, int | float) else 0.0,
        forget_after=_retention(settings.query.type, options),
        delay=_new_group_delay(settings.query.type, options),
        delay_is_silent=settings.readings.delay_is_silent,
    )


def _new_group_delay(monitor_type: str, options: Mapping[str, Any]) -> float:
    """
    Return the delay of a new group: 60 seconds unless the options set another (9.1). The results of
    a check are counted from its first one on.
    """
    delay = options.get("new_group_delay")
    if isinstance(delay, int | float):
        return float(delay)
    return 0.0 if monitor_type == "service check" else _NEW_GROUP_DELAY


def _retention(monitor_type: str, options: Mapping[str, Any]) -> float:
    """
    Return how long a group is kept: 24 hours, for service checks 48, for the families of events as
    declared (8.7).
    """
    written = str(options.get("group_retention_duration") or "")
    unit = {"h": 3600, "d": _DAY, "m": 60}.get(written[-1:])
    if unit and written[:-1].isdigit():
        return float(int(written[:-1]) * unit)
    return 2.0 * _DAY if monitor_type == "service check" else float(_DAY)


def advance(
    state: State, evaluation: Evaluation, known: Rules, instant: float
) -> tuple[State, tuple[StatusChange, ...]]:
    """Return the state after an evaluation, and which groups changed."""
    after: dict[Group, GroupState] = {}
    transitions: list[StatusChange] = []
    vanished = state.keys() - evaluation.results.keys()
    grouped = bool(evaluation.keys)
    for group, result in evaluation.results.items():
        before = state.get(group)
        now = _group(before, result, known, instant, evaluation.end, grouped=grouped)
        if now is None:
            continue
        after[group] = now
        if now is before:
            continue
        transitions += _changed(group, before, now, known, instant)
    for group in vanished:
        after[group] = state[group]
    return after, tuple(transitions)


def course(evaluations: Evaluations, known: Rules) -> tuple[StatusChange, ...]:
    """Return every change that evaluations one after the other make, in the order of time."""
    changes = [
        change
        for group, results in evaluations.results.items()
        for change in _of_group(group, results, evaluations, known)
    ]
    return tuple(sorted(changes, key=lambda change: change.instant))


def _of_group(
    group: Group, results: Sequence[float | Result | None], evaluations: Evaluations, known: Rules
) -> Iterator[StatusChange]:
    ordered = known.thresholds is not None and known.thresholds.comparator not in ("==", "!=")
    grouped = bool(evaluations.keys)
    state: GroupState | None = None
    low, high = math.inf, -math.inf  # numbers between two that changed nothing change nothing
    for instant, answer in zip(evaluations.instants, results, strict=True):
        value = answer if isinstance(answer, float) else None
        if answer is None or (value is not None and low <= value <= high):
            continue
        result = answer if isinstance(answer, Result) else Result(ResultKind.NUMBER, value)
        end = instant - evaluations.delay
        now = _group(state, result, known, instant, end, grouped=grouped)
        if now is state:
            if ordered and value is not None and now is not None and now.evaluated:
                low, high = min(low, value), max(high, value)
            continue
        low, high = math.inf, -math.inf
        before, state = state, now
        if now is not None:
            yield from _changed(group, before, now, known, instant)


def _changed(
    group: Group, before: GroupState | None, now: GroupState, known: Rules, instant: float
) -> Iterator[StatusChange]:
    """Yield the change of status between two states of a group, if there is one."""
    old = before.status if before else None
    if (new := now.status) is not None and new is not old:
        waits = bool(group) and instant - now.first_seen < known.delay
        notifies = _notifies(old, new, known, waits=waits)
        yield StatusChange(group=group, old=old, new=new, instant=instant, notifies=notifies)


def _notifies(old: Status | None, new: Status, known: Rules, *, waits: bool) -> bool:
    """Return whether a change notifies; ``waits`` is True in a group younger than its delay."""
    if waits and known.delay_is_silent:
        return False
    quiet = Status.NO_DATA if not known.policy.notifies else None
    return new is not quiet and not (new is Status.OK and old in (None, quiet))


def _group(
    before: GroupState | None,
    result: Result,
    known: Rules,
    instant: float,
    end: float,
    *,
    grouped: bool,
) -> GroupState | None:
    """Return what is known of a group now; None where it is unknown, new again, or gone."""
    if result.value is None:
        if result.outcome is ResultKind.EMPTY:
            return _empty(before, result, known, instant, end, grouped=grouped)
        if before is None:
            return None
        return before if before.rule == result.reason else replace(before, rule=result.reason)
    if before is None:
        before = GroupState(status=None, since=instant, first_seen=instant)
    if before.status is None and grouped and _delayed(before, known, instant):
        return before
    if result.verdict is not None:
        status, rule = result.verdict, "reaches the threshold of the check"
    else:
        assert known.thresholds is not None  # noqa: S101 - only checks have no comparison
        status, rule = judged(result.value, known.thresholds, before.status)
    if status is before.status and rule == before.rule and before.empty_since is None:
        return before
    return GroupState(
        status=status,
        since=before.since if status is before.status else instant,
        first_seen=before.first_seen,
        evaluated=True,
        rule=rule,
    )


def _delayed(before: GroupState, known: Rules, instant: float) -> bool:
    """Return whether a new group waits (9.1); a monitor without groups has no new ones."""
    return not known.delay_is_silent and instant - before.first_seen < known.delay


def _empty(
    before: GroupState | None,
    result: Result,
    known: Rules,
    instant: float,
    end: float,
    *,
    grouped: bool,
) -> GroupState | None:
    """Return what the policy for missing data makes of a group without a point (8)."""
    if before is None or not before.evaluated:
        return before  # never evaluated with data: nothing to miss (8.4)
    if grouped and result.last_point is not None and end - result.last_point > known.forget_after:
        return None
    since = instant if before.empty_since is None else before.empty_since
    status, rule = before.status, "no data: last known state"
    if before.resolved or _resolves(before, since, known, instant):
        status, rule = Status.OK, "resolved for want of data"
    elif known.policy.zero and known.thresholds is not None:
        status, rule = judged(0.0, known.thresholds, before.status)
        rule = f"no data counts as 0: {rule}"
    elif known.policy.status is not None and _missed_long_enough(result, end, known):
        status, rule = known.policy.status, f"no data: {known.policy.name}"
    return GroupState(
        status=status,
        since=before.since if status is before.status else instant,
        first_seen=before.first_seen,
        empty_since=since,
        evaluated=True,
        resolved=rule == "resolved for want of data",
        rule=rule,
    )


def _resolves(before: GroupState, since: float, known: Rules, instant: float) -> bool:
    """Return whether a triggered group is resolved, data missing for so long (8.6)."""
    if not known.resolve_after or before.status not in _TRIGGERED:
        return False
    return instant - since >= known.resolve_after


def _missed_long_enough(result: Result, end: float, known: Rules) -> bool:
    """Return whether data has been missing for longer than an old monitor waits (8.3)."""
    if not known.policy.after or result.last_point is None:
        return not known.policy.after
    return end - result.last_point > known.policy.after
