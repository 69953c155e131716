"""In a quiet week nobody but the one named hears of anything."""

from __future__ import annotations

import pytest

from monitor_sync.project.message import quieted


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("@a, @b@example.com. {{#is_alert}}@pagerduty{{/is_alert}}", "@q, @q. {{#is_alert}}@q"
         "{{/is_alert}}"),
        ("@slack-{{service.name}}-ops @workflow-x(a=1, b='@c')", "@q @q"),
        ("{{value}}@a and (@slack-b)", "{{value}}@q and (@q)"),
        ("mail jane@example.com, {{[@usr.id].name}} {{!-- see @nobody --}}",
         "mail jane@example.com, {{[@usr.id].name}} {{!-- see @nobody --}}"),
        ("nobody", "nobody"),
    ],
)  # fmt: skip
def test_every_handle_gives_way_to_the_one(text: str, quiet: str) -> None:
    assert quieted(text, "@q") == quiet
