"""
Queries over the history of metrics: `GET /api/v1/query`, `POST /api/v2/query/timeseries`.

The shape of the first is recorded, that of the second comes from Datadog's API description. Buckets
without a point are left out of both. What is submitted goes before what is generated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused
from monitor_sync.emulator.metrics import buckets, functions, generated, searches
from monitor_sync.emulator.metrics.buckets import Line
from monitor_sync.emulator.metrics.query import (
    Call,
    Expression,
    NotServed,
    Operation,
    SeriesQuery,
    read,
    series_in,
)
from monitor_sync.emulator.on_call import counted_pages

Group = tuple[str, ...]

_LONGEST: Final = 400 * 86_400
"""Seconds that one request may ask for: Datadog keeps metrics for 15 months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueriedSpan:
    """A stretch of time in Unix seconds, its end excluded, and the bucket that is wanted or 0."""

    start: float
    end: float
    wanted: int = 0

    def interval(self, series: SeriesQuery) -> int:
        """Return the seconds of a series' buckets."""
        return buckets.interval(self.end - self.start, series.seconds or self.wanted)


def lines(account: Account, expression: Expression, span: QueriedSpan) -> dict[Group, Line]:
    """Return the line of each group of an expression."""
    match expression:
        case SeriesQuery():
            return _series(account, expression, span)
        case Operation(sign, left, right):
            if isinstance(left, float) and isinstance(right, float):
                raise NotServed("a query without a series")
            return _operation(account, sign, left, right, span)
        case Call(name, inner, numbers) if name in functions.POINTWISE:
            made = lines(account, inner, span)
            return {group: _pointwise(name, numbers, line) for group, line in made.items()}
        case Call(name):
            raise NotServed(f"the emulator does not serve {name!r} in queries for points")
        case _:
            raise NotServed("a query without a series")


def _series(account: Account, series: SeriesQuery, span: QueriedSpan) -> dict[Group, Line]:
    seconds = span.interval(series)
    made: dict[Group, Line] = {}
    for group, members in sources(account, series, span).items():
        counted = series.counted if members[0][0] != "gauge" else ""
        method = series.method or ("sum" if counted else "avg")
        parts = [
            buckets.bucketed(times, values, seconds, span.start, span.end, method)
            for _, times, values in members
        ]
        line = buckets.combined(parts, series.space)
        factor = {"rate": 1 / seconds, "count": seconds}.get(counted, 1)
        if counted and counted != members[0][0]:
            line = {start: value * factor for start, value in line.items()}
        if line:
            made[group] = line
    return made


Points = tuple[str, list[float], list[float]]
"""Kind, times and values of a source."""


def sources(account: Account, series: SeriesQuery, span: QueriedSpan) -> dict[Group, list[Points]]:
    """Return by group what each source of a series has in a span."""
    held: dict[Group, list[Points]] = {}
    for source in account.metrics.submitted.of(series.metric):
        group = tuple(source.value_of(key) or "" for key in series.by)
        if all(group) and all(demand.fits(source.tags) for demand in series.conditions):
            times, values = [at for at, _ in source.points], [value for _, value in source.points]
            held.setdefault(group, []).append((source.kind, times, values))
    known, seed = account.metrics.shapes, account.metrics.seed
    if held or seed is None or series.metric not in known.metrics:
        return held
    kind = "count" if known.is_count(series.metric) else "gauge"
    until = min(span.end, account.clock())
    for group in known.groups(series):
        shape = known.shape(series, group)
        drawn = list(generated.points(shape, seed, span.start, until))
        held[group] = [(kind, [float(time) for time, _ in drawn], [value for _, value in drawn])]
    return held


def _operation(
    account: Account, sign: str, left: Expression, right: Expression, span: QueriedSpan
) -> dict[Group, Line]:
    sides = [
        side if isinstance(side, float) else lines(account, side, span) for side in (left, right)
    ]
    groups = dict.fromkeys(group for side in sides if not isinstance(side, float) for group in side)
    made: dict[Group, Line] = {}
    for group in groups:
        parts = [
            side if isinstance(side, float) else side.get(group, side.get(())) for side in sides
        ]
        if None not in parts:
            made[group] = _calculated(sign, parts[0], parts[1])
    return made


def _calculated(sign: str, left: Line | float | None, right: Line | float | None) -> Line:
    lines = [side for side in (left, right) if isinstance(side, dict)]
    common = [bucket for bucket in lines[0] if all(bucket in line for line in lines)]
    result: Line = {}
    for bucket in common:
        a, b = (side[bucket] if isinstance(side, dict) else side or 0.0 for side in (left, right))
        if sign == "/" and b == 0:
            continue  # a division by zero has no value
        result[bucket] = {"+": a + b, "-": a - b, "*": a * b}.get(sign, a / b if b else 0.0)
    return result


