"""Entries are added to files of people without a change to any of their lines."""

from __future__ import annotations

import pytest

from monitor_sync.adopt.appending import append_below, append_top

ENTRY = "  new:\n    name: New\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("teams:\n  a:\n    name: A\n", "teams:\n  a:\n    name: A\n  new:\n    name: New\n"),
        ("teams: # ours\n    a: {}", "teams: # ours\n    a: {}\n    new:\n      name: New\n"),
        ("teams:\n a: {}\n", "teams:\n a: {}\n new:\n   name: New\n"),
        ("teams:\r\n  a: {}\r\n", "teams:\r\n  a: {}\r\n  new:\r\n    name: New\r\n"),
        ("teams:\n  a: {}\n\n# about x\nx: 1\n",
         "teams:\n  a: {}\n  new:\n    name: New\n\n# about x\nx: 1\n"),
        ("x: 1", "x: 1\nteams:\n  new:\n    name: New\n"),
        ('teams:\n  a: {name: "A\u2028\x85B"}\n# the end',
         'teams:\n  a: {name: "A\u2028\x85B"}\n  new:\n    name: New\n# the end'),
        ("", "teams:\n  new:\n    name: New\n"),
    ],
)  # fmt: skip
def test_an_entry_comes_last_and_takes_the_indent_that_is_there(text: str, expected: str) -> None:
    assert append_below(text, "teams", ENTRY) == expected


@pytest.mark.parametrize("text", ["teams: {a: {}}\n", "teams:\n", "teams: *other\n"])
def test_a_mapping_that_is_no_block_takes_no_entry(text: str) -> None:
    assert append_below(text, "teams", ENTRY) is None


def test_a_top_level_key_comes_at_the_end() -> None:
    assert append_top("project: acme", "import: {}\n") == "project: acme\nimport: {}\n"
