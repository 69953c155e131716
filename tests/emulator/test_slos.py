"""SLOs: listed, found by name and id, and asked whether they can be deleted."""

from __future__ import annotations

from tests.emulator.conftest import Caller


def created(call: Caller, name: str) -> str:
    slo = {"name": name, "type": "monitor", "monitor_ids": [call.created(name=name)["id"]]}
    return str(call("POST", "/v1/slo", slo)[1]["data"][0]["id"])


def names(call: Caller, query: str) -> list[str]:
    return [slo["name"] for slo in call("GET", "/v1/slo", query=query)[1]["data"]]


def test_slos_are_listed_all_or_by_name_or_by_id(call: Caller) -> None:
    first, second = created(call, "Quotes"), created(call, "Claims")
    assert names(call, "") == ["Quotes", "Claims"]
    assert names(call, "limit=1&offset=1") == ["Claims"]
    assert names(call, "query=quo") == ["Quotes"]
    assert names(call, f"ids={second},{first}") == ["Claims", "Quotes"]
    unknown = {"errors": ["SLO not found: abc not found"]}
    assert call("GET", "/v1/slo", query="ids=abc") == (404, unknown)


def test_an_slo_can_be_deleted(call: Caller) -> None:
    slo = created(call, "Quotes")
    path = "/v1/slo/can_delete"
    assert call("GET", path, query=f"ids={slo}") == (200, {"data": {"ok": [slo]}, "errors": None})
    wrong = {"errors": ["The value provided for parameter 'ids are required' is invalid"]}
    assert call("GET", path, query="ids=") == (400, wrong)
