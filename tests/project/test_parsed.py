"""Numbers, and names, are what their authors wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project.builders import MONITOR, flow, indented, one, read, underlined

TEMPLATE = """
item: service
parameters: {metric: {type: string}}
monitors:
  errors: {name: "${service} fails", query: "avg(last_5m):sum:${metric}{service:${service}} > 1"}
"""
USED = "use:\n  - {template: api, with: {metric: 1.10}, for_each: [x]}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tags: {version: 1.10}", "<1.10> `1.10` is the number 1.1, and the tag would say `1.1`"),
        ("tags: {rel: 1.0}", "<1.0> `1.0` is the number 1, and the tag would say `1`"),
        ("tags: {sha: 1e3}", "<1e3> `1e3` is the number 1000"),
        ("tags: {hex: 0x10}", "<0x10> `0x10` is the number 16"),
        ("tags: {plus: +5}", "<+5> `+5` is the number 5"),
        ("tags: {v: [a, 1.10]}", "<1.10> `1.10` is the number 1.1"),
        ("options: {timeout_h: &h 1.0}\ntags: {v: *h}", "`1.0` is the number 1"),
        ("tags: [1.10]", "<1.10> `1.10` is not a text"),
        ("service: 1.10", "<1.10> `1.10` is not a text"),
        ("runbook: 0x10", "<0x10> `0x10` is not a text"),
        ("team: 1e3", "<1e3> `1e3` is not a text"),
        ("for_each: {v: [1.10]}\ntags: ['v:${v}']", "<1.10> `1.10` is not"),
        ("also_notify: {alert: [1.10]}", "<1.10> `1.10` is not a handle"),
    ],
)
def test_a_number_for_a_text_is_told_as_it_is_written(
    tmp_path: Path, text: str, expected: str
) -> None:
    written = re.search(r"[+]?[0-9][0-9.ex]*", text)
    assert written

    (diagnostic,) = read(tmp_path, one(text)).diagnostics

    assert expected in underlined(diagnostic)
    assert diagnostic.hint == f'write `"{written[0]}"`'


def test_a_parameters_number_for_a_text_is_told_as_it_is_written(tmp_path: Path) -> None:
    (diagnostic,) = read(
        tmp_path, {"templates/api.yaml": TEMPLATE, "motor/flow.yaml": USED}
    ).diagnostics

    assert "<1.10> `1.10` is not a string" in underlined(diagnostic)
    assert diagnostic.hint == 'write `"1.10"`'


@pytest.mark.parametrize(
    "text", ["tags: {a: 1.1}", "tags: {a: 10}", "tags: {a: -2.5}", "tags: {a: 0}"]
)
def test_a_number_in_its_shortest_form_is_a_tags_value(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, one(text)).diagnostics == ()


def test_a_threshold_may_be_written_as_it_reads_best(tmp_path: Path) -> None:
    text = MONITOR.replace("critical: 5", "critical: 5.0")

    assert read(tmp_path, flow("errors:\n" + indented(text, 2))).diagnostics == ()


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        ("project.yaml", 'project: "acme\\n"\n', r"acme\n"),
        ("project.yaml", 'project: acme\nowner: "claims\\n"\n', r"claims\n"),
        ("project.yaml", 'project: acme\nsite: "datadoghq.eu\\n"\n', r"datadoghq.eu\n"),
        ("project.yaml", 'project: acme\npolicy: {forbidden_handles: ["@all\\n"]}\n', r"@all\n"),
        ("teams.yaml", 'teams: {"core\\n": {}}\n', r"core\n"),
        ("teams.yaml", 'teams: {core: {handles: {chat: "@slack-x\\n"}}}\n', r"@slack-x\n"),
        ("teams.yaml", 'teams: {core: {approvers: ["ani\\n"]}}\n', r"ani\n"),
        ("teams.yaml", 'teams: {core: {github: "@acme/core\\n"}}\n', r"@acme/core\n"),
        ("teams.yaml", 'teams: {core: {on_call: {name: "core\\n"}}}\n', r"core\n"),
        ("motor/flow.yaml", 'monitors: {"errors\\n": {name: x, query: q}}\n', r"errors\n"),
        (
            "motor/flow.yaml",
            'monitors: {m: {name: x, query: q, also_notify: {alert: ["@slack-x\\n"]}}}\n',
            r"@slack-x\n",
        ),
        (
            "motor/flow.yaml",
            'monitors: {m: {name: "${p}", query: q, for_each: {p: ["a\\n"]}}}\n',
            r"a\n",
        ),
    ],
)
def test_a_name_that_ends_in_a_newline_is_no_name(
    tmp_path: Path, file: str, text: str, named: str
) -> None:
    diagnostics = [
        diagnostic
        for diagnostic in read(tmp_path, {file: text}).diagnostics
        if diagnostic.span.path.endswith(file)
    ]

    assert any(named.replace("\\n", "\n") in diagnostic.message for diagnostic in diagnostics), (
        diagnostics
    )
