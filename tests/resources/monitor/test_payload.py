"""What is sent: everything we own, nothing that people or Datadog own."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.resources.monitor.kind import MONITOR
from monitor_sync.resources.monitor.payload import to_create, to_update
from tests.sync.builders import body


def test_an_update_spells_out_what_is_empty_and_what_goes_back_to_its_default() -> None:
    sent = to_update({"name": "n", "type": "query alert", "query": "a > 1"})

    assert sent == {
        "name": "n",
        "type": "query alert",
        "query": "a > 1",
        "message": "",
        "tags": [],
        "priority": None,
        "options": {
            "include_tags": True,
            "notify_audit": False,
            "new_host_delay": 300,
            "notify_no_data": False,
        },
    }


def test_an_update_spells_out_no_default_that_another_option_excludes() -> None:
    options = {"new_group_delay": 60, "on_missing_data": "resolve"}

    assert to_update(body(options=options))["options"] == {
        **options,
        "include_tags": True,
        "notify_audit": False,
    }


def test_a_create_sends_what_is_declared_and_no_nulls() -> None:
    sent = to_create(body(priority=None, options={"thresholds": {"critical": 5, "warning": None}}))

    assert "priority" not in sent
    assert sent["options"] == {"thresholds": {"critical": 5}}


def test_what_is_peoples_or_datadogs_is_not_sent() -> None:
    options = {"silenced": {"*": None}, "locked": True, "avalanche_window": 10, "brand_new": 1}
    declared = body(id=5, created="x", multi=True, options=options)

    for sent in (to_create(declared), to_update(declared)):
        assert not {"id", "created", "multi"} & set(sent)
        assert not {"assets", "draft_status", "restricted_roles"} & set(sent)
        assert not {"silenced", "locked", "avalanche_window"} & set(sent["options"])
        assert sent["options"]["brand_new"] == 1


def test_what_is_declared_is_sent_and_no_roles_are_null() -> None:
    sent = to_update(body(restricted_roles=[], draft_status="draft", assets=[]))

    assert (sent["restricted_roles"], sent["draft_status"], sent["assets"]) == (None, "draft", [])


def test_texts_are_sent_trimmed_queries_on_one_line_and_tags_once() -> None:
    sent = to_create(body(name=" n ", message="a\n\nb\n", query="a >\n   1", tags=["b", "a", "b"]))

    assert (sent["name"], sent["message"], sent["query"]) == ("n", "a\n\nb", "a > 1")
    assert sent["tags"] == ["b", "a"]


def sent(wanted: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """What an update sends to make one body of another."""
    return MONITOR.to_send(to_update(wanted), live)


def test_a_change_of_tags_alone_sends_tags_alone() -> None:
    wanted = body(tags=["a:b", *body()["tags"]])

    assert sent(wanted, body()) == {"tags": wanted["tags"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", "Other"), ("message", "Other"), ("query", "avg(last_5m):a{*} > 5"), ("priority", 1)],
)
def test_an_update_sends_the_top_level_fields_that_differ(name: str, value: Any) -> None:
    assert sent(body(**{name: value}), body()) == {name: value}


def test_options_are_sent_whole_where_one_of_them_differs() -> None:
    assert sent(body(options={"thresholds": {"critical": 5}, "timeout_h": 2}), body()) == {
        "options": {
            "thresholds": {"critical": 5},
            "timeout_h": 2,
            "include_tags": True,
            "notify_audit": False,
            "new_host_delay": 300,
            "notify_no_data": False,
        }
    }


def test_options_that_nobody_here_knows_are_sent_back_as_they_live_and_a_lock_is_not() -> None:
    live = body(
        options={
            "thresholds": {"critical": 5},
            "brand_new": {"deep": [1]},
            "declared_too": 1,
            "locked": True,
            "silenced": {"*": None},
            "timeout_h": 8,
        }
    )
    wanted = body(options={"thresholds": {"critical": 6}, "declared_too": 2})

    options = sent(wanted, live)["options"]

    assert options["brand_new"] == {"deep": [1]}
    assert options["declared_too"] == 2
    assert not {"locked", "silenced", "timeout_h"} & options.keys()
