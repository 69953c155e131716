"""SARIF 2.1.0: valid by the standard's schema, right to the column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from monitor_sync.cli import rulebook
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.render import sarif
from monitor_sync.render.manual import Page
from tests.render.builders import diagnostic_about, many

PAGES = rulebook.pages()


SCHEMA = jsonschema_rs.Draft202012Validator(
    json.loads((Path(__file__).parent / "sarif" / "schema.json").read_text(encoding="utf-8")),
    validate_formats=True,
)
"""The standard's own schema, as Microsoft's tools for SARIF ship it."""


def run(several: Sequence[Diagnostic], pages: Sequence[Page] = PAGES) -> Any:
    log = json.loads(sarif.text(several, pages))
    SCHEMA.validate(log)
    (only,) = log["runs"]
    return only


BREAKS: dict[str, Callable[[Any], None]] = {
    "another version": lambda log: log.update(version="2.0.0"),
    "a property of nobody": lambda log: log["runs"][0].update(monitors=1),
    "a level of nobody": lambda log: log["runs"][0]["results"][0].update(level="fatal"),
    "no message": lambda log: log["runs"][0]["results"][0].pop("message"),
    "a line before the first": lambda log: _place(log)["region"].update(startLine=0),
    "a path that is no address": lambda log: _place(log)["artifactLocation"].update(uri="a b"),
}


@pytest.mark.parametrize("break_", BREAKS.values(), ids=BREAKS)
def test_the_schema_would_notice(break_: Callable[[Any], None]) -> None:
    log = json.loads(sarif.text([diagnostic_about("a", "a")], PAGES[:2]))
    break_(log)

    assert not SCHEMA.is_valid(log)


def _place(log: Any) -> Any:
    return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]


def test_every_rule_is_there_with_its_manual_page() -> None:
    rules = run([])["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == [page.name for page in PAGES]
    assert all("**Use instead:**" in rule["help"]["markdown"] for rule in rules)


def test_a_result_points_at_its_rule_and_its_place() -> None:
    found_ = run([diagnostic_about("team: x", "x", rule="tags/reserved", key="motor/flow/m")])
    (result,) = found_["results"]
    (location,) = result["locations"]

    assert found_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "tags/reserved"
    assert location == {
        "physicalLocation": {
            "artifactLocation": {"uri": "monitors/motor/flow.yaml", "uriBaseId": "%SRCROOT%"},
            "region": {
                "startLine": 7,
                "startColumn": 7,
                "endColumn": 8,
                "snippet": {"text": "x"},
            },
        },
        "logicalLocations": [{"fullyQualifiedName": "motor/flow/m", "kind": "resource"}],
    }


def test_columns_count_utf16_code_units() -> None:
    line = "name: 見積 😀😀 ${nmae}"
    region = run([diagnostic_about(line, "${nmae}")])["results"][0]["locations"][0][
        "physicalLocation"
    ]["region"]
    units = line.encode("utf-16-le")

    start, end = region["startColumn"] - 1, region["endColumn"] - 1

    assert units[2 * start : 2 * end].decode("utf-16-le") == "${nmae}"


def test_a_mistake_in_a_template_is_one_result_that_counts() -> None:
    (result,) = run([diagnostic_about("a: b", "b", key=f"motor/flow/m.{n}x") for n in range(9)])[
        "results"
    ]

    assert result["occurrenceCount"] == 9
    assert len(result["locations"][0]["logicalLocations"]) == 9


def test_a_path_is_an_address() -> None:
    odd = diagnostic_about("a", "a", span=Span("monitors/a b/ü%20:.yaml", 1))
    place = run([odd])["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "monitors/a%20b/%C3%BC%2520%3A.yaml"


def test_text_of_a_file_makes_no_link() -> None:
    odd = diagnostic_about(
        "a", "a", message="see [here](https://evil.example)", severity=Severity.NOTE
    )
    assert "](" not in run([odd])["results"][0]["message"]["text"].replace("\\](", "")


@given(many)
def test_no_text_breaks_the_document(several: Sequence[Diagnostic]) -> None:
    text = sarif.text(several, PAGES[:2])

    text.encode("utf-8")  # no lone surrogates
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in re.split(r"[\r\n]", text))
    run(several, PAGES[:2])
