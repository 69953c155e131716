"""The live definition and the new one beside each other, with what the answer rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from monitor_sync.incidents import AlertEpisode, Seconds, TimeSpan
from monitor_sync.insight import schedule, uncertainty
from monitor_sync.insight.backtest.fidelity import (
    Fidelity,
    Standing,
    fidelity,
    standing_through,
    untold,
)
from monitor_sync.insight.backtest.replay import (
    Points,
    Replay,
    bound_history,
    evaluated,
    fires,
    replayed,
)
from monitor_sync.insight.backtest.wanted import Wanted, wanted
from monitor_sync.insight.evaluation import numbers_of
from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.values import Evaluations, EvaluationSettings, Unsupported
from monitor_sync.language import query as queries
from monitor_sync.model import Body

WARM_UP: Final[Seconds] = 7200.0
"""Seconds before the span that are evaluated, to know in which state it begins."""

_STRIDE: Final = 5
"""One of so many evaluations is repeated to see whether an open point matters."""

AssumptionKind = Literal[
    "uncertain", "between", "limit", "coarser", "late", "silent_end", "groups", "renotify",
    "schedule", "unfaithful", "untold", "standing", "no_history", "member",
]  # fmt: skip
"""
What an answer rests on. ``uncertain``: an open point, ``name``, gives another number of alerts.
``between``: points of a minute give two ends. ``limit``: ``name`` cannot be told from them.
``coarser``: fewer points came than asked for. ``late``: the metric ``name`` comes late, and the
monitor has no delay. ``silent_end``: the newest points were not there yet. ``groups``: more groups
than Datadog watches. ``renotify``: repetitions are not counted. ``schedule``: nor those of a custom
schedule, which notifies at each evaluation that is not OK (10.3). ``unfaithful``: the replay does
not agree with what happened. ``untold``: nothing tells the real state of ``low`` of ``high``
groups. ``standing``: the live monitor's state of today alone does, which is older than the span.
``no_history``: why fidelity is not known. ``member``: of a composite, whose own alerts are
uncertain.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing that an answer rests on; ``low`` and ``high`` are numbers of alerts it may be."""

    kind: AssumptionKind
    name: str = ""
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A body that Datadog has or would be sent, read, and the history that it needs."""

    body: Body
    settings: EvaluationSettings
    wanted: Wanted

    @classmethod
    def of(cls, body: Body) -> Definition:
        """Return a body, read. Raises Unsupported where history cannot answer for it."""
        options = body.get("options") or {}
        parsed = queries.parse(
            str(body.get("type")), str(body.get("query")), options.get("variables")
        )
        if parsed.tree is None:
            raise Unsupported("a query that cannot be read")
        settings = EvaluationSettings(query=parsed, options=options)
        return cls(body=body, settings=settings, wanted=wanted(settings))

    @property
    def tolerance(self) -> Seconds:
        """How far alerts may lie apart and be the same: an evaluation and the delay (13.5)."""
        delay = self.settings.options.get("evaluation_delay")
        seconds = float(delay) if isinstance(delay, int | float) else 0.0
        return self.wanted.every + max(seconds, 60.0)

    def evaluates_as(self, other: Definition) -> bool:
        """Return whether another one has the same numbers at the same times."""
        return numbers_of(self.settings) == numbers_of(other.settings)

    def does_as(self, other: Definition) -> bool:
        """Return whether another one alerts at the same times and tells the same people."""
        mine, theirs = self.settings, other.settings
        return (
            mine.query == theirs.query
            and dict(mine.options) == dict(theirs.options)
            and self.body.get("message") == other.body.get("message")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    Both replays: ``old`` is None for a monitor that is not live.

    Values are those of the new definition alone: of many monitors they are most of the memory.
    """

    old: Replay | None
    new: Replay
    fidelity: Fidelity | None = None
    assumptions: tuple[Assumption, ...] = ()


def compared(
    old: Definition | None,
    new: Definition,
    points: Points,
    span: TimeSpan,
    *,
    monitor_id: int,
    actual: Sequence[AlertEpisode] | None,
    unknown: str = "",
) -> Compared:
    """
    Replay both definitions over what was fetched, and hold the old one against what happened.

    ``actual`` are the episodes of the live monitor; None where they are not known, which
    ``unknown`` gives the reason for. Raises Unsupported.
    """
    history = bound_history(new.wanted.readings, points)
    evaluations = evaluated(new.settings, history, span, WARM_UP)
    after = replayed(new.body, new.settings, evaluations, span, monitor_id)
    before = None
    if old is not None:
        shared = evaluations if old.evaluates_as(new) else None
        before = after if old.does_as(new) else _before(old, points, span, shared, monitor_id)
    doubts = _doubts(new, history, span, after, evaluations.one_in(_STRIDE))
    assumptions = [*doubts, *_bounds(new, points, span, after)]
    assumptions += [Assumption(kind="limit", name=limit) for limit in new.wanted.limits]
    assumptions += [Assumption(kind="uncertain", name=note) for note in after.notes]
    if new.settings.options.get("renotify_interval") and after.fires:
        assumptions.append(Assumption(kind="renotify"))
    if schedule.custom_schedule(new.settings.options) and after.fires:
        assumptions.append(Assumption(kind="schedule"))
    faithful = None
    if old is not None and before is not None and actual is not None:
        faithful, doubts_of_old = held(before, actual, span, old.tolerance)
        assumptions += doubts_of_old
    elif old is not None and unknown:
        assumptions.append(Assumption(kind="no_history", name=unknown))
    return Compared(old=before, new=after, fidelity=faithful, assumptions=tuple(assumptions))


def _before(
    old: Definition, points: Points, span: TimeSpan, shared: Evaluations | None, monitor_id: int
) -> Replay:
    evaluations = shared or evaluated(
        old.settings, bound_history(old.wanted.readings, points), span, WARM_UP
    )
    made = replayed(old.body, old.settings, evaluations, span, monitor_id)
    return replace(made, values=())


FAITHFUL: Final = 0.9
"""Below this a replay is said not to be trustworthy (13.5)."""


def held(
    before: Replay,
    actual: Sequence[AlertEpisode],
    span: TimeSpan,
    tolerance: Seconds,
    standing: Standing | None = None,
) -> tuple[Fidelity | None, list[Assumption]]:
    """
    Return how far the replay of the live monitor agrees with what happened, if that is told.

    ``standing`` is how the live monitor stands, which may tell what no event does.
    """
    replayed, groups, doubts = before.episodes, len(before.groups), list[Assumption]()
    unknown = untold(replayed, actual, span, tolerance)
    proven = standing_through(standing, before.groups, span) if unknown and standing else None
    if proven is not None:
        actual, unknown = (*actual, *proven), frozenset()
        doubts.append(Assumption(kind="standing"))
    if unknown:
        doubts.append(Assumption(kind="untold", low=len(unknown), high=groups))
        replayed = tuple(episode for episode in replayed if episode.group not in unknown)
    if unknown and len(unknown) == groups:
        return None, doubts
    faithful = fidelity(replayed, actual, span, groups=groups - len(unknown), tolerance=tolerance)
    shares = (faithful.precision, faithful.recall, faithful.time_in_same_state)
    if any(share is not None and share < FAITHFUL for share in shares):
        doubts.append(Assumption(kind="unfaithful"))
    return faithful, doubts


def held_by_standing(
    made: Compared,
    actual: Sequence[AlertEpisode],
    span: TimeSpan,
    tolerance: Seconds,
    standing: Standing,
) -> Compared:
    """Return a comparison that no event could check, checked by how its monitor stands."""
    if made.old is None:
        return made
    faithful, doubts = held(made.old, actual, span, tolerance, standing)
    others = [a for a in made.assumptions if a.kind not in ("untold", "unfaithful")]
    return replace(made, fidelity=faithful, assumptions=(*others, *doubts))


def _doubts(
    definition: Definition, history: PointHistory, span: TimeSpan, made: Replay, some: Evaluations
) -> Iterator[Assumption]:
    """Yield the open points after which there would be more or fewer alerts."""
    mine = definition.settings
    own = fires(mine, some, span)
    for name, settings in uncertainty.otherwise(mine, history):
        same = settings.readings.of_numbers == mine.readings.of_numbers
        try:
            other = some if same else evaluated(settings, history, span, WARM_UP, _STRIDE)
        except Unsupported:
            continue
        theirs = fires(settings, other, span)
        if theirs != own:
            number = len(made.fires)
            least = max(number + len(theirs) - len(own), 0)
            yield Assumption(
                kind="uncertain", name=name, low=min(number, least), high=max(number, least)
            )


def _bounds(
    definition: Definition, points: Points, span: TimeSpan, made: Replay
) -> Iterator[Assumption]:
    """Yield how many alerts there may be where a maximum inside a minute is not known (13.4)."""
    if not definition.wanted.bounds:
        return
    history = bound_history(definition.wanted.bounds, points)
    evaluations = evaluated(definition.settings, history, span, WARM_UP)
    theirs = fires(definition.settings, evaluations, span)
    if theirs != made.fires:
        numbers = sorted((len(theirs), len(made.fires)))
        yield Assumption(kind="between", low=numbers[0], high=numbers[1])
