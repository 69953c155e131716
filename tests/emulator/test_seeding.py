"""Monitors from outside are taken as they are, or named as what they are not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from monitor_sync.emulator.seeding import monitors_in, seedable
from tests.emulator.conftest import Caller, monitor


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "dict where an array of monitors was expected"),
        ([1], "element 0 is no monitor: an object with type and query"),
        ([{"query": "a"}], "element 0 has no type"),
        (
            [{"type": "a", "query": "b", "id": "7"}],
            "element 0: id is '7', expected a whole number",
        ),
        (
            [{"type": "a", "query": "b"}, {"type": "a", "query": "b", "tags": "x"}],
            "element 1: tags is 'x', expected an array of strings",
        ),
        (
            [{"type": "a", "query": "b", "options": {"thresholds": [5]}}],
            "element 0: options.thresholds is [5], expected an object",
        ),
    ],
)
def test_data_that_is_no_list_of_monitors_is_named(data: object, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        seedable(data)


@pytest.mark.parametrize("raw", [b"", b"[", b"\xff", b"[NaN]", b"[1e999]", b"[" * 5000])
def test_data_that_is_no_json_is_named(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"^it is not valid JSON, or nested too deeply$"):
        monitors_in(raw)


FIELDS = ("id", "org_id", "name", "message", "tags", "options", "priority", "created", "creator",
          "restricted_roles", "assets", "multi", "draft_status", "modified")  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_null_is_as_absent(call: Caller, field: str) -> None:
    sound: dict[str, Any] = {"id": 7, **monitor()}
    sound[field] = None
    assert call.emulator.seed(monitors_in(json.dumps([sound]).encode())) == 1
    (held,) = call("GET", "/v1/monitor")[1]
    assert call.read(held["id"])["tags"] == ([] if field == "tags" else sound["tags"])
    assert call("GET", "/v1/monitor/search", query="query=quotes")[0] == 200
    assert call("PUT", f"/v1/monitor/{held['id']}", {"message": "New"})[0] == 200
    assert isinstance(held["org_id"], int)
