"""
Composites in a backtest: their members are replayed, and what follows from their states (11.2).

Members by group are not followed: which of their groups meet is not documented for members of which
some have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor_sync.incidents import AlertEpisode, Seconds, TimeSpan
from monitor_sync.insight import composite, schedule
from monitor_sync.insight.backtest.comparison import (
    WARM_UP,
    Assumption,
    Compared,
    Definition,
    compared,
    held,
)
from monitor_sync.insight.backtest.replay import Points, Replay, bound_history, evaluated, replayed
from monitor_sync.insight.backtest.wanted import Wanted
from monitor_sync.insight.state import course, rules
from monitor_sync.insight.values import (
    SEVERITY,
    Evaluations,
    EvaluationSettings,
    Result,
    ResultKind,
    Status,
    Unsupported,
)
from monitor_sync.language import query as queries
from monitor_sync.language import query_facts
from monitor_sync.language.tree import (
    CompositeQuery,
    Condition,
)
from monitor_sync.model import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """A composite, read, and its members by the name that its query has for them."""

    body: Body
    settings: EvaluationSettings
    condition: Condition
    members: Mapping[str, Definition]

    @classmethod
    def of(cls, body: Body, bodies: Mapping[str, Body]) -> Composite:
        """
        Return a composite, read. ``bodies`` are those of monitors by id and by key.

        Raises Unsupported, which names the member that history cannot answer for.
        """
        parsed = queries.parse("composite", str(body.get("query")), None)
        if not isinstance(parsed.tree, CompositeQuery):
            raise Unsupported("a query that cannot be read")
        condition = parsed.tree.condition
        return cls(
            body=body,
            settings=EvaluationSettings(query=parsed, options=body.get("options") or {}),
            condition=condition,
            members={name: _member(name, bodies) for name in member_names(body)},
        )

    @property
    def tolerance(self) -> Seconds:
        """How far alerts may lie apart and be the same: as far as those of its members."""
        return max(member.tolerance for member in self.members.values())

    @property
    def wanted(self) -> Wanted:
        """All that its members read."""
        every = [member.wanted for member in self.members.values()]
        return Wanted(
            readings=tuple(reading for wanted in every for reading in wanted.readings),
            back=max(wanted.back for wanted in every),
            every=max(wanted.every for wanted in every),
            bounds=tuple(reading for wanted in every for reading in wanted.bounds),
        )


def member_names(body: Body) -> tuple[str, ...]:
    """Return the members of a composite, by id or by key as its query has them; else none."""
    if body.get("type") != "composite":
        return ()
    parsed = queries.parse("composite", str(body.get("query")), None)
    return tuple(map(str, query_facts.references(parsed)))


def _member(name: str, bodies: Mapping[str, Body]) -> Definition:
    if name not in bodies:
        raise Unsupported(f"its member {name} (which is not known)")
    try:
        definition = Definition.of(bodies[name])
    except Unsupported as error:
        raise Unsupported(f"its member {name} ({error.name})") from None
    if any(line.keys for line in definition.wanted.lines):
        raise Unsupported(f"its member {name} (a monitor by group)")
    return definition


def compared_composites(
    old: Composite | None,
    new: Composite,
    points: Points,
    span: TimeSpan,
    *,
    monitor_id: int,
    actual: Sequence[AlertEpisode] | None,
    unknown: str = "",
) -> Compared:
    """Do for composites what ``comparison.compared`` does. Raises Unsupported."""
    after = _replayed(new, points, span, monitor_id)
    before = None
    if old is not None:
        before = after if old is new else _replayed(old, points, span, monitor_id)
    assumptions = list(_doubts(new, points, span))
    faithful = None
    if old is not None and before is not None and actual is not None:
        faithful, doubts_of_old = held(before, actual, span, old.tolerance)
        assumptions += doubts_of_old
    elif old is not None and unknown:
        assumptions.append(Assumption(kind="no_history", name=unknown))
    return Compared(old=before, new=after, fidelity=faithful, assumptions=tuple(assumptions))


def _replayed(about: Composite, points: Points, span: TimeSpan, monitor_id: int) -> Replay:
    instants = schedule.due(about.settings, span.start - WARM_UP, span.end)
    every = {
        name: list(_statuses(member, points, span, instants))
        for name, member in about.members.items()
    }
    notify = about.settings.options.get("notify_no_data") is True
    results: list[float | Result | None] = []
    for statuses in zip(*every.values(), strict=True):
        members = {name: s for name, s in zip(every, statuses, strict=True) if s is not None}
        known = len(members) == len(every)
        outcome = (
            composite.outcome(about.condition, members, notify_no_data=notify) if known else None
        )
        results.append(None if outcome is None else _result(outcome))
    evaluations = Evaluations(instants=instants, delay=0.0, keys=(), results={(): results})
    made = replayed(about.body, about.settings, evaluations, span, monitor_id)
    return replace(made, values=())  # a state is no value to be drawn


def _result(status: Status) -> Result:
    return Result(ResultKind.NUMBER, float(SEVERITY[status]), verdict=status)


def _statuses(
    member: Definition, points: Points, span: TimeSpan, instants: Sequence[Seconds]
) -> Iterator[Status | None]:
    """Yield the state of a member at each instant; None before there is one."""
    history = bound_history(member.wanted.readings, points)
    changes = course(evaluated(member.settings, history, span, WARM_UP), rules(member.settings))
    left = list(reversed(changes))
    status: Status | None = None
    for instant in instants:
        while left and left[-1].instant <= instant:
            status = left.pop().new
        yield status


def _doubts(new: Composite, points: Points, span: TimeSpan) -> Iterator[Assumption]:
    """Yield the members of which not even their own alerts are certain."""
    for name, member in new.members.items():
        alone = compared(None, member, points, span, monitor_id=0, actual=None)
        if any(doubt.kind in ("uncertain", "between", "limit") for doubt in alone.assumptions):
            yield Assumption(kind="member", name=name)
