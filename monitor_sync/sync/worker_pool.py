"""Work for many items in threads, in waves, which stops cleanly when a person interrupts."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from typing import Final, Generic, TypeVar

from monitor_sync.sync.interrupts import held_back

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


def started(workers: int) -> ThreadPoolExecutor:
    """
    Return a pool whose threads all run.

    Starting one waits for it within ``threading``, where a KeyboardInterrupt would break a lock:
    one that comes meanwhile is raised after that.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="monitor-sync-write")
    all_run = threading.Event()
    with held_back(signal.SIGINT, signal.SIGTERM):
        try:
            for _ in range(workers):
                pool.submit(all_run.wait)
        finally:
            all_run.set()
    return pool


_LOOK: Final = 0.01
"""Seconds between looks at what has ended, after an interrupt."""


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
        ended: SimpleQueue[Future[Result]] = SimpleQueue()

        def go_on() -> None:
            while True:
                for item in islice(waiting, 0 if self.interrupted else _AHEAD - len(futures)):
                    future = self._pool.submit(work, item)
                    futures[future] = item
                    future.add_done_callback(ended.put)
                if not futures:
                    return
                for future in self._some(futures, ended):
                    if not future.cancelled():
                        done(futures[future], future.result())
                    del futures[future]

        try:
            go_on()
        except KeyboardInterrupt:
            if self.interrupted:
                raise
            self._stop(futures)
            go_on()

    def give_up(self) -> None:
        """Start nothing more, whatever was interrupted; what is under way is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _some(
        self, futures: Collection[Future[Result]], ended: SimpleQueue[Future[Result]]
    ) -> list[Future[Result]]:
        """
        Wait for some that have ended, and return them.

        A KeyboardInterrupt may come at any time. Within ``futures.wait()``, which is Python, it
        would break the locks that are held; here it may lose what was taken from the queue.
        """
        if not self.interrupted:
            return [ended.get()]
        while not (finished := [future for future in futures if future.done()]):
            time.sleep(_LOOK)
        return finished

    def _stop(self, futures: Iterable[Future[Result]]) -> None:
        self.interrupted = True
        for future in tuple(futures):
            future.cancel()
        if self._on_interrupt is not None:
            self._on_interrupt()
