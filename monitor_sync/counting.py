"""Numbers with their nouns, and lists that end: for messages of every part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def count(number: int, noun: str, nouns: str = "") -> str:
    """Return ``1 monitor``, ``2 monitors``, ``1234 monitors``."""
    return f"{number} {noun if number == 1 else nouns or noun + 's'}"


def listed(items: Sequence[str], shown: int = 3) -> str:
    """Return the first few items, and how many more there are: ``a, b, c and 9 more``."""
    if len(items) <= shown + 1:
        return ", ".join(items)
    return f"{', '.join(items[:shown])} and {len(items) - shown} more"


def in_units(seconds: float, nothing: str = "0s") -> str:
    """Return seconds as an author writes them: ``1h30m``, and ``nothing`` for none."""
    hours, rest = divmod(int(seconds), 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or nothing


def joined(words: Iterable[str], last: str = "or") -> str:
    """Return all words as prose: ``a, b or c``."""
    *others, final = [*words] or [""]
    return f"{', '.join(others)} {last} {final}" if others else final
