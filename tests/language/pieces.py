"""Messages for the property tests, well and badly built."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    "{{#is_alert}}", "{{/is_alert}}", "{{^is_warning}}", "{{/is_warning}}", "{{else}}",
    "{{#is_match \"a.name\" \"b\"}}", "{{^is_match \"a.name\" \"b\"}}", "{{/is_match}}",
    "{{#is_exact_match 'c.name' 'd' \"e\"}}", "{{/is_exact_match}}", "{{#is_nothing}}",
    "{{value}}", "{{{comparator}}}", "{{ host.name }}", "{{[a.b].name}}", "{{!-- x --}}",
    "{{! y }}", "{{{{raw}}}}", "{{{{/raw}}}}", "{{eval \"round(value, 2)\"}}", "{{eval \"", "{{",
    "}}", "{", "}",
    "@slack-a", "@pagerduty", "@jane@example.com", "@slack-{{service.name}}", "@", "(", ")",
    "@workflow-w(a=\"{{host.name}}\", b=2)", "@workflow-w(", " ", "\n", "text", ".", ",", "\"", "`",
    "{{override_priority 'P1'}}", "{{#is_priority 'P1'}}", "{{/is_priority}}", "{{local_time",
)  # fmt: skip


def messages() -> st.SearchStrategy[str]:
    """Tags, handles and text in any order."""
    return st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
