"""Doing many things at once, in waves, and stopping cleanly when a person interrupts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def waves(needs: Mapping[Item, Collection[Item]]) -> tuple[list[list[Item]], list[Item]]:
    """
    Sort items so that each comes after all that it needs.

    The waves can be done one after another, the items of one all at once. What is needed but not
    among the items counts as there. The second part is what needs itself in a circle.
    """
    left = {item: {each for each in needed if each in needs} for item, needed in needs.items()}
    sorted_out: list[list[Item]] = []
    while ready := [item for item, needed in left.items() if not needed]:
        sorted_out.append(ready)
        done = set(ready)
        left = {item: needed - done for item, needed in left.items() if item not in done}
    return sorted_out, list(left)


class WorkerPool(Generic[Item, Result]):
    """
    A bounded number of threads that do one thing for many items.

    After KeyboardInterrupt what is in flight is finished, nothing more is started, and
    ``interrupted`` is True; ``on_interrupt`` is called once. A second one is raised.
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
        Do ``work`` for each item in a thread, and tell ``done`` in this one as each is finished.

        ``done`` may be told the same twice where it was itself interrupted.
        """
        if self.interrupted:
            return
        futures: dict[Future[Result], Item] = {}
        try:
            for item in items:
                futures[self._pool.submit(work, item)] = item
        except KeyboardInterrupt:
            self._stop(futures)
        while futures:
            try:
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
