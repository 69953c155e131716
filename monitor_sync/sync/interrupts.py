"""Signals that would break in where nothing may: they wait until the block has ended."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def held_back(*numbers: signal.Signals) -> Iterator[None]:
    """Hold back Ctrl-C and its like, by their numbers, until the block has ended; they act then."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal breaks in here
        return
    came: list[int] = []
    # a mask would hold back this thread alone, and another one would take the signal
    before = {
        number: signal.signal(number, lambda taken, _: came.append(taken)) for number in numbers
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for held in dict.fromkeys(came):
            signal.raise_signal(held)
