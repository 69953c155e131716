"""A stretch of history as a unit test: thinned to what matters, the most thinned first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.backtest.comparison import Definition
from monitor_sync.insight.backtest.replay import Points, Replay
from monitor_sync.insight.backtest.wanted import Reading
from monitor_sync.insight.scope import fits
from monitor_sync.insight.values import Group, Unsupported
from monitor_sync.language.tree import Series
from monitor_sync.language.tree_queries import tags_in

Values = dict[int, float]
"""Values by the start of their step, in UNIX seconds."""

_THINNED: Final = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.0)
"""How far values may be moved, as shares of the range that they have."""

_MOST_GROUPS: Final = 5
_MARGIN: Final = 600
"""Seconds that are kept before the first change of state and after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedLine:
    """What a test submits for one part of the query and one group."""

    field: str
    name: str
    tags: Mapping[str, str]
    values: Values


def candidates(
    definition: Definition, points: Points, made: Replay, name: str, monitor: str
) -> Iterator[dict[str, Any]]:
    """
    Yield tests as files have them, those with the fewest different values first.

    ``made`` is the replay of the stretch. Raises Unsupported where the points of one series cannot
    be told from those of another by tags.
    """
    step = definition.wanted.readings[0].line.interval
    start, end = _bounds(made, definition.wanted.back, step)
    groups = _groups(made)
    lines = [line for line in _lines(definition.wanted.readings, points) if _wanted(line, groups)]
    for share in _THINNED:
        yield {
            "name": name,
            "monitor": monitor,
            "start": start,
            "step": step,
            "series": [
                {
                    line.field: line.name,
                    **({"tags": dict(line.tags)} if line.tags else {}),
                    "values": notation(_thinned(line.values, range(start, end, step), share)),
                }
                for line in lines
            ],
            "expect": list(_expected(made, groups, start, end)),
        }


def _bounds(made: Replay, back: int, step: int) -> tuple[int, int]:
    """Return the seconds from and to which values are kept: around the changes of state."""
    edges = [edge for part in made.stretches for edge in (part.start, part.end) if edge]
    inside = [edge for edge in edges if made.span.start <= edge < made.span.end]
    first = max(min(inside, default=made.span.start) - _MARGIN, made.span.start)
    last = min(max(inside, default=made.span.end) + _MARGIN, made.span.end)
    return int(first - back) // step * step, -(-int(last) // step) * step


def _groups(made: Replay) -> list[str]:
    changed = dict.fromkeys(part.group for part in made.stretches)
    return list(changed or dict.fromkeys(sorted(made.groups)))[:_MOST_GROUPS]


def _wanted(line: SubmittedLine, groups: Sequence[str]) -> bool:
    tags = {f"{key}:{value}" for key, value in line.tags.items()}
    return not groups or any(set(filter(None, g.split(","))) <= tags or not g for g in groups)


def _lines(readings: Sequence[Reading], points: Points) -> list[SubmittedLine]:
    lines: list[SubmittedLine] = []
    by_part = {id(r.part): r for r in readings}
    for reading in by_part.values():
        for group, (times, values) in points.get(reading.line, {}).items():
            known = dict(zip(times, values, strict=True))
            lines.append(_line(reading, group, known))
    return _apart(readings, _once(lines))


def _once(lines: Sequence[SubmittedLine]) -> list[SubmittedLine]:
    """Return each line once: what a query names twice is submitted once, or it would be doubled."""
    once: list[SubmittedLine] = []
    for line in lines:
        same = [
            other
            for other in once
            if (other.field, other.name, other.tags) == (line.field, line.name, line.tags)
        ]
        if not same:
            once.append(line)
        elif same[0].values != line.values:
            raise Unsupported("one series aggregated in two ways")
    return once


def _line(reading: Reading, group: Group, values: Values) -> SubmittedLine:
    keys = (key.removeprefix("@") for key in reading.line.keys)
    tags = dict(zip(keys, group, strict=True))
    if isinstance(reading.part, str):
        return SubmittedLine(field="search", name=reading.part, tags=tags, values=values)
    fixed = {
        tag.key: tag.value
        for tag in tags_in(reading.part.scope.condition)
        if tag.key and not tag.negated and "*" not in tag.value
    }
    return SubmittedLine(
        field="metric", name=reading.part.metric.text, tags={**fixed, **tags}, values=values
    )


def _apart(readings: Sequence[Reading], lines: list[SubmittedLine]) -> list[SubmittedLine]:
    """
    Return lines of which each series reads its own alone.

    Where one filter is narrower than another of the same metric, the wider one submits the rest.
    """
    made = list(lines)
    for index, wide in enumerate(lines):
        narrower = [
            line for line in lines
            if line is not wide and line.name == wide.name and line.field == wide.field
            and wide.tags.items() < line.tags.items()
        ]  # fmt: skip
        if len(narrower) > 1:
            raise Unsupported("several filters of one metric")
        for narrow in narrower:
            key = next(iter(narrow.tags.keys() - wide.tags.keys()))
            rest = {at: v - narrow.values.get(at, 0.0) for at, v in wide.values.items()}
            made[index] = SubmittedLine(
                field=wide.field, name=wide.name, values=rest,
                tags={**wide.tags, key: f"not-{narrow.tags[key]}"},
            )  # fmt: skip
    for reading in readings:
        if isinstance(reading.part, Series) and not _is_read(reading.part, made):
            raise Unsupported("a filter that no plain tags meet")
    return made


def _is_read(series: Series, lines: Sequence[SubmittedLine]) -> bool:
    own = [line for line in lines if line.name == series.metric.text]
    return not own or any(
        fits(series.scope.condition, frozenset(f"{k}:{v}".lower() for k, v in line.tags.items()))
        for line in own
    )


def _thinned(values: Values, steps: range, share: float) -> list[float | None]:
    """Return a value a step: one that is nearly the one before it is that one."""
    room = share * (max(values.values(), default=0.0) - min(values.values(), default=0.0))
    thinned: list[float | None] = []
    last: float | None = None
    for at in steps:
        value = values.get(at)
        if value is not None and (last is None or abs(value - last) > room or not share):
            last = float(f"{value:.4g}" if share else f"{value:.10g}")
        thinned.append(last if value is not None else None)
    return thinned


def notation(values: Sequence[float | None]) -> str:
    """Return values as promtool writes them: ``5x9`` is ten times 5, ``_x5`` five times none."""
    pieces = []
    for value, run in itertools.groupby(values):
        number = len(list(run))
        if value is None:
            pieces.append("_" if number == 1 else f"_x{number}")
        else:
            pieces.append(f"{value:.12g}" + (f"x{number - 1}" if number > 1 else ""))
    return " ".join(pieces)


def _expected(
    made: Replay, groups: Sequence[str], start: int, end: int
) -> Iterator[dict[str, Any]]:
    """Yield what is expected: each state where it begins, and OK where it is over."""
    known: dict[tuple[float, str], str] = {}
    span = TimeSpan(max(made.span.start, float(start)), float(end))
    for part in made.stretches:
        if part.group not in groups:
            continue
        if part.end is not None and span.start <= part.end < span.end:
            known.setdefault((part.end, part.group), "ok")
        if part.start is not None and span.start <= part.start < span.end:
            known[part.start, part.group] = part.state
    for (at, group), state in sorted(known.items()):
        tags = dict(tag.split(":", 1) for tag in group.split(",") if tag)
        yield {"at": int(at) - start, **({"group": tags} if tags else {}), "state": state}
    if not known:
        yield {"at": end - start, "state": "ok"}
