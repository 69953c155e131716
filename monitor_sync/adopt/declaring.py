"""What the declaration of a live monitor says: nothing that Datadog fills in or alone writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Final

from monitor_sync.adopt.placing import Place
from monitor_sync.jsontext import tidy
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Body, tags_of_place
from monitor_sync.project.schema import known_types, read_only, sent_fields
from monitor_sync.project.schema_files import bundle
from monitor_sync.resources.monitor import values
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.payload import READ_ONLY

OURS: Final = frozenset({PROJECT_TAG, KEY_TAG})
"""Keys of tags that make the identity: what is left of them on a live monitor is replaced."""


def declared(body: Body, service: str, given: Collection[str]) -> dict[str, Any]:
    """
    Return what ``monitors: NAME:`` holds for a live monitor, query and references as they live.

    ``service`` is written where it is not empty: where the file does not say it. ``given`` are the
    tags that unit, team and file put on it already. ``${`` is doubled.
    """
    form = canonical(body, declared=body)
    kind = form.get("type")
    options = body.get("options") if isinstance(body.get("options"), Mapping) else {}
    known, raw = _options(options or {}, form["options"])
    thresholds = known.pop("thresholds", None)
    written = {
        "name": values.text(body.get("name")),
        "type": None if kind == "query alert" else kind,
        "raw_type": True if kind not in known_types() else None,
        "query": values.query(body.get("query")),
        "thresholds": _thresholds(thresholds, form["options"].get("thresholds")),
        "priority": form.get("priority"),
        "options": known or None,
        "raw_options": raw or None,
        **_managed_where_declared(form),
        "service": service or None,
        "tags": tags_as_written([tag for tag in body.get("tags") or () if _kept(tag, given)]),
        "message": values.text(body.get("message")),
    }
    return {name: _escaped(tidy(value)) for name, value in written.items() if value is not None}


def _managed_where_declared(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that only count where files declare them, but for those at a default."""
    return {
        name: form[name]
        for name, default in sent_fields().items()
        if form.get(name, default) != default
    }


def _kept(tag: str, given: Collection[str]) -> bool:
    return tag not in given and tag.partition(":")[0] not in OURS


def given_tags(place: Place, service: str, on_call: str) -> frozenset[str]:
    """Return the tags that a monitor gets from its place."""
    return frozenset(tags_of_place(place.unit, place.team, on_call, service))


def service_of(body: Body) -> str:
    """Return the one service that a monitor's tags name; empty where they name none or several."""
    services = {
        tag.partition(":")[2] for tag in body.get("tags") or () if tag.startswith("service:")
    }
    service = services.pop() if len(services) == 1 else ""
    return service if "${" not in service else ""


def tags_as_written(tags: list[str]) -> dict[str, Any] | list[str] | None:
    """Return tags as a map where each has a value, else as a list; None where there are none."""
    tags = list(dict.fromkeys(tags))
    if not tags:
        return None
    if any(not fits_map(tag) for tag in tags):
        return tags
    by_key: dict[str, Any] = {}
    for tag in tags:
        key, _, value = tag.partition(":")
        before = by_key.get(key)
        if before is None:
            by_key[key] = value
        else:
            by_key[key] = [*(before if isinstance(before, list) else [before]), value]
    return by_key


def fits_map(tag: str) -> bool:
    """Return whether a tag can stand in a map: it has a key and a value."""
    key, _, value = tag.partition(":")
    return bool(key and value) and "${" not in key


def _options(
    live: Mapping[str, Any], form: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options that are not at their default: the ones in the schema, and the rest."""
    known: dict[str, Any] = {}
    raw: dict[str, Any] = {}
    for name, value in live.items():
        if name not in form or name in READ_ONLY or name in read_only("options"):
            continue
        digits = isinstance(value, str) and not isinstance(form[name], str)
        (known if name in _known_options() else raw)[name] = form[name] if digits else value
    return known, raw


def _thresholds(written: Any, form: Any) -> dict[str, Any] | None:
    """Return the levels that count for this type, as numbers."""
    if not isinstance(written, Mapping) or not isinstance(form, Mapping):
        return None
    skipped = read_only("thresholds")
    return {name: form[name] for name in written if name in form and name not in skipped} or None


def _escaped(value: Any) -> Any:
    """Return a value in which what would be a hole of ours is spelled out."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {name: _escaped(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return value


@cache
def _known_options() -> frozenset[str]:
    return frozenset(bundle("definitions")["definitions"]["options"]["properties"])
