"""
The notation of series in tests, which is promtool's: ``5x9``, ``0+2x30``, ``_x5``.

Source: Prometheus, "Unit testing for rules". ``5x9`` is 5 and then 9 more of it, ``0+2x30`` begins
at 0 and adds 2 thirty times, ``_`` is no value and ``_x5`` is five times none.
"""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_PIECE: Final = re.compile(
    rf"(?P<first>{_NUMBER})(?:(?P<sign>[+-])(?P<step>{_NUMBER}))?x(?P<times>\d{{1,6}})"
    rf"|_x(?P<gap>\d{{1,6}})|(?P<none>_)|(?P<single>{_NUMBER})"
)
_MOST: Final = 100_000
_GREATEST: Final = 1e100


def values(text: str) -> list[float | None]:
    """Return the values of a series; None where there is none. Raises ValueError."""
    numbers: list[float | None] = []
    for piece in text.split():
        match = _PIECE.fullmatch(piece)
        if match is None:
            raise ValueError(f"`{piece}` is none of `5`, `5x9`, `0+2x30`, `_` and `_x5`")
        numbers += _unfolded(match)
        if len(numbers) > _MOST:
            raise ValueError(f"more than {_MOST:,} values")
    if any(abs(value) > _GREATEST for value in numbers if value is not None):
        raise ValueError(f"a value above {_GREATEST:g}")
    if not numbers:
        raise ValueError("there is no value")
    return numbers


def _unfolded(match: re.Match[str]) -> list[float | None]:
    if match["none"]:
        return [None]
    if match["gap"]:
        return [None] * min(int(match["gap"]), _MOST + 1)
    if match["single"]:
        return [float(match["single"])]
    first, times = float(match["first"]), min(int(match["times"]), _MOST)
    step = float(match["step"] or 0) * (-1 if match["sign"] == "-" else 1)
    return [first + step * index for index in range(times + 1)]
