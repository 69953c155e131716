"""Create, read, update and delete, as far as recorded traffic tells what they do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Caller, Clock, monitor


def test_a_created_monitor_has_what_the_server_fills_in(call: Caller) -> None:
    made = call.created()
    assert list(made["options"]) == [
        "thresholds",
        "notify_no_data",
        "notify_audit",
        "new_host_delay",
        "include_tags",
        "silenced",
    ]
    assert (made["multi"], made["overall_state"], made["draft_status"]) == (
        True, "No Data", "published",
    )  # fmt: skip
    assert (made["priority"], made["restricted_roles"], made["assets"]) == (None, None, [])
    assert made["created"] == made["modified"] == "2027-01-15T08:00:00.250000+00:00"
    assert made["created_at"] == 1_800_000_000_000


def test_threshold_numbers_become_floats_but_not_in_a_service_check(call: Caller) -> None:
    assert repr(call.created()["options"]["thresholds"]["critical"]) == "5.0"
    check = call.created(
        type="service check",
        query='"http.can_connect".over("env:production").by("host").last(4).count_by_status()',
        options={"thresholds": {"critical": 3, "warning": 1}},
    )
    assert repr(check["options"]["thresholds"]) == "{'critical': 3, 'warning': 1}"


@pytest.mark.parametrize(
    ("sent", "absent"),
    [
        ({"new_group_delay": 60}, "new_host_delay"),
        ({"on_missing_data": "default"}, "notify_no_data"),
        ({"thresholds": {}}, "thresholds"),
    ],
)
def test_some_options_keep_a_default_away(call: Caller, sent: dict[str, Any], absent: str) -> None:
    assert absent not in call.created(options=sent)["options"]


def test_outer_white_space_is_trimmed_only_at_the_end_of_texts(call: Caller) -> None:
    made = call.created(message=" a\n\n b \n", query="avg(last_5m):avg:a.b{*} > 5 ")
    assert (made["message"], made["query"]) == (" a\n\n b", "avg(last_5m):avg:a.b{*} > 5")


@pytest.mark.parametrize(("sent", "stored"), [(0, None), ("5", 5), (3, 3), (None, None)])
def test_priority_is_a_number_or_none(call: Caller, sent: object, stored: object) -> None:
    assert call.created(priority=sent)["priority"] == stored


def test_a_formula_is_answered_as_metric_alert(call: Caller) -> None:
    variable = {"data_source": "metrics", "name": "query1", "query": "avg:a{*}"}
    made = call.created(query='formula("query1").last("5m") > 5', options={"variables": [variable]})
    assert made["type"] == "metric alert"


def test_a_monitor_without_a_name_is_given_one(call: Caller) -> None:
    made = call.created(
        name=None,
        query="avg(last_5m):sum:system.net.bytes_rcvd{host:host0} > 100",
        options={},
    )
    assert made["name"] == (
        "**system.net.bytes_rcvd** over **host:host0** was **> 100.0** "
        "on average during the **last 5m**."
    )


def test_unknown_options_are_kept_and_unknown_fields_are_not(call: Caller) -> None:
    made = call.created(options={"a_new_option": 1}, classification="custom")
    assert made["options"]["a_new_option"] == 1
    assert "classification" not in made


def test_an_exact_copy_is_refused_and_names_the_first(call: Caller) -> None:
    made = call.created()
    assert call("POST", "/v1/monitor", monitor()) == (
        400,
        {"errors": [f"Duplicate of an existing monitor_id:{made['id']} org_id:{made['org_id']}"]},
    )
    call.created(options={"thresholds": {"critical": 5}, "timeout_h": 1})
    call("DELETE", f"/v1/monitor/{made['id']}")
    call.created()


def test_an_update_keeps_what_it_does_not_name(call: Caller, clock: Clock) -> None:
    made = call.created(priority=2)
    clock.now += 60
    status, changed = call("PUT", f"/v1/monitor/{made['id']}", {"name": "Renamed"})
    assert status == 200
    assert "creator" not in changed
    assert changed["modified"] > made["modified"]
    unchanged = ("query", "message", "tags", "options", "priority", "created", "type", "multi")
    assert {name: changed[name] for name in unchanged} == {name: made[name] for name in unchanged}
    assert call.read(made["id"])["name"] == "Renamed"


def test_options_are_replaced_as_a_whole_but_silences_stay(call: Caller) -> None:
    options = {
        "thresholds": {"critical": 5},
        "renotify_interval": 60,
        "notify_no_data": True,
        "silenced": {"*": None},
    }
    made = call.created(options=options)
    sent = {"thresholds": {"critical": 5, "warning": None}, "evaluation_delay": None}
    _, changed = call("PUT", f"/v1/monitor/{made['id']}", {"options": sent})
    assert changed["options"] == {
        "thresholds": {"critical": 5.0},
        "evaluation_delay": None,
        "notify_no_data": False,
        "notify_audit": False,
        "new_host_delay": 300,
        "include_tags": True,
        "silenced": {"*": None},
    }


def test_null_clears_priority_roles_and_tags(call: Caller) -> None:
    made = call.created(priority=1, restricted_roles=["00000000-0000-0000-0000-000000000001"])
    cleared = {"priority": None, "restricted_roles": None, "tags": None}
    _, changed = call("PUT", f"/v1/monitor/{made['id']}", cleared)
    assert (changed["priority"], changed["restricted_roles"], changed["tags"]) == (None, None, [])


def test_the_type_never_changes(call: Caller) -> None:
    made = call.created()
    path = f"/v1/monitor/{made['id']}"
    assert call("PUT", path, {"type": "composite"}) == (
        400,
        {"errors": ["Monitor type change not allowed"]},
    )
    status, changed = call("PUT", path, {"type": "metric alert"})
    assert (status, changed["type"]) == (200, "query alert")


def test_assets_are_read_only_when_asked_for(call: Caller) -> None:
    asset = {"category": "runbook", "name": "Runbook", "url": "/notebooks/1"}
    made = call.created(assets=[asset])
    kept: dict[str, Any] = {
        "template_variables": {}, "options": {}, "resource_key": None, "resource_type": None,
    }  # fmt: skip
    assert made["assets"] == [{"monitor_id": made["id"], **asset, **kept}]
    assert "assets" not in call.read(made["id"])
    assert call.read(made["id"], "with_assets=true")["assets"] == [{**asset, **kept}]


def test_a_deleted_monitor_is_gone(call: Caller) -> None:
    made = call.created()
    path = f"/v1/monitor/{made['id']}"
    assert call("DELETE", path) == (200, {"deleted_monitor_id": made["id"]})
    for method in ("GET", "DELETE", "PUT"):
        assert call(method, path, {}) == (404, {"errors": ["Monitor not found"]})
    assert call.created()["id"] > made["id"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"type": None}, "The parameter 'type' is required"),
        ({"query": "THIS IS A BAD QUERY"}, "The value provided for parameter 'query' is invalid"),
        (
            {"query": "avg(last_5m):avg:a{*} ><><>< whaaa?"},
            "The value provided for parameter 'query' is invalid",
        ),
        (
            {"query": "sumlast_24h):sum:a{*} < 1"},
            "The value provided for parameter 'query' is invalid",
        ),
        (
            {"type": "log alert", "query": "query"},
            "The value provided for parameter 'query' is invalid: invalid operator specified: ",
        ),
        (
            {"options": {"thresholds": {"critical": 90}}},
            "Alert threshold (90.0) does not match that used in the query (5.0).",
        ),
        ({"options": {"thresholds": {"warning": 3}}}, "Alert status is required."),
        (
            {"options": {"thresholds": {"critical": 5, "warning": 50}}},
            "Warning threshold (50.0) must be less than the alert threshold (5.0) "
            "with > comparison.",
        ),
        (
            {"query": "avg(last_5m):avg:a{*} > 5", "options": {"new_group_delay": 60}},
            "The new_group_delay option can only be used for multi-alert monitors",
        ),
        (
            {
                "type": "service check",
                "query": '"a.check".over("*").by("host").last(2).count_by_status()',
                "options": {"thresholds": {"critical": 3}},
            },
            "Last field should be larger than or equal to max threshold defined in monitor options",
        ),
        (
            {"type": "service check", "query": '"a.check".over("*").last(2).count_by_status()'},
            "A grouping must be specified for custom checks",
        ),
    ],
)
def test_what_datadog_refuses_is_refused(call: Caller, changes: dict[str, Any], error: str) -> None:
    body = monitor(**changes)
    assert call("POST", "/v1/monitor/validate", body) == (400, {"errors": [error]})
    assert call("POST", "/v1/monitor", body) == (400, {"errors": [error]})
    assert call.listed() == []


def test_validate_creates_nothing(call: Caller) -> None:
    assert call("POST", "/v1/monitor/validate", monitor()) == (200, {})
    assert call.listed() == []
    made = call.created()
    path = f"/v1/monitor/{made['id']}/validate"
    assert call("POST", path, {"name": "Other"}) == (200, {})
    assert call("POST", path, {"query": "bad"})[0] == 400
    assert call.read(made["id"])["name"] == made["name"]


def test_a_held_monitor_may_break_todays_rules(call: Caller) -> None:
    call.emulator.seed([{"id": 7, "type": "log alert", "name": "old", "query": "invalid query"}])
    assert call.read(7)["query"] == "invalid query"
    assert call("DELETE", "/v1/monitor/7")[0] == 200


def test_a_metric_alert_updated_as_query_alert_becomes_one_and_stays_one(call: Caller) -> None:
    made = call.created(type="metric alert")
    assert made["type"] == "metric alert"
    path = f"/v1/monitor/{made['id']}"
    assert call("PUT", path, {"type": "metric alert", "name": "A"})[1]["type"] == "metric alert"
    assert call("PUT", path, {"type": "query alert"})[1]["type"] == "query alert"
    assert call("PUT", path, {"type": "metric alert"})[1]["type"] == "query alert"
    assert call.read(made["id"])["type"] == "query alert"


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


def test_tags_of_a_composite_can_change_when_a_member_is_gone(call: Caller) -> None:
    member = call("POST", "/v1/monitor", monitor())[1]
    both = call("POST", "/v1/monitor", composite(member["id"]))[1]
    call("DELETE", f"/v1/monitor/{member['id']}", query="force=true")

    path = f"/v1/monitor/{both['id']}"
    assert call("PUT", path, {"tags": ["team:motor"]})[0] == 200
    assert call("PUT", path, {"query": both["query"]})[0] == 400


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
