"""SARIF 2.1.0: valid by what the standard asks of the parts we write, right to the column."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import jsonschema
from hypothesis import given

from monitor_sync.cli import rulebook
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.render import sarif
from monitor_sync.render.manual import Page
from tests.render.builders import found, many

PAGES = rulebook.pages()


def closed(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others, as SARIF declares all of its own."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
POSITIVE = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = closed(["text"], text=TEXT, markdown=TEXT)
# The standard's sections 3.13 (log), 3.14 (run), 3.19 (component), 3.27 (result), 3.28 (location),
# 3.29 to 3.33 (place, region, logical location), 3.49 (rule): of each what we write of it.
SCHEMA = closed(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "items": closed(
            ["tool", "results"],
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            tool=closed(
                ["driver"],
                driver=closed(
                    ["name"],
                    name=TEXT,
                    semanticVersion=TEXT,
                    rules={
                        "type": "array",
                        "uniqueItems": True,
                        "items": closed(
                            ["id"],
                            id=TEXT,
                            shortDescription=MESSAGE,
                            fullDescription=MESSAGE,
                            help=MESSAGE,
                            defaultConfiguration=closed(level=LEVEL),
                            properties=closed(
                                tags={"type": "array", "items": TEXT, "uniqueItems": True}
                            ),
                        ),
                    },
                ),
            ),
            results={
                "type": "array",
                "items": closed(
                    ["message"],
                    ruleId=TEXT,
                    ruleIndex={"type": "integer", "minimum": -1},
                    level=LEVEL,
                    message=MESSAGE,
                    occurrenceCount=POSITIVE,
                    locations={
                        "type": "array",
                        "items": closed(
                            physicalLocation=closed(
                                ["artifactLocation"],
                                artifactLocation=closed(
                                    uri={"type": "string", "pattern": r"^[!-~]*$"}, uriBaseId=TEXT
                                ),
                                region=closed(
                                    startLine=POSITIVE,
                                    startColumn=POSITIVE,
                                    endColumn=POSITIVE,
                                    snippet=MESSAGE,
                                ),
                            ),
                            logicalLocations={
                                "type": "array",
                                "uniqueItems": True,
                                "items": closed(fullyQualifiedName=TEXT, kind=TEXT),
                            },
                        ),
                    },
                ),
            },
        ),
    },
)


def run(several: Sequence[Diagnostic], pages: Sequence[Page] = PAGES) -> Any:
    log = json.loads(sarif.text(several, pages))
    jsonschema.Draft7Validator(SCHEMA).validate(log)
    (only,) = log["runs"]
    return only


def test_every_rule_is_there_with_its_manual_page() -> None:
    rules = run([])["tool"]["driver"]["rules"]

    assert [each["id"] for each in rules] == [page.name for page in PAGES]
    assert all("**Use instead:**" in each["help"]["markdown"] for each in rules)


def test_a_result_points_at_its_rule_and_its_place() -> None:
    found_ = run([found("team: x", "x", rule="tags/reserved", key="motor/flow/m")])
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
    region = run([found(line, "${nmae}")])["results"][0]["locations"][0]["physicalLocation"][
        "region"
    ]
    units = line.encode("utf-16-le")

    start, end = region["startColumn"] - 1, region["endColumn"] - 1

    assert units[2 * start : 2 * end].decode("utf-16-le") == "${nmae}"


def test_a_mistake_in_a_template_is_one_result_that_counts() -> None:
    (result,) = run([found("a: b", "b", key=f"motor/flow/m.{n}x") for n in range(9)])["results"]

    assert result["occurrenceCount"] == 9
    assert len(result["locations"][0]["logicalLocations"]) == 9


def test_a_path_is_an_address() -> None:
    odd = found("a", "a", span=Span("monitors/a b/ü%20:.yaml", 1))
    place = run([odd])["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "monitors/a%20b/%C3%BC%2520%3A.yaml"


def test_text_of_a_file_makes_no_link() -> None:
    odd = found("a", "a", message="see [here](https://evil.example)", severity=Severity.NOTE)
    assert "](" not in run([odd])["results"][0]["message"]["text"].replace("\\](", "")


@given(many)
def test_no_text_breaks_the_document(several: Sequence[Diagnostic]) -> None:
    text = sarif.text(several, PAGES[:2])

    text.encode("utf-8")  # no lone surrogates
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in re.split(r"[\r\n]", text))
    run(several, PAGES[:2])
