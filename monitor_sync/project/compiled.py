"""Merge the levels of a monitor and take their texts apart once, for all items that share them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from msgspec import Struct

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.model import GIVEN_TAGS, RESERVED_TAGS
from monitor_sync.project.document import Document
from monitor_sync.project.interpolation import (
    FILLED,
    CompiledText,
    CompiledTree,
    compile_tree,
    is_typed,
    names_in,
)
from monitor_sync.project.layers import Field, Layer, Values, merge, span_of
from monitor_sync.project.message import reachable

THRESHOLDS: Final = frozenset(
    {"critical", "warning", "critical_recovery", "warning_recovery", "ok", "unknown"}
)
APART: Final = frozenset({"team", "service", "tags", "options"})
"""Filled before the other values, which may use them."""
OF_UNIT: Final = frozenset({"unit", "unit_name"})
ALWAYS_KNOWN: Final = OF_UNIT | {"team", "key"}
_LATER: Final = frozenset({"team", "key", "service", "env"}) | THRESHOLDS
"""What a monitor's own fields fill in, one after the other: some may not name the others."""
_BEFORE_TEAM: Final = frozenset[str]()
_BEFORE_SERVICE: Final = frozenset({"team", "key"})
_BEFORE_ENV: Final = _BEFORE_SERVICE | {"service"}
_FILLED_BY: Final[dict[str, frozenset[str]]] = {
    "tags": frozenset({"env"}),
    "service": frozenset({"service"}),
    "options": THRESHOLDS,
    "thresholds": THRESHOLDS,
    "defaults": THRESHOLDS | {"service", "env"},
}
"""By field: the holes that it fills."""
_GIVEN: Final = tuple(f"{key}:" for key in sorted(GIVEN_TAGS))
"""Keys of tags that only this tool gives, and that may live with another value than ours."""


class CompiledMonitor(Struct, frozen=True, eq=False):
    """
    The merged levels of a monitor with every text taken apart, for all items that share them.

    ``values`` are the merged levels as written, ``fields`` the same with every text taken apart,
    and ``names`` the holes in them. ``typed``: a whole hole may bring a wrong type, so the filled
    monitor must be checked again. ``doubtful_tags``: the author wrote tags of keys that the tool
    gives.

    What has no holes is the same for all items and made once: ``constants`` are such fields,
    ``varying`` the others. ``tags``, ``options`` and the ``states`` that these allow are finished;
    each is None where it varies. ``env`` is the tag of that key, compiled.
    """

    layers: tuple[Layer, ...]
    values: Values
    fields: Mapping[str, Any]
    names: frozenset[str]
    typed: bool
    doubtful_tags: bool
    constants: Mapping[str, Any]
    varying: tuple[tuple[str, CompiledText | CompiledTree], ...]
    tags: tuple[str, ...] | None
    options: Mapping[str, Any] | None
    states: tuple[str, ...] | None
    env: Any

    @property
    def thresholds(self) -> Mapping[str, Any]:
        """The merged thresholds as written."""
        thresholds = (self.values.get("options") or {}).get("thresholds")
        return thresholds if isinstance(thresholds, dict) else {}


def compile_layers(layers: Iterable[Layer], onto: CompiledMonitor | None = None) -> CompiledMonitor:
    """
    Merge levels and take their texts apart.

    ``onto`` holds weaker levels that are merged already; with no level on top it is the answer.
    """
    stronger = tuple(layers)
    if onto is not None and not stronger:
        return onto
    layers = (*(onto.layers if onto else ()), *stronger)
    return _compiled(layers, merge(stronger, onto.values if onto else None), onto)


def without(compiled: CompiledMonitor, fields: Collection[str]) -> CompiledMonitor:
    """Return the same monitor without some fields, which are wrong."""
    values = {name: value for name, value in compiled.values.items() if name not in fields}
    return _compiled(compiled.layers, values)


