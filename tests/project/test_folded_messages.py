"""A blank line of a folded message is lost, and that is said with the way to keep it."""

from __future__ import annotations

import pytest

from monitor_sync.diagnostics import Severity
from monitor_sync.project.document import read


def notes(text: str) -> list[tuple[str, str, int]]:
    _, diagnostics = read("a.yaml", text.encode())
    assert all(diagnostic.severity is Severity.NOTE for diagnostic in diagnostics)
    return [
        (diagnostic.rule, diagnostic.message.split(" the ")[0], diagnostic.span.line)
        for diagnostic in diagnostics
    ]


@pytest.mark.parametrize(
    "text",
    [
        "message: >-\n  One.\n\n\n  Two.\n",
        "message: >-\n  One,\n  and on.\n",
        "message: |-\n  One.\n\n  Two.\n",
        "message: >-\n  A list:\n    - one\n    - two\n  and on\n",
        'message: "One.\\nTwo."\n',
        "query: >-\n  a\n\n  b\n",
        "message: >\n  One.\n",
        "message: >+\n  One.\n\n\n",
    ],
)
def test_a_message_that_keeps_its_paragraphs_gets_no_note(text: str) -> None:
    assert notes(text) == []


def test_a_lost_blank_line_is_a_note_at_the_message() -> None:
    assert notes("name: a\nmessage: >-\n  One.\n\n  Two.\n") == [
        ("message/lost-blank-line", "a blank line is one line break in", 2)
    ]


def test_several_of_one_message_are_one_note() -> None:
    assert notes("escalation_message: >\n  One.\n\n  Two.\n\n  Three.\n") == [
        ("message/lost-blank-line", "2 blank lines are one line break in", 1)
    ]
