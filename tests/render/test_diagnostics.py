"""What is wrong in a file stands under a caret, whatever is in the line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.render import diagnostics
from monitor_sync.render.style import Style
from monitor_sync.render.text import columns
from tests.render.builders import CONTROLS, diagnostic_about, many


def underlined(text: str) -> str:
    """What stands above the carets of the first excerpt, by columns of a terminal."""
    lines = text.split("\n")
    caret = next(number for number, line in enumerate(lines) if set(line) >= {"|", "^"})
    start = lines[caret].index("^")
    end = lines[caret].rindex("^") + 1
    taken, used = "", 0
    for character in lines[caret - 1]:
        if start <= used < end:
            taken += character
        used += columns(character)
    return taken


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("    team: lending-opps", "lending-opps"),
        ("\tteam:\tlending-opps", "lending-opps"),
        ('name: "見積もり ${nmae} 購入"', "${nmae}"),
        ('name: "見積もり"', "見積もり"),
        ('name: "cafe\u0301 ${nmae}"', "${nmae}"),
        ("team: x", "x"),
    ],
)
def test_the_caret_stands_under_the_text_that_is_meant(line: str, meant: str) -> None:
    assert underlined(diagnostics.text([diagnostic_about(line, meant)])) == meant.replace(
        "\t", "    "
    )


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_line_wider_than_the_terminal_is_cut_around_what_is_meant(width: int) -> None:
    line = "    query: " + "sum:a.b.c{*} + " * 20 + "${nmae}" + " + sum:d.e.f{*}" * 20

    text = diagnostics.text([diagnostic_about(line, "${nmae}")], Style(width=width))

    assert underlined(text) == "${nmae}"
    assert max(columns(line) for line in text.split("\n")[2:5]) <= width


def test_an_empty_stretch_still_gets_one_caret() -> None:
    text = diagnostics.text([diagnostic_about("a: b", "b", span=Span("f.yaml", 1, 5, 5))])
    assert text.count("^") == 1


def test_a_mistake_in_a_template_is_told_once_with_the_monitors_it_is_in() -> None:
    many = [
        diagnostic_about("critical: high", "high", key=f"motor/platform/latency.svc-{number}")
        for number in range(9)
    ]

    text = diagnostics.text(many)

    assert text.count("error:") == 1
    assert "in 9 monitors: motor/platform/latency.svc-0," in text
    assert "and 7 more" in text
    assert diagnostics.summary(many, monitors=9, files=2).endswith("9 errors in 1 place.\n")


def _spread(rule: str, severity: Severity, number: int) -> list[Diagnostic]:
    """The same finding in one monitor of each of several files."""
    return [
        diagnostic_about(
            "  disk:",
            "disk",
            rule=rule,
            severity=severity,
            span=Span(f"monitors/motor/file-{line:02}.yaml", 3, 3, 7),
            key=f"motor/file-{line:02}/disk",
        )
        for line in range(number)
    ]


def test_of_many_warnings_of_one_rule_three_are_shown_and_the_others_counted() -> None:
    text = diagnostics.brief(_spread("hygiene/no-runbook", Severity.WARNING, 40))

    assert text.count("warning:") == 3
    assert "  37  hygiene/no-runbook  in 37 files\n" in text
    assert "`monitor-sync validate motor/file-03`" in text


def test_errors_and_a_few_warnings_are_shown_each() -> None:
    errors = _spread("query/syntax", Severity.ERROR, 40)
    warnings = _spread("hygiene/no-runbook", Severity.WARNING, 10)

    text = diagnostics.brief([*errors, *warnings])

    assert (text.count("error:"), text.count("warning:")) == (40, 10)
    assert text == diagnostics.text([*errors, *warnings])


def test_findings_that_differ_by_the_item_alone_are_one() -> None:
    several = [
        diagnostic_about(
            "query: x",
            "x",
            message=f"`service:{item}` is asked for twice",
            key=f"m/f/errors.{item}",
        )
        for item in ("quote-api", "pricing")
    ]
    other = diagnostic_about(
        "query: x", "x", message="`env:live` comes twice", key="m/f/errors.api"
    )

    text = diagnostics.text([*several, other])

    assert text.count("error:") == 2
    assert "in 2 monitors: m/f/errors.pricing, m/f/errors.quote-api" in text


def test_the_same_words_about_two_places_are_two_findings() -> None:
    other = diagnostic_about("a: b", "b", span=Span("g.yaml", 1, 4, 5))
    assert diagnostics.text([diagnostic_about("a: b", "b"), other]).count("error:") == 2


def test_diagnostics_come_in_the_order_of_the_files() -> None:
    late = diagnostic_about("a: b", "b", span=Span("z.yaml", 1, 4, 5))
    early = diagnostic_about("a: b", "b", span=Span("a.yaml", 9, 4, 5), severity=Severity.NOTE)
    text = diagnostics.text([late, early])
    assert text.index("a.yaml") < text.index("z.yaml")


def test_the_last_line_counts_each_severity_worst_first() -> None:
    some = [
        diagnostic_about("a: b", "b", severity=Severity.WARNING),
        diagnostic_about("a: b", "b"),
        diagnostic_about("c: b", "c"),
    ]
    assert diagnostics.summary(some, monitors=1, files=2) == (
        "Checked 1 monitor in 2 files: 2 errors, 1 warning.\n"
    )
    narrow = diagnostics.summary(some, monitors=1, files=2, hidden=12345, style=Style(width=60))
    assert max(map(len, narrow.splitlines())) <= 60
    assert diagnostics.summary([], monitors=1234, files=87) == (
        "Checked 1234 monitors in 87 files: no problems.\n"
    )


def test_json_has_every_name_that_scripts_read() -> None:
    (entry,) = json.loads(
        diagnostics.json([diagnostic_about("a: b", "b", hint="write c", key="m/f/x")])
    )
    assert entry == {
        "rule": "schema/wrong",
        "severity": "error",
        "message": "b is wrong",
        "file": "monitors/motor/flow.yaml",
        "line": 7,
        "column": 4,
        "end_column": 5,
        "hint": "write c",
        "key": "m/f/x",
    }


def test_text_of_a_file_cannot_move_the_cursor_or_forge_a_command_of_a_build_log() -> None:
    line = "name: \x1b[2J ##[add-mask]x \u202egnp"
    text = diagnostics.text(
        [diagnostic_about(line, "name", message="::error::\x1b[31mforged ##[x]")]
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))


@given(many)
@example([diagnostic_about("x ##[error]y", "[error]")])
@example([diagnostic_about("x ##[error]y", "#[error]")])
@example([diagnostic_about("x ##[error]y", "##[", span=Span("f.yaml", 1, 5, 5))])
def test_no_text_forges_a_command_or_moves_the_cursor(several: Sequence[Diagnostic]) -> None:
    for text in (diagnostics.text(several), diagnostics.json(several)):
        text.encode("utf-8")
        assert "##[" not in text
        assert not any(line.lstrip().startswith("::") for line in re.split(r"[\r\n]", text))
        assert CONTROLS.search(text) is None
    assert len(json.loads(diagnostics.json(several))) == len(several)


def test_the_last_line_says_how_many_are_not_shown() -> None:
    several = [diagnostic_about("a: b", "b"), diagnostic_about("c: b", "c", severity=Severity.NOTE)]
    assert diagnostics.summary(several, monitors=1, files=2, hidden=1) == (
        "Checked 1 monitor in 2 files: 1 error, 1 note, 1 of them not shown.\n"
    )


def test_colours_are_only_there_when_asked_for() -> None:
    assert "\x1b[31;1m" in diagnostics.text([diagnostic_about("a: b", "b")], Style(colour=True))
    assert "\x1b" not in diagnostics.text([diagnostic_about("a: b", "b")])
