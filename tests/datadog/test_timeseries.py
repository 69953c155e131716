"""History by the newer endpoint, by the older one where that is not there, and nothing guessed."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.datadog.timeseries import HistoryQuery, Timeseries
from monitor_sync.errors import Rejected, RemoteError
from tests.datadog.conftest import Answer, Script, script

__all__ = ["script"]

QUERY = HistoryQuery(
    source="metrics", text="avg:a.b{*} by {host}.rollup(avg, 60)", keys=("host",), interval=60,
    start=600, end=780,
)  # fmt: skip

OTHER = replace(QUERY, text="avg:a.c{*}.rollup(avg, 60)", keys=())


def read(timeseries: Timeseries, *queries: HistoryQuery) -> tuple[list[Any], int]:
    """Return the answers in the order of the queries, and how many requests they took."""
    spent: list[None] = []
    given = dict(timeseries.lines(queries, lambda: spent.append(None)))
    return [given[query] for query in queries], len(spent)


IN_A = {"group_tags": ["host:a"]}


def newer(series: list[Any], times: list[int], values: list[Any]) -> Answer:
    attributes = {"series": series, "times": times, "values": values}
    return Answer(body={"data": {"type": "timeseries_response", "attributes": attributes}})


def test_buckets_without_a_point_and_groups_that_lack_a_key_are_left_out(script: Script) -> None:
    script.say(
        newer(
            [{"group_tags": ["host:a"]}, {"group_tags": ["host:N/A"]}, {"group_tags": []}],
            [540_000, 600_000, 660_000, 780_000],
            [[9, 1, None, 9], [1, 1, 1, 1], [1, 1, 1, 1]],
        )
    )
    given = read(script.client().timeseries, QUERY)

    assert given == ([{("a",): ([600], [1.0])}], 1)
    sent = script.requests[0]
    assert (sent.method, sent.path) == ("POST", "/api/v2/query/timeseries")


def test_points_out_of_order_or_told_twice_are_put_in_order(script: Script) -> None:
    times = [720_000, 600_000, 720_000]
    script.say(newer([IN_A], times, [[1, 2, 3]]))

    assert read(script.client().timeseries, QUERY) == ([{("a",): ([600, 720], [2.0, 3.0])}], 1)


def test_where_the_newer_endpoint_is_not_there_the_older_one_is_asked_from_then_on(
    script: Script,
) -> None:
    series = {"tag_set": ["host:a"], "pointlist": [[600_000.0, 1.0], [780_000.0, 9.0]]}
    script.say(
        lambda request: (
            Answer(status=404, body={"errors": ["Not found"]})
            if request.method == "POST"
            else Answer(body={"status": "ok", "series": [series]})
        )
    )
    timeseries = script.client().timeseries

    assert read(timeseries, QUERY) == ([{("a",): ([600], [1.0])}], 2)
    assert (read(timeseries, QUERY), timeseries.at_once) == (([{("a",): ([600], [1.0])}], 1), 1)
    assert [request.method for request in script.requests] == ["POST", "GET", "GET"]


def test_a_search_counts_items_and_no_item_is_no_point(script: Script) -> None:
    query = HistoryQuery(
        source="logs", text="status:error", keys=("@path",), interval=60, start=600, end=780,
        method="count", indexes=("main",),
    )  # fmt: skip
    script.say(newer([{"group_tags": ["@path:/pay:1"]}], [600_000, 660_000], [[0, 3]]))

    assert read(script.client().timeseries, query)[0] == [{("/pay:1",): ([660], [3.0])}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": []},
        {"data": {"attributes": {"times": [1], "series": [{}], "values": []}}},
        {"data": {"attributes": {"times": ["x"], "series": [], "values": []}}},
        {"data": {"attributes": {"times": [600_000], "series": [7], "values": [[1]]}}},
        {"data": {"attributes": {"times": [6], "series": [IN_A], "values": [[1, 2]]}}},
        {"data": {"attributes": {"times": [600_000], "series": [IN_A], "values": [["nan"]]}}},
        {"data": {"attributes": {"times": [600_000], "series": [IN_A], "values": [[10**400]]}}},
    ],
)
def test_an_answer_of_another_shape_is_an_error_and_no_empty_history(
    script: Script, body: Any
) -> None:
    script.say(Answer(body=body))

    with pytest.raises(RemoteError):
        read(script.client().timeseries, QUERY)


def test_several_queries_are_one_request_and_each_series_says_which_it_answers(
    script: Script,
) -> None:
    of_other = {"group_tags": [], "query_index": 1}
    script.say(newer([of_other, {**IN_A, "query_index": 0}], [600_000], [[7], [1]]))

    assert read(script.client().timeseries, QUERY, OTHER) == (
        [{("a",): ([600], [1.0])}, {(): ([600], [7.0])}], 1,
    )  # fmt: skip
    assert len(script.requests) == 1


@pytest.mark.parametrize("number", [None, -1, 2, "1"])
def test_a_series_that_does_not_say_which_of_several_it_answers_is_an_error(
    script: Script, number: Any
) -> None:
    extra = {} if number is None else {"query_index": number}
    script.say(newer([{**IN_A, **extra}], [600_000], [[1]]))

    with pytest.raises(RemoteError):
        read(script.client().timeseries, QUERY, OTHER)


def test_a_query_that_is_refused_takes_nothing_from_those_beside_it(script: Script) -> None:
    script.say(
        lambda request: (
            Answer(status=400, body={"errors": ["Error parsing query"]})
            if "a.c" in str(request.body)
            else newer([IN_A], [600_000], [[1]])
        )
    )
    (mine, refused), spent = read(script.client().timeseries, QUERY, OTHER)

    assert mine == {("a",): ([600], [1.0])}
    assert isinstance(refused, Rejected)
    assert "Error parsing query" in str(refused)
    assert spent == len(script.requests) == 3
