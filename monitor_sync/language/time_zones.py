"""Which names the tz database has, as ``local_time`` takes them."""

from __future__ import annotations

import functools
import re
from typing import Final
from zoneinfo import ZoneInfo

_SHAPE: Final = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe"
    r"|Indian|Mexico|Pacific|US)/[A-Za-z0-9_+/-]+|UTC|GMT|[A-Z]{3,4}|[A-Z]{3}\d[A-Z]{3}"
)


@functools.lru_cache(maxsize=256)
def known_zone(name: str) -> bool:
    """
    Return whether the tz database has the name.

    Where this machine has no such database, any name of the right form is let through.
    """
    if _in_database(name):
        return True
    return not _in_database("Europe/London") and _SHAPE.fullmatch(name) is not None


def _in_database(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # a folder, a path outside, an unknown name
        return False
    return True
