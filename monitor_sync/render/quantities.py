"""Durations and shares as people read them, written alike in every report and page."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "-"


def duration(seconds: float | None) -> str:
    """Return a duration of at most five characters: ``45s``, ``5m``, ``4m12``, ``1h30``, ``2d``."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return _two_units(whole, "m")
    minutes = round(seconds / 60)
    if minutes < 36 * 60 and whole != 86400:
        return _two_units(minutes, "h")
    days = seconds / 86400
    return f"{days:.1f}".removesuffix(".0") + "d" if days < 100 else f"{days:.0f}d"


def _two_units(sixtieths: int, unit: str) -> str:
    larger, rest = divmod(sixtieths, 60)
    return f"{larger}{unit}{rest:02}" if rest else f"{larger}{unit}"


def percent(share: float | None) -> str:
    """
    Return a share of 1 as a rounded percentage.

    ``100 %`` is said only of all, and ``0 %`` only of none: one incident in a thousand is ``1 %``.
    """
    if share is None:
        return UNKNOWN
    rounded = round(100 * share)
    if 0 < share < 1:
        rounded = min(99, max(1, rounded))
    return f"{rounded} %"
