"""Work for many items in threads, in waves, which stops cleanly when a person interrupts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def waves(needs: Mapping[Item, Collection[Item]]) -> tuple[list[list[Item]], list[Item]]:
    """
    Sort items into waves, so that each item comes after all that it needs.

    The items of one wave can be worked on at once. A need that is not among the items counts as
    met. The second part of the result has the items that need each other in a circle.
    """
    left = {item: {need for need in needed if need in needs} for item, needed in needs.items()}
    sorted_out: list[list[Item]] = []
    while ready := [item for item, needed in left.items() if not needed]:
        sorted_out.append(ready)
        done = set(ready)
        left = {item: needed - done for item, needed in left.items() if item not in done}
    return sorted_out, list(left)


_AHEAD: Final = 64
"""Items given to the threads at once: waiting for all of 20,000 anew for each is quadratic."""


class WorkerPool(Generic[Item, Result]):
    """
    A bounded number of threads that do the same work for many items.

    After a KeyboardInterrupt the pool finishes what has begun and starts nothing more;
    ``interrupted`` is then True, and ``on_interrupt`` was called once. A second one is raised.
    """

    def __init__(
        self, pool: ThreadPoolExecutor, on_interrupt: Callable[[], None] | None = None
    ) -> None:
        self._pool = pool
        self._on_interrupt = on_interrupt
        self.interrupted = False

    def do(
        self,
        items: Iterable[Item],
        work: Callable[[Item], Result],
        done: Callable[[Item, Result], None],
    ) -> None:
        """
        Do ``work`` for each item in a thread, and call ``done`` in this thread with each result.

        ``done`` may be called twice with a result where an interrupt came while it ran.
        """
        waiting = iter(items)
        futures: dict[Future[Result], Item] = {}
        while not self.interrupted or futures:
            try:
                for item in islice(waiting, 0 if self.interrupted else _AHEAD - len(futures)):
                    futures[self._pool.submit(work, item)] = item
                if not futures:
                    return
                finished, _ = wait(futures, return_when=FIRST_COMPLETED)
                for future in finished:
                    if not future.cancelled():
                        done(futures[future], future.result())
                    del futures[future]
            except KeyboardInterrupt:
                if self.interrupted:
                    raise
                self._stop(futures)

    def _stop(self, futures: Iterable[Future[Result]]) -> None:
        self.interrupted = True
        for future in futures:
            future.cancel()
        if self._on_interrupt is not None:
            self._on_interrupt()
