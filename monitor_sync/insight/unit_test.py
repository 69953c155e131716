"""
A unit test of one monitor: points are submitted, and what follows is compared with expectations.

Expectations are partial: what is not named is not asked. What hangs on an open point is
uncertain, what cannot be reproduced is unsupported; neither passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.insight import composites_in_time, schedule, timeline, uncertainty
from monitor_sync.insight.case import name as group_name
from monitor_sync.insight.evaluation import evaluate, numbers_of
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.notified import Notification
from monitor_sync.insight.thresholds import thresholds
from monitor_sync.insight.timeline import Moment, Run
from monitor_sync.insight.values import Evaluation, EvaluationSettings, Group, Status, Unsupported
from monitor_sync.language import query as queries
from monitor_sync.model import Body

STATES: Final[Mapping[str, Status]] = {
    "ok": Status.OK, "warning": Status.WARN, "alert": Status.ALERT, "no_data": Status.NO_DATA,
}  # fmt: skip
"""The words of tests, which are those of routing."""

WORDS: Final = {status: word for word, status in STATES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """
    What is expected at an instant; ``fields`` are those that are asked, by their name in the file.

    ``after`` is seconds from the start, ``written`` how the author says it. ``group`` has the
    values of the keys of one group, those of facets without the sign; empty means the worst of all.
    """

    written: str
    after: float
    fields: Mapping[str, Any]
    group: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTest:
    """
    A test of one monitor.

    ``start`` is in UNIX seconds. ``members`` are a composite's: states from some second on, each
    in order. ``body`` is what Datadog would be sent.
    """

    name: str
    key: str
    body: Body
    start: float
    phase: float
    sources: tuple[SourcePoints, ...]
    members: Mapping[str, tuple[tuple[float, Status], ...]]
    slo_target: float | None
    expected: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedExpectation:
    """
    One field of one expectation that is otherwise. ``group`` is empty for the worst of all.

    ``at`` is the instant as written, ``after`` its seconds from the start.
    """

    at: str
    after: float
    group: str
    field: str
    expected: Any
    got: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """
    What happened to the group that is drawn: seconds from the start, value, state.

    ``missed`` are the instants at which it was otherwise, with the state that was expected, None
    where something else was.
    """

    group: str
    points: tuple[tuple[float, float | None, Status | None], ...]
    critical: float | None
    warning: float | None
    missed: tuple[tuple[float, Status | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOutcome:
    """
    How a test ended: ``passed``, ``failed``, ``uncertain`` or ``unsupported``.

    ``open_points`` are what an uncertain test hangs on, or the name of what is unsupported.
    """

    status: str
    failures: tuple[FailedExpectation, ...] = ()
    open_points: tuple[str, ...] = ()
    trace: Trace | None = None


class SubmittedPoints:
    """
    The points of a test, and what was evaluated of them.

    An evaluation does not depend on thresholds and the policy for missing data (1.1): monitors that
    differ in these alone share theirs.
    """

    def __init__(self, sources: Sequence[SourcePoints]) -> None:
        self.history = PointHistory(sources)
        self._evaluations: dict[object, dict[float, Evaluation]] = {}

    def evaluate(
        self, settings: EvaluationSettings, history: PointHistory, instant: float
    ) -> Evaluation:
        """Return an evaluation, made once. Raises Unsupported."""
        kept = history.once("evaluations", settings, lambda: self._shared(settings))
        evaluation = kept.get(instant)
        if evaluation is None:
            evaluation = kept[instant] = evaluate(settings, history, instant)
        return evaluation

    def _shared(self, settings: EvaluationSettings) -> dict[float, Evaluation]:
        return self._evaluations.setdefault(numbers_of(settings), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """A test played to its end, and the instants at which it was evaluated (``due``)."""

    test: UnitTest
    settings: EvaluationSettings
    points: SubmittedPoints
    made: Run
    due: frozenset[float]

    def failures(self, expectation: Expectation) -> Iterator[FailedExpectation]:
        """Yield what is otherwise than expected at one instant."""
        instant = self.test.start + expectation.after
        moment = next(moment for moment in self.made.moments if moment.instant == instant)
        return _failures(self, expectation, moment)

    def doubts(self) -> list[list[str]]:
        """Return the open points on which each expectation hangs. Raises Unsupported."""
        expected = self.test.expected
        instants = sorted({self.test.start + expectation.after for expectation in expected})
        asked_for = [moment for moment in self.made.moments if moment.instant in instants]
        doubts = uncertainty.doubts(
            self.settings,
            self.points.history,
            Run(moments=tuple(asked_for), transitions=self.made.transitions),
            lambda other: _run(self.test, other, self.points, instants),
        )
        return [
            [
                doubt.name
                for doubt in doubts
                if instants[doubt.moment] == self.test.start + expectation.after
                and (doubt.state or "value" in expectation.fields)
            ]
            for expectation in expected
        ]


def run(test: UnitTest) -> TestOutcome:
    """Return how a test ends."""
    try:
        played = _play(test, SubmittedPoints(test.sources))
        doubts = played.doubts()
    except Unsupported as error:
        return TestOutcome(status="unsupported", open_points=(error.name,))
    return _judged(played, doubts)


def passes(test: UnitTest, points: SubmittedPoints) -> bool:
    """
    Return whether a test passes; ``points`` are its own, and may be those of other runs of it.

    Other readings of what is not documented are tried only where nothing fails as it is.
    """
    try:
        played = _play(test, points)
        if any(next(played.failures(expectation), None) for expectation in test.expected):
            return False
        return not any(played.doubts())
    except Unsupported:
        return False


def _play(test: UnitTest, points: SubmittedPoints) -> _Played:
    """Evaluate whenever it is due, up to the last expectation. Raises Unsupported."""
    options = test.body.get("options") or {}
    settings = EvaluationSettings(
        query=queries.parse(
            str(test.body["type"]), str(test.body["query"]), options.get("variables")
        ),
        options=options,
        slo_target=test.slo_target,
    )
    last = test.start + max(expectation.after for expectation in test.expected)
    due = frozenset(schedule.due(settings, test.start, last, test.phase))
    instants = sorted(due.union(test.start + expected.after for expected in test.expected))
    made = _run(test, settings, points, instants)
    return _Played(test=test, settings=settings, points=points, made=made, due=due)


def _run(
    test: UnitTest, settings: EvaluationSettings, points: SubmittedPoints, instants: Sequence[float]
) -> Run:
    if test.members:
        return composites_in_time.run(settings, test.members, instants, test.start)
    return timeline.run(settings, points.history, instants, test.phase, points.evaluate)


def _judged(played: _Played, doubts: Sequence[Sequence[str]]) -> TestOutcome:
    failures: list[FailedExpectation] = []
    certain = False
    for expectation, open_points in zip(played.test.expected, doubts, strict=True):
        wrong = list(played.failures(expectation))
        failures += wrong
        certain = certain or bool(wrong and not open_points)
    met = tuple(dict.fromkeys(name for open_points in doubts for name in open_points))
    return TestOutcome(
        status="failed" if certain else "uncertain" if met else "passed",
        failures=tuple(failures),
        open_points=met,
        trace=_trace(played, failures),
    )


def _failures(
    played: _Played, expectation: Expectation, moment: Moment
) -> Iterator[FailedExpectation]:
    group = _group(expectation, moment)
    result = moment.result(group)
    status = moment.status(group) if group is not None else None
    notification = Notification(
        played.test.body, played.settings, played.made, moment, group, played.due
    )
    for field, expected in expectation.fields.items():
        got: Any
        if field == "state":
            got = WORDS[status] if status is not None else None
            right = got == expected
        elif field == "value":
            got = result.value if result else None
            right = _equal(expected, got)
        elif field == "notified":
            got = list(notification.handles())
            right = set(got) == set(expected)
        else:
            got = notification.message()
            right = str(expected) in got
        if not right:
            yield FailedExpectation(
                at=expectation.written,
                after=expectation.after,
                group=group_name(group, moment.keys) if group else "",
                field=field,
                expected=expected,
                got=got,
            )


def _group(expectation: Expectation, moment: Moment) -> Group | None:
    if not expectation.group:
        return moment.worst()
    return tuple(expectation.group.get(key.removeprefix("@"), "") for key in moment.keys)


def _equal(expected: Any, got: float | None) -> bool:
    if expected is None or got is None:
        return expected is got
    return math.isclose(float(expected), got, rel_tol=1e-6, abs_tol=1e-9)


def _trace(played: _Played, failures: Sequence[FailedExpectation]) -> Trace | None:
    """Return what is drawn of a failed test: the group of its first failure."""
    if not failures:
        return None
    levels = thresholds(played.settings.query, played.settings.options)
    wanted = failures[0].group
    points = []
    for moment in played.made.moments:
        groups = list(moment.evaluation.results) if moment.evaluation else []
        chosen = next((g for g in groups if group_name(g, moment.keys) == wanted), moment.worst())
        result = moment.result(chosen)
        status = moment.status(chosen)
        points.append(
            (moment.instant - played.test.start, result.value if result else None, status)
        )
    return Trace(
        group=wanted,
        points=tuple(points),
        critical=levels.critical if levels else None,
        warning=levels.warning if levels else None,
        missed=_missed(failures, wanted),
    )


def _missed(
    failures: Sequence[FailedExpectation], group: str
) -> tuple[tuple[float, Status | None], ...]:
    """Return when a group was otherwise than expected, each instant once."""
    states: dict[float, Status | None] = {}
    for failure in failures:
        if failure.group == group:
            expected = STATES.get(str(failure.expected)) if failure.field == "state" else None
            states[failure.after] = states.get(failure.after) or expected
    return tuple(states.items())
