"""
The endpoints that answer history of metrics and of searches.

https://docs.datadoghq.com/api/latest/metrics/query-timeseries-data-across-multiple-products/ and,
where that is not there, https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from monitor_sync.datadog import answers
from monitor_sync.datadog.api import Api, read_request
from monitor_sync.errors import NotFound, Rejected, RemoteError
from monitor_sync.http.request import ApiRequest

MOST_POINTS: Final = 1440
"""Buckets to ask for at once: Datadog gives at most 1,500 a series, and days are easy to keep."""

MOST_QUERIES: Final = 10
"""
Queries to send in one request. Datadog's page takes a list and names no most; ten keep an answer
small.
"""

MOST_GROUPS: Final = 1000
"""Groups of a search that are answered: Datadog watches as many by one facet."""

GroupedLines = dict[tuple[str, ...], tuple[list[int], list[float]]]
"""Starts of buckets in UNIX seconds, and values, by the values of the keys."""


class HistoryQuery(Struct, frozen=True, kw_only=True):
    """
    One series of a metric, or one search: see ``insight.backtest.wanted.WantedLine``.

    ``start`` and ``end`` are UNIX seconds and multiples of ``interval``; ``end`` is left out.
    """

    source: str
    text: str
    keys: tuple[str, ...]
    interval: int
    start: int
    end: int
    method: str = ""
    measure: str = ""
    indexes: tuple[str, ...] = ()


class Timeseries:
    """History of metrics and searches. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._older = False

    @property
    def at_once(self) -> int:
        """How many queries one request takes: of the older endpoint one."""
        return 1 if self._older else MOST_QUERIES

    def lines(
        self, queries: Sequence[HistoryQuery], spend: Callable[[], None]
    ) -> Iterator[tuple[HistoryQuery, GroupedLines | RemoteError]]:
        """
        Yield the line of each group for each query, or why Datadog refuses it.

        The queries are about one source, stretch and interval. ``spend`` is called before each
        request; what it raises ends the reading. Buckets without a point are left out, and so are
        groups that lack a key: a monitor has no such group. Needs ``timeseries_query``.
        """
        metrics = queries[0].source == "metrics"
        if metrics and self._older:
            for query in queries:
                spend()
                yield query, self._older_lines(query)
            return
        spend()
        try:
            given = self._newer_lines(queries)
        except NotFound:
            if not metrics:
                raise
            self._older = True
            yield from self.lines(queries, spend)
        except Rejected as error:
            if len(queries) == 1:
                yield queries[0], error
                return
            middle = len(queries) // 2  # one that is refused takes nothing from the others
            for part in (queries[:middle], queries[middle:]):
                yield from self.lines(part, spend)
        else:
            yield from zip(queries, given, strict=True)

    def _newer_lines(self, queries: Sequence[HistoryQuery]) -> list[GroupedLines]:
        request = _request(queries)
        answer = self._api.send(request)
        try:
            attributes = answer["data"]["attributes"]
            times = [int(time) // 1000 for time in attributes["times"] or ()]
            pairs = zip(attributes["series"] or (), attributes["values"] or (), strict=True)
            by_query: list[list[Any]] = [[] for _ in queries]
            for series, values in pairs:
                tags, number = series.get("group_tags") or (), _number(series, queries)
                by_query[number].append((tags, zip(times, values, strict=True)))
            return [
                _grouped(query, series) for query, series in zip(queries, by_query, strict=True)
            ]
        except (IndexError, KeyError, TypeError, ValueError, OverflowError, AttributeError):
            unexpected = answers.unexpected(
                request, answer, "it has no series with times and values"
            )
            raise self._api.error(unexpected) from None

    def _older_lines(self, query: HistoryQuery) -> GroupedLines | RemoteError:
        request = read_request(
            path="/api/v1/query",
            kind="metric",
            operation="look up",
            subject="the history of a metric",
            scope="timeseries_query",
            query={"from": query.start, "to": query.end - 1, "query": query.text},
        )
        try:
            answer = self._api.send(request)
        except Rejected as error:
            return error
        try:
            return _grouped(
                query,
                (
                    (series.get("tag_set") or (), _pairs(series["pointlist"]))
                    for series in answer["series"] or ()
                ),
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            unexpected = answers.unexpected(request, answer, "it has no series with points")
            raise self._api.error(unexpected) from None


def _number(series: Mapping[str, Any], queries: Sequence[HistoryQuery]) -> int:
    """Return which query a series answers; of several each series says it."""
    number = series["query_index"] if len(queries) > 1 else 0
    return range(len(queries)).index(number)


def _pairs(points: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Any]]:
    return ((int(time) // 1000, value) for time, value in points)


def _request(queries: Sequence[HistoryQuery]) -> ApiRequest:
    first = queries[0]
    attributes = {
        "from": first.start * 1000,
        "to": first.end * 1000,
        "interval": first.interval * 1000,
        "queries": [_line(query, f"q{number}") for number, query in enumerate(queries)],
    }
    return ApiRequest(
        method="POST",
        path="/api/v2/query/timeseries",
        kind="metric",
        operation="look up",
        subject="the history of a metric",
        scope="timeseries_query",
        repeatable=True,  # it only reads
        body={"data": {"type": "timeseries_request", "attributes": attributes}},
    )


def _line(query: HistoryQuery, name: str) -> dict[str, Any]:
    line: dict[str, Any] = {"data_source": query.source, "name": name}
    if query.source == "metrics":
        line["query"] = query.text
        return line
    line["search"] = {"query": query.text}
    line["compute"] = {
        "aggregation": query.method,
        "interval": query.interval * 1000,
        **({"metric": query.measure} if query.measure else {}),
    }
    line["group_by"] = [{"facet": key, "limit": MOST_GROUPS} for key in query.keys]
    if query.indexes:
        line["indexes"] = list(query.indexes)
    return line


def _grouped(
    query: HistoryQuery, series: Iterable[tuple[Sequence[str], Iterable[tuple[int, Any]]]]
) -> GroupedLines:
    grouped: GroupedLines = {}
    for tags, points in series:
        group = _group(query.keys, tags)
        if group is None:
            continue
        known = {
            time: float(value)
            for time, value in points
            if value is not None and query.start <= time < query.end
        }
        if not all(map(math.isfinite, known.values())):
            raise ValueError(group)
        kept = sorted(known.items())  # an answer's points may be out of order, or be there twice
        if query.method == "count":  # no item is no point
            kept = [(time, value) for time, value in kept if value]
        if kept:
            grouped[group] = ([time for time, _ in kept], [value for _, value in kept])
    return grouped


def _group(keys: Sequence[str], tags: Sequence[str]) -> tuple[str, ...] | None:
    """Return the values of the keys; None where one is missing, which is told as N/A."""
    values: Mapping[str, str] = {
        key: value for key, colon, value in (str(tag).partition(":") for tag in tags) if colon
    }
    group = tuple(values.get(key, values.get(key.removeprefix("@"), "")) for key in keys)
    return None if any(value in ("", "N/A") for value in group) else group
