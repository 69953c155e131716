"""
The endpoints that answer history of metrics and of searches.

https://docs.datadoghq.com/api/latest/metrics/query-timeseries-data-across-multiple-products/ and,
where that is not there, https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from monitor_sync.datadog import answers
from monitor_sync.datadog.api import Api, read_request
from monitor_sync.errors import NotFound
from monitor_sync.http.request import ApiRequest

MOST_POINTS: Final = 1440
"""Buckets to ask for at once: Datadog gives at most 1,500 a series, and days are easy to keep."""

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

    def lines(self, query: HistoryQuery) -> tuple[GroupedLines, int]:
        """
        Return the line of each group, and how many requests that took.

        Buckets without a point are left out, and so are groups that lack a key: a monitor has no
        such group. Needs ``timeseries_query``.
        """
        if not self._older or query.source != "metrics":
            try:
                return self._newer_lines(query), 1
            except NotFound:
                if query.source != "metrics":
                    raise
                self._older = True
                return self._older_lines(query), 2
        return self._older_lines(query), 1

    def _newer_lines(self, query: HistoryQuery) -> GroupedLines:
        request = _request(query)
        answer = self._api.send(request)
        try:
            attributes = answer["data"]["attributes"]
            times = [int(time) // 1000 for time in attributes["times"] or ()]
            pairs = zip(attributes["series"] or (), attributes["values"] or (), strict=True)
            grouped = [(series.get("group_tags") or (), values) for series, values in pairs]
            return _grouped(
                query, ((tags, zip(times, values, strict=True)) for tags, values in grouped)
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            unexpected = answers.unexpected(
                request, answer, "it has no series with times and values"
            )
            raise self._api.error(unexpected) from None

    def _older_lines(self, query: HistoryQuery) -> GroupedLines:
        request = read_request(
            path="/api/v1/query",
            kind="metric",
            operation="look up",
            subject="the history of a metric",
            scope="timeseries_query",
            query={"from": query.start, "to": query.end - 1, "query": query.text},
        )
        answer = self._api.send(request)
        try:
            return _grouped(
                query,
                (
                    (series.get("tag_set") or (), _pairs(series["pointlist"]))
                    for series in answer["series"] or ()
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            unexpected = answers.unexpected(request, answer, "it has no series with points")
            raise self._api.error(unexpected) from None


def _pairs(points: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Any]]:
    return ((int(time) // 1000, value) for time, value in points)


def _request(query: HistoryQuery) -> ApiRequest:
    line: dict[str, Any] = {"data_source": query.source, "name": "a"}
    if query.source == "metrics":
        line["query"] = query.text
    else:
        line["search"] = {"query": query.text}
        line["compute"] = {
            "aggregation": query.method,
            "interval": query.interval * 1000,
            **({"metric": query.measure} if query.measure else {}),
        }
        line["group_by"] = [{"facet": key, "limit": MOST_GROUPS} for key in query.keys]
        if query.indexes:
            line["indexes"] = list(query.indexes)
    attributes = {
        "from": query.start * 1000,
        "to": query.end * 1000,
        "interval": query.interval * 1000,
        "queries": [line],
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


def _grouped(
    query: HistoryQuery, series: Iterator[tuple[Sequence[str], Iterator[tuple[int, Any]]]]
) -> GroupedLines:
    grouped: GroupedLines = {}
    for tags, points in series:
        group = _group(query.keys, tags)
        if group is None:
            continue
        kept = [
            (time, float(value))
            for time, value in points
            if value is not None and query.start <= time < query.end
        ]
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
