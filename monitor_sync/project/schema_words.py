"""
Problems of JSON Schema in an author's words.

A sentence says what stands there and what was expected, which is the ``title`` of the schema's
part. The hint says what to type instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from monitor_sync.language.suggest import nearest, nearest_type, types_meant
from monitor_sync.project import words_meant
from monitor_sync.project.schema_files import bundle
from monitor_sync.project.yaml_reader import DataPath

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_PERCENT: Final = re.compile(r"(-?[0-9.]+)\s*%\Z")
_WITH_UNIT: Final = re.compile(r"[0-9.]+ *[A-Za-z]+")
_PRIORITY: Final = re.compile(r"[Pp]([1-5])")
_DIGITS: Final = re.compile(r"(-?)0*([0-9][0-9_,]*)")
_LONGEST_NUMBER: Final = 30
_MINUTES: Final = re.compile(
    r"([0-9]{1,5}) *(h|hours?|hrs?|m|min|minutes?|s|sec|seconds?)?", re.IGNORECASE
)
_COMMA: Final = re.compile(r"(-?[0-9]+),([0-9]{1,2})")
_NEAR: Final = 0.75
"""How like a known value a wrong one must be to be taken for it, from 0 to 1."""

_NEAR_KEY: Final = 0.7
"""The same for keys, of which longer ones differ less."""

_WORDS: Final = {"yes": "true", "on": "true", "no": "false", "off": "false"}


class SchemaProblem(Struct, frozen=True, kw_only=True):
    """What is wrong at ``where``; ``at_key`` where the key is wrong and not its value."""

    where: DataPath
    message: str
    hint: str = ""
    rule: str = "schema/wrong-type"
    at_key: bool = False


def worded(error: ValidationError, numbers: Mapping[DataPath, str]) -> Iterator[SchemaProblem]:
    """Yield an error in an author's words; several where one mapping hides several."""
    where: DataPath = tuple(error.absolute_path)
    match error.validator:
        case "additionalProperties":
            yield from _unknown_keys(error, where)
        case "anyOf" | "allOf" if error.context:
            inner = _meant(error)
            if inner:
                for cause in inner:
                    yield from worded(cause, numbers)
            else:
                yield _expected(error, where, numbers)
        case "uniqueItems":
            items: Any = error.instance
            twice = next(item for index, item in enumerate(items) if item in items[:index])
            message = f"{_shown(twice)} stands twice in the list"
            yield SchemaProblem(where=where, message=message, hint="take one out")
        case "required":
            missing = _missing(error)
            yield SchemaProblem(
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
            yield _expected(error, where, numbers)


def _bad_name(error: ValidationError, where: DataPath, name: str) -> SchemaProblem:
    expected = _title(error.schema) or "lower-case letters, digits and `_`, a letter first"
    suggestion = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-")
    hint = f"write `{suggestion}`" if suggestion and suggestion != name else ""
    return SchemaProblem(
        where=where,
        rule="schema/bad-name",
        at_key=True,
        hint=hint,
        message=f"`{name}` is no name: {expected} are allowed",
    )


def _meant(error: ValidationError) -> list[ValidationError]:
    """Return the errors of the alternative that the author meant; empty where that is unclear."""
    branches: dict[Any, list[ValidationError]] = {}
    for cause in error.context or ():
        branches.setdefault(cause.schema_path[0], []).append(cause)
    for inner in branches.values():
        deeper = [
            cause
            for cause in inner
            if cause.path or cause.validator in ("additionalProperties", "uniqueItems")
        ]
        if deeper:
            return inner
        if error.validator == "allOf":
            return inner
    return []


def _unknown_keys(error: ValidationError, where: DataPath) -> Iterator[SchemaProblem]:
    schema: Any = error.schema
    instance: Any = error.instance
    known: Mapping[str, Any] = schema.get("properties", {})
    for name in instance:
        if name not in known:
            yield SchemaProblem(
                where=(*where, name),
                rule="schema/unknown-key",
                at_key=True,
                hint=_hint_for_decimals(name, instance, where)
                or _hint_for_key(str(name), known, where),
                message=f"unknown key `{name}`",
            )


def _hint_for_decimals(name: Any, instance: Mapping[Any, Any], where: DataPath) -> str:
    """Return what to write where `{critical: 12,5}` made a key of the decimals."""
    if not where or where[-1] != "thresholds" or not str(name).isdigit():
        return ""
    names = list(instance)
    before = instance[names[names.index(name) - 1]] if name != names[0] else 0
    return f"a comma parts two values: write a point before the decimals, `{before}.{name}`"


def _hint_for_key(name: str, known: Mapping[str, Any], where: DataPath) -> str:
    """Return what to do with a key that is not known here: often it has a place elsewhere."""
    definitions = bundle("definitions")["definitions"]
    inner = definitions["options"]["properties"] if "options" in known else {}
    levels = definitions["thresholds"]["properties"] if "thresholds" in known else {}
    part = "monitor" if "query" in known else str(where[-1]) if where else ""
    if name in levels and part == "monitor":
        return f"indent it: `{name}` stands below `thresholds:`"
    meant = words_meant.KEYS.get(part, {}).get(name)
    if meant:
        return meant
    if name in inner:
        return f"write it under `options:`, `options: {{{name}: …}}`"
    near = nearest(name, _writable(known), _NEAR_KEY)
    if near:
        return f"did you mean `{near}`?"
    if part == "options":
        return _hint_for_option(name, definitions)
    near = nearest(name, inner, _NEAR)
    if near:
        return f"did you mean `{near}` under `options:`?"
    if inner:
        return "a field of Datadog's that this tool does not know yet needs `raw_type: true`"
    return "known here: " + ", ".join(sorted(known)) if len(known) <= 12 else ""


def _writable(known: Mapping[str, Any]) -> list[str]:
    """Return the keys that somebody may write: no read-only ones, which exports alone have."""
    return [
        name
        for name, part in known.items()
        if not str(part.get("description", "")).startswith("Read only")
    ]


def _hint_for_option(name: str, definitions: Mapping[str, Any]) -> str:
    """Return where a key belongs that is no option, if it belongs anywhere."""
    if name in definitions["thresholds"]["properties"]:
        return f"write it under `thresholds:`, `thresholds: {{{name}: …}}`"
    if name in definitions["changes"]["properties"]:
        return f"write it beside `options:`, `{name}: …`"
    return "an option that this tool does not know yet goes under `raw_options`"


def _expected(
    error: ValidationError, where: DataPath, numbers: Mapping[DataPath, str]
) -> SchemaProblem:
    """Return what was expected. ``numbers`` are the texts of those that read otherwise."""
    written = numbers.get(where)
    value = error.instance
    expected = _expectation(error)
    shown = f"`{written}`" if written else _shown(value)
    minutes = _MINUTES.fullmatch(str(value)) if expected.startswith("a duration") else None
    if value == "" and "options" in where:
        hint = "remove it"  # as old pages of Datadog left it in exports (documentation issue 1389)
    elif minutes is not None:
        hint = f"write `{minutes[1]}{(minutes[2] or 'm')[0].lower()}`"
    elif not isinstance(value, str) and _wants_text(error, expected):
        hint = _hint_for_text(value, where, numbers, expected)
    else:
        hint = _hint(value, expected, _choices(error)) or _measured(error)
    return SchemaProblem(where=where, message=f"{shown} is not {expected}", hint=hint)


def _hint_for_text(
    value: Any, where: DataPath, numbers: Mapping[DataPath, str], expected: str
) -> str:
    """Return how to write as a text what YAML reads otherwise: ``5``, or ``- a: b`` in a list."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        text = numbers.get((*where, name), inner)
        is_tag = isinstance(inner, str | int | float)
        return f'write `"{name}:{text}"`, without a blank behind the colon' if is_tag else ""
    if value is None or isinstance(value, dict | list) or expected.startswith("a time"):
        return ""
    return f'write `"{numbers.get(where) or json.dumps(value)}"`'


def _wants_text(error: ValidationError, expected: str) -> bool:
    if error.validator != "type":
        return expected.startswith(("a text", "a handle"))
    kinds: Any = error.validator_value
    return "string" in ([kinds] if isinstance(kinds, str) else kinds)


def _measured(error: ValidationError) -> str:
    """Return what a number counts, where somebody wrote it with its unit: ``1h`` for minutes."""
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
    """Return what was expected, from the title nearest to the error."""
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
            return "one of " + ", ".join(_choices(error) or map(json.dumps, value))
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
    if value == "":
        return "an empty text"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def _choices(error: ValidationError) -> list[str]:
    """Return the values that the schema lists here, whichever alternative lists them."""
    schema: Any = error.schema
    parts = [schema, *schema.get("anyOf", ())] if isinstance(schema, Mapping) else []
    definitions = bundle("definitions")["definitions"]
    named = (definitions.get(part.get("$ref", "").rpartition("/")[2], part) for part in parts)
    values = [value for part in named for value in part.get("enum", ())]
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def _hint(value: Any, expected: str, choices: list[str]) -> str:
    shaped = _hint_for_shape(value, expected)
    if shaped or not isinstance(value, str):
        return shaped or _listed(choices)
    if value.lower() in _WORDS and "true" in expected:
        return f"write `{_WORDS[value.lower()]}`"
    number = _hint_for_number(value, expected) if "number" in expected else ""
    if number:
        return number
    if "query alert" in choices:
        return _hint_for_type(value, choices)
    meant = words_meant.VALUES.get(value.lower(), "")
    if meant in choices:
        return f"write `{meant}`"
    near = nearest(value, choices, _NEAR)
    if near:
        return f"did you mean `{near}`?"
    return _listed(choices)


def _hint_for_shape(value: Any, expected: str) -> str:
    """Return how to write a value that is right in itself, and not in the shape that it has."""
    if isinstance(value, list) and expected.startswith("a mapping"):
        return "write a name and a colon in place of each `-`"
    if isinstance(value, int) and value in (0, 1) and expected == "true or false":
        return f"write `{'true' if value else 'false'}`"
    if not isinstance(value, str):
        return ""
    if "a list of texts" in expected or (value.startswith("@") and expected.startswith("a list")):
        return f"write `[{', '.join(json.dumps(part.strip()) for part in value.split(','))}]`"
    if value.startswith("@") and expected.startswith("a mapping from state"):
        return f'write `{{alert: ["{value}"]}}`'
    if value.isdecimal() and expected.startswith("the id of"):
        return f"write `{int(value)}` without quotes"
    return ""


def _listed(choices: list[str]) -> str:
    return "one of: " + ", ".join(choices) if 0 < len(choices) <= 8 else ""


def _hint_for_number(value: str, expected: str) -> str:
    """Return how to write the number that a text stands for, if it is nearly one."""
    priority = _PRIORITY.fullmatch(value)
    if priority and "from 1 to 5" in expected:
        return f"write `{priority[1]}`"
    percent = _PERCENT.match(value)
    if percent:
        return f"write `{percent[1]}`: Datadog's numbers have no unit"
    comma = _COMMA.fullmatch(value)
    if comma:
        return (
            "write it without decimals"
            if "whole number" in expected
            else f"write `{comma[1]}.{comma[2]}`"
        )
    digits = _DIGITS.fullmatch(value)
    if digits and len(value) <= _LONGEST_NUMBER:
        return f"write `{digits[1]}{re.sub('[_,]', '', digits[2])}`"
    return ""


def _hint_for_type(written: str, known: list[str]) -> str:
    """Return which type does it, or how to write one that is newer than this tool."""
    meant = types_meant(written)
    if meant:
        return f"write `{'` or `'.join(meant)}`"
    if written.startswith("synthetic"):
        return "Datadog makes it together with its Synthetic test: declare the test there"
    near = nearest_type(written, known)
    if near:
        return f"did you mean `{near}`?"
    return "a type of Datadog's that this tool does not know yet needs `raw_type: true`"


def _missing(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    present: Any = error.instance
    return str(next(name for name in wanted if name not in present))


def _described(schema: Any, name: str) -> str:
    part = schema.get("properties", {}).get(name, {})
    text = str(part.get("description") or part.get("title") or "").rstrip(".")
    return text[:1].lower() + text[1:]
