"""An evaluation costs a small multiple of the least that it must do."""

from __future__ import annotations

from tests.bench import evaluating


def test_a_day_of_evaluations_is_cheap() -> None:
    count = 1_440
    every = evaluating.sources(count)
    rounds = [
        (evaluating.evaluated(every, count)[0], evaluating.floor(every, count)[0]) for _ in range(3)
    ]
    # measured 10; a week with 20 groups then takes less than two seconds
    assert min(ours for ours, _ in rounds) < 25 * min(least for _, least in rounds)


def test_the_bench_evaluates_something() -> None:
    every = evaluating.sources(1_440)
    assert evaluating.evaluated(every, 1_440)[1] > 20
    assert evaluating.floor(every, 1_440)[1] > 20
