"""How the work grows with its size, told so that it holds on any machine, also a busy one."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from types import FrameType

ROUNDS = 8
TOO_SHORT = 0.01
"""Seconds of the processor below which a clock tells little, and nobody waits."""

Work = Callable[[], object]


def times_as_long(small: Work, large: Work, *, allowed: float) -> float:
    """
    Return how many times the processor's time of ``small`` it takes to do ``large``.

    Both are done in turns and the quickest of each counts. A disturbed turn is made good by
    the next ones: the last is the one that ends within ``allowed``. What is over in
    ``TOO_SHORT`` counts as if it had taken so long.
    """
    times = 0.0
    quickest_small = quickest_large = float("inf")
    for _ in range(ROUNDS):
        quickest_small = min(quickest_small, _seconds(small))
        quickest_large = min(quickest_large, _seconds(large))
        times = max(TOO_SHORT, quickest_large) / max(TOO_SHORT / allowed, quickest_small)
        if times <= allowed:
            break
    return times


def _seconds(work: Work) -> float:
    collecting = gc.isenabled()
    gc.disable()
    try:
        begin = time.thread_time()
        work()
        return time.thread_time() - begin
    finally:
        if collecting:
            gc.enable()


def calls(work: Work) -> int:
    """Return how many functions are called to do it, those written in C included."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count
