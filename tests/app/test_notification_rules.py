"""Monitors whose page comes by a notification rule of Datadog's, not by their messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.render import on_call, on_call_markdown
from tests.app.on_call_local import OnCallLocal, serving
from tests.emulator.calls import ask

TEAMS = """
teams:
  motor:
    on_call: {tool: zenduty, service: Quotes}
    handles: {pager: "@webhook-motor", chat: "@slack-motor"}
    notify: [{alert: [chat]}]
"""
RULES = "/api/v2/monitor/notification_rule"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[OnCallLocal]:
    with serving(tmp_path / "monitors", TEAMS) as local:
        local.break_it()
        yield local


def add_rule(served: OnCallLocal, rule_filter: dict[str, Any], **recipients: Any) -> None:
    attributes = {"name": "Route motor", "filter": rule_filter, **recipients}
    rule = {"data": {"type": "monitor-notification-rule", "attributes": attributes}}
    ask(served.emulator, "POST", RULES, rule)


def pagers(served: OnCallLocal) -> dict[str, tuple[str, ...]]:
    return {p.handle: p.states for p in served.verify().paths if len(p.steps) > 1}


@pytest.mark.parametrize(
    "rule_filter",
    [
        {"tags": ["team:motor", "business_unit:motor"]},
        {"scope": "team:(claims OR motor) AND NOT env:dev"},
    ],
)
def test_a_page_that_comes_by_a_rule_is_followed(
    served: OnCallLocal, rule_filter: dict[str, Any]
) -> None:
    assert pagers(served) == {}
    add_rule(served, rule_filter, recipients=["webhook-motor"])

    assert pagers(served) == {"@webhook-motor": ("alert", "warning", "recovery")}
    verified = served.verify()
    first = next(p for p in verified.paths if p.handle == "@webhook-motor").steps[0]
    assert (first.status, first.what) == ("ok", "by Datadog's notification rule Route motor")


@pytest.mark.parametrize("tag", ["team:claims", "env:prod"])
def test_a_rule_for_other_tags_notifies_nobody(served: OnCallLocal, tag: str) -> None:
    add_rule(served, {"tags": ["team:motor", tag]}, recipients=["webhook-motor"])
    assert pagers(served) == {}


def test_conditions_say_at_which_transition_and_the_rest_goes_to_the_fallback(
    served: OnCallLocal,
) -> None:
    conditions = [
        {"scope": "transition_type:is_alert", "recipients": ["webhook-motor"]},
        {"scope": "priority:p1", "recipients": ["webhook-urgent"]},
    ]
    conditional = {"conditions": conditions, "fallback_recipients": ["webhook-rest"]}
    add_rule(served, {"tags": ["team:motor"]}, conditional_recipients=conditional)
    assert pagers(served) == {
        "@webhook-motor": ("alert",),
        "@webhook-rest": ("warning", "recovery"),
    }


def test_rules_that_cannot_be_read_or_depend_on_groups_are_told(served: OnCallLocal) -> None:
    add_rule(served, {"scope": "some words"}, recipients=["webhook-motor"])
    verified = served.verify()
    assert "whether the notification rule Route motor matches" in on_call.text(verified)

    served.emulator.inject([f"forbidden,route=GET {RULES},times=always"])
    verified = served.verify()
    for text in (on_call.text(verified), on_call_markdown.markdown(verified)):
        assert "Not checked: Datadog's notification rules: " in text.replace("\n  ", " ")
