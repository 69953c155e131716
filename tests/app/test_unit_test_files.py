"""Files of tests that are wrong are refused in words, whatever stands in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import unit_tests
from monitor_sync.app.failures import WrongFiles
from monitor_sync.app.validation import ValidateOptions, validate
from monitor_sync.diagnostics import Severity
from tests.project.builders import write

FILES = {
    "project.yaml": "project: acme\ntags: {env: production}\n",
    "teams.yaml": "teams: {motor: {name: Motor, handles: {chat: '@slack-motor'}}}\n",
    "motor/business-unit.yaml": "name: Motor\nteam: motor\n",
    "motor/flow.yaml": "monitors:\n  slow:\n    name: slow\n    message: slow\n    priority: 3\n"
    "    query: avg(last_5m):avg:a.x{*} > 1\n    thresholds: {critical: 1}\n",
}


def _run(root: Path, test: str) -> unit_tests.UnitTests:
    for name, text in {**FILES, "motor/flow.tests.yaml": f"tests:\n  - {test}\n"}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return unit_tests.run_tests(root, (), "*")


RIGHT = (
    "{name: n, monitor: slow, series: [{metric: a.x, values: 5x9}], expect: [{at: 5m, value: 5}]}"
)


def test_a_right_test_passes(tmp_path: Path) -> None:
    assert _run(tmp_path, RIGHT).passed


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("name: n", "name: n, start: '2026-13-45T99:99:00Z'", "no such day"),
        ("name: n", "name: n, step: 0s", "a step is longer"),
        ("name: n", "name: n, step: 9999999h", "a step is longer"),
        ("name: n", "name: n, phase: 1h", "a phase is shorter"),
        ("name: n", "name: n, step: 2000h", "100 days"),
        ("values: 5x9", "values: 1e308", "above 1e"),
        ("values: 5x9", "values: ''", "values"),
        ("at: 5m", "at: 3000h", "100 days"),
        ("metric: a.x", "search: a.x", "has `metric:`"),
        ("monitor: slow", "monitor: slow, good: 1x9", "for SLO alerts"),
        ("monitor: slow", "monitor: slow, members: {k: ok}", "for composites"),
        ("at: 5m, value: 5", "at: 5m, group: {host: a}", "has no groups"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    assert right in RIGHT
    with pytest.raises(WrongFiles) as caught:
        _run(tmp_path, RIGHT.replace(right, wrong))
    (diagnostic, *_) = caught.value.diagnostics
    assert says in diagnostic.message
    assert diagnostic.span.column > 1


TWO_WRONG = (
    "{name: a, monitor: slw, series: [{metric: a.x, values: 5x9}], expect: [{at: 5m, value: 5}]}\n"
    "  - {name: b, monitor: slow, series: [{metric: a.x, values: 5x9}],"
    " expect: [{at: 5m, stat: ok}]}"
)


def _validated(root: Path, test: str, **files: str) -> list[tuple[str, str, int]]:
    written = {**FILES, "motor/flow.tests.yaml": f"tests:\n  - {test}\n", **files}
    for name, text in written.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    diagnostics = validate(root, ValidateOptions(least=Severity.ERROR)).diagnostics
    return [
        (diagnostic.rule, Path(diagnostic.span.path).name, diagnostic.span.line)
        for diagnostic in diagnostics
        if diagnostic.severity is Severity.ERROR
    ]


def test_validate_finds_the_mistakes_of_all_tests_in_one_run(tmp_path: Path) -> None:
    assert _validated(tmp_path, TWO_WRONG) == [
        ("references/test-of-no-monitor", "flow.tests.yaml", 2),
        ("schema/unknown-key", "flow.tests.yaml", 3),
    ]


def test_validate_does_not_run_tests(tmp_path: Path) -> None:
    assert _validated(tmp_path, RIGHT.replace("value: 5}", "value: 7}")) == []


def test_a_monitor_that_cannot_be_read_is_no_mistake_of_its_test(tmp_path: Path) -> None:
    wrong = FILES["motor/flow.yaml"].replace("priority: 3", "priority: high")
    assert _validated(tmp_path, RIGHT, **{"motor/flow.yaml": wrong}) == [
        ("schema/wrong-type", "flow.yaml", 5)
    ]


def test_a_selector_selects_the_tests_of_a_file_with_it(tmp_path: Path) -> None:
    _validated(tmp_path, TWO_WRONG, **{"motor/other.yaml": "monitors: {}\n"})
    for selector, count in (("motor/flow", 2), ("motor", 2)):
        assert len(validate(tmp_path, ValidateOptions(selectors=(selector,))).diagnostics) >= count


_MOVED = "motor/other.yaml declares it: move the test to motor/other.tests.yaml"


@pytest.mark.parametrize(
    ("file", "monitor", "hint"),
    [
        ("motor/other.yaml", "slow:", _MOVED),
        (
            "motor/other.yaml",
            "late:\n    moved_from: motor/flow/slow",
            f"{_MOVED}, and write `late`, as it is called now",
        ),
        ("motor/flow.yaml", "late:\n    moved_from: slow", "write `late`, as it is called now"),
        ("motor/other.yaml", "late:", ""),
    ],
)
def test_a_test_whose_monitor_has_moved_is_told_where_to(
    tmp_path: Path, file: str, monitor: str, hint: str
) -> None:
    declared = FILES["motor/flow.yaml"].replace("slow:", monitor)
    tests = {"motor/flow.tests.yaml": f"tests:\n  - {RIGHT}\n"}
    files = {name: text for name, text in FILES.items() if name != "motor/flow.yaml"}
    root = write(tmp_path, {**files, file: declared, **tests})

    with pytest.raises(WrongFiles) as caught:
        unit_tests.run_tests(root, (), "*")

    assert [mistake.hint for mistake in caught.value.diagnostics] == [hint]
