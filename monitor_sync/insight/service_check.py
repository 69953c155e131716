"""Service checks: so many results in a row, or a share of the last ones (8.10)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.insight.history import PointHistory, SourcePoints
from monitor_sync.insight.values import (
    Evaluation,
    EvaluationSettings,
    Group,
    Result,
    ResultKind,
    Status,
    Unsupported,
)
from monitor_sync.language import query as queries
from monitor_sync.language.tree import CheckQuery
from monitor_sync.language.tree_queries import words_of

_CRITICAL: Final = 2.0
_STATUSES: Final = (
    (_CRITICAL, "critical", Status.ALERT),
    (1.0, "warning", Status.WARN),
    (0.0, "ok", Status.OK),
)
"""What a check submits, the threshold that counts it, the state it leads to."""


def evaluate(settings: EvaluationSettings, history: PointHistory, instant: float) -> Evaluation:
    """
    Return, for each group, the state that its newest results call for.

    ``value`` is how many results in a row are alike, or the percentage of critical ones. A result
    says ``verdict`` where the threshold is reached, and is skipped where it is not.
    """
    tree = settings.query.tree
    if not isinstance(tree, CheckQuery):
        raise Unsupported(settings.query.type)
    by = queries.step(settings.query, "by")
    keys = tuple(words_of(argument) for argument in by.arguments) if by else ()
    levels = settings.options.get("thresholds")
    levels = levels if isinstance(levels, Mapping) else {}
    groups = _groups(settings, history, tree.check.value, keys)
    share = queries.step(settings.query, "pct_by_status") is not None
    results = {}
    for group, sources in groups.items():
        last = [tail for source in sources if (tail := _tail(source, instant))]
        if not last:
            continue
        results[group] = (
            _cluster(last, levels, equal=settings.readings.equal_share_alerts)
            if share
            else _in_a_row(sources, levels, instant)
        )
    return Evaluation(start=instant, end=instant, interval=0, keys=keys, results=results)


def _groups(
    settings: EvaluationSettings, history: PointHistory, check: str, keys: Group
) -> dict[Group, list[SourcePoints]]:
    over, exclude = (queries.step(settings.query, name) for name in ("over", "exclude"))
    wanted = {words_of(argument).lower() for argument in over.arguments} - {"*"} if over else set()
    left_out = {words_of(argument).lower() for argument in exclude.arguments} if exclude else set()
    groups: dict[Group, list[SourcePoints]] = {}
    for source in history.sources:
        if source.metric != check or not wanted <= source.tags or left_out & source.tags:
            continue
        values = (
            [",".join(sorted(source.tags))]
            if keys == ("*",)
            else [source.value_of(key) for key in keys]
        )
        if all(value is not None for value in values):
            groups.setdefault(tuple(map(str, values)), []).append(source)
    return groups


def _tail(source: SourcePoints, instant: float) -> list[float]:
    return source.values[: bisect_right(source.times, instant)]


def _in_a_row(sources: list[SourcePoints], levels: Mapping[str, Any], instant: float) -> Result:
    """Return a verdict once so many results in a row are alike; the worst of several sources."""
    verdicts = []
    for source in sources:
        tail = _tail(source, instant)
        row = next((i for i, value in enumerate(reversed(tail)) if value != tail[-1]), len(tail))
        for status, name, state in _STATUSES:
            if tail and tail[-1] == status and row >= int(levels.get(name) or 1):
                verdicts.append((status, state, float(row)))
    if not verdicts:
        return Result(ResultKind.SKIPPED, None, None, "not enough results in a row")
    _, state, row_ = max(verdicts, key=lambda verdict: verdict[0])
    return Result(ResultKind.NUMBER, row_, None, "", state)


def _cluster(last: list[list[float]], levels: Mapping[str, Any], *, equal: bool) -> Result:
    """Return the state by the share of critical ones among the last results."""
    share = 100 * sum(values[-1] == _CRITICAL for values in last) / len(last)
    for name, state in (("critical", Status.ALERT), ("warning", Status.WARN)):
        level = levels.get(name)
        if isinstance(level, int | float) and (share > level or (equal and share == level)):
            return Result(ResultKind.NUMBER, share, None, "", state)
    return Result(ResultKind.NUMBER, share, None, "", Status.OK)