def _compiled(
    layers: tuple[Layer, ...], values: Values, weaker: CompiledMonitor | None = None
) -> CompiledMonitor:
    """Return the compiled value; what no level on top changes is taken from ``weaker`` below."""
    compiled = _fields(layers, values, weaker)
    varying = [(name, field) for name, field in compiled.items() if type(field) in FILLED]
    tags, written = compiled.get("tags", []), compiled.get("options") or {}
    options = ordered_options(written) if type(written) is dict else None
    kind = compiled.get("type") or "query alert"
    fixed = options is not None and type(kind) is str
    return CompiledMonitor(
        layers=layers,
        values=values,
        fields=compiled,
        names=frozenset().union(*(field.names for _, field in varying)),
        typed=any(is_typed(field) for _, field in varying),
        doubtful_tags=_doubtful(values.get("tags", ())),
        constants={
            name: field
            for name, field in compiled.items()
            if name not in APART and type(field) not in FILLED
        },
        varying=tuple((name, field) for name, field in varying if name not in APART),
        tags=tuple(map(sys.intern, tags)) if type(tags) is list else None,
        options=options,
        states=reachable(kind, options or {}) if fixed else None,
        env=_environment(tags),
    )


def _fields(
    layers: tuple[Layer, ...], values: Values, weaker: CompiledMonitor | None
) -> Mapping[str, Any]:
    """Return every value compiled; the values themselves where no file has a hole."""
    if not any(layer.document.may_have_holes for layer in layers):
        return values
    known = weaker.values if weaker else {}
    return {
        name: weaker.fields[name]
        if weaker is not None and known.get(name) is value
        else compile_tree(value)
        for name, value in values.items()
    }


def _environment(tags: Any) -> Any:
    """Return the compiled tag whose key is ``env``, None where there is none."""
    for tag in tags if isinstance(tags, list) else tags.children:
        first = tag if isinstance(tag, str) else tag.parts[0]
        if isinstance(first, str) and first.startswith("env:"):
            return tag
    return None


def _doubtful(tags: Sequence[str]) -> bool:
    environments = 0
    for tag in tags:
        if tag.startswith(_GIVEN):
            return True
        environments += tag.startswith("env:")
    return environments > 1


def ordered_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they are sent: thresholds first, without what is unset."""
    thresholds = options.get("thresholds")
    first = {"thresholds": thresholds} if thresholds else {}
    rest = options.items()
    return first | {
        name: value for name, value in rest if value is not None and name != "thresholds"
    }


def threshold_texts(thresholds: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the thresholds that texts may name."""
    return {
        name: value
        for name, value in (thresholds or {}).items()
        if value is not None and name in THRESHOLDS
    }


class Mistake(NamedTuple):
    """The fields of a monitor that cannot be made, and what to say; None where it was said."""

    fields: frozenset[str]
    diagnostic: Diagnostic | None


def unknown_names(
    compiled: CompiledMonitor,
    known: frozenset[str],
    key: str,
    late: frozenset[str] = frozenset(),
    doubts: frozenset[str] = frozenset(),
) -> Iterator[Mistake]:
    """
    Yield each hole that nothing fills.

    ``known`` are items, parameters and SLOs, ``late`` those of them that are filled in only after
    the team, the service and the environment. ``doubts`` are fields that are wrong: that nothing
    fills ``${env}`` where the tags are wrong was said.
    """
    if not compiled.names:
        return
    allowed = known | ALWAYS_KNOWN | (compiled.thresholds.keys() & THRESHOLDS)
    if "service" in compiled.values:
        allowed |= {"service"}
    if any(tag.startswith("env:") for tag in compiled.values.get("tags", ())):
        allowed |= {"env"}
    unknown = compiled.names - allowed
    excused = {name for field in doubts if unknown for name in _FILLED_BY.get(field, ())}
    for name in sorted(unknown):
        fields = frozenset(
            field for field, value in compiled.fields.items() if name in names_in(value)
        )
        diagnostic = None if name in excused else _unknown(compiled, name, allowed, key)
        yield Mistake(fields, diagnostic)
    yield from _too_early(compiled, known - late, allowed & (late | _LATER), key)


