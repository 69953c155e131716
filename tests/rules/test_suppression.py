"""What reading found is judged as what rules find; its errors are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.project.load import load
from tests.rules.cases import check, finding_line

QUERY = "query: 'avg(last_5m):avg:a{env:x} > ${critical}', thresholds: {critical: 1}"
SOUND = f"name: m, message: m, runbook: 'https://r', {QUERY}"


def findings_of(root: Path, monitor: str, policy: str = "") -> list[Diagnostic]:
    """All findings about one monitor, given as the inside of a mapping in braces."""
    files = {
        "project.yaml": f"project: acme\ntags: {{env: x}}\npolicy: {{severity: {{{policy}}}}}\n",
        "teams.yaml": "teams: {motor: {name: Motor, handles: {chat: '@slack-motor'}, "
        "notify: [{alert: [chat], recovery: [chat], no_data: [chat]}]}}\n",
        "motor/flow.yaml": f"team: motor\nmonitors:\n  m: {{{monitor}}}\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return check(load(root))


def lines(several: list[Diagnostic]) -> list[str]:
    return sorted(finding_line(rule) for rule in several)


WARNED = [
    ("schema/priority", "priority: '3'", "<'3'>"),
    ("schema/number-in-quotes", "priority: 3, options: {renotify_interval: '0'}", "<'0'>"),
    ("schema/read-only", "priority: 3, overall_state: OK", "<overall_state>"),
    ("tags/second-value", "priority: 3, tags: ['team:life']", "<'team:life'>"),
]


@pytest.mark.parametrize(("rule", "written", "place"), WARNED, ids=[rule[0] for rule in WARNED])
def test_a_warning_of_reading_is_told_suppressed_and_given_another_severity(
    tmp_path: Path, rule: str, written: str, place: str
) -> None:
    monitor = f"{SOUND}, {written}"
    ignore = f"ignore: [{{rule: {rule}, reason: it comes with the export}}]"

    assert lines(findings_of(tmp_path, monitor)) == [f"warning {rule} {place}"]
    assert lines(findings_of(tmp_path, monitor, f"{rule}: error")) == [f"error {rule} {place}"]
    assert lines(findings_of(tmp_path, monitor, f"{rule}: 'off'")) == []
    assert lines(findings_of(tmp_path, f"{monitor}, {ignore}")) == []
    assert lines(findings_of(tmp_path, f"{monitor}, {ignore}", f"{rule}: error")) == []


def test_a_suppression_of_a_warning_of_reading_ends_and_can_be_unused(tmp_path: Path) -> None:
    ended = "ignore: [{rule: schema/priority, reason: an export, until: '2026-11-21'}]"
    unused = "ignore: [{rule: schema/priority, reason: an export}]"

    assert lines(findings_of(tmp_path, f"{SOUND}, priority: '3', {ended}")) == [
        "warning hygiene/expired-suppression <'2026-11-21'>",
        "warning schema/priority <'3'>",
    ]
    assert lines(findings_of(tmp_path, f"{SOUND}, priority: 3, {unused}")) == [
        "warning hygiene/unused-suppression <schema/priority>"
    ]


def test_an_error_of_reading_cannot_be_ignored_and_the_author_is_told(tmp_path: Path) -> None:
    ignore = "ignore: [{rule: schema/unknown-key, reason: we need it}]"

    [broken] = findings_of(tmp_path, f"{SOUND}, priority: 3, tresholds: {{}}, {ignore}")
    [whole] = findings_of(tmp_path, f"{SOUND}, priority: 3, {ignore}")

    assert finding_line(broken) == "error schema/unknown-key <tresholds>"
    assert broken.hint == (
        "did you mean `thresholds`? `ignore` silences what rules find, not errors of reading"
        " the files"
    )
    assert finding_line(whole) == "warning hygiene/vain-suppression <schema/unknown-key>"


def test_a_suppression_of_another_rule_leaves_the_hint_alone(tmp_path: Path) -> None:
    ignore = "ignore: [{rule: hygiene/no-runbook, reason: later}]"

    [broken] = findings_of(tmp_path, f"{SOUND}, priority: 3, tresholds: {{}}, {ignore}")

    assert broken.hint == "did you mean `thresholds`?"


def test_an_error_of_reading_keeps_its_severity_and_the_policy_is_told(tmp_path: Path) -> None:
    several = findings_of(tmp_path, f"{SOUND}, priority: 9", "schema/wrong-type: note")

    assert lines(several) == [
        "error schema/fixed-severity <schema/wrong-type>",
        "error schema/wrong-type <9>",
    ]
