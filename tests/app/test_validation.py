"""What validate finds does not depend on what is shown of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from monitor_sync import app
from monitor_sync.diagnostics import Severity
from monitor_sync.project.document import composed
from tests.bench.estate import build


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
