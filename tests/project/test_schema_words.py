"""What somebody typed in place of a type or a key leads to the one that does it here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.builders import one, read

MEANT = [
    ("type: composite alert", "did you mean `composite`?"),
    ("type: trace alert", "write `trace-analytics alert`"),
    ("type: dbm", "write `database-monitoring alert`"),
    ("type: log", "did you mean `log alert`?"),
    ("type: ci alert", "write `ci-pipelines alert` or `ci-tests alert`"),
    ("type: uptime alert", "does not know yet needs `raw_type: true`"),
    ("type: synthetics alert", "together with its Synthetic test"),
    ("title: x", "write `name:`"),
    ("severity: 1", "write `priority:`, a number from 1 to 5"),
    ("recipients: ['@a']", "write `also_notify: {alert: […]}`"),
    ("mute: true", "mute it in Datadog"),
]


@pytest.mark.parametrize(("text", "hint"), MEANT)
def test_the_word_of_another_tool_leads_to_ours(tmp_path: Path, text: str, hint: str) -> None:
    (diagnostic,) = read(tmp_path, one(text)).diagnostics

    assert hint in diagnostic.hint


def test_a_type_that_resembles_nothing_gets_no_guess(tmp_path: Path) -> None:
    (diagnostic,) = read(tmp_path, one("type: something else")).diagnostics

    assert diagnostic.hint == (
        "a type of Datadog's that this tool does not know yet needs `raw_type: true`"
    )


def test_an_item_that_stands_twice_is_named(tmp_path: Path) -> None:
    (diagnostic,) = read(tmp_path, one("for_each: {x: [a, b, a]}")).diagnostics

    assert (diagnostic.message, diagnostic.hint) == ("`a` stands twice in the list", "take one out")
