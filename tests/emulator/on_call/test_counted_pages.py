"""Pages of Datadog On-Call are counted by metric queries, which is all that tells of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.history.estates import UNTIL, served

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/datadog"
WEEK = 604_800


def last_week() -> list[dict[str, Any]]:
    """The true incidents of the last week."""
    truth = served("datadog").truth["incident"]
    return [item for item in truth if item["created"] >= UNTIL - WEEK]


def ask(what: str, **changes: Any) -> tuple[int, Any]:
    query = {
        "data_source": "on_call_events",
        "compute": {"aggregation": "count"},
        "search": {"query": "*"},
        "indexes": ["*"],
        "name": "a",
        **changes,
    }
    attributes = {
        "formulas": [{"formula": "a", "limit": {"count": 10, "order": "desc"}}],
        "queries": [query],
        "from": int(UNTIL - WEEK) * 1000,
        "to": int(UNTIL) * 1000,
        **({"interval": 3_600_000} if what == "timeseries" else {}),
    }
    body = {"data": {"type": f"{what}_request", "attributes": attributes}}
    return served("datadog").ask("POST", f"/api/v2/query/{what}", body)


def test_a_scalar_counts_the_pages_of_the_truth_in_the_recorded_shape() -> None:
    status, given = ask("scalar")
    assert status == 200
    assert last_week()
    assert given == {
        "data": {
            "id": "0",
            "type": "scalar_response",
            "attributes": {
                "columns": [
                    {
                        "name": "a",
                        "values": [float(len(last_week()))],
                        "type": "number",
                        "meta": {"unit": None},
                    }
                ]
            },
        }
    }
    sample = next(SAMPLES.glob("v2_scalar_*on_call_events*"), None)
    if sample is not None:
        recorded = json.loads(sample.read_text())["interactions"][0]["response_body"]
        recorded["data"]["attributes"]["columns"][0]["values"] = [float(len(last_week()))]
        assert given == recorded


def test_groups_and_searches_narrow_what_is_counted() -> None:
    _, given = ask("scalar", group_by=[{"facet": "team"}])
    teams, counts = given["data"]["attributes"]["columns"]
    counted = dict(zip((value for [value] in teams["values"]), counts["values"], strict=True))
    assert counted == Counter(item["team"] for item in last_week())
    team = next(iter(counted))
    _, of_team = ask("scalar", search={"query": f"team:{team}"})
    assert of_team["data"]["attributes"]["columns"][0]["values"] == [counted[team]]


def test_a_timeseries_has_the_same_pages_by_the_hour() -> None:
    status, given = ask("timeseries")
    assert status == 200, given
    attributes = given["data"]["attributes"]
    assert sum(attributes["values"][0]) == len(last_week())
    assert all(time % 3_600_000 == 0 for time in attributes["times"])
    assert attributes["series"] == [{"group_tags": [], "query_index": 0, "unit": None}]


@pytest.mark.parametrize(
    "changes",
    [
        {"compute": {"aggregation": "avg", "metric": "@time_to_ack"}},
        {"group_by": [{"facet": "responder"}]},
        {"group_by": "team"},
        {"search": {"query": "responder:ani"}},
        {"search": {"query": 5}},
        {"data_source": "metrics"},
    ],
)
def test_what_nobody_has_recorded_is_refused(changes: dict[str, Any]) -> None:
    assert ask("scalar", **changes)[0] == 400
