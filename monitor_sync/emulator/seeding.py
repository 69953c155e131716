"""Check monitors from outside, such as `emulate --data`: can the state hold them?"""

from __future__ import annotations

from typing import Any, TypeAlias

from monitor_sync.emulator import shapes
from monitor_sync.emulator.answers import ErrorAnswer, decoded

# Field, what may stand there, and that in words; null is as absent everywhere.
Expected: TypeAlias = tuple[tuple[str, shapes.Shape, str], ...]
_EXPECTED: Expected = (
    ("id", shapes.whole, "a whole number"),
    ("org_id", shapes.whole, "a whole number"),
    ("name", shapes.text, "a string"),
    ("message", shapes.text, "a string"),
    ("tags", shapes.texts, "an array of strings"),
    ("options", shapes.record, "an object"),
    ("restricted_roles", shapes.texts, "an array of strings"),
    ("assets", shapes.records, "an array of objects"),
    ("creator", shapes.record, "an object"),
)
_EXPECTED_OPTIONS: Expected = (
    ("thresholds", shapes.record, "an object"),
    ("silenced", shapes.record, "an object"),
    ("variables", shapes.records, "an array of objects"),
)


def seedable(data: Any) -> list[dict[str, Any]]:
    """Return decoded JSON data as monitors that `Emulator.seed` takes.

    Raises:
        ValueError: not an array of objects, an object has no type or query, or a field holds what
            no monitor has there. The text says which element.
    """
    if not isinstance(data, list):
        raise ValueError(f"{type(data).__name__} where an array of monitors was expected")
    for index, monitor in enumerate(data):
        if not isinstance(monitor, dict) or not isinstance(monitor.get("query"), str):
            raise ValueError(f"element {index} is no monitor: an object with type and query")
        if not isinstance(monitor.get("type"), str):
            raise ValueError(f"element {index} has no type")
        _check(index, "", monitor, _EXPECTED)
        _check(index, "options.", monitor.get("options") or {}, _EXPECTED_OPTIONS)
    return data


def monitors_in(raw: bytes) -> list[dict[str, Any]]:
    """Return the monitors of a JSON text.

    Raises:
        ValueError: it is no JSON, or as for `seedable`.
    """
    try:
        return seedable(decoded(raw))
    except ErrorAnswer as refusal:
        raise ValueError("it is not valid JSON, or nested too deeply") from refusal


def _check(index: int, place: str, held: dict[str, Any], expected: Expected) -> None:
    for name, fits, words in expected:
        value = held.get(name)
        if value is not None and not fits(value):
            raise ValueError(f"element {index}: {place}{name} is {value!r}, expected {words}")
