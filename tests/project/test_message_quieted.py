"""In a quiet week nobody but the one named hears of anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.audience.audience import of_message
from monitor_sync.language.transitions import reach
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
        ("{{#is_alert}}@{{/is_alert}}webhook-a", "{{#is_alert}}@q{{/is_alert}}"),
        ("@{{!-- c --}}webhook-{{#is_alert}}a{{/is_alert}}.", "@q{{!-- c --}}{{#is_alert}}"
         "{{/is_alert}}."),
        ("{{#is_alert}}@a{{/is_alert}}{{#is_warning}}@b{{/is_warning}}",
         "{{#is_alert}}@q{{/is_alert}}{{#is_warning}}@q{{/is_warning}}"),
        ("{{#is_alert}}@a{{/is_alert}}bc @d{{/x}}", "{{#is_alert}}@q{{/is_alert}} @q{{/x}}"),
        ("{{#is_alert}}so{{/is_alert}}@{{#is_alert}}x{{/is_alert}}me",
         "{{#is_alert}}so{{/is_alert}}@q{{#is_alert}}{{/is_alert}}"),
        ("@{{#is_alert}} {{else}}webhook-a{{/is_alert}}",
         "@q {{#is_alert}} {{else}}webhook-a{{/is_alert}}"),
        ("@a{{#is_alert}}, {{/is_alert}}b", "@q {{#is_alert}}, {{/is_alert}}b"),
        ("{{#is_alert}}@a{{else}} {{/is_alert}}b", "{{#is_alert}}@q {{else}} {{/is_alert}}b"),
        ("@a{{#is_alert}} {{/is_warning}} {{/is_alert}}b",
         "@q {{#is_alert}} {{/is_warning}} {{/is_alert}}b"),
        ("@a{{#is_alert}} see {{/is_alert}} b", "@q{{#is_alert}} see {{/is_alert}} b"),
    ],
)  # fmt: skip
def test_every_handle_gives_way_to_the_one(text: str, quiet: str) -> None:
    assert quieted(text, "@q") == quiet


_PIECES = (
    "@", "webhook-a", "pagerduty", " ", "\n", ".", "x", "@slack-b", "(",
    "{{value}}", "{{!-- c --}}",
    "{{#is_alert}}", "{{/is_alert}}", "{{#is_warning}}", "{{/is_warning}}", "{{else}}",
    '{{#is_match "env.name" "p"}}', "{{/is_match}}", "{{^is_alert}}",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_whatever_the_tags_show_nobody_but_the_one_is_notified(text: str) -> None:
    can = reach("query alert", {"thresholds": {"critical": 2, "warning": 1}}, 1)

    notified = of_message(quieted(text, "@q"), "", can).handles

    assert {handle for handle in notified if handle.replace("@q", "").strip("@.(")} == set()
