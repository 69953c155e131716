"""How the program is started."""

from __future__ import annotations

import resource

import pytest

from monitor_sync.__main__ import run

_TURNS = 100
_DEEPEST = 200
"""Calls within each other: some of them cross the end of a piece of 16 KB, wherever it begins."""


def _leaf(first: int, second: int, third: int) -> int:
    return first + second + third


def _loop_below(depth: int) -> None:
    """Call a function again and again below so many others."""
    if depth:
        _loop_below(depth - 1)
        return
    for turn in range(_TURNS):
        _leaf(turn, turn, turn)


def _most_pages(**_: object) -> int:
    """Return how many pages of memory the worst of the loops was given by the system."""
    pages = []
    for depth in range(_DEEPEST):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        _loop_below(depth)
        pages.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return max(pages)


def test_calls_take_no_memory_anew_at_each_turn_of_a_loop() -> None:
    if _most_pages() < _TURNS:
        pytest.skip("this Python keeps the memory of frames by itself")
    pages: list[int] = []
    run(lambda **_: pages.append(_most_pages()))
    assert pages[0] < _TURNS
