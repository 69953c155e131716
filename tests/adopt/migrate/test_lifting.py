"""Messages without their handles: what is left of the text, and when a handle stays."""

from __future__ import annotations

import pytest

from monitor_sync.adopt.migrate.lifting import without_handles


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
    shorter = without_handles(text)
    assert (shorter is None) == (expected is None)
    assert (shorter or "").replace(" {{/", "{{/") == (expected or "").replace(" {{/", "{{/")
