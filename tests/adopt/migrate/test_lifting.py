"""Messages without their handles: what is left of the text, and when a handle stays."""

from __future__ import annotations

import pytest

from monitor_sync.adopt.migrate.lifting import lifted


@pytest.mark.parametrize(
    ("text", "left", "stayed"),
    [
        ("Ask @slack-a first. @webhook-b", "Ask @slack-a first.", ["@slack-a"]),
        ("Ask @slack-a first.\n@webhook-b", "Ask @slack-a first.", ["@slack-a"]),
        ("- one\n  - two @slack-a\n@slack-{{x.y}}", "- one\n  - two\n@slack-{{x.y}}",
         ["@slack-{{x.y}}"]),
        ('{{#is_match "host.name" "a"}}@dba{{/is_match}} @slack-a',
         '{{#is_match "host.name" "a"}}@dba{{/is_match}}', ["@dba"]),
        ("{{#is_alert_recovery}}@a{{/is_alert_recovery}} @b", "", []),
    ],
)  # fmt: skip
def test_a_handle_that_cannot_go_stays_and_the_others_go(
    text: str, left: str, stayed: list[str]
) -> None:
    result = lifted(text)
    assert (result.text, [name for name, _ in result.stayed.values()]) == (left, stayed)
    assert len(result.gone) == len(text)
    assert not any(name in result.gone for name in stayed)


def test_with_plain_a_block_that_routing_does_not_write_keeps_its_handles() -> None:
    text = "{{#is_alert_recovery}}@a{{/is_alert_recovery}}\n{{#is_alert}}@b{{/is_alert}}"
    result = lifted(text, plain=True)
    assert result.text == "{{#is_alert_recovery}}@a{{/is_alert_recovery}}"
    assert result.went == 1


def test_a_hole_in_a_handle_is_part_of_its_name() -> None:
    assert lifted("Look. @pagerduty-${unit_name} @slack-${unit}-alerts").text == "Look."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Look at it. @slack-a", "Look at it."),
        ("@slack-a Look at it.", "Look at it."),
        ("Look at it. Notify: @slack-a @slack-b", "Look at it."),
        ("One.\nNotify: @slack-a, @slack-b\nTwo.", "One.\nTwo."),
        ("One.\n\n{{#is_alert}}\n@slack-a\n{{/is_alert}}\n\nTwo.", "One.\n\nTwo."),
        ("{{#is_alert}}Bad. @slack-a{{/is_alert}}", "{{#is_alert}}Bad. {{/is_alert}}"),
        ("Ask @slack-a whether it matters.", None),
        ("Look. @slack-{{host.name}}", None),
        ("Nobody is named.", None),
    ],
)
def test_a_message_loses_its_handles_and_what_was_there_for_them_alone(
    text: str, expected: str | None
) -> None:
    result = lifted(text)
    shorter = result.text if result.went else None
    assert (shorter is None) == (expected is None)
    assert (shorter or "").replace(" {{/", "{{/") == (expected or "").replace(" {{/", "{{/")
