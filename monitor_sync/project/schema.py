"""
Are the files' values of the right shape?

jsonschema-rs decides, a hundred times faster than jsonschema. For the few files that it refused
jsonschema says what is wrong, and ``schema_words.py`` says it in an author's words.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from monitor_sync.project.schema_files import bundle
from monitor_sync.project.schema_words import SchemaProblem, worded
from monitor_sync.project.yaml_reader import DataPath


@functools.cache
def _of_part(name: str) -> dict[str, Any]:
    """Return a schema of one shared definition alone."""
    return {"$ref": f"#/definitions/{name}", "definitions": bundle("definitions")["definitions"]}


def schema_of(kind: str) -> dict[str, Any]:
    """Return the schema of a kind of file, or of one definition (``#changes``)."""
    return _of_part(kind[1:]) if kind.startswith("#") else bundle(kind)


@functools.cache
def _gate(kind: str) -> Any:
    import jsonschema_rs  # not needed where all files are in the parse cache

    return jsonschema_rs.Draft7Validator(schema_of(kind))


def fits(data: Any, kind: str) -> bool:
    """Return whether the data has the shape that its kind asks for."""
    return bool(_gate(kind).is_valid(data))


def problems(
    data: Any, kind: str, numbers: Mapping[DataPath, str] = MappingProxyType({})
) -> Iterator[SchemaProblem]:
    """
    Yield everything that is wrong with the shape of the data, in no particular order.

    ``numbers`` has the text of those numbers that are not written in their shortest form.
    """
    if fits(data, kind):
        return
    from jsonschema import Draft7Validator  # 100 ms, paid only where there is something to say

    reported = False
    for error in Draft7Validator(_for_python(schema_of(kind))).iter_errors(data):
        for problem in worded(error, numbers):
            reported = True
            if not _is_raw(data, problem.where):
                yield problem
    if not reported:  # the two read a pattern differently, and the stricter one decides
        yield SchemaProblem(
            where=(), message="the file does not have the shape that its schema asks for"
        )


@functools.cache
def known_fields() -> frozenset[str]:
    """Return the fields of a monitor that the schema knows."""
    return frozenset(bundle("definitions")["definitions"]["changes"]["properties"])


@functools.cache
def known_options() -> frozenset[str]:
    """Return the options of a monitor that the schema knows."""
    return frozenset(bundle("definitions")["definitions"]["options"]["properties"])


@functools.cache
def sent_fields() -> Mapping[str, Any]:
    """
    Return the optional fields that are sent as they are written: ``x-sent`` in the schema.

    Each with its ``default`` there, which is what it means not to send it; None for most.
    """
    fields = bundle("definitions")["definitions"]["changes"]["properties"]
    return {name: field.get("default") for name, field in fields.items() if field.get("x-sent")}


@functools.cache
def known_types() -> frozenset[str]:
    """Return the types of monitors that the schema knows."""
    return frozenset(bundle("definitions")["definitions"]["monitor-type"]["enum"])


@functools.cache
def read_only(part: str) -> frozenset[str]:
    """Return what Datadog or people own of one definition, as the schema marks it."""
    properties = bundle("definitions")["definitions"][part]["properties"]
    return frozenset(
        name
        for name, described in properties.items()
        if str(described.get("description", "")).startswith("Read only")
    )


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


def without(data: Any, wrong: Iterable[SchemaProblem]) -> Any:
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
