"""Reads a listing page by page: a long one in waves, a short one a page after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from monitor_sync.errors import RemoteError

WAVE: Final = 4
"""Pages asked for at once, from the second on."""

_MOST_PAGES: Final = 2000
"""More full pages than any organisation fills: at 100 items each, 200,000 monitors."""


def pages(page: Callable[[int], list[Any]], *, size: int) -> Iterator[list[Any]]:
    """
    Yield all pages in order, up to the first that is not full. ``page`` returns the page of a
    number. The first one is asked for alone; if it is full, the next ones four at once.

    An item that slid from one page to the next meanwhile is given once. Raises RemoteError where
    full pages come without end.
    """
    seen: set[Any] = set()
    for items in _raw(page, size):
        fresh = []
        for item in items:
            if (key := _identity(item)) not in seen:
                seen.add(key)
                fresh.append(item)
        yield fresh


def short(page: Callable[[int], list[Any]], *, size: int) -> list[Any]:
    """
    Return all items of a listing that hardly ever has a second page, one page after the other.

    It ends with a page that is not full, or that brings nothing new. Of an item that is given
    twice the later one counts. Raises RemoteError where full pages come without end.
    """
    items: dict[Any, Any] = {}
    for number in itertools.count():
        _check(number)
        more = page(number)
        before = len(items)
        items.update((_identity(item), item) for item in more)
        if len(more) < size or len(items) == before:
            break
    return list(items.values())


def _check(number: int) -> None:
    if number >= _MOST_PAGES:
        raise RemoteError(f"Datadog gives pages without end: {number:,} full ones")


def _identity(item: Any) -> Any:
    """Return what tells items of a listing apart; one without a usable id is only itself."""
    number = item.get("id") if isinstance(item, dict) else None
    return number if type(number) in (int, str) else ("no id", id(item))


def _raw(page: Callable[[int], list[Any]], size: int) -> Iterator[list[Any]]:
    first = page(0)
    yield first
    if len(first) < size:
        return
    del first
    start = 1
    with ThreadPoolExecutor(WAVE, thread_name_prefix="monitor-sync-list") as pool:
        while True:
            _check(start)
            wave = [pool.submit(page, number) for number in range(start, start + WAVE)]
            full = True
            while wave:
                items = wave.pop(0).result()
                full = full and len(items) == size
                if items:
                    yield items
            if not full:
                return
            start += WAVE
