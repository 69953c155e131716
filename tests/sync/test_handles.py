"""Handles are read as Datadog reads them."""

from __future__ import annotations

import pytest

from monitor_sync.sync.handles import gained_and_lost, named


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("call @slack-ops now", ["@slack-ops"]),
        ("{{#is_alert}}@a @b{{/is_alert}}", ["@a", "@b"]),
        ("{{#is_alert}}@a{{else}}@b{{/is_alert}}", ["@a", "@b"]),
        ("@team\n@other", ["@team", "@other"]),
        ("mail jane@example.com or @jane@example.com.", ["@jane@example.com"]),
        ("(@not-one) and (see @yes)", ["@yes"]),
        ("@slack-{{service.name}}-ops x", ["@slack-{{service.name}}-ops"]),
        ('@workflow-x(a="{{host.name}}", n=2) x', ['@workflow-x(a="{{host.name}}", n=2)']),
        ("@a, @b; @a.", ["@a", "@b"]),
        ("@ alone", []),
        (None, []),
        (5, []),
    ],
)  # fmt: skip
def test_the_handles_of_a_text(text: object, handles: list[str]) -> None:
    assert named(text) == handles


def test_gained_and_lost_look_at_the_escalation_message_too() -> None:
    old = {"message": "@a @b"}
    new = {"message": "@b", "options": {"escalation_message": "@c"}}

    assert gained_and_lost(old, new) == (("@c",), ("@a",))
