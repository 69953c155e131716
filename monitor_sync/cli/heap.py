"""How the C library hands out memory to a command that lists monitors in threads."""

from __future__ import annotations

from typing import Final

_ARENA_MAX: Final = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``, see mallopt(3)."""


def share() -> None:
    """
    Let all threads take memory from one heap.

    With glibc each thread has a heap of its own, in which the others' texts have no room: a plan of
    10,000 monitors then takes a seventh more, and no less time, as Python's threads take turns.
    Nothing happens where the C library is another.
    """
    import ctypes  # two milliseconds, for commands that ask Datadog alone

    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    except (AttributeError, OSError, TypeError):
        return  # musl and macOS have no mallopt, Windows no library without a name
