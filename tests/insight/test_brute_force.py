"""The evaluator agrees with one that looks at every second."""

from __future__ import annotations

import math
import random

import pytest

from monitor_sync.insight.evaluation import evaluate
from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.state import State, advance, rules
from monitor_sync.insight.values import EvaluationSettings
from monitor_sync.language import query
from tests.insight import brute
from tests.insight.brute_states import states
from tests.insight.random_plans import random_plan

pytestmark = pytest.mark.early


def _disagreement(seed: int) -> str:
    plan, sources, instants = random_plan(random.Random(seed))
    parsed = query.parse("query alert", plan.text())
    assert parsed.tree is not None, plan.text()
    settings = EvaluationSettings(query=parsed, options=plan.options)
    history = PointHistory(
        SourcePoints.of(
            source.metric,
            source.kind,
            [f"{key}:{value}" for key, value in source.tags.items()],
            [(second, value) for second, values in source.points.items() for value in values],
        )
        for source in sources
    )
    expected = states(plan, sources, instants)
    known = rules(settings)
    kept: State = {}
    for instant, (numbers, wanted) in zip(instants, expected, strict=True):
        evaluation = evaluate(settings, history, instant)
        outcomes = {g: (r.outcome.value, r.value) for g, r in evaluation.results.items()}
        if not _alike(outcomes, {g: (o, v) for g, (o, v, _) in numbers.items()}):
            return f"{seed}: {plan.text()} {plan.options} at {instant}: {outcomes} {numbers}"
        if _tied(plan, outcomes, numbers):
            return ""
        kept, _ = advance(kept, evaluation, known, instant)
        state = {g: s.status.value for g, s in kept.items() if s.status is not None}
        if state != wanted:
            return f"{seed}: {plan.text()} {plan.options} at {instant}: {state} {wanted}"
    return ""


def _tied(plan: brute.Plan, mine: Outcomes, theirs: dict[tuple[str, ...], brute.Number]) -> bool:
    """Whether a threshold lies between two results that differ in their last digit alone."""
    levels = plan.options["thresholds"]
    assert isinstance(levels, dict)
    return any(
        value is not None
        and value != theirs[group][1]
        and any(math.isclose(value, level, abs_tol=1e-9) for level in levels.values())
        for group, (_, value) in mine.items()
    )


Outcomes = dict[tuple[str, ...], tuple[str, float | None]]


def _alike(mine: Outcomes, theirs: Outcomes) -> bool:
    if mine.keys() != theirs.keys():
        return False
    for group, (outcome, value) in mine.items():
        other, number = theirs[group]
        if outcome != other or (value is None) != (number is None):
            return False
        if (
            value is not None
            and number is not None
            and not math.isclose(value, number, rel_tol=1e-9, abs_tol=1e-9)
        ):
            return False
    return True


@pytest.mark.parametrize("part", range(5))
def test_random_queries_points_and_options(part: int) -> None:
    disagreements = [_disagreement(seed) for seed in range(part * 30, part * 30 + 30)]
    assert [disagreement for disagreement in disagreements if disagreement] == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_twenty_thousand_of_them(part: int) -> None:
    disagreements = [_disagreement(seed) for seed in range(part * 1000, part * 1000 + 1000)]
    assert [disagreement for disagreement in disagreements if disagreement] == []