def _too_early(
    compiled: CompiledMonitor, known: frozenset[str], later: frozenset[str], key: str
) -> Iterator[Mistake]:
    """Yield each field that names what is filled in only after it."""
    fields = compiled.fields
    options = fields.get("options")
    thresholds = options.children.get("thresholds") if type(options) is CompiledTree else None
    before_thresholds = later - THRESHOLDS
    for shown, field, value, filled_before in (
        ("team", ("team",), fields.get("team"), _BEFORE_TEAM),
        ("service", ("service",), fields.get("service"), _BEFORE_SERVICE),
        ("the tag env", ("tags",), compiled.env, _BEFORE_ENV),
        ("tags", ("tags",), fields.get("tags"), before_thresholds),
        ("thresholds", ("options", "thresholds"), thresholds, before_thresholds),
    ):
        if type(value) not in FILLED:
            continue
        for name in sorted((names_in(value) & later) - known - filled_before):
            document, span = span_of(compiled.layers, field, "${" + name + "}")
            diagnostic = document.diagnostic(
                "schema/unknown-hole",
                f"{shown} cannot use `${{{name}}}`, which is filled in later",
                span,
                hint="write the value itself, or use an item or `${unit}`",
                key=key,
            )
            yield Mistake(frozenset(field[:1]), diagnostic)


def _unknown(compiled: CompiledMonitor, name: str, allowed: frozenset[str], key: str) -> Diagnostic:
    field = field_with(compiled.fields, name)
    document, span = span_of(compiled.layers, field, "${" + name + "}")
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
        known = ", ".join(sorted(other for other in allowed if ":" not in other))
        hint = did_you_mean(name, allowed, f"known here: {known}", form="`${{{}}}`")
    return document.diagnostic(
        "schema/unknown-hole", f"nothing fills `${{{name}}}`", span, hint=hint, key=key
    )


def field_with(compiled: Mapping[str, Any], name: str) -> Field:
    """Return the first field whose text has a hole of this name."""
    for field, value in compiled.items():
        if name in names_in(value):
            return (field, *_inside(value, name))
    return ()


def _inside(value: Any, name: str) -> Field:
    if isinstance(value, CompiledText) or not isinstance(value.children, dict):
        return ()
    return field_with(value.children, name)


def reserved_tags(compiled: CompiledMonitor, key: str) -> Iterator[Mistake]:
    """
    Yield each tag that only this tool may write.

    One of an imported monitor stays beside ours where the author ignores `tags/second-value`.
    """
    for tag in compiled.values.get("tags", ()):
        name = tag.split(":", 1)[0]
        reserved = name in RESERVED_TAGS and not _stays_beside_ours(compiled)
        if reserved or name.startswith("monitor_sync_"):
            document, span = tag_span(compiled.layers, tag)
            diagnostic = document.diagnostic(
                "tags/reserved",
                f"`{tag}` is a tag that monitor-sync writes itself",
                span,
                hint="remove it",
                key=key,
            )
            yield Mistake(frozenset({"tags"}), diagnostic)


def _stays_beside_ours(compiled: CompiledMonitor) -> bool:
    ignored = compiled.values.get("ignore")
    return any(
        isinstance(entry, dict) and entry.get("rule") == "tags/second-value"
        for entry in (ignored if isinstance(ignored, list) else ())
    )


def tag_span(layers: tuple[Layer, ...], tag: str) -> tuple[Document, Span]:
    """Return where a tag comes from: an entry of a mapping, or an element of a list."""
    name, _, _ = tag.partition(":")
    for layer in reversed(layers):
        raw = layer.values.get("tags")
        if isinstance(raw, dict) and name in raw:
            return layer.document, layer.document.key_span((*layer.where, "tags", name))
        if isinstance(raw, list) and tag in raw:
            where = (*layer.where, "tags", raw.index(tag))
            return layer.document, layer.document.span(where)
    return span_of(layers, ("tags",))


def required(compiled: CompiledMonitor, key: str, doubts: frozenset[str]) -> Iterator[Mistake]:
    """Yield name and query where they are missing; where they are in ``doubts`` it was said."""
    for name in ("name", "query"):
        if compiled.values.get(name):
            continue
        layer = compiled.layers[-1]
        diagnostic = layer.document.diagnostic(
            "schema/missing-key",
            f"the monitor has no `{name}`",
            layer.document.key_span(layer.where),
            hint=f"add `{name}:`",
            key=key,
        )
        yield Mistake(frozenset({name}), None if doubts & {name, "defaults"} else diagnostic)
