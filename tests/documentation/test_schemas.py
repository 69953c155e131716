"""The schemas are draft-07, explain every property, and are named by every file they describe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))
MONITORS = sorted((ROOT / "monitors").rglob("*.yaml"))
MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)
NAMED_AFTER_THEIR_KIND = {"project.yaml", "teams.yaml", "business-unit.yaml"}


def contents(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def properties(schema: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every property at any depth, with the way to it."""
    if isinstance(schema, list):
        for place, item in enumerate(schema):
            yield from properties(item, f"{where}/{place}")
    elif isinstance(schema, dict):
        for name, value in schema.items():
            # What a keyword such as "enum" or "default" holds is data, not a schema.
            if name in ("const", "default", "enum", "examples", "required"):
                continue
            if name == "properties" and isinstance(value, dict):
                for property_name, its in value.items():
                    yield f"{where}/{property_name}", its
            yield from properties(value, f"{where}/{name}")


def target(reference: str, home: Path) -> tuple[Any, Path]:
    """What a reference of the schema ``home`` leads to, and the schema that is in."""
    file, _, pointer = reference.partition("#/")
    path = home.parent / file if file else home
    schema = contents(path)
    for part in pointer.split("/"):
        schema = schema[part]
    return schema, path


def description(of: Any, home: Path) -> str:
    """What an editor shows for a property: its own text, or that of what it refers to."""
    while isinstance(of, dict):
        if of.get("description") or "$ref" not in of:
            return str(of.get("description", ""))
        of, home = target(of["$ref"], home)
    return ""


def conditional(where: str) -> bool:
    """Whether a property only narrows one that is described elsewhere: ``if``, ``then``, …"""
    return bool(re.search(r"/(if|then|else|not|allOf|anyOf|oneOf|dependencies)/", where))


def expected_schema(file: Path) -> str:
    if file.parent.name == "templates":
        return "template.json"
    if file.name.endswith(".tests.yaml"):
        return "tests.json"
    return f"{file.stem}.json" if file.name in NAMED_AFTER_THEIR_KIND else "monitors.json"


def test_there_is_a_schema_for_each_kind_of_file_and_for_the_plan() -> None:
    names = {path.name for path in SCHEMAS}

    assert names >= {"project.json", "teams.json", "business-unit.json"}
    assert names >= {"monitors.json", "template.json", "plan.json"}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_valid_draft_07_which_is_the_newest_that_editors_complete(path: Path) -> None:
    schema = contents(path)

    assert schema["$schema"].rstrip("#") == "http://json-schema.org/draft-07/schema"
    jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_property_of_a_schema_is_described(path: Path) -> None:
    schema = [entry for entry in properties(contents(path)) if not conditional(entry[0])]

    assert schema
    assert [where for where, its in schema if not description(its, path)] == []


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_reference_of_a_schema_leads_to_a_definition(path: Path) -> None:
    for reference in sorted(set(re.findall(r'"\$ref": "([^"]+)"', path.read_text()))):
        schema_part, _ = target(reference, path)

        assert isinstance(schema_part, dict), reference


def test_a_field_that_is_sent_may_stand_on_every_level_and_its_default_is_a_value_of_it() -> None:
    definitions = contents(ROOT / "schemas" / "definitions.json")["definitions"]
    sent = {name for name, its in definitions["changes"]["properties"].items() if "x-sent" in its}

    assert sent
    for level in ("monitor", "defaults"):
        assert sent <= definitions[level]["properties"].keys()
    for name in sent:
        default = definitions["changes"]["properties"][name].get("default")
        schema = {"definitions": definitions, **definitions["changes"]["properties"][name]}
        jsonschema.validate(default, schema)


def test_every_file_of_the_monitors_names_its_schema_on_its_first_line() -> None:
    wrong = {}
    for file in MONITORS:
        named = MODELINE.match(file.read_text(encoding="utf-8"))
        schema = (file.parent / named[1]).resolve() if named else None
        if schema != ROOT / "schemas" / expected_schema(file):
            wrong[str(file.relative_to(ROOT))] = named[1] if named else "none"

    assert MONITORS
    assert wrong == {}
