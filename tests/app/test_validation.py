"""What validate finds does not depend on what is shown of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor_sync import app
from monitor_sync.diagnostics import FEW, Severity
from monitor_sync.project.document import composed
from monitor_sync.render import diagnostics as shown
from tests.bench.estate import build
from tests.project.builders import write

_MANY = tuple(f"m{number:02}" for number in range(30))
_BLANK = "High load on {{host.name}}."
_QUERY = "avg(last_5m):avg:system.load.1{*} > 4"
_OWN = "  {name}:\n    name: {name}\n    query: '{query}'\n    message: '{text}'\n"
_ONE_LINE = "{name}: {{name: {name}, query: '{query}', message: '{text}'}}"


def _each(form: str, text: str = _BLANK) -> str:
    return "".join(form.format(name=name, query=_QUERY, text=text) for name in _MANY)


_ESTATES: Mapping[str, Mapping[str, str]] = {
    "each in its own lines": {
        "motor/a.yaml": "monitors:\n" + _each(_OWN),
        "motor/a-b.yaml": "monitors:\n" + _each(_OWN),
    },
    "the same twice in a message": {
        "motor/a.yaml": "monitors:\n" + _each(_OWN, f"{_BLANK} Again: {_BLANK}")
    },
    "all in one line": {
        "motor/a.yaml": "monitors: {"
        + ", ".join(_ONE_LINE.format(name=name, query=_QUERY, text=_BLANK) for name in _MANY)
        + "}\n"
    },
    "one text by its anchor": {
        "motor/a.yaml": "monitors:\n"
        + _each(_OWN)
        .replace(f"message: '{_BLANK}'", "message: *text")
        .replace("message: *text", f"message: &text '{_BLANK}'", 1)
    },
    "items of one monitor": {
        "motor/a.yaml": "monitors:\n"
        + _OWN.format(name="m", query=_QUERY, text=_BLANK + " ${item}")
        + f"    for_each: {{item: [{', '.join(_MANY)}]}}\n"
    },
    "a default of the file": {
        "motor/a.yaml": f"defaults: {{message: '{_BLANK}'}}\nmonitors:\n"
        + _each(_OWN).replace(f"    message: '{_BLANK}'\n", "")
        + _OWN.format(name="z", query=_QUERY, text=_BLANK)
    },
}


@pytest.mark.parametrize("files", _ESTATES.values(), ids=_ESTATES.keys())
def test_a_brief_answer_is_the_same_without_the_places_of_what_it_only_counts(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    root = write(tmp_path, dict(files))
    answers = [
        app.validate(root, app.ValidateOptions(brief=brief)).diagnostics for brief in (True, False)
    ]

    brief, exact = [
        shown.brief(diagnostics) + shown.summary(diagnostics, monitors=1, files=1)
        for diagnostics in answers
    ]

    assert "message/blank-variable" in exact
    assert brief == exact


def test_of_many_findings_with_places_of_their_own_a_brief_answer_looks_for_few(
    tmp_path: Path,
) -> None:
    root = write(tmp_path, dict(_ESTATES["each in its own lines"]))
    validation = app.validate(root, app.ValidateOptions(least=Severity.WARNING, brief=True))
    lines = {monitor.key: monitor.line for monitor in validation.monitors}
    placed = [
        finding
        for finding in validation.diagnostics
        if finding.rule == "message/blank-variable" and finding.span.line != lines[finding.key]
    ]

    assert len(placed) == FEW


def test_what_is_not_shown_is_counted_all_the_same(tmp_path: Path) -> None:
    build(tmp_path, 120, shape="findings")
    counts = [
        Counter(
            (finding.key, finding.rule, finding.message)
            for finding in app.validate(tmp_path, app.ValidateOptions(least=least)).diagnostics
        )
        for least in Severity
    ]

    assert counts[0].total() >= 100
    assert all(count == counts[0] for count in counts)


def test_a_finding_that_is_not_shown_stands_at_its_monitor(tmp_path: Path) -> None:
    build(tmp_path, 30, shape="findings")
    least = app.ValidateOptions(least=Severity.ERROR)
    validation = app.validate(tmp_path, least)
    lines = {monitor.key: (monitor.path, monitor.line) for monitor in validation.monitors}
    warned = [
        diagnostic
        for diagnostic in validation.diagnostics
        if diagnostic.rule.startswith("message/")
    ]

    assert warned
    assert all(
        (diagnostic.span.path, diagnostic.span.line) == lines[diagnostic.key]
        for diagnostic in warned
    )


def test_a_file_is_composed_once_however_many_findings_it_has_and_few_are_kept(
    tmp_path: Path,
) -> None:
    build(tmp_path, 240, shape="findings")
    composed.cache_clear()
    diagnostics = app.validate(tmp_path).diagnostics
    files = {finding.span.path for finding in diagnostics}
    kept = composed.cache_info()

    assert len(diagnostics) >= 5 * len(files) >= 5 * 20
    assert kept.misses <= len(files)
    assert kept.currsize <= 8
