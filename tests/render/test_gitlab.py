"""Code Quality as GitLab reads it: an array, five fields each, fingerprints that stay."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render import gitlab
from tests.render.builders import diagnostic_about, many


def entries(*several: Diagnostic) -> list[dict[str, Any]]:
    read = json.loads(gitlab.text(several))
    assert isinstance(read, list)
    return read


def moved(diagnostic: Diagnostic, line: int) -> Diagnostic:
    return replace(diagnostic, span=replace(diagnostic.span, line=line))


def test_a_finding_has_its_place_its_rule_and_its_severity() -> None:
    (entry,) = entries(diagnostic_about("x: 1", "1", key="motor/flow/a", hint="write 2"))

    assert entry | {"fingerprint": ""} == {
        "description": "1 is wrong · help: write 2 · in motor/flow/a",
        "check_name": "schema/wrong",
        "fingerprint": "",
        "severity": "critical",
        "location": {"path": "monitors/motor/flow.yaml", "lines": {"begin": 7}},
    }


def test_a_finding_that_moves_keeps_its_fingerprint() -> None:
    here = diagnostic_about("x: 1", "1", key="motor/flow/a")

    assert entries(here)[0]["fingerprint"] == entries(moved(here, 9))[0]["fingerprint"]


def test_two_of_the_same_words_in_one_file_are_two() -> None:
    here = diagnostic_about("x: 1", "1")

    assert len({entry["fingerprint"] for entry in entries(here, moved(here, 2))}) == 2


@settings(max_examples=30)
@given(many)
def test_whatever_the_findings_every_entry_has_the_fields_that_gitlab_asks_for(
    several: list[Diagnostic],
) -> None:
    read = entries(*several)

    assert len({entry["fingerprint"] for entry in read}) == len(read)
    for entry in read:
        assert entry.keys() == {
            "description", "check_name", "fingerprint", "severity", "location",
        }  # fmt: skip
        assert entry["severity"] in ("info", "minor", "critical")
        assert entry["location"]["lines"]["begin"] >= 1


def test_all_severities_have_a_word() -> None:
    words = {
        entries(replace(diagnostic_about("x: 1", "1"), severity=severity))[0]["severity"]
        for severity in Severity
    }

    assert words == {"info", "minor", "critical"}
