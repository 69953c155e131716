"""A composite over time: its members' states change, and so does its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor_sync.insight import composite
from monitor_sync.insight.state import GroupState, StatusChange
from monitor_sync.insight.timeline import Moment, Run
from monitor_sync.insight.values import (
    Evaluation,
    EvaluationSettings,
    Result,
    ResultKind,
    Status,
    Unsupported,
)
from monitor_sync.language.tree import CompositeQuery

States = Mapping[str, tuple[tuple[float, Status], ...]]
"""Of each member the states and from which second after the start they last."""


def run(
    settings: EvaluationSettings, members: States, instants: Sequence[float], start: float
) -> Run:
    """Return the states of a composite at instants, in their order. Raises Unsupported."""
    tree = settings.query.tree
    if not isinstance(tree, CompositeQuery):
        raise Unsupported(f"members of a {settings.query.type}")
    notify = settings.options.get("notify_no_data") is True
    known: Status | None = None
    moments: list[Moment] = []
    transitions: list[StatusChange] = []
    for instant in instants:
        states = _at(members, instant - start)
        outcome = composite.outcome(tree.condition, states, notify_no_data=notify)
        new = known if outcome is None else outcome
        if new is not None and new is not known:
            silent = new is Status.OK and known is None
            transitions.append(
                StatusChange(group=(), old=known, new=new, instant=instant, notifies=not silent)
            )
        known = new
        moments.append(_moment(instant, known))
    return Run(moments=tuple(moments), transitions=tuple(transitions))


def _at(members: States, after: float) -> dict[str, Status]:
    statuses = {}
    for name, states in members.items():
        begun = [status for since, status in states if since <= after]
        if begun:
            statuses[name] = begun[-1]
    return statuses


def _moment(instant: float, status: Status | None) -> Moment:
    result = Result(ResultKind.SKIPPED)
    evaluation = Evaluation(start=instant, end=instant, interval=0, keys=(), results={(): result})
    state = GroupState(status=status, since=instant, first_seen=instant, evaluated=True)
    return Moment(instant=instant, evaluation=evaluation, state={(): state})
