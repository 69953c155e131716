"""A declaration holds what a person would write: no defaults, nothing of the server's."""

from __future__ import annotations

from monitor_sync.adopt.declaring import declared, given_tags, service_of, tags_as_written
from monitor_sync.adopt.placing import Place

LIVE = {
    "name": "Disk full ",
    "type": "metric alert",
    "query": "avg(last_5m):avg:disk{*} > 90",
    "message": "Costs ${5}. @slack-a",
    "tags": ["business_unit:motor", "team:quotes", "tier:1", "monitor_sync_project:old"],
    "priority": 0,
    "options": {
        "thresholds": {"critical": 90.0, "warning": None},
        "notify_audit": False,
        "include_tags": True,
        "new_host_delay": 300,
        "silenced": {"*": None},
        "locked": False,
        "avalanche_window": 10,
        "renotify_interval": "30",
        "no_data_timeframe": 10,
        "queryConfig": {},
        "made_up": {"a": None, "b": 2.0},
    },
    "restricted_roles": None,
    "draft_status": "draft",
    "overall_state": "OK",
    "creator": {"email": "a@b"},
}


def test_defaults_and_what_the_server_owns_are_left_out() -> None:
    given = given_tags(Place("motor", "quotes", "disk"), "", "quotes")

    assert declared(LIVE, "", given) == {
        "name": "Disk full",
        "query": "avg(last_5m):avg:disk{*} > 90",
        "thresholds": {"critical": 90},
        "options": {"renotify_interval": 30},
        "raw_options": {"made_up": {"b": 2}},
        "draft_status": "draft",
        "tags": {"tier": "1"},
        "message": "Costs $${5}. @slack-a",
    }


def test_what_nobody_owns_gets_no_tags() -> None:
    assert given_tags(Place("unplaced", "unowned", "general"), "api", "unowned") == {"service:api"}


def test_one_service_is_the_service_and_several_are_tags() -> None:
    assert service_of({"tags": ["service:a", "x"]}) == "a"
    assert service_of({"tags": ["service:a", "service:b"]}) == ""


def test_tags_are_a_map_where_each_has_a_value() -> None:
    assert tags_as_written(["a:1", "b:x:y", "a:2", "a:1"]) == {"a": ["1", "2"], "b": "x:y"}
    assert tags_as_written(["a:1", "plain"]) == ["a:1", "plain"]
    assert tags_as_written([]) is None
