"""How unit tests ended: for a person with a picture of each failure, and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from monitor_sync import jsontext
from monitor_sync.app.unit_tests import Mutated, Tested, UnitTests
from monitor_sync.counting import count
from monitor_sync.insight.unit_test import FailedExpectation, TestOutcome
from monitor_sync.render import picture
from monitor_sync.render.junit import Case, Failure, document
from monitor_sync.render.style import Style
from monitor_sync.render.text import columns, fitting, plain, shorten, table, wrapped

_COLOURS: Final = {
    "passed": "green", "failed": "red", "uncertain": "yellow", "unsupported": "yellow",
}  # fmt: skip
_ORDER: Final = tuple(_COLOURS)


def text(tests: UnitTests, style: Style) -> str:
    """Return the tests that did not pass, each with its picture, and how many ended how."""
    lines: list[str] = []
    for tested in tests.tested:
        if tested.outcome.status != "passed":
            lines += [*_block(tested, style), ""]
    tally = [
        style(f"{number} {status}", _COLOURS[status] if number else "")
        for status in _ORDER
        if (number := sum(tested.outcome.status == status for tested in tests.tested))
        or status == "passed"
    ]
    keys = {tested.declared.test.key for tested in tests.tested}
    total = count(len(tests.tested), "test")
    lines.append(f"{total} of {count(len(keys), 'monitor')}: {', '.join(tally)}.")
    return "\n".join(lines) + "\n"


def _block(tested: Tested, style: Style) -> Iterator[str]:
    declared, outcome = tested.declared, tested.outcome
    status = style(outcome.status, _COLOURS[outcome.status], bold=True)
    yield f"{status}: {style(plain(declared.test.name), bold=True)}"
    yield f"  --> {plain(declared.path)}:{declared.line}, {plain(declared.test.key)}"
    yield from (f"    {row}" for row in _differences(outcome.failures, style))
    if outcome.status == "uncertain":
        yield f"    Datadog does not document: {', '.join(outcome.open_points)}"
    elif outcome.status == "unsupported":
        yield f"    cannot be reproduced offline: {plain(', '.join(outcome.open_points))}"
    if outcome.trace is not None:
        yield ""
        yield from (f"    {row}" for row in picture.lines(outcome.trace, style))


def _differences(failures: Sequence[FailedExpectation], style: Style) -> list[str]:
    """Return expected against got, beside each other where that fits, else below each other."""
    room = style.screen - 4
    rows = [_row(failure) for failure in failures]
    short = [row for row in rows if columns("  ".join(row)) <= room - _ALIGNMENT]
    beside = dict(zip(short, table(short), strict=True))
    lines: list[str] = []
    for row in rows:
        line = beside.get(row, "")
        fits = line and columns(line) <= room
        lines += [line] if fits else _below(row, room)
    return lines


_ALIGNMENT: Final = 12
"""Columns that aligned rows may take more than the row alone."""


def _below(row: tuple[str, str, str, str], room: int) -> Iterator[str]:
    at, field, *texts = row
    yield f"{at}  {field}"
    for text in texts:
        word, _, rest = text.partition(" ")
        for number, line in enumerate(wrapped(rest, room - 11, 0)):
            yield f"  {'' if number else word:8} {line}"


def _row(failure: FailedExpectation) -> tuple[str, str, str, str]:
    group = f" {failure.group}" if failure.group else ""
    return (
        f"at {failure.at}{plain(group)}",
        failure.field,
        f"expected {_shown(failure.expected)}",
        f"got {_shown(failure.got)}",
    )


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return plain(", ".join(map(str, value))) or "nobody"
    return shorten(plain(" ".join(str(value).split())), 200)


def json(tests: UnitTests) -> str:
    """Return one object for each test, in the order of the files."""
    return jsontext.array(map(_object, tests.tested)) + "\n"


def _object(tested: Tested) -> dict[str, Any]:
    test, outcome = tested.declared.test, tested.outcome
    return {
        "test": test.name,
        "monitor": test.key,
        "file": tested.declared.path,
        "line": tested.declared.line,
        "status": outcome.status,
        "failures": [
            {
                "at": failure.at,
                "group": failure.group,
                "field": failure.field,
                "expected": failure.expected,
                "got": failure.got,
            }
            for failure in outcome.failures
        ],
        **({"open_points": list(outcome.open_points)} if outcome.open_points else {}),
    }


def junit(tests: UnitTests) -> str:
    """Return JUnit's XML: a suite for each file, a case for each test of a monitor."""
    suites: dict[str, list[Case]] = {}
    for tested in tests.tested:
        suites.setdefault(tested.declared.path, []).append(_case(tested))
    return document("monitor-sync test", suites)


def _case(tested: Tested) -> Case:
    test, outcome = tested.declared.test, tested.outcome
    failure = None
    if outcome.status != "passed":
        lines = _said(outcome)
        failure = Failure(outcome.status, lines[0], "\n".join(lines))
    return Case(name=test.name, classname=test.key, failure=failure)


def _said(outcome: TestOutcome) -> list[str]:
    """Return what is wrong; neither uncertain nor unsupported is ever a pass."""
    lines = [", ".join(_row(failure)) for failure in outcome.failures]
    if outcome.open_points:
        lines.append(f"{outcome.status}: {', '.join(outcome.open_points)}")
    return lines


def mutated(monitors: Sequence[Mutated], style: Style) -> str:
    """Return, by monitor, the changes that no test notices."""
    lines: list[str] = []
    for monitor in monitors:
        if monitor.skipped:
            lines += [f"{plain(monitor.key)}: not tried, {monitor.skipped}"]
        elif monitor.unnoticed:
            lines.append(style(plain(monitor.key), bold=True))
            for what in monitor.unnoticed:
                lines += wrapped(f"  no test notices that {plain(what)}", style.width, 4)
    tried = sum(monitor.tried for monitor in monitors)
    unnoticed = sum(len(monitor.unnoticed) for monitor in monitors)
    lines += [""] if lines else []
    lines.append(
        f"{count(tried, 'change')} to {count(len(monitors), 'monitor')}:"
        f" {tried - unnoticed} noticed, {unnoticed} not."
    )
    return "\n".join(lines) + "\n"


def coverage(tests: UnitTests, style: Style) -> str:
    """Return the monitors of priority 1 and 2 that no test is about."""
    rows = [
        (f"P{monitor.priority}", monitor.key, f"{monitor.path}:{monitor.line}")
        for monitor in tests.uncovered
    ]
    lines = [plain(row) for row in table(fitting(rows, style.width))]
    if not rows:
        return "Every monitor of priority 1 and 2 has a test.\n"
    lines.append("")
    head = style(f"{count(len(rows), 'monitor')} of priority 1 and 2", bold=True)
    lines.append(f"{head} without a test.")
    return "\n".join(lines) + "\n"
