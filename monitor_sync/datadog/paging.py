"""Every page of a listing: the first alone, where it is full the next ones several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

WAVE: Final = 4
"""Pages asked for at once, from the second on."""


def pages(page: Callable[[int], list[Any]], *, size: int) -> Iterator[list[Any]]:
    """
    All pages in order, up to the first that is not full. ``page`` gives the one of a number.

    What slid from one page to the next meanwhile is given once.
    """
    seen: set[Any] = set()
    for each in _raw(page, size):
        fresh = []
        for one in each:
            if (number := identity(one)) not in seen:
                seen.add(number)
                fresh.append(one)
        yield fresh


def identity(thing: Any) -> Any:
    """What tells things apart in a listing; something without an id is only itself."""
    return thing.get("id") if isinstance(thing, dict) else id(thing)


def _raw(page: Callable[[int], list[Any]], size: int) -> Iterator[list[Any]]:
    first = page(0)
    yield first
    if len(first) < size:
        return
    del first
    start = 1
    with ThreadPoolExecutor(WAVE, thread_name_prefix="monitor-sync-list") as pool:
        while True:
            wave = [pool.submit(page, number) for number in range(start, start + WAVE)]
            full = True
            while wave:
                found = wave.pop(0).result()
                full = full and len(found) == size
                if found:
                    yield found
            if not full:
                return
            start += WAVE
