"""Composites and SLOs refer to monitors, and hold them back from being deleted."""

from __future__ import annotations

from tests.emulator.conftest import Caller, monitor


def composite(*members: int) -> dict[str, object]:
    query = " && ".join(map(str, members))
    return monitor(type="composite", name="Both", query=query, options={})


def test_a_composite_of_unknown_monitors_is_refused(call: Caller) -> None:
    made = call.created()
    assert call("POST", "/v1/monitor", composite(made["id"], 999)) == (
        400,
        {"errors": ["Some monitor IDs are invalid"]},
    )
    status, both = call("POST", "/v1/monitor", composite(made["id"]))
    assert (status, both["multi"]) == (200, False)
    status, _ = call("PUT", f"/v1/monitor/{both['id']}", {"query": "999"})
    assert status == 400


def test_a_member_is_deleted_only_by_force(call: Caller) -> None:
    made = call.created()
    both = call("POST", "/v1/monitor", composite(made["id"]))[1]
    said = (
        f"monitor [{made['id']},Quotes are slow] is referenced in "
        f"composite monitors: [{both['id']},Both]"
    )
    path = f"/v1/monitor/{made['id']}"
    assert call("DELETE", path) == (400, {"errors": [said]})
    can_delete = call("GET", "/v1/monitor/can_delete", query=f"monitor_ids={made['id']}")
    assert can_delete == (409, {"data": {"ok": []}, "errors": {str(made["id"]): [said]}})
    assert call("DELETE", path, query="force=true")[0] == 200
    assert call.read(both["id"])["query"] == str(made["id"])


def test_nothing_holds_a_monitor_back_once_the_composite_lets_go(call: Caller) -> None:
    first, second = call.created(), call.created(name="Other")
    both = call("POST", "/v1/monitor", composite(first["id"]))[1]
    call("PUT", f"/v1/monitor/{both['id']}", {"query": str(second["id"])})
    query = f"monitor_ids={first['id']},{both['id']}"
    assert call("GET", "/v1/monitor/can_delete", query=query) == (
        200,
        {"data": {"ok": [first["id"], both["id"]]}, "errors": None},
    )
    assert call("DELETE", f"/v1/monitor/{first['id']}")[0] == 200
    assert call("DELETE", f"/v1/monitor/{second['id']}")[0] == 400
    call("DELETE", f"/v1/monitor/{both['id']}")
    assert call("DELETE", f"/v1/monitor/{second['id']}")[0] == 200


def test_an_slo_holds_its_monitors_back(call: Caller) -> None:
    made = call.created()
    slo = {"name": "Quotes", "type": "monitor", "monitor_ids": [made["id"]], "thresholds": []}
    status, answer = call("POST", "/v1/slo", slo)
    assert status == 200
    slo_id = answer["data"][0]["id"]
    said = f"monitor [{made['id']},Quotes are slow] is referenced in slos: [{slo_id},Quotes]"
    assert call("DELETE", f"/v1/monitor/{made['id']}") == (400, {"errors": [said]})
    assert call("DELETE", f"/v1/slo/{slo_id}") == (200, {"data": [slo_id], "error": None})
    assert call("DELETE", f"/v1/monitor/{made['id']}")[0] == 200


def test_can_delete_wants_ids(call: Caller) -> None:
    assert call("GET", "/v1/monitor/can_delete") == (
        400,
        {"errors": ["monitor_ids are required"]},
    )