def _pointwise(name: str, numbers: tuple[float, ...], line: Line) -> Line:
    values = functions.pointwise(name, numbers, list(line.values()))
    return {at: value for at, value in zip(line, values, strict=True) if value is not None}


def query_v1(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v1/query: seconds in, milliseconds out; an object for each line."""
    start, end = request.number("from", 0), request.number("to", 0)
    text = request.query.get("query", "")
    span = _span(start, end + 1, 0)
    expression = _read(text)
    made = _lines(account, expression, span)
    by = series_in(expression)[0].by
    first = series_in(expression)[0]
    seconds = span.interval(first)
    series: list[dict[str, Any]] = [
        {
            "metric": first.metric,
            "display_name": first.metric,
            "query_index": 0,
            "aggr": first.space,
            "scope": ",".join(_tags(by, group)) or "*",
            "tag_set": _tags(by, group),
            "attributes": {},
            "unit": None,
            "interval": seconds,
            "start": min(line) * 1000,
            "end": (max(line) + seconds) * 1000 - 1,
            "length": len(line),
            "expression": text,
            "pointlist": [[bucket * 1000, value] for bucket, value in line.items()],
        }
        for group, line in made.items()
        if line
    ]
    return answer(
        {
            "status": "ok", "res_type": "time_series", "resp_version": 1, "query": text,
            "from_date": start * 1000, "to_date": end * 1000, "series": series, "values": [],
            "times": [], "message": "", "group_by": list(by),
        }
    )  # fmt: skip


_SHAPES: Final = {
    "queries": shapes.records, "formulas": shapes.records, "from": shapes.whole,
    "to": shapes.whole, "interval": shapes.whole,
}  # fmt: skip


def timeseries(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/query/timeseries: milliseconds in and out, values beside one list of times."""
    sent = shapes.checked_attributes(request, _SHAPES)
    if not sent.get("queries"):
        raise shapes.invalid("queries")
    if not counted_pages.names_alone(sent):
        raise refused("The emulator does not serve formulas: ask for the queries themselves")
    span = _span(
        (sent.get("from") or 0) / 1000,
        (sent.get("to") or 0) / 1000,
        math.ceil((sent.get("interval") or 0) / 1000),
    )
    series: list[dict[str, Any]] = []
    lines: list[Line] = []
    for index, query in enumerate(sent["queries"]):
        for tags, line in _of_query(account, query, span):
            series.append({"group_tags": tags, "query_index": index, "unit": None})
            lines.append(line)
    times = sorted({bucket for line in lines for bucket in line})
    attributes = {
        "series": series,
        "times": [bucket * 1000 for bucket in times],
        "values": [[line.get(bucket) for bucket in times] for line in lines],
    }
    data = {"type": "timeseries_response", "id": "0", "attributes": attributes}
    return answer({"data": data})


def _of_query(
    account: Account, query: Mapping[str, Any], span: QueriedSpan
) -> list[tuple[list[str], Line]]:
    source = query.get("data_source")
    if source == "metrics":
        expression = _read(str(query.get("query") or ""))
        by = series_in(expression)[0].by
        made = _lines(account, expression, span)
        return [(_tags(by, group), line) for group, line in made.items()]
    if source == counted_pages.SOURCE:
        seconds = buckets.interval(span.end - span.start, span.wanted)
        return counted_pages.lines(account, query, span.start, span.end, seconds)
    try:
        return searches.lines(account, query, span.start, span.end, span.wanted)
    except NotServed as problem:
        raise refused(str(problem)) from None


def _tags(by: Group, group: Group) -> list[str]:
    return [f"{key}:{value}" for key, value in zip(by, group, strict=True)]


def _span(start: float, end: float, wanted: int) -> QueriedSpan:
    if not 0 < start < end or end - start > _LONGEST:
        raise refused("Invalid time range: 'from' must be before 'to'")
    return QueriedSpan(start=start, end=end, wanted=wanted)


def _read(text: str) -> Expression:
    try:
        expression = read(text)
        if not series_in(expression):
            raise NotServed("a query without a series")
    except NotServed as problem:
        raise refused(f"Error parsing query: {problem}") from None
    return expression


def _lines(account: Account, expression: Expression, span: QueriedSpan) -> dict[Group, Line]:
    try:
        return lines(account, expression, span)
    except NotServed as problem:
        raise refused(f"Error parsing query: {problem}") from None
