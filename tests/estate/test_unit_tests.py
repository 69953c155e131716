"""The unit tests of the repository's own monitors pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.app import unit_tests

ROOT = Path(__file__).resolve().parents[2]


def test_the_unit_tests_of_our_monitors_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tests = unit_tests.run_tests(Path("monitors"), (), "*")
    ended = {each.declared.test.name: each.outcome.status for each in tests.tested}
    assert {name: status for name, status in ended.items() if status != "passed"} == {}
    assert len(tests.tested) >= 10
