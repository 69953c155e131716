"""Annotations on GitHub: one command a finding, and no text that becomes another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import example, given

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render import github
from monitor_sync.render.findings import folded
from tests.render.builders import CONTROLS, diagnostic_about, many

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A line as GitHub's runner takes it apart."""
    command = COMMAND.fullmatch(line)
    assert command is not None, line
    properties = dict(pair.split("=", 1) for pair in command[2].split(","))
    return (
        command[1],
        {name: decoded(text) for name, text in properties.items()},
        decoded(command[3]),
    )


def decoded(text: str) -> str:
    for escape, meant in (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, meant)
    return text


def test_an_annotation_has_the_place_the_rule_the_message_and_the_hint() -> None:
    (line,) = github.text(
        [diagnostic_about("team: x", "x", hint="did you mean y?", key="motor/flow/m")]
    ).splitlines()

    assert read(line) == (
        "error",
        {
            "file": "monitors/motor/flow.yaml",
            "line": "7",
            "col": "7",
            "endColumn": "8",
            "title": "schema/wrong",
        },
        "x is wrong\nhelp: did you mean y?\nin motor/flow/m",
    )


def test_a_note_is_a_notice() -> None:
    assert github.text([diagnostic_about("a", "a", severity=Severity.NOTE)]).startswith("::notice ")


def test_a_mistake_in_a_template_is_one_annotation_with_the_count() -> None:
    several = [diagnostic_about("a: b", "b", key=f"motor/flow/m.item-{n}") for n in range(9)]

    (line,) = github.text(several).splitlines()

    assert "in 9 monitors: motor/flow/m.item-0," in read(line)[2]


@given(many)
@example([diagnostic_about("a", "a", message="x\n::error::forged\r::add-mask::y%0A::z ##[error]w")])
@example([diagnostic_about("a", "a", rule="a,file=b::c")])
def test_no_text_ends_its_command_or_starts_another(several: Sequence[Diagnostic]) -> None:
    text = github.text(several)

    # what .NET, in which the runner is written, takes for the end of a line
    lines = re.split(r"\r\n|\r|\n", text)
    assert lines.pop() == ""
    assert len(lines) == len(folded(several))
    for line in lines:
        _, properties, _ = read(line)
        assert set(properties) == {"file", "line", "col", "endColumn", "title"}
        assert "##[" not in line
        assert CONTROLS.search(line) is None
