"""What a function of ``app`` tells while it works, and asks; by default nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from monitor_sync.app.prepare import Prepared
    from monitor_sync.sync.apply import Stopped

Progress: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[bool], None]]]
"""
Shows that something goes on: from what is done (``applying 3 changes``) and the number of its steps
to a context. What the context gives is called once for each step, with whether it went well.
"""


def _ignore(*_: object) -> None:
    """Do nothing."""


@contextlib.contextmanager
def silent(_: str, __: int) -> Iterator[Callable[[bool], None]]:
    """Show no progress."""
    yield _ignore


class Conversation(Struct, frozen=True, kw_only=True):
    """
    What an apply tells the person who waits for it, and asks.

    ``show`` is told the plan before anything is written. ``confirm`` is asked whether to carry it
    out, and answers False to decline; None asks nobody. Both are called while the lock is held.
    ``interrupted`` is called at the first Ctrl-C, when what is on its way will still be finished,
    and ``stopped`` at the second one, when it will not; Stopped is raised after it. ``sending`` is
    called before each write, by several threads, and ``written`` after the last one, before the
    lock is let go.
    """

    show: Callable[[Prepared], None] = _ignore
    confirm: Callable[[Prepared], bool] | None = None
    progress: Progress = silent
    interrupted: Callable[[], None] = _ignore
    stopped: Callable[[Stopped, Prepared], None] = _ignore
    sending: Callable[[], None] = _ignore
    written: Callable[[], None] = _ignore
