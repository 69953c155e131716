"""Which open points an answer hangs on: each is read the other way, and the states compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor_sync.insight import functions, legs, thresholds, windows
from monitor_sync.insight.history import PointHistory
from monitor_sync.insight.readings import OPEN_POINTS
from monitor_sync.insight.timeline import Moment, Run
from monitor_sync.insight.values import EvaluationSettings, Group, Status, Unsupported
from monitor_sync.language import query as queries
from monitor_sync.language.tree import Arithmetic, CheckQuery, MetricQuery, SloQuery
from monitor_sync.language.tree_queries import walk

Runs = Callable[[EvaluationSettings], Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An open point by name, and what it changes: ``state`` or only ``value``, and where."""

    name: str
    moment: int
    state: bool


def doubts(
    settings: EvaluationSettings, history: PointHistory, run: Run, again: Runs
) -> tuple[Doubt, ...]:
    """
    Return what the moments of a run hang on; ``again`` runs the same with other settings.

    A point that cannot change anything of this query is not tried.
    """
    doubts: list[Doubt] = []
    for name, other in _others(settings, history, again):
        for index, (mine, theirs) in enumerate(zip(run.moments, other.moments, strict=True)):
            if _statuses(mine) != _statuses(theirs):
                doubts.append(Doubt(name=name, moment=index, state=True))
            elif _values(mine) != _values(theirs):
                doubts.append(Doubt(name=name, moment=index, state=False))
    for name in _met(settings, run):
        doubts += [Doubt(name=name, moment=i, state=True) for i in range(len(run.moments))]
    return tuple(doubts)


def names(doubts: Sequence[Doubt]) -> list[str]:
    """Return the open points that a state hangs on, each once."""
    return list(dict.fromkeys(doubt.name for doubt in doubts if doubt.state))


def _others(
    settings: EvaluationSettings, history: PointHistory, again: Runs
) -> Iterator[tuple[str, Run]]:
    for name, other in otherwise(settings, history):
        try:
            yield name, again(other)
        except Unsupported:
            continue


def otherwise(
    settings: EvaluationSettings, history: PointHistory
) -> Iterator[tuple[str, EvaluationSettings]]:
    """Yield each open point that can change anything of a query, and it read the other way."""
    for point in OPEN_POINTS:
        if _MATTERS[point.field](settings, history):
            yield point.name, replace(settings, readings=point.otherwise(settings.readings))


def _statuses(moment: Moment) -> dict[Group, Status]:
    known = {group: group_state.status for group, group_state in moment.state.items()}
    return {group: status for group, status in known.items() if status is not None}


def _values(moment: Moment) -> dict[Group, str]:
    """Return the numbers by group, to nine digits: more is only the order of adding up."""
    results = moment.evaluation.results if moment.evaluation else {}
    values = {group: result.value for group, result in results.items()}
    return {group: f"{value:.9g}" for group, value in values.items() if value is not None}


def _met(settings: EvaluationSettings, run: Run) -> list[str]:
    """Return open points that were met and cannot be read in two ways here."""
    evaluations = [moment.evaluation for moment in run.moments if moment.evaluation is not None]
    points = {note: None for evaluation in evaluations for note in evaluation.notes}
    levels = thresholds.thresholds(settings.query, settings.options)
    if levels is not None and levels.comparator in ("==", "!=") and levels.recovers:
        points["recovery_of_equality"] = None
    window = queries.window(settings.query)
    if window is not None and window.form == "current":
        zone = ZoneInfo(windows.zone_of(settings.options))
        if any(_clock_changes(e.start, e.end, zone) for e in evaluations):
            points["clock_change_in_window"] = None
    return list(points)


def _clock_changes(start: float, end: float, zone: ZoneInfo) -> bool:
    offsets = {datetime.fromtimestamp(time, zone).utcoffset() for time in (start, end)}
    return len(offsets) > 1


Matters = Callable[[EvaluationSettings, PointHistory], bool]


def _legs(settings: EvaluationSettings) -> list[legs.Leg]:
    return [legs.read(series) for series in queries.series(settings.query)]


def _arithmetic(settings: EvaluationSettings) -> set[str]:
    """Return the operators of a query, and ``change`` where one is around it."""
    parts = [
        part for expression in queries.expressions(settings.query) for part in walk(expression)
    ]
    operators = {o.text for part in parts if isinstance(part, Arithmetic) for o in part.operators}
    tree = settings.query.tree
    if isinstance(tree, MetricQuery) and tree.evaluation.change is not None:
        operators.add("change")
    return operators


