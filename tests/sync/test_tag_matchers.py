"""Tags that an adoption adds can make notification rules and downtimes begin to match."""

from __future__ import annotations

from typing import Any

from monitor_sync.model import LiveResource
from monitor_sync.resources.monitor.kind import MONITOR
from monitor_sync.sync.change import Change
from monitor_sync.sync.tag_matchers import beginning, of_downtimes, of_rules


def adopted(key: str, before: list[str], after: list[str]) -> Change:
    live = LiveResource(id=1, body={"name": "A", "type": "query alert", "tags": tuple(before)})
    return Change(
        kind=MONITOR, action="adopt", key=key, name="A", id=1, body={"tags": after}, live=live
    )


def rule(name: str, **its_filter: Any) -> dict[str, Any]:
    return {"attributes": {"name": name, "filter": its_filter}}


CHANGES = [adopted("m/f/a", ["team:a"], ["team:a", "on_call:a", "business_unit:m"])]


def test_a_rule_that_the_added_tags_complete_is_named() -> None:
    rules = [
        rule("complete", tags=["team:a", "on_call:a"]),
        rule("by a group", tags=["on_call:a", "host:x"]),
        rule("scope", scope="business_unit:m AND team:a"),
        rule("another team", tags=["team:b", "on_call:a"]),
        rule("matches already", tags=["team:a"]),
    ]

    assert list(beginning(CHANGES, of_rules(rules))) == [
        f"the notification rule {name} may begin to match 1 monitor by the added tags: m/f/a"
        for name in ("complete", "by a group", "scope")
    ]


def test_a_scope_that_is_not_read_is_not_said_to_be_harmless() -> None:
    assert list(beginning(CHANGES, of_rules([rule("odd", scope="team:(a OR b)"), None]))) == [
        "the notification rule odd asks in a way that is not compared with the added tags",
        "the notification rule ? asks in a way that is not compared with the added tags",
    ]


def test_a_downtime_by_tags_is_named_and_one_of_a_monitor_or_of_all_is_not() -> None:
    downtimes = [
        {"id": 7, "monitor_tags": ["on_call:a"]},
        {"id": 8, "monitor_tags": ["*"]},
        {"id": 9, "monitor_id": 1, "monitor_tags": ["on_call:a"]},
        "odd",
    ]

    assert list(beginning(CHANGES, of_downtimes(downtimes))) == [
        "the downtime 7 may begin to match 1 monitor by the added tags: m/f/a"
    ]
