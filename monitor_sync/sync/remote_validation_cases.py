"""Datadog's words for what it refuses, and the field of the monitor that they are about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.model import Body

Field = tuple[str | int, ...]

_QUERY: Final[Field] = ("query",)
_THRESHOLDS: Final[Field] = ("options", "thresholds")
_CRITICAL: Final[Field] = (*_THRESHOLDS, "critical")

# The texts are recorded, or reported by users of other tools (grammar.md, section 17); the first
# that is found counts. A pattern's groups are names to look for in the monitor.
_TABLE: Final[tuple[tuple[str, Field], ...]] = (
    (r"monitor ids are invalid", _QUERY),
    (r"does not match that used in the query", _CRITICAL),
    (r"^warning recovery (?:threshold|status)", (*_THRESHOLDS, "warning_recovery")),
    (r"^(?:alert|critical) recovery threshold", (*_THRESHOLDS, "critical_recovery")),
    (r"^warning (?:threshold|status)", (*_THRESHOLDS, "warning")),
    (r"^(?:alert|critical) (?:threshold|status)", _CRITICAL),
    (r"alert and alert recovery criteria", (*_THRESHOLDS, "critical_recovery")),
    (r"evaluation_window scheduling_option|scheduling options", ("options", "scheduling_options")),
    (r"alert window query arg|\bthreshold_windows\b", ("options", "threshold_windows")),
    (r"parameter 'query'|invalid query|parsing query|unable to parse\b.*\bquery", _QUERY),
    (r"grouping must be specified|^last field should|invalid operator", _QUERY),
    (r"missing required tag|\btags?\b.*\bmust be unique|parameter 'tags'", ("tags",)),
    (r"restricted roles", ("restricted_roles",)),
    (r"duplicate of an existing monitor", ("name",)),
    (r"type change not allowed|type is not supported|you have reached the limit of", ("type",)),
)
_NAMED: Final = (
    re.compile(r"invalid threshold statuses found:\s*(?P<threshold>\w+)", re.IGNORECASE),
    re.compile(
        r"\bthe (?P<option>\w+)(?: \(or (?P<other>\w+)\))? (?:option|list)\b"
        r"|invalid monitor option:\s*(?P<invalid>\w+)"
        r"|parameter '(?P<parameter>\w+)'",
        re.IGNORECASE,
    ),
)
_FAMILIES: Final[Mapping[str, str]] = {"query": "query", "message": "message", "tags": "tags"}
_HINTS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"duplicate of an existing monitor_id:\s*(\d+)",
        "take it over with `adopt: {0}`, or make the two differ",
    ),
    (r"type change not allowed", "a type never changes: give the monitor a new key"),
    (r"missing required tag", "your organisation's tag policy asks for it: add it to `tags`"),
    (r"you have reached the limit of", "Datadog limits how many of this type one account holds"),
    (r"monitor ids are invalid", "a composite names a monitor that is gone: refer to it by key"),
)


def meaning(text: str, body: Body) -> tuple[str, Field, str]:
    """
    Return what a refusal is about: the family of its rule, the field, and a hint.

    A text nobody has seen is searched for the name of something that this monitor sets. Where it
    names nothing, the family is ``schema`` and the field empty: it is about the monitor.
    """
    field = _field(text, body)
    return _family(text, field), field, _hint(text)


def _field(text: str, body: Body) -> Field:
    for find in (_of_threshold, _of_table, _of_name, _of_word):
        field = find(text, body)
        if field is not None:
            return field
    return ()


def _of_threshold(text: str, _: Body) -> Field | None:
    match = _NAMED[0].search(text)
    return (*_THRESHOLDS, match["threshold"]) if match else None


def _of_table(text: str, _: Body) -> Field | None:
    return next(
        (field for pattern, field in _TABLE if re.search(pattern, text, re.IGNORECASE)), None
    )


def _of_name(text: str, body: Body) -> Field | None:
    """Return the option or the top-level field that a known sentence names."""
    match = _NAMED[1].search(text)
    if match is None:
        return None
    names = [name for name in match.groupdict().values() if name]
    return _set(names, body) or (("options", names[0]) if not match["parameter"] else None)


def _of_word(text: str, body: Body) -> Field | None:
    """Return the field that a word with an underscore names: prose has none."""
    return _set([word for word in re.findall(r"\w+", text) if "_" in word], body)


def _set(names: list[str], body: Body) -> Field | None:
    """Return the first name that the monitor sets: an option, a threshold, a top-level field."""
    options = body.get("options")
    options = options if isinstance(options, Mapping) else {}
    thresholds: Any = options.get("thresholds")
    for name in names:
        if name in options:
            return ("options", name)
        if isinstance(thresholds, Mapping) and name in thresholds:
            return (*_THRESHOLDS, name)
        if name in body:
            return (name,)
    return None


def _family(text: str, field: Field) -> str:
    if re.search(r"monitor ids are invalid", text, re.IGNORECASE):
        return "references"
    if field[:2] == _THRESHOLDS:
        return "thresholds"
    if field[:1] == ("options",):
        return "options"
    return _FAMILIES.get(str(field[0]), "schema") if field else "schema"


def _hint(text: str) -> str:
    for pattern, hint in _HINTS:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return hint.format(*match.groups())
    return ""
