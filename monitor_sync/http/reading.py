"""
Values of a service's JSON, read as forgivingly as services and people change them.

Numbers and booleans may be texts, anything may be missing, and nothing here raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Fields = Mapping[str, Any]
"""An object of a service's: fields that we do not know are left alone."""


_LONGEST: Final = timedelta(days=3650)


def part(value: Any, *way: str) -> Fields:
    """Return the object at the end of a way of names; an empty one where there is none."""
    for name in way:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def text(value: Any) -> str:
    """Return a text, a number as its digits; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: Any) -> float | None:
    """Return a number, in digits too; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and abs(value) < 1e15 else None


def whole(value: Any) -> int | None:
    """Return a whole number, in digits too; None for anything else."""
    read = number(value)
    return int(read) if read is not None and read == int(read) else None


def flag(value: Any, *, default: bool) -> bool:
    """Return a boolean, as a text or a number too; the default for anything else."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False}
    return words.get(text(value).lower(), default)


def objects(value: Any) -> tuple[Fields, ...]:
    """Return the objects of a list; nothing for anything else."""
    return tuple(item for item in value if isinstance(item, Mapping)) if _is_list(value) else ()


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def identifier(value: Any) -> str:
    """Return an id, given as such or as the object that has it."""
    return text(value.get("unique_id")) if isinstance(value, Mapping) else text(value)


def user_name(value: Any) -> str:
    """Return a user's name in the tool, given as such or as the user who has it."""
    return text(value.get("username")) if isinstance(value, Mapping) else text(value)


def moment(value: Any) -> datetime | None:
    """Return a time in UTC, which is also its zone if it names none; None for anything else."""
    try:
        read = datetime.fromisoformat(text(value))
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one at the end of the calendar
        return None


def span(value: Any, *, seconds: int = 1) -> timedelta | None:
    """Return a length of time in units of ``seconds``, ten years at most; None for no number."""
    units = number(value)
    if units is None:
        return None
    return timedelta(seconds=min(max(units * seconds, 0.0), _LONGEST.total_seconds()))
