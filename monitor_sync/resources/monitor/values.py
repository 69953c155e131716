"""The comparable form of single values. None is absent. Every function survives any JSON value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from monitor_sync.language.whitespace import one_line

_DIGITS: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")

CHECK_ONLY: Final = frozenset({"ok", "unknown"})
"""Thresholds on which only a service check acts. Other types store them without effect."""

THRESHOLDS: Final = frozenset({"critical", "critical_recovery", "warning", "warning_recovery"})


def text(value: Any) -> Any:
    """
    Return a name or a message: blanks at both ends go, an empty one is absent.

    Datadog trims the end of every text (97 of 97 recorded) and, as users of other tools report,
    the start of a name. What is inside comes back to the character.
    """
    if isinstance(value, str):
        return value.strip() or None
    return value


def query(value: Any) -> Any:
    """Return a query on one line (``language/whitespace.py``); an empty one is absent."""
    if not isinstance(value, str):
        return value
    return one_line(value) or None


def as_set(value: Any) -> Any:
    """Return a list whose order and repetitions mean nothing, sorted. An empty one is absent."""
    if not isinstance(value, (list, tuple)):
        return value
    if not value:
        return None
    try:
        return tuple(sorted(set(value)))
    except TypeError:  # a live list of something else than texts
        return tuple(sorted(map(str, value)))


def number(value: Any) -> Any:
    """Return a number, also where an old client stored its digits as text."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def unless(default: Any) -> Callable[[Any], Any]:
    """Return a function that keeps values as they are, but takes the default for absent."""

    def normal(value: Any) -> Any:
        return None if value == default or value == "" else value

    return normal


def number_unless(default: float | None) -> Callable[[Any], Any]:
    """Return a function that keeps numbers, but takes the default for absent."""

    def normal(value: Any) -> Any:
        if value.__class__ is str:
            value = number(value)
        return None if value == default or value == "" else value

    return normal


def thresholds(value: Any) -> Any:
    """Return thresholds as floats, those that a service check alone knows left out."""
    if not isinstance(value, Mapping):
        return plain(value)
    return {
        name: _threshold(level)
        for name, level in value.items()
        if level is not None and name in THRESHOLDS
    } or None


def check_thresholds(value: Any) -> Any:
    """Return thresholds of a service check, ``ok`` and ``unknown`` included, as floats."""
    if not isinstance(value, Mapping):
        return plain(value)
    return {
        name: _threshold(level)
        for name, level in value.items()
        if level is not None and (name in THRESHOLDS or name in CHECK_ONLY)
    } or None


def _threshold(value: Any) -> Any:
    if value.__class__ is str:
        value = number(value)
    try:
        return float(value) if isinstance(value, int) else value
    except OverflowError:  # more than 308 digits: not a float, and equal to itself all the same
        return value


def plain(value: Any) -> Any:
    """Return nested JSON without nulls and without empty maps and lists: all three mean absent."""
    if isinstance(value, Mapping):
        parts = {
            name: part for name, nested in value.items() if (part := plain(nested)) is not None
        }
        return parts or None
    if isinstance(value, (list, tuple)):
        return [part for nested in value if (part := plain(nested)) is not None] or None
    return value


def variables(value: Any) -> Any:
    """Return a formula's named queries; a filter's ``exclude: false`` counts as absent."""
    if isinstance(value, Mapping):
        parts = {
            name: part
            for name, nested in value.items()
            if not (name == "exclude" and nested is False)
            and (part := variables(nested)) is not None
        }
        return parts or None
    if isinstance(value, (list, tuple)):
        return [part for nested in value if (part := variables(nested)) is not None] or None
    return value


def assets(value: Any) -> Any:
    """
    Return the runbooks and notebooks beside a monitor, in any order.

    Answers add ``monitor_id``, empty ``options`` and ``template_variables``, and null keys; a
    later read leaves ``monitor_id`` out again.
    """
    if not isinstance(value, (list, tuple)):
        return plain(value)
    without_ids = [
        {name: part for name, part in asset.items() if name != "monitor_id"}
        if isinstance(asset, Mapping)
        else asset
        for asset in value
    ]
    cleaned = plain(without_ids) or []
    return sorted(cleaned, key=repr) or None


def draft_status(value: Any) -> Any:
    """Return ``draft`` or ``published``, which an answer without it (before 2025-05) means too."""
    return value or "published"
