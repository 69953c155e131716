"""A message as it is sent."""

from __future__ import annotations

import pytest

from monitor_sync.insight.message_text import rendered

MESSAGE = """{{#is_alert}}{{host.name}} is at {{value}}{{else}}fine{{/is_alert}}
{{#is_match "host.name" "web" "api"}}front{{/is_match}}\
{{^is_exact_match "host.name" "web-1"}}other{{/is_exact_match}}
{{#is_priority 'P1'}}now{{/is_priority}}{{! a note }}{{unknown.name}}"""


@pytest.mark.parametrize(
    ("flags", "host", "priority", "expected"),
    [
        ({"is_alert"}, "web-1", 1, "web-1 is at 7\nfront\nnow{{unknown.name}}"),
        ({"is_recovery"}, "db-1", 2, "fine\nother\n{{unknown.name}}"),
    ],
)
def test_blocks_and_variables(flags: set[str], host: str, priority: int, expected: str) -> None:
    variables = {"host.name": host, "value": "7"}
    assert rendered(MESSAGE, frozenset(flags), variables, priority) == expected
