"""
One line of ``evaluate``: a query with points as JSON, and the answer as JSON.

The form is that of the cases which the specification comes with (DESIGN, section 9).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from monitor_sync.insight import composite, timeline, uncertainty, windows
from monitor_sync.insight.history import KINDS, PointHistory, SourcePoints
from monitor_sync.insight.readings import CHOSEN
from monitor_sync.insight.timeline import Moment, Run
from monitor_sync.insight.values import EvaluationSettings, Group, ResultKind, Status, Unsupported
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Window
from monitor_sync.language.tree import CompositeQuery


class CaseError(ValueError):
    """A line that cannot be evaluated; its text says what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationCase:
    """
    A query with points, and the instants whose states are to be reported.

    ``reported_at`` holds these instants as written and in UNIX seconds; ``single`` is True if one
    instant is evaluated by itself. ``members`` are the states of a composite's members.
    """

    id: Any
    settings: EvaluationSettings
    history: PointHistory
    reported_at: tuple[tuple[str, float], ...]
    single: bool
    phase: float
    members: Mapping[str, Status]
    members_groups: Mapping[str, Sequence[str]]


def read(line: Mapping[str, Any]) -> EvaluationCase:
    """Return the case of a line. Raises CaseError."""
    query = line.get("query")
    if not isinstance(query, str) or not query:
        raise CaseError("the line has no query")
    options = _mapping(line, "options")
    composite_ = "members" in line or "members_groups" in line
    kind = line.get("type", "composite" if composite_ else "query alert")
    _check(options)
    parsed = queries.parse(str(kind), query, options.get("variables"))
    if parsed.tree is None:
        problem = parsed.problems[0].message if parsed.problems else "it cannot be read"
        raise CaseError(f"the query is wrong: {problem}")
    sources = _sources(line.get("series") or ())
    reported_at = _reported_at(line, _first_day(sources))
    if not reported_at and not isinstance(parsed.tree, CompositeQuery):
        raise CaseError("the line has neither `at` nor `timeline`")
    phase = _number(line, "phase")
    if not 0 <= phase < _LONGEST_PHASE:
        raise CaseError("`phase` is no number of seconds below 3,600")
    target = _mapping(line, "slo").get("target")
    return EvaluationCase(
        id=line.get("id"),
        settings=EvaluationSettings(
            query=parsed,
            options=options,
            slo_target=float(target) if isinstance(target, int | float) else None,
        ),
        history=PointHistory(sources),
        reported_at=reported_at,
        single="timeline" not in line,
        phase=phase,
        members=_members(line),
        members_groups=_members_groups(line),
    )


