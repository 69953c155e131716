"""What grows with the square of its size is seen, and what grows with its size is let be."""

from __future__ import annotations

from functools import partial

from tests.growth import calls, times_as_long


def linear(size: int) -> int:
    return sum(range(size * 2_000))


def quadratic(size: int) -> int:
    return sum(range(size * size * 10))


def test_growth_with_the_size_and_with_its_square_are_told_apart() -> None:
    assert times_as_long(partial(linear, 100), partial(linear, 800), allowed=24) <= 24
    assert times_as_long(partial(quadratic, 100), partial(quadratic, 800), allowed=24) > 24


def test_what_is_over_at_once_is_no_matter_how_it_grows() -> None:
    assert times_as_long(lambda: None, partial(quadratic, 10), allowed=24) <= 24


def test_calls_of_functions_are_counted() -> None:
    assert calls(lambda: [abs(number) for number in range(10)]) >= 11
