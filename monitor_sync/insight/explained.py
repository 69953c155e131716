"""How an answer came about, for a person: the window, the legs with their buckets, the rule."""

from __future__ import annotations

from dataclasses import dataclass

from monitor_sync.insight import classic, legs, lines, metric
from monitor_sync.insight.case import EvaluationCase, name, runs
from monitor_sync.insight.legs import Buckets
from monitor_sync.insight.lines import Frame
from monitor_sync.insight.timeline import Moment
from monitor_sync.insight.values import Evaluation, EvaluationSettings, Line
from monitor_sync.language import query as queries
from monitor_sync.language.tree import CompositeQuery, FormulaQuery, MetricQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """The buckets that one leg of a query has for a group inside the window."""

    leg: str
    group: str
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerdict:
    """What was decided for a group, and by which rule; ``value`` is None without a number."""

    group: str
    outcome: str
    value: float | None
    state: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An evaluation in parts. ``path`` says in which order it aggregates and calculates."""

    query: str
    at: str
    evaluation: Evaluation
    path: str
    legs: tuple[LegLine, ...]
    verdicts: tuple[GroupVerdict, ...]


def explain(case: EvaluationCase) -> tuple[Explanation, ...]:
    """
    Return the explanation of each instant that was asked for. Raises Unsupported.

    There is none of a composite: it has no points, and its members' states say it all.
    """
    if isinstance(case.settings.query.tree, CompositeQuery):
        return ()
    run = runs(case, case.settings)
    explanations = []
    for (at, _), moment in zip(case.reported_at, run.moments, strict=True):
        if moment.evaluation is not None:
            explanations.append(_explanation(case, at, moment, moment.evaluation))
    return tuple(explanations)


def _explanation(
    case: EvaluationCase, at: str, moment: Moment, evaluation: Evaluation
) -> Explanation:
    path, parts = _parts(case, evaluation)
    return Explanation(
        query=case.settings.query.text,
        at=at,
        evaluation=evaluation,
        path=path,
        legs=parts,
        verdicts=tuple(_verdicts(moment, evaluation)),
    )


def _verdicts(moment: Moment, evaluation: Evaluation) -> list[GroupVerdict]:
    verdicts = []
    for group, result in evaluation.results.items():
        known = moment.state.get(group)
        status = known.status if known else None
        verdicts.append(
            GroupVerdict(
                group=name(group, evaluation.keys),
                outcome=result.outcome.value,
                value=result.value,
                state=status.value if status else "",
                rule=known.rule if known and known.rule else result.reason,
            )
        )
    return verdicts


def _parts(case: EvaluationCase, evaluation: Evaluation) -> tuple[str, tuple[LegLine, ...]]:
    tree = case.settings.query.tree
    if not isinstance(tree, MetricQuery | FormulaQuery) or not queries.series(case.settings.query):
        return "", ()
    what = metric.condition(case.settings.query, case.settings.readings)
    start, end = evaluation.start, evaluation.end
    buckets = metric.buckets_for(what, case.settings, case.history, start, end)
    leg_lines: list[LegLine] = []
    for read in what.reads:
        leg = legs.of(case.history, read.series)
        leg_lines += _lines(
            leg_text(case.settings, leg), legs.frame(leg, buckets.ago(read.shift)), buckets
        )
    path = f"{what.aggregator} of the buckets of the window"
    if what.on_count_path:
        path = f"{what.aggregator} of each leg over the window, then the arithmetic"
    elif len(what.reads) > 1 or what.change is not None:
        path = f"arithmetic in each bucket, then {what.aggregator} over the window"
        whole = classic.evaluated(what.expression, buckets, what.variables)
        if isinstance(whole, Frame) and what.change is None:
            leg_lines += _lines("together", whole, buckets)
    return path, tuple(leg_lines)


def leg_text(settings: EvaluationSettings, leg: legs.Leg) -> str:
    """Return a series as it stands in the query, or its metric where that is a variable's."""
    text = settings.query.text[leg.series.start : leg.series.end]
    return text if leg.series.metric.text in text else leg.series.metric.text


def _lines(text: str, frame: Frame, buckets: Buckets) -> list[LegLine]:
    first, last = legs.bounds(buckets)
    return [
        LegLine(leg=text, group=name(group, frame.keys), line=lines.cut(line, first, last))
        for group, line in frame.lines.items()
    ]
