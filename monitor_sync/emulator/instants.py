"""Instants as Datadog's searches take them: date math, ISO 8601, milliseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from monitor_sync.emulator import shapes

_AGO = re.compile(r"now(?:-(\d{1,6})([smhdw]))?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def instant(written: Any, now: float, field: str) -> float:
    """Return UNIX seconds of `now-7d`, a date and time, or milliseconds.

    Raises `ErrorAnswer` (400), which names the field, for anything else.
    """
    text = str(written)
    if match := _AGO.fullmatch(text):
        return now - int(match[1] or 0) * _SECONDS[match[2] or "s"]
    if text.isascii() and text.isdigit() and len(text) < 16:
        return int(text) / 1000
    try:
        written_at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise shapes.invalid(field) from None
    return (written_at if written_at.tzinfo else written_at.replace(tzinfo=UTC)).timestamp()
