"""A monitor's merged levels taken apart once, for all the items that share them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.project.document import Document
from monitor_sync.project.interpolation import FILLED, Text, Tree, compile_tree, is_typed, names_in
from monitor_sync.project.layers import Field, Layer, Values, merge, span_of
from monitor_sync.project.message import reachable

THRESHOLDS: Final = frozenset(
    {"critical", "warning", "critical_recovery", "warning_recovery", "ok", "unknown"}
)
APART: Final = frozenset({"team", "service", "tags", "options"})
"""Filled before the other values, which may use them."""
ALWAYS_KNOWN: Final = frozenset({"unit", "team", "key"})
_RESERVED: Final = frozenset({"business_unit", "on_call"})


@dataclass(frozen=True, slots=True, eq=False)
class Blueprint:
    """
    What a monitor is made from.

    ``values`` are the merged levels as written, ``compiled`` the same with every text taken apart.
    ``typed`` says that a whole hole may bring a wrong type, so that the filled monitor must be
    checked again. ``doubtful_tags`` are author's tags of keys that are ours to give.

    What has no holes is the same for all items and made once: ``constants`` are such fields,
    ``varying`` the others; ``tags``, ``options`` and the ``states`` that these allow are the
    finished ones, None where they vary. ``env`` is the tag of that key, compiled.
    """

    layers: tuple[Layer, ...]
    values: Values
    compiled: Mapping[str, Any]
    names: frozenset[str]
    typed: bool
    doubtful_tags: bool
    constants: Mapping[str, Any]
    varying: tuple[tuple[str, Text | Tree], ...]
    tags: tuple[str, ...] | None
    options: Mapping[str, Any] | None
    states: tuple[str, ...] | None
    env: Any

    @property
    def thresholds(self) -> Mapping[str, Any]:
        """The merged thresholds as written."""
        found = (self.values.get("options") or {}).get("thresholds")
        return found if isinstance(found, dict) else {}


def draw(layers: Iterable[Layer], onto: Blueprint | None = None) -> Blueprint:
    """
    Merge levels and take their texts apart.

    ``onto`` is a blueprint of weaker levels already merged; with no level on top it is the
    answer.
    """
    stronger = tuple(layers)
    if onto is not None and not stronger:
        return onto
    values = merge(stronger, onto.values if onto else None)
    compiled = {name: compile_tree(value) for name, value in values.items()}
    varying = [(name, each) for name, each in compiled.items() if type(each) in FILLED]
    tags, written = compiled.get("tags", []), compiled.get("options") or {}
    options = finished(written) if type(written) is dict else None
    kind = compiled.get("type") or "query alert"
    fixed = options is not None and type(kind) is str
    return Blueprint(
        layers=(*(onto.layers if onto else ()), *stronger),
        values=values,
        compiled=compiled,
        names=frozenset().union(*(each.names for _, each in varying)),
        typed=any(is_typed(each) for _, each in varying),
        doubtful_tags=_doubtful(values.get("tags", ())),
        constants={
            name: each
            for name, each in compiled.items()
            if name not in APART and type(each) not in FILLED
        },
        varying=tuple((name, each) for name, each in varying if name not in APART),
        tags=tuple(tags) if type(tags) is list else None,
        options=options,
        states=reachable(kind, options or {}) if fixed else None,
        env=_environment(tags),
    )


def _environment(tags: Any) -> Any:
    """The compiled tag whose key is ``env``, None where there is none."""
    for each in tags if isinstance(tags, list) else tags.children:
        first = each if isinstance(each, str) else each.parts[0]
        if isinstance(first, str) and first.startswith("env:"):
            return each
    return None


def _doubtful(tags: Sequence[str]) -> bool:
    environments = 0
    for tag in tags:
        if tag.startswith(("team:", "service:")):
            return True
        environments += tag.startswith("env:")
    return environments > 1


def finished(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they are sent: thresholds first, without what is unset."""
    thresholds = options.get("thresholds")
    first = {"thresholds": thresholds} if thresholds else {}
    rest = options.items()
    return first | {
        name: value for name, value in rest if value is not None and name != "thresholds"
    }


