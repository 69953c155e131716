"""Every case of ``*.yaml`` in this folder: a monitor in, exactly these findings out."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.rules.registry import every
from tests.rules.cases import Case, cases, check, finding_line, read

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_gives_its_findings_and_no_other(tmp_path: Path, case: Case) -> None:
    loaded = read(tmp_path / "monitors", case)

    assert sorted(map(finding_line, check(loaded))) == sorted(case.findings)


def test_every_rule_has_a_case_that_finds_something() -> None:
    names = {finding.split()[1] for case in CASES for finding in case.findings}

    assert [rule.name for rule in every() if rule.name not in names] == []


def test_every_rule_has_a_manual_page_with_all_its_parts() -> None:
    parts = ("Why:", "Example:", "Use instead:", "Source:")

    lacking = [(rule.name, part) for rule in every() for part in parts if part not in rule.page]

    assert lacking == []
