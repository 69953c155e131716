"""
Are the files' values of the right shape? JSON Schema problems told in an author's words.

jsonschema-rs decides, a hundred times faster than jsonschema; jsonschema then finds the words for
the few files that it refused. The sentence says what stands there and what was expected, which is
the ``title`` of the schema's part.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from monitor_sync.language.suggest import did_you_mean
from monitor_sync.project.yaml_reader import DataPath

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_PERCENT: Final = re.compile(r"(-?[0-9.]+)\s*%\Z")
_WITH_UNIT: Final = re.compile(r"[0-9.]+ *[A-Za-z]+")
_PRIORITY: Final = re.compile(r"[Pp]([1-5])")
_DIGITS: Final = re.compile(r"(-?)0*([0-9][0-9_,]*)")
_LONGEST_NUMBER: Final = 30
_WORDS: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong at ``where``; ``at_key`` where the key is wrong and not its value."""

    where: DataPath
    message: str
    hint: str = ""
    rule: str = "schema/wrong-type"
    at_key: bool = False


def folder() -> Path:
    """Where the schemas are: inside an installed copy, beside the package in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"


@functools.cache
def bundle(name: str) -> dict[str, Any]:
    """One schema with the shared definitions inside it, as validators want it."""
    text = (folder() / f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text.replace("definitions.json#/", "#/"))
    if name != "definitions":
        schema["definitions"] = bundle("definitions")["definitions"]
    return schema


@functools.cache
def _of_part(name: str) -> dict[str, Any]:
    """A schema of one shared definition alone."""
    return {"$ref": f"#/definitions/{name}", "definitions": bundle("definitions")["definitions"]}


def schema_of(kind: str) -> dict[str, Any]:
    """The schema of a kind of file, or of one definition (``#changes``)."""
    return _of_part(kind[1:]) if kind.startswith("#") else bundle(kind)


@functools.cache
def _gate(kind: str) -> Any:
    return jsonschema_rs.Draft7Validator(schema_of(kind))


def fits(data: Any, kind: str) -> bool:
    """Whether the data has the shape that its kind asks for."""
    return bool(_gate(kind).is_valid(data))


def problems(
    data: Any, kind: str, numbers: Mapping[DataPath, str] = MappingProxyType({})
) -> Iterator[Problem]:
    """
    Yield everything that is wrong with the shape of the data, in no particular order.

    ``numbers`` has the text of those numbers that are not written in their shortest form.
    """
    if fits(data, kind):
        return
    from jsonschema import Draft7Validator  # 100 ms, paid only where there is something to say

    reported = False
    for error in Draft7Validator(_for_python(schema_of(kind))).iter_errors(data):
        for problem in _worded(error, numbers):
            reported = True
            if not _is_raw(data, problem.where):
                yield problem
    if not reported:  # the two read a pattern differently, and the stricter one decides
        yield Problem(where=(), message="the file does not have the shape that its schema asks for")


def known_fields() -> frozenset[str]:
    """Return the fields of a monitor that the schema knows."""
    return frozenset(bundle("definitions")["definitions"]["changes"]["properties"])


def known_types() -> frozenset[str]:
    """Return the types of monitors that the schema knows."""
    kinds = bundle("definitions")["definitions"]["changes"]["properties"]["type"]["anyOf"]
    return frozenset(kinds[0]["enum"])


def _is_raw(data: Any, where: DataPath) -> bool:
    """Return whether ``raw_type: true`` beside a value lets it pass: a type, an unknown field."""
    for part in where[:-1]:
        data = data[part]
    if not where or not isinstance(data, dict) or data.get("raw_type") is not True:
        return False
    name = where[-1]
    return (name == "type" and isinstance(data[name], str)) or name not in known_fields()


def _for_python(schema: Any) -> Any:
    """Return a schema whose patterns end where the text ends: Python's ``$`` allows a newline."""
    if isinstance(schema, list):
        return [_for_python(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: part[:-1] + r"\Z"
        if name == "pattern" and isinstance(part, str) and part.endswith("$")
        else _for_python(part)
        for name, part in schema.items()
    }


def without(data: Any, wrong: Iterable[Problem]) -> Any:
    """
    Return the data without the values that are wrong, so that the rest can still be looked at.

    A wrong threshold becomes 0: texts that name it are not wrong as well. An element of a list
    takes its list with it.
    """
    paths = [problem.where for problem in wrong if problem.rule != "schema/missing-key"]
    if not any(paths):
        return data
    copied = _copied(data)
    for path in paths:
        for depth, part in enumerate(path):
            if isinstance(part, int) and path[0] != "use":
                path = path[:depth]
                break
        if path:
            _remove(copied, path)
    return copied


def _copied(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _copied(value) for name, value in data.items()}
    return [_copied(item) for item in data] if isinstance(data, list) else data


def _remove(data: Any, path: DataPath) -> None:
    """Remove what a path leads to, if it is still there. An element of a list stays."""
    for part in path[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(data, dict) or path[-1] not in data:
        return
    if path[-2:-1] == ("thresholds",) and path[-1] in {"critical", "warning"}:
        data[path[-1]] = 0
    else:
        del data[path[-1]]


def _worded(error: ValidationError, numbers: Mapping[DataPath, str]) -> Iterator[Problem]:
    """One error of jsonschema in an author's words; several where one mapping hides several."""
    where: DataPath = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, where)
        case "anyOf" | "allOf" if error.context:
            inner = _meant(error)
            if inner:
                for cause in inner:
                    yield from _worded(cause, numbers)
            else:
                yield _expected(error, where, numbers.get(where))
        case "required":
            missing = _missing(error)
            yield Problem(
                where=where,
                rule="schema/missing-key",
                at_key=True,
                message=f"`{missing}` is missing",
                hint=f"add `{missing}:`, {_described(error.schema, missing)}",
            )
        case "propertyNames":
            name = str(error.instance)
            yield _bad_name(error, (*where, name), name)
        case "pattern" if "propertyNames" in error.absolute_schema_path:
            name = str(error.instance)
            yield _bad_name(error, (*where, name), name)
        case _:
            yield _expected(error, where, numbers.get(where))


def _bad_name(error: ValidationError, where: DataPath, name: str) -> Problem:
    expected = _title(error.schema) or "lower-case letters, digits and `_`, a letter first"
    suggestion = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-")
    hint = f"write `{suggestion}`" if suggestion and suggestion != name else ""
    return Problem(
        where=where,
        rule="schema/bad-name",
        at_key=True,
        hint=hint,
        message=f"`{name}` is no name: {expected} are allowed",
    )


def _meant(error: ValidationError) -> list[ValidationError]:
    """The errors of the alternative that the author had in mind; none where that is unclear."""
    branches: dict[Any, list[ValidationError]] = {}
    for cause in error.context or ():
        branches.setdefault(cause.schema_path[0], []).append(cause)
    for inner in branches.values():
        deeper = [
            cause for cause in inner if cause.path or cause.validator == "additionalProperties"
        ]
        if deeper:
            return inner
        if error.validator == "allOf":
            return inner
    return []


def _unknown_keys(error: ValidationError, where: DataPath) -> Iterator[Problem]:
    schema: Any = error.schema
    instance: Any = error.instance
    known: Mapping[str, Any] = schema.get("properties", {})
    for name in instance:
        if name in known:
            continue
        near = did_you_mean(str(name), known)
        if near:
            hint = near
        elif where and where[-1] == "options":
            hint = "an option that this tool does not know yet goes under `raw_options`"
        else:
            hint = "known here: " + ", ".join(sorted(known)) if len(known) <= 12 else ""
        yield Problem(
            where=(*where, name),
            rule="schema/unknown-key",
            at_key=True,
            hint=hint,
            message=f"unknown key `{name}`",
        )


def _expected(error: ValidationError, where: DataPath, written: str | None) -> Problem:
    """Return what was expected. ``written`` is the text of a number that reads otherwise."""
    value = error.instance
    expected = _expectation(error)
    shown = f"`{written}`" if written else _shown(value)
    if not isinstance(value, str) and _wants_text(error, expected):
        text = written or json.dumps(value)
        hint = "" if value is None or isinstance(value, dict | list) else f'write `"{text}"`'
    else:
        hint = _hint(value, expected, _choices(error)) or _measured(error)
    return Problem(where=where, message=f"{shown} is not {expected}", hint=hint)


def _wants_text(error: ValidationError, expected: str) -> bool:
    if error.validator != "type":
        return expected.startswith(("a text", "a handle"))
    kinds: Any = error.validator_value
    return "string" in ([kinds] if isinstance(kinds, str) else kinds)


def _measured(error: ValidationError) -> str:
    """What a number counts, where somebody wrote it with its unit: ``1h`` for minutes."""
    path = error.absolute_path
    if not path or not isinstance(error.instance, str) or not _WITH_UNIT.fullmatch(error.instance):
        return ""
    definitions = bundle("definitions")["definitions"]
    for part in ("options", "thresholds", "changes"):
        described = definitions[part]["properties"].get(str(path[-1]), {}).get("description")
        if described:
            sentence = described.split(". ")[0].rstrip(".")
            return f"write a number: {sentence[:1].lower()}{sentence[1:]}"
    return ""


def _expectation(error: ValidationError) -> str:
    """What was expected, from the title nearest to the error."""
    node: Any = error
    while node is not None:
        title = _title(node.schema)
        if title:
            return title
        # a title further out describes this value only as long as the path stays the same
        node = node.parent if not node.path else None
    value: Any = error.validator_value
    match str(error.validator):
        case "enum":
            return "one of " + ", ".join(str(choice) for choice in value)
        case "const":
            return json.dumps(value)
        case "type":
            kinds = value if isinstance(value, list) else [value]
            return " or ".join(
                _TYPE_NAMES.get(str(kind), str(kind)) for kind in kinds if kind != "null"
            )
        case "minimum":
            return f"at least {value}"
        case "maximum":
            return f"at most {value}"
        case "minItems" | "minProperties":
            return "allowed: it must not be empty"
        case "uniqueItems":
            return "free of repeated items"
        case _:
            return "what is expected here"


_TYPE_NAMES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}


def _title(schema: Any) -> str:
    return str(schema.get("title", "")) if isinstance(schema, Mapping) else ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "null"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def _choices(error: ValidationError) -> list[str]:
    """The values that the schema lists here, whichever alternative lists them."""
    schema: Any = error.schema
    parts = [schema, *schema.get("anyOf", ())] if isinstance(schema, Mapping) else []
    return [str(value) for part in parts for value in part.get("enum", ())]


def _hint(value: Any, expected: str, choices: list[str]) -> str:
    if not isinstance(value, str):
        return ""
    percent = _PERCENT.match(value)
    if percent and "number" in expected:
        return f"write `{percent[1]}`: Datadog's numbers have no unit"
    priority = _PRIORITY.fullmatch(value)
    if priority and "from 1 to 5" in expected:
        return f"write `{priority[1]}`"
    if value.lower() in _WORDS and "true" in expected:
        return f"write `{_WORDS[value.lower()]}`"
    digits = _DIGITS.fullmatch(value)
    if digits and "number" in expected and len(value) <= _LONGEST_NUMBER:
        return f"write `{digits[1]}{re.sub('[_,]', '', digits[2])}`"
    if value.startswith("@") and expected.startswith("a list"):
        return f'write `["{value}"]`'
    few = "one of: " + ", ".join(choices) if 0 < len(choices) <= 8 else ""
    return did_you_mean(value, choices, few)


def _missing(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    present: Any = error.instance
    return str(next(name for name in wanted if name not in present))


def _described(schema: Any, name: str) -> str:
    part = schema.get("properties", {}).get(name, {})
    text = str(part.get("description") or part.get("title") or "").rstrip(".")
    return text[:1].lower() + text[1:]
