"""
How many pages Datadog On-Call made: the data source `on_call_events` of Datadog's metric queries.

That it is there, and that `count` of `*` works, is recorded (datadog-api-client-python, 2026-04,
scalar and timeseries). What its other measures are called is not, so they are refused. Facets here
are `team` and `priority`, which are made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Json, Request, answer, refused
from monitor_sync.emulator.history.records import PastIncident
from monitor_sync.emulator.search_query import Predicate, test_of

SOURCE = "on_call_events"

_FACETS: dict[str, Callable[[PastIncident], str]] = {
    "team": lambda item: item.team,
    "priority": lambda item: item.priority or "none",
}
_SHAPES: dict[str, shapes.Shape] = {
    "queries": shapes.records, "formulas": shapes.records, "from": shapes.whole, "to": shapes.whole
}  # fmt: skip
_Row = tuple[tuple[str, ...], list[PastIncident]]


def scalar(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/query/scalar: one number for each group; for pages of On-Call alone."""
    sent = shapes.checked_attributes(request, _SHAPES)
    queries = sent.get("queries") or []
    if len(queries) != 1 or queries[0].get("data_source") != SOURCE:
        raise refused(f"The emulator answers one query with the data source {SOURCE}")
    if not names_alone(sent):
        raise refused("The emulator serves no formulas but the name of a query")
    query = queries[0]
    start, end = ((sent.get(name) or 0) / 1000 for name in ("from", "to"))
    rows = list(_rows(account, query, start, end))
    columns: list[dict[str, Any]] = [
        {"name": facet, "type": "group", "values": [[group[place]] for group, _ in rows]}
        for place, facet in enumerate(_facets(query))
    ]
    values = [float(len(items)) for _, items in rows]
    name = query.get("name") or "query"
    columns.append({"name": name, "values": values, "type": "number", "meta": {"unit": None}})
    data = {"id": "0", "type": "scalar_response", "attributes": {"columns": columns}}
    return answer({"data": data})


def names_alone(sent: Mapping[str, Any]) -> bool:
    """Return True if the formulas of a request are names of its queries, or there are none."""
    names = {query.get("name") for query in sent.get("queries") or ()}
    return all(formula.get("formula") in names for formula in sent.get("formulas") or ())


def lines(
    account: Account, query: Mapping[str, Any], start: float, end: float, seconds: int
) -> list[tuple[list[str], dict[int, float]]]:
    """Return the tags of each group, and its pages in buckets of so many seconds."""
    facets = _facets(query)
    made = []
    for group, items in _rows(account, query, start, end):
        counts = Counter(int(item.created // seconds) * seconds for item in items)
        tags = [f"{facet}:{value}" for facet, value in zip(facets, group, strict=True)]
        made.append((tags, {bucket: float(counts[bucket]) for bucket in sorted(counts)}))
    return made


def _facets(query: Mapping[str, Any]) -> list[str]:
    groups = query.get("group_by") or []
    if not shapes.records(groups):
        raise shapes.invalid("group_by")
    facets = [str(group.get("facet")) for group in groups]
    for facet in facets:
        if facet not in _FACETS:
            raise refused(f"The emulator has the facets {', '.join(_FACETS)}")
    return facets


def _rows(account: Account, query: Mapping[str, Any], start: float, end: float) -> Iterator[_Row]:
    """Yield the groups of a query, each with its pages; one without pages where nothing groups."""
    compute, search = query.get("compute") or {}, query.get("search") or {}
    if not shapes.record(compute) or not shapes.record(search):
        raise shapes.invalid("compute")
    if compute.get("aggregation") != "count":
        raise refused("The emulator computes nothing but count")
    test = _test(search.get("query") or "*")
    facets = _facets(query)
    rows: dict[tuple[str, ...], list[PastIncident]] = {} if facets else {(): []}
    pages = account.history.incidents_of("datadog") if account.history is not None else ()
    for item in pages:
        if start <= item.created < end and test(item):
            rows.setdefault(tuple(_FACETS[facet](item) for facet in facets), []).append(item)
    yield from sorted(rows.items())


def _test(query: Json) -> Predicate:
    if not isinstance(query, str):
        raise shapes.invalid("search.query")

    def term(word: str, field: str) -> Predicate:
        name, _, value = word.partition(":") if not field else (field, ":", word)
        if name == "*" and not value:
            return lambda _: True
        if name not in _FACETS:
            raise refused(f"The emulator has the facets {', '.join(_FACETS)}")
        return lambda item: _FACETS[name](item) == value.strip('"')

    return test_of(query, term)
