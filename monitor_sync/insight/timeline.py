"""Run a monitor over given points: every evaluation that is due, and the states in between."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor_sync.insight import schedule
from monitor_sync.insight.evaluation import evaluate
from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.state import GroupState, State, StatusChange, advance, rules
from monitor_sync.insight.values import (
    SEVERITY,
    Evaluation,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Status,
    Unsupported,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is known at an instant: the newest evaluation up to it, and the states after that."""

    instant: float
    evaluation: Evaluation | None
    state: State

    def status(self, group: Group | None = None) -> Status | None:
        """Return the status of a group, or the worst of all; None where nothing was known."""
        if group is not None:
            known = self.state.get(group)
            return known.status if known else None
        return max(
            (group_state.status for group_state in self.state.values()),
            key=SEVERITY.__getitem__,
            default=None,
        )

    def result(self, group: Group | None) -> Result | None:
        """Return what the newest evaluation says of a group, None where it says nothing."""
        if self.evaluation is None or group is None:
            return None
        return self.evaluation.results.get(group)

    @property
    def keys(self) -> Group:
        """Return the keys that the query groups by."""
        return self.evaluation.keys if self.evaluation else ()

    def worst(self) -> Group | None:
        """Return the group that is worst off; None where there is no group."""
        if self.evaluation is None:
            return None
        groups = dict.fromkeys((*self.state, *self.evaluation.results))
        return max(groups, key=lambda group: SEVERITY[self.status(group)], default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run: what was asked for, and all transitions on the way to the last of it."""

    moments: tuple[Moment, ...]
    transitions: tuple[StatusChange, ...]


def once(settings: EvaluationSettings, history: PointHistory, instant: float) -> Run:
    """
    Evaluate at one instant, without the evaluations before it. Raises Unsupported.

    A group that had data before its window is taken for known, in no particular state.
    """
    evaluation = evaluate(settings, history, instant)
    known: dict[Group, GroupState] = {
        group: GroupState(status=None, since=instant, first_seen=-math.inf, evaluated=True)
        for group, result in evaluation.results.items()
        if result.outcome is not ResultKind.EMPTY or result.last_point is not None
    }
    state, transitions = advance(known, evaluation, rules(settings), instant)
    moment = Moment(instant=instant, evaluation=evaluation, state=state)
    return Run(moments=(moment,), transitions=transitions)


Evaluate = Callable[[EvaluationSettings, PointHistory, float], Evaluation]


def run(
    settings: EvaluationSettings,
    history: PointHistory,
    reported_at: Sequence[float],
    phase: float = 0.0,
    evaluate: Evaluate = evaluate,
) -> Run:
    """
    Evaluate whenever it is due, from the first point on, and tell what is known when asked.

    ``evaluate`` may be one that knows some evaluations already. Raises Unsupported.
    """
    known = rules(settings)
    instants = _due(settings, history, max(reported_at, default=0.0), phase)
    state: State = {}
    evaluation: Evaluation | None = None
    transitions: list[StatusChange] = []
    moments: dict[float, Moment] = {}
    waiting = sorted(set(reported_at), reverse=True)
    for instant in [*instants, math.inf]:
        while waiting and waiting[-1] < instant:
            at = waiting.pop()
            moments[at] = Moment(instant=at, evaluation=evaluation, state=state)
        if not waiting:
            break
        evaluation = evaluate(settings, history, instant)
        state, changed = advance(state, evaluation, known, instant)
        transitions += changed
    return Run(moments=tuple(moments[at] for at in reported_at), transitions=tuple(transitions))


def _due(
    settings: EvaluationSettings, history: PointHistory, last: float, phase: float
) -> list[float]:
    first = min((s.times[0] for s in history.sources if s.times), default=last)
    if last - first > _LONGEST:
        raise Unsupported("a timeline of more than 100 days")
    return schedule.due(settings, first, last, phase)


_LONGEST: Final = 100 * 86_400
"""Seconds that a run may cover: every minute of it is evaluated."""
