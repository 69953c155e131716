"""Values of options as rules compare them and as messages show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import Comparison

LONGEST_TAG: Final = 200
"""Characters of a tag that Datadog keeps."""

_MINUTES: Final = {"m": 1, "h": 60, "d": 1440}


def number(value: Any) -> float | None:
    """Return a JSON number as Datadog compares it; None for anything else, true and false too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number beyond 1e308
        return float("inf") if value > 0 else float("-inf")


def minutes(duration: Any) -> int:
    """Return a duration such as ``2h`` in minutes; 0 if it is not a duration."""
    if not isinstance(duration, str) or len(duration) > 8:
        return 0
    count, unit = duration[:-1], duration[-1:]
    if not (count.isascii() and count.isdigit() and unit in _MINUTES):
        return 0
    return int(count) * _MINUTES[unit]


def limit(comparison: Comparison | None) -> float | None:
    """Return the number that a query compares with; None if it has none, or a dynamic one."""
    if comparison is None or not isinstance(comparison.threshold, Number):
        return None
    return comparison.threshold.value


def shown(value: Any) -> str:
    """Return a value for a message: numbers as short as can be, texts in backticks."""
    if type(value) is int and -1e16 < value < 1e16:
        return str(value)
    if type(value) is float and -1e16 < value < 1e16:
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int) and abs(value) >= 1e16:
        return f"{number(value):g}"
    if isinstance(value, str):
        return f"`{value if len(value) <= 60 else value[:57] + '…'}`"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, dict):
        return "a mapping"
    return "a list"


def quoted(words: Iterable[str], last: str = "or") -> str:
    """Return words as prose, each in backticks: `` `a`, `b` or `c` ``."""
    return joined((f"`{word}`" for word in words), last)