def _check(options: Mapping[str, Any]) -> None:
    """Raise CaseError for options whose values cannot be read at all."""
    variables = options.get("variables") or []
    if not isinstance(variables, list) or not all(isinstance(v, Mapping) for v in variables):
        raise CaseError("`options.variables` is no list of objects")
    if not isinstance(options.get("on_missing_data"), str | None):
        raise CaseError("`options.on_missing_data` is no text")
    try:
        levels = [float(level or 0) for level in _mapping(options, "thresholds").values()]
    except (OverflowError, TypeError, ValueError):
        levels = [math.nan]
    if not all(map(math.isfinite, levels)):
        raise CaseError("`options.thresholds` holds something that is no number")
    delay = options.get("evaluation_delay") or 0
    if not isinstance(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY:
        raise CaseError("`options.evaluation_delay` is no number of seconds up to 86,400")
    try:
        for unit in ("h", "d", "mo"):
            window = Window(0, 0, "current", 1, unit, "")
            windows.span(window, _DAY_OF_TRIAL, options, CHOSEN)
    except (ArithmeticError, KeyError, OSError, TypeError, ValueError) as error:
        at = "`options.scheduling_options.evaluation_window`"
        raise CaseError(f"{at} cannot be read: {error}") from None


_LONGEST_DELAY: Final = 86_400
_LONGEST_PHASE: Final = 3_600
_DAY_OF_TRIAL: Final = 1_800_000_000.0


def _mapping(line: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = line.get(field) or {}
    if not isinstance(value, Mapping):
        raise CaseError(f"`{field}` is no object")
    return value


def _number(line: Mapping[str, Any], field: str) -> float:
    value = line.get(field, 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CaseError(f"`{field}` is no number")
    return float(value)


def _members(line: Mapping[str, Any]) -> dict[str, Status]:
    statuses = {}
    for name, written in _mapping(line, "members").items():
        if written not in list(Status):
            raise CaseError(f"the member {name} is {written!r}, not one of {', '.join(Status)}")
        statuses[str(name)] = Status(written)
    return statuses


def _members_groups(line: Mapping[str, Any]) -> dict[str, list[str]]:
    groups = _mapping(line, "members_groups")
    if not all(isinstance(names, list) for names in groups.values()):
        raise CaseError("`members_groups` has no list of groups for each member")
    return {name: [str(group) for group in names] for name, names in groups.items()}


def _sources(series: Any) -> list[SourcePoints]:
    if not isinstance(series, Sequence) or isinstance(series, str):
        raise CaseError("`series` is no list")
    return [_source(points) for points in series]


def _source(written: Any) -> SourcePoints:
    if not isinstance(written, Mapping):
        raise CaseError("a series is no object")
    metric = str(written.get("metric", written.get("search", "")))
    kind = str(written.get("type", "gauge"))
    if kind not in KINDS:
        raise CaseError(f"the type of {metric} is {kind!r}, not one of {', '.join(KINDS)}")
    tags = written.get("tags") or ()
    if isinstance(tags, Mapping):
        tags = [f"{key}:{value}" for key, value in tags.items()]
    points = _pattern(written["pattern"]) if "pattern" in written else written.get("points") or ()
    try:
        return SourcePoints.of(metric, kind, map(str, tags), points)
    except (OverflowError, TypeError, ValueError):
        raise CaseError(f"a point of {metric} is no pair of seconds and a number") from None


def _pattern(written: Any) -> list[tuple[float, float]]:
    """Return the points of ``every``, ``from``, ``to`` included, ``value`` and ``except``."""
    try:
        every, value = float(written["every"]), float(written["value"])
        start, end = seconds(written["from"]), seconds(written["to"])
        other = {seconds(at): float(v) for at, v in (written.get("except") or {}).items()}
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise CaseError(f"a pattern needs every, from, to and value: {error}") from None
    if every <= 0 or (end - start) / every > _MOST_POINTS:
        raise CaseError(f"a pattern has more than {_MOST_POINTS:,} points")
    count = int((end - start) // every) + 1
    times = (start + index * every for index in range(max(count, 0)))
    return [(time, other.get(time, value)) for time in times]


_MOST_POINTS: Final = 1_000_000


def _first_day(sources: Sequence[SourcePoints]) -> date:
    first = min((source.times[0] for source in sources if source.times), default=0.0)
    return datetime.fromtimestamp(first, UTC).date()


def _reported_at(line: Mapping[str, Any], day: date) -> tuple[tuple[str, float], ...]:
    if "timeline" in line:
        every = line["timeline"]
        if not isinstance(every, Sequence) or isinstance(every, str) or not every:
            raise CaseError("`timeline` is no list of instants")
        written = [entry.get("at") if isinstance(entry, Mapping) else entry for entry in every]
    else:
        written = [line["at"]] if "at" in line else []
    return tuple((str(instant), seconds(instant, day)) for instant in written)


def seconds(written: Any, day: date | None = None) -> float:
    """Return UNIX seconds of an instant; ``HH:MM`` is UTC on the day. Raises CaseError."""
    text = str(written)
    try:
        if day is not None and "-" not in text and ":" in text:
            text = f"{day.isoformat()}T{text}"
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CaseError(f"{written!r} is no instant such as 2026-11-02T10:05:00Z") from None
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def iso(instant: float) -> str:
    """Return an instant as ``2026-11-02T10:05:00Z``."""
    return datetime.fromtimestamp(int(instant), UTC).isoformat().replace("+00:00", "Z")


Answer = dict[str, Any]


def answer(case: EvaluationCase) -> Answer:
    """Return what the contract says of a case: value, state, window, groups, open points."""
    tree = case.settings.query.tree
    try:
        if isinstance(tree, CompositeQuery):
            return _composite(case, tree)
        run = runs(case, case.settings)
        return _answer(case, run, _doubts(case, run))
    except Unsupported as error:
        return {**_line(case), "unsupported": [error.name]}


def runs(case: EvaluationCase, settings: EvaluationSettings) -> Run:
    """Run a case with some settings. Raises Unsupported."""
    instants = [instant for _, instant in case.reported_at]
    if case.single:
        return timeline.once(settings, case.history, instants[0])
    return timeline.run(settings, case.history, instants, case.phase)


def uncertain(case: EvaluationCase) -> list[str]:
    """Return the open points that the states of a case hang on. Raises Unsupported."""
    if isinstance(case.settings.query.tree, CompositeQuery):
        return []
    return _doubts(case, runs(case, case.settings))


def _doubts(case: EvaluationCase, run: Run) -> list[str]:
    doubts = uncertainty.doubts(
        case.settings, case.history, run, lambda settings: runs(case, settings)
    )
    return uncertainty.names(doubts)


def _line(case: EvaluationCase) -> Answer:
    return {
        "id": case.id, "value": None, "state": None, "skipped": False, "from": None, "to": None,
        "interval": None, "uncertain": [], "timeline": [], "groups": [],
    }  # fmt: skip


def _composite(case: EvaluationCase, tree: CompositeQuery) -> Answer:
    line = _line(case)
    if case.members:
        notify = case.settings.options.get("notify_no_data") is True
        outcome = composite.outcome(tree.condition, case.members, notify_no_data=notify)
        line["state"] = outcome.value if outcome is not None else "last_known"
    if case.members_groups:
        groups = composite.common_groups(case.members_groups.values())
        line["groups"] = [{"group": group, "value": None, "state": None} for group in groups]
    return line


def _answer(case: EvaluationCase, run: Run, uncertain: list[str]) -> Answer:
    last = run.moments[-1]
    line = {**_line(case), **_moment(last), "uncertain": uncertain}
    evaluation = last.evaluation
    if evaluation is not None:
        line["from"], line["to"] = iso(evaluation.start), iso(evaluation.end)
        line["interval"] = evaluation.interval or None
        outcomes = [result.outcome for result in evaluation.results.values()]
        line["skipped"] = bool(outcomes) and all(
            outcome is ResultKind.SKIPPED for outcome in outcomes
        )
        line["groups"] = [
            {"group": name(group, evaluation.keys), **_of_group(last, group)}
            for group in dict.fromkeys((*evaluation.results, *last.state))
        ]
    if not case.single:
        line["timeline"] = [
            {"at": written, "state": moment["state"], "value": moment["value"]}
            for (written, _), moment in zip(
                case.reported_at, map(_moment, run.moments), strict=True
            )
        ]
    return line


def name(group: Group, keys: Group) -> str:
    """Return a group as ``service:a,host:1``; ``*`` where the query has no groups."""
    return ",".join(f"{k}:{v}" for k, v in zip(keys, group, strict=True)) or "*"


def _moment(moment: Moment) -> Answer:
    worst = moment.worst()
    return {"value": None, "state": None} if worst is None else _of_group(moment, worst)


def _of_group(moment: Moment, group: Group) -> Answer:
    result = moment.result(group)
    status = moment.status(group)
    value = result.value if result else None
    return {"value": value, "state": status.value if status else None}
