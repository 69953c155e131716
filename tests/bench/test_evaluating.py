"""An evaluation costs a small multiple of the least that it must do."""

from __future__ import annotations

from functools import partial

from tests.bench import evaluating
from tests.growth import times_as_long


def test_a_day_of_evaluations_is_cheap() -> None:
    count = 1_440
    every = evaluating.sources(count)
    least = partial(evaluating.floor, every, count)
    ours = partial(evaluating.evaluated, every, count)
    # measured 3; a week with 20 groups then takes little more than one second
    assert times_as_long(least, ours, allowed=10) <= 10


def test_the_bench_evaluates_something() -> None:
    every = evaluating.sources(1_440)
    assert evaluating.evaluated(every, 1_440)[1] > 20
    assert evaluating.floor(every, 1_440)[1] > 20
