"""Handles are found where Datadog finds them, and told apart by what they reach."""

from __future__ import annotations

import pytest
from hypothesis import given

from monitor_sync.language.handles import KINDS, attached, handles, named
from tests.language.corpus import texts
from tests.language.pieces import messages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call @slack-ops now", ["@slack-ops"]),
        ("{{#is_alert}}@a @b{{/is_alert}}", ["@a", "@b"]),
        ("{{#is_alert}}@a{{else}}@b{{/is_alert}}@c", ["@a", "@b", "@c"]),
        ("@team\n@other\t@third", ["@team", "@other", "@third"]),
        ("mail jane@example.com or @jane@example.com.", ["@jane@example.com"]),
        ("(@not-one) and (see @yes)", ["@yes"]),
        ("@slack-{{service.name}}-ops x", ["@slack-{{service.name}}-ops"]),
        ("@slack-{{ service.name }}, @{{team.name}}!", ["@slack-{{ service.name }}",
                                                        "@{{team.name}}"]),
        ('@workflow-x(a="{{host.name}}", n=2) x', ['@workflow-x(a="{{host.name}}", n=2)']),
        ("@workflow-x(a=host.name, b='y)') x", ["@workflow-x(a=host.name, b='y)')"]),
        ("@workflow-x(never closed\n@b", ["@workflow-x", "@b"]),
        ("@slack-a(b) c", ["@slack-a"]),
        ("@a, @b; @a. @c: @d? @e!", ["@a", "@b", "@a", "@c", "@d", "@e"]),
        ("@a,@b", ["@a"]),
        ("value {{value}}@a {{{event.text}}}@b", []),
        ("{{ @facet.name }} {{[@usr.id].name}} {{!-- see @nobody --}}", []),
        ("@ alone @. @", []),
        ("@----critical_alerts @9919ec9b-ebc7", ["@----critical_alerts", "@9919ec9b-ebc7"]),
        ("`@slack-a` <@user> **@slack-b**", []),
        ("say \"@slack-a\" or '@slack-b'", []),
        ("{{!-- {{value}} @nobody --}}@a {{override_priority 'P1'}}@b", ["@a", "@b"]),
        ("{{{{raw}}}}@a {{ b }} @c{{{{/raw}}}}@d", ["@a", "@c", "@d"]),
        ("@slack-{{#is_alert}}x{{/is_alert}}", ["@slack-"]),
        ("", []),
    ],
)  # fmt: skip
def test_the_handles_of_a_text(text: str, expected: list[str]) -> None:
    assert [handle.text for handle in handles(text)] == expected
    assert list(named(text)) == expected


@pytest.mark.parametrize(
    ("handle", "kind", "target"),
    [
        ("@slack-ops", "slack", "ops"),
        ("@slack-Acme-ops", "slack", "Acme-ops"),
        ("@pagerduty", "pagerduty", ""),
        ("@pagerduty-Core", "pagerduty", "Core"),
        ("@opsgenie-core", "opsgenie", "core"),
        ("@webhook-zenduty-motor", "webhook", "zenduty-motor"),
        ("@teams-ops", "teams", "ops"),
        ("@team-ops", "team", "ops"),
        ("@oncall-ops", "oncall", "ops"),
        ("@case-PROJ", "case", "PROJ"),
        ("@jira-PROJ", "jira", "PROJ"),
        ("@servicenow-x", "servicenow", "x"),
        ("@sns-topic", "sns", "topic"),
        ("@hipchat-room", "hipchat", "room"),
        ("@workflow-w(a=1)", "workflow", "w"),
        ("@all", "all", ""),
        ("@jane@example.com", "email", "jane@example.com"),
        ("@datadog.user", "user", "datadog.user"),
        ("@teamsters", "user", "teamsters"),
        ("@slack", "slack", ""),
    ],
)
def test_the_kind_of_a_handle_and_what_it_reaches(handle: str, kind: str, target: str) -> None:
    (handle_,) = handles(f"to {handle} now")

    assert (handle_.kind, handle_.target) == (kind, target)
    assert handle_.kind in KINDS
    assert (handle_.start, handle_.end) == (3, 3 + len(handle))


def test_a_workflow_is_named_without_its_arguments() -> None:
    (handle_,) = handles('@workflow-restart(host="{{host.name}}")')

    assert handle_.name == "@workflow-restart"
    assert handle_.arguments == '(host="{{host.name}}")'
    assert handle_.dynamic
    assert not handle_.parenthesis


def test_a_parenthesis_right_after_a_handle_is_told() -> None:
    assert [handle.parenthesis for handle in handles("@slack-a(b) @slack-c (d)")] == [True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("down:@slack-ops", ["@slack-ops"]),
        ("(@slack-ops) [@jane] *@ops*", ["@slack-ops", "@jane", "@ops"]),
        ("{{value}}@pagerduty-core {{value}}@jane", ["@pagerduty-core", "@jane"]),
        ("foo@webhook-x and foo@pagerduty", ["@webhook-x", "@pagerduty"]),
        ("@a,@b", ["@b"]),
        ("@slack-ops jane@example.com @jane@example.com", []),
        ("jane@slack.example.com jane@teams", ["@teams"]),
        ("{{[@usr.id].name}} `@slack-x` <@user>", []),
        ("{{#is_alert}}@slack-ops{{/is_alert}}", []),
        ("no handle", []),
    ],
)
def test_what_looks_like_a_handle_but_has_something_before_it(
    text: str, expected: list[str]
) -> None:
    assert [handle.text for handle in attached(text)] == expected
    assert all(text[handle.start : handle.end] == handle.text for handle in attached(text))


def test_the_collected_monitors_name_the_services_they_are_known_for() -> None:
    all_handles = [handle for text in texts() for handle in handles(text)]
    kinds = {handle.kind for handle in all_handles}

    assert {"slack", "pagerduty", "webhook", "hipchat", "email", "user", "all"} <= kinds
    assert not any(
        handle.text.endswith((".", ",", "}")) and not handle.dynamic for handle in all_handles
    )


@given(messages())
def test_a_handle_stands_where_it_says(text: str) -> None:
    end = 0
    for handle in handles(text):
        assert text[handle.start : handle.end] == handle.text
        assert handle.text.startswith("@")
        assert handle.start >= end
        end = handle.end
    for other in attached(text):
        assert not any(handle.start <= other.start < handle.end for handle in handles(text))
