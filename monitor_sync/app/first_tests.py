"""
First unit tests of imported monitors: quiet on its healthy side, an alert beyond its threshold.

Only what the evaluator is certain of is written, so each test passes as it stands.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from monitor_sync.adopt import scalars
from monitor_sync.app import unit_test_files
from monitor_sync.counting import in_units
from monitor_sync.insight import unit_test
from monitor_sync.language import query as language
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import Parsed
from monitor_sync.language.tree import MetricQuery
from monitor_sync.model import Monitor, Project
from monitor_sync.project.files import TESTS, ProjectFile

_STEPS: Final = 30
"""Points in one window at most."""

_HEALTHY: Final = {">": 0.5, ">=": 0.5, "<": 1.5, "<=": 1.5}
"""What a healthy value is, as a share of the threshold; a bad one is what is left of 2."""


def first_tests(
    project: Project, keys: Iterable[str], taken: Collection[str], schema: str
) -> tuple[dict[str, str], int]:
    """
    Return the text of a file of tests beside each file of monitors, by its path, and their number.

    ``keys`` are the imported monitors. A file that is ``taken``, by its path, gets no tests.
    ``schema`` is where editors find the schema, empty where there is none.
    """
    monitors = [project.monitors[key] for key in sorted(keys) if key in project.monitors]
    texts: dict[str, str] = {}
    number = 0
    for file, members in groupby(monitors, key=lambda monitor: monitor.key.rsplit("/", 1)[0]):
        path = file + TESTS
        if path in taken:
            continue
        tests = [test for member in members for test in _passing(member)]
        if tests:
            texts[path] = _text(tests, schema)
            number += len(tests)
    return texts, number


def _text(tests: Iterable[Mapping[str, Any]], schema: str) -> str:
    lines = [*scalars.schema_line(schema), "tests:"]
    for test in tests:
        lines += scalars.item(test, 2)
    return "\n".join(lines) + "\n"


def _passing(monitor: Monitor) -> Iterator[dict[str, Any]]:
    """Yield the first test that passes for certain; nothing where no test does."""
    for test in _candidates(monitor):
        if _passes(test, monitor):
            yield test
            return


def _passes(test: Mapping[str, Any], monitor: Monitor) -> bool:
    """Return whether a test can be read and passes, with no point of the evaluator open."""
    unit, name, rest = monitor.key.split("/", 2)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (name + TESTS)
        path.write_text(_text([test], ""), encoding="utf-8")
        file = ProjectFile(kind="tests", shown=path.name, path=path, unit=unit, name=name)
        declared, mistakes = unit_test_files.read(file, {f"{unit}/{name}": {rest: monitor}})
    outcomes = [unit_test.run(test.test).status for test in declared]
    return not mistakes and outcomes == ["passed"]


def _candidates(monitor: Monitor) -> Iterator[dict[str, Any]]:
    """Yield tests of a metric monitor with one series and a plain threshold."""
    parsed = language.parse(monitor.type, monitor.query)
    window, level = language.window(parsed), _level(parsed)
    series = language.series(parsed)
    if window is None or window.seconds < 60 or level is None or len(series) != 1:
        return
    operator, threshold = level
    step = max(1, window.seconds // 60 // _STEPS)
    points = -(-window.seconds // 60 // step) + 5
    for share in (1.0, step * 60 / window.seconds):
        healthy = _rounded(threshold * _HEALTHY[operator] * share)
        bad = _rounded((threshold * (2 - _HEALTHY[operator]) or 1) * share)
        groups = dict.fromkeys(language.group_keys(parsed), "one")
        good, ill = scalars.scalar(healthy), scalars.scalar(bad)
        yield {
            "name": f"ok at {good}, alert at {ill}",
            "monitor": monitor.key.split("/", 2)[2],
            **({"step": f"{step}m"} if step > 1 else {}),
            "series": [
                {
                    "metric": series[0].metric.text,
                    **({"tags": groups} if groups else {}),
                    "values": f"{good}x{points - 1} {ill}x{points - 1}",
                }
            ],
            "expect": [
                {"at": in_units((points - 1) * step * 60), "state": "ok"},
                {"at": in_units((2 * points - 1) * step * 60), "state": "alert"},
            ],
        }


def _level(parsed: Parsed) -> tuple[str, float] | None:
    """Return the comparison and the threshold of a metric query without an algorithm."""
    compared = language.comparison(parsed)
    if not isinstance(parsed.tree, MetricQuery) or parsed.tree.evaluation.change is not None:
        return None
    if compared is None or language.algorithm(parsed) is not None:
        return None
    if not isinstance(compared.threshold, Number) or compared.operator.text not in _HEALTHY:
        return None
    return compared.operator.text, compared.threshold.value


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
