"""Order and interruption of many things done at once."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from monitor_sync.sync.worker_pool import WorkerPool, waves


def test_each_comes_after_what_it_needs() -> None:
    order, circle = waves({"all": ["a", "b"], "a": ["elsewhere"], "top": ["all"], "b": []})

    assert order == [["a", "b"], ["all"], ["top"]]
    assert circle == []


def test_what_needs_itself_in_a_circle_is_told_apart() -> None:
    order, circle = waves({"a": ["b"], "b": ["a"], "c": [], "d": ["a"]})

    assert order == [["c"]]
    assert sorted(circle) == ["a", "b", "d"]


def test_no_more_than_the_given_number_is_under_way() -> None:
    under_way: set[int] = set()
    most = 0

    def work(item: int) -> int:
        nonlocal most
        under_way.add(item)
        most = max(most, len(under_way))
        time.sleep(0.002)
        under_way.discard(item)
        return item

    done: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        WorkerPool[int, int](pool).do(range(20), work, lambda item, _: done.append(item))

    assert sorted(done) == list(range(20))
    assert most <= 3


def test_a_second_interruption_is_raised() -> None:
    def interrupt(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as pool:
        workers = WorkerPool[int, int](pool)
        with pytest.raises(KeyboardInterrupt):
            workers.do(range(5), lambda item: item, interrupt)

    assert workers.interrupted


def test_of_many_items_only_a_few_wait_in_the_pool_at_once() -> None:
    """Waiting for all of them anew after each one costs the square of their number."""
    outstanding = most = 0

    class Counting(ThreadPoolExecutor):
        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            nonlocal outstanding, most
            outstanding += 1
            most = max(most, outstanding)
            return super().submit(*args, **kwargs)

    def done(_: int, __: int) -> None:
        nonlocal outstanding
        outstanding -= 1

    with Counting(8) as pool:
        WorkerPool[int, int](pool).do(range(5_000), lambda item: item, done)

    assert outstanding == 0
    assert most <= 100
