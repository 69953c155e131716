"""Hypothesis strategies for what a JSON Schema of ours allows, and for breaking it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from monitor_sync.project.schema import schema_of

TEXTS = st.one_of(
    st.sampled_from(
        [
            "avg(last_5m):avg:a.b{env:${env}} by {host} > ${critical}",
            "avg(last_5m):avg:a{rack:2e} > 1",
            'logs("a").index("*").rollup("count").last("5m") > 5',
            "${id:motor/flow/errors} && ${id:motor/flow/nothing}",
            "{{#is_alert}}@slack-x{{/is_alert}} {{host.name}}",
            "${unit_name} ${team} ${service} ${env} ${key} ${item} ${x}",
            "${critical}", "${", "$${a}", "motor/flow/${env}", "::add-mask::x", "##[error]x",
            "@all", "motor-quotes", "@slack-x", "core", "api", "errors", "item", "1.10", "10 %",
            "P1", "",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip
NAMES = st.sampled_from(
    ["errors", "latency", "item", "critical", "x", "core", "tags", "team", "a.b"]
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS,
        st.sampled_from([10**30, -1, 0, 1e300, 5e-324]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def of_kind(kind: str) -> st.SearchStrategy[Any]:
    """Values of the shape of a kind of file, of which now and then one part is anything."""
    schema = schema_of(kind)
    return _of(schema, schema["definitions"], 6)


def _of(schema: Any, definitions: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    sound = _sound(schema, definitions, depth)
    return st.integers(0, 24).flatmap(lambda number: sound if number else JUNK)


def _sound(schema: Any, definitions: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if schema is True or not schema:
        return JUNK
    if "$ref" in schema:
        return _of(definitions[schema["$ref"].rpartition("/")[2]], definitions, depth)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema or "allOf" in schema:
        parts = schema.get("anyOf") or schema["allOf"]
        return st.one_of([_of(part, definitions, depth) for part in parts])
    kinds = schema.get("type", ["object"])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return st.one_of([_typed(kind, schema, definitions, depth) for kind in kinds])


def _typed(
    kind: str, schema: Any, definitions: Mapping[str, Any], depth: int
) -> st.SearchStrategy[Any]:
    if kind == "object":
        return _object(schema, definitions, depth)
    if kind == "array":
        items = schema.get("items", True)
        most = 2 if depth else 0
        return st.deferred(lambda: st.lists(_of(items, definitions, depth - 1), max_size=most))
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXTS | NAMES,
        "number": st.floats(-100, 100) | st.integers(-5, 1000),
        "integer": st.integers(-1, 1000),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return simple[kind]


def _object(
    schema: Any, definitions: Mapping[str, Any], depth: int
) -> st.SearchStrategy[Mapping[str, Any]]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    more = schema.get("additionalProperties", True)
    if not depth:
        return st.just({})
    if not properties:
        return st.dictionaries(
            NAMES, st.deferred(lambda: _of(more, definitions, depth - 1)), max_size=3
        )

    def chosen(names: list[str]) -> st.SearchStrategy[Mapping[str, Any]]:
        wanted = dict.fromkeys([*names, *schema.get("required", ())])
        known = {name: properties.get(name, True) for name in wanted}
        return st.fixed_dictionaries(
            {name: _of(part, definitions, depth - 1) for name, part in known.items()}
        )

    usual = [name for name in ("name", "query", "message", "monitors", "use") if name in properties]
    some = st.lists(st.sampled_from([*properties, "unknown"]), max_size=6, unique=True)
    return some.map(lambda names: [*usual, *names]).flatmap(chosen)