def threshold_texts(options: Mapping[str, Any]) -> dict[str, Any]:
    """The thresholds that texts may name."""
    thresholds = options.get("thresholds")
    if not thresholds:
        return {}
    return {
        name: value
        for name, value in thresholds.items()
        if value is not None and name in THRESHOLDS
    }


def unknown_names(blueprint: Blueprint, known: frozenset[str], key: str) -> list[Diagnostic]:
    """A diagnostic for each hole that nothing fills. ``known`` are items, parameters and SLOs."""
    allowed = known | ALWAYS_KNOWN | (blueprint.thresholds.keys() & THRESHOLDS)
    if "service" in blueprint.values:
        allowed |= {"service"}
    if any(tag.startswith("env:") for tag in blueprint.values.get("tags", ())):
        allowed |= {"env"}
    return [_unknown(blueprint, name, allowed, key) for name in sorted(blueprint.names - allowed)]


def _unknown(blueprint: Blueprint, name: str, allowed: frozenset[str], key: str) -> Diagnostic:
    field = field_with(blueprint.compiled, name)
    document, span = span_of(blueprint.layers, field, "${" + name + "}")
    if name in THRESHOLDS:
        hint = f"declare `thresholds: {{{name}: …}}`"
    elif name == "service":
        hint = "declare `service:` on the monitor or the file"
    elif name == "env":
        hint = "declare a tag `env` in project.yaml"
    elif name.startswith("slo:"):
        hint = "declare it under `slos` in project.yaml"
    elif not name:
        hint = "write a name between the braces; `$${` is a literal `${`"
    else:
        close = difflib.get_close_matches(name, allowed, n=1)
        known = ", ".join(sorted(each for each in allowed if ":" not in each))
        hint = f"did you mean `${{{close[0]}}}`?" if close else f"known here: {known}"
    return document.diagnostic(
        "schema/unknown-hole", f"nothing fills `${{{name}}}`", span, hint=hint, key=key
    )


def field_with(compiled: Mapping[str, Any], name: str) -> Field:
    """The first field whose text has a hole of this name."""
    for field, value in compiled.items():
        if name in names_in(value):
            return (field, *_inside(value, name))
    return ()


def _inside(value: Any, name: str) -> Field:
    if isinstance(value, Text) or not isinstance(value.children, dict):
        return ()
    return field_with(value.children, name)


def reserved_tags(blueprint: Blueprint, key: str) -> list[Diagnostic]:
    """Tags that only this tool may write."""
    found = []
    for tag in blueprint.values.get("tags", ()):
        name = tag.split(":", 1)[0]
        if name in _RESERVED or name.startswith("monitor_sync_"):
            document, span = tag_span(blueprint.layers, tag)
            found.append(
                document.diagnostic(
                    "tags/reserved",
                    f"`{tag}` is a tag that monitor-sync writes itself",
                    span,
                    hint="remove it",
                    key=key,
                )
            )
    return found


def tag_span(layers: tuple[Layer, ...], tag: str) -> tuple[Document, Span]:
    """Where a tag comes from: an entry of a mapping, or an element of a list."""
    name, _, _ = tag.partition(":")
    for layer in reversed(layers):
        raw = layer.values.get("tags")
        if isinstance(raw, dict) and name in raw:
            return layer.document, layer.document.key_span((*layer.where, "tags", name))
        if isinstance(raw, list) and tag in raw:
            where = (*layer.where, "tags", raw.index(tag))
            return layer.document, layer.document.span(where)
    return span_of(layers, ("tags",))


def required(blueprint: Blueprint, key: str) -> list[Diagnostic]:
    """Name and query: what Datadog cannot do without."""
    found = []
    for name in ("name", "query"):
        if not blueprint.values.get(name):
            layer = blueprint.layers[-1]
            found.append(
                layer.document.diagnostic(
                    "schema/missing-key",
                    f"the monitor has no `{name}`",
                    layer.document.key_span(layer.where),
                    hint=f"add `{name}:`",
                    key=key,
                    severity=Severity.ERROR,
                )
            )
    return found
