"""Logs are counted by their facets."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller

LOGS = [
    {"service": "quote-api", "status": "error", "trace_id": "1"},
    {"service": "quote-api", "status": "error", "dd": {"trace_id": "2"}},
    {"service": "quote-api", "status": "error"},
    {"service": "pricing", "status": "error"},
    {"service": "pricing", "message": "of no status, so info"},
    {"status": "error", "message": "of no service"},
]


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        ("status:error", {"quote-api": 3, "pricing": 1}),
        ("status:error trace_id:*", {"quote-api": 2}),
        ("-trace_id:*", {"quote-api": 1, "pricing": 2}),
        ("*", {"quote-api": 3, "pricing": 2}),
        ("service:none", {}),
    ],
)
def test_a_search_is_counted_by_service(call: Caller, query: str, counts: dict[str, int]) -> None:
    assert call("POST", "/v2/logs", LOGS)[0] == 202
    sent = {
        "compute": [{"aggregation": "count"}],
        "filter": {"query": query, "from": "now-7d", "to": "now"},
        "group_by": [{"facet": "service"}],
    }
    status, answer = call("POST", "/v2/logs/analytics/aggregate", sent)

    assert status == 200
    buckets = answer["data"]["buckets"]
    assert {bucket["by"]["service"]: bucket["computes"]["c0"] for bucket in buckets} == counts


@pytest.mark.parametrize(
    "sent",
    [
        {"compute": [{"aggregation": "pc99", "metric": "@duration"}]},
        {"filter": {"query": "(a OR b)"}},
        {"filter": {"query": 7}},
        {"filter": {"from": "yesterday"}},
        {"group_by": [{"facet": "@http.url"}]},
        {"group_by": [{"facet": "service", "limit": 0}]},
    ],
)
def test_what_the_emulator_cannot_count_is_refused_and_not_guessed(
    call: Caller, sent: dict[str, object]
) -> None:
    assert call("POST", "/v2/logs/analytics/aggregate", sent)[0] == 400


def test_what_is_no_log_is_refused(call: Caller) -> None:
    assert call("POST", "/v2/logs", ["text"])[0] == 400
