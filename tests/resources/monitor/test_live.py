"""Reading what Datadog lists: identity, what is kept, what is survived."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.resources.monitor.live import read
from tests.sync.builders import answer, body, monitor


def test_key_and_project_come_from_the_tags() -> None:
    (monitor_,) = read([answer(monitor("motor/flow/errors"), 7)])

    assert (monitor_.id, monitor_.key, monitor_.project) == (7, "motor/flow/errors", "acme")
    assert monitor_.created == 1_700_000_000_007
    assert monitor_.modified == "2026-10-01T00:00:00+00:00"


def test_what_nobody_compares_is_not_kept() -> None:
    (monitor_,) = read([answer(body(), 7, creator={"name": "x"}, org_id=5, matching_downtimes=[])])

    assert set(monitor_.body) == {"name", "type", "query", "message", "tags", "priority", "options"}
    assert "silenced" not in monitor_.body["options"]


@pytest.mark.parametrize(
    "raw", [None, 5, "x", [], {}, {"id": None}, {"id": "7"}, {"id": True}, {"id": -7}, {"id": 0}]
)
def test_what_is_no_monitor_is_left_out(raw: Any) -> None:
    assert read([raw]) == []


def test_a_monitor_of_nulls_is_read() -> None:
    (monitor_,) = read([{"id": 7, "name": None, "tags": None, "options": None, "created": None}])

    assert (monitor_.name, monitor_.key, monitor_.created, monitor_.body) == (
        "",
        "",
        0,
        {"tags": ()},
    )


def test_the_time_it_was_made_is_read_from_either_field() -> None:
    text = {"id": 7, "created": "2021-10-14T14:10:25.516882+00:00"}
    (monitor_,) = read([text])

    assert monitor_.created == 1_634_220_625_516


@pytest.mark.parametrize("options", ["x", 5, [], ["a"], True])
def test_options_that_are_no_mapping_are_none(options: Any) -> None:
    (monitor_,) = read([{"id": 7, "options": options}])

    assert "options" not in monitor_.body
