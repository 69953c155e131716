"""Windows of time: ``last_5m``, ``current_1d``, ``next_1w``, ``1h_ago``, and ``5m`` in a chain."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Window

_WINDOW: Final = re.compile(r"(last|current|next)_(\d{1,9})(mo|m|h|d|w)", re.ASCII)
_AGO: Final = re.compile(r"(\d{1,9})(m|h|d)_ago", re.ASCII)
_LENGTH: Final = re.compile(r"(\d{1,9})(mo|s|m|h|d|w)", re.ASCII)


_ALL_UNITS: Final = ("m", "h", "d", "w", "mo")


def read_window(written: str, start: int, end: int) -> Window | None:
    """Read ``last_5m`` and its like; None where that is no window."""
    match = _WINDOW.fullmatch(written)
    if match is None:
        return None
    form, count, unit = match.groups()
    return Window(start, end, form, int(count), unit, written)


def read_shift(written: str, start: int, end: int) -> Window | None:
    """Read how far back a change compares: ``last_1h`` or ``1h_ago``."""
    match = _AGO.fullmatch(written)
    if match is None:
        return read_window(written, start, end)
    return Window(start, end, "ago", int(match[1]), match[2], written)


def read_length(written: str, start: int, end: int) -> Window | None:
    """Read ``5m``, as chains have it; ``last_5m`` too, which some options want."""
    match = _LENGTH.fullmatch(written)
    if match is None:
        return read_window(written, start, end)
    return Window(start, end, "", int(match[1]), match[2], written)


def advice(written: str, prefix: str = "last_", units: tuple[str, ...] = _ALL_UNITS) -> str:
    """Return what to type instead of a wrong window; ``units`` are the allowed units."""
    match = re.fullmatch(r"(?:(last|next|current)_)?(\d{1,9}) ?_?([a-zA-Z]*)", written)
    if match is None:
        return f"write for example `{prefix}5m`"
    form, count, unit = match.groups()
    right = _UNITS.get(unit.lower(), "")
    if unit == "M":
        right = "mo"
    if not unit:
        return f"add the unit: `{prefix}{count}m`"
    if unit in ("s", "sec", "second", "seconds"):
        return "the shortest unit is the minute"
    if right not in units:
        return f"the units are {joined(units, 'and')}"
    given = f"{form}_" if form else prefix
    return f"write `{given}{count}{right}`"


_UNITS: Final = {
    "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d", "w": "w", "week": "w", "weeks": "w",
    "mo": "mo", "month": "mo", "months": "mo",
}  # fmt: skip