def _default_interval(settings: EvaluationSettings, _: PointHistory) -> bool:
    window = queries.window(settings.query)
    if window is None or all(leg.rollups and leg.rollups[0][1] for leg in _legs(settings)):
        return False
    return windows.default_interval(windows.length(window, settings.readings)) > 1


def _kinds(settings: EvaluationSettings, history: PointHistory) -> list[tuple[legs.Leg, str, int]]:
    """Return each leg with the kind of its metric and the most sources of one line."""
    kinds: list[tuple[legs.Leg, str, int]] = []
    for leg in _legs(settings):
        groups = legs.sources_by_group(history, leg.series)
        kinds += ((leg, history.sources[s[0]].kind, len(s)) for s in groups.values())
    return kinds


def _counts(settings: EvaluationSettings, history: PointHistory) -> bool:
    kinds = _kinds(settings, history)
    return any(
        kind in ("count", "rate") and most > 1 and not leg.counted for leg, kind, most in kinds
    )


def _gauges(settings: EvaluationSettings, history: PointHistory) -> bool:
    gauges = any(kind == "gauge" for _, kind, _ in _kinds(settings, history))
    return bool(_arithmetic(settings)) and gauges and not _aligned(settings, history)


def _aligned(settings: EvaluationSettings, history: PointHistory) -> bool:
    """Return whether all points come at the same times: each bucket has its partners then."""
    read = _legs(settings)
    if len({leg.rollups for leg in read}) > 1:
        return False
    if not functions.POINTWISE.keys() >= set(queries.functions(settings.query)):
        return False
    times = [
        history.sources[index].times
        for leg in read
        for sources in legs.sources_by_group(history, leg.series).values()
        for index in sources
    ]
    return all(other == times[0] for other in times)


def _is_default(settings: EvaluationSettings, _: PointHistory) -> bool:
    tree = settings.query.tree
    summed = isinstance(tree, MetricQuery) and tree.evaluation.aggregator.text == "sum"
    return summed and settings.options.get("on_missing_data") == "default"


def _filled(settings: EvaluationSettings, _: PointHistory) -> bool:
    named = "default_zero" in queries.functions(settings.query)
    return named and settings.options.get("on_missing_data") == "default"


def _recovers_beyond_warning(settings: EvaluationSettings, _: PointHistory) -> bool:
    levels = thresholds.thresholds(settings.query, settings.options)
    return levels is not None and levels.recovers_beyond_warning


def _no_timeframe(settings: EvaluationSettings, _: PointHistory) -> bool:
    options = settings.options
    new = options.get("on_missing_data") is not None
    return not new and bool(options.get("notify_no_data")) and not options.get("no_data_timeframe")


def _long_current(settings: EvaluationSettings, _: PointHistory) -> bool:
    window = queries.window(settings.query)
    return window is not None and window.form == "current" and window.unit != "h"


def _months(settings: EvaluationSettings, _: PointHistory) -> bool:
    window = queries.window(settings.query)
    return window is not None and window.unit == "mo" and window.form != "current"


def _grouped(settings: EvaluationSettings, _: PointHistory) -> bool:
    return bool(queries.group_keys(settings.query))


_MATTERS: Final[dict[str, Matters]] = {
    "bucket_at_from": lambda settings, _: queries.window(settings.query) is not None,
    "interval": _default_interval,
    "rates_are_zero": lambda settings, _: (
        bool(_arithmetic(settings)) and any(leg.counted == "rate" for leg in _legs(settings))
    ),
    "divisions_only": lambda settings, _: (
        "*" in _arithmetic(settings)
        and "/" not in _arithmetic(settings)
        and any(leg.counted == "count" for leg in _legs(settings))
    ),
    "counts_interpolate": _counts,
    "legs_interpolate": _gauges,
    "month_days": _months,
    "window_of_all_groups": lambda settings, history: (
        _grouped(settings, history) and settings.options.get("require_full_window") is True
    ),
    "sum_is_count": _is_default,
    "filled_is_zero": _filled,
    "no_data_windows": _no_timeframe,
    "alert_outlives_warning": _recovers_beyond_warning,
    "equal_burns": lambda settings, _: isinstance(settings.query.tree, SloQuery),
    "current_every": _long_current,
    "vanished_is_zero": lambda settings, _: settings.query.type == "trace-analytics alert",
    "delay_is_silent": _grouped,
    "equal_share_alerts": lambda settings, _: isinstance(settings.query.tree, CheckQuery),
}
"""Whether an open point can change anything of a query, by the field of the readings."""
