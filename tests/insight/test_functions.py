"""The functions of metric queries, by hand."""

from __future__ import annotations

import math

import pytest

from monitor_sync.insight import functions
from monitor_sync.insight.values import Unsupported


@pytest.mark.parametrize(
    ("name", "bounds", "results"),
    [
        ("abs", (), {-2.0: 2.0, 3.0: 3.0}),
        ("log2", (), {8.0: 3.0, 0.0: None, -1.0: None}),
        ("log10", (), {1_000.0: 3.0, 0.0: None}),
        ("clamp_min", (2.0,), {1.0: 2.0, 3.0: 3.0}),
        ("clamp_max", (2.0,), {1.0: 1.0, 3.0: 2.0}),
        ("cutoff_min", (2.0,), {1.0: None, 2.0: 2.0, 3.0: 3.0}),
        ("cutoff_max", (2.0,), {1.0: 1.0, 2.0: 2.0, 3.0: None}),
        ("is_greater", (2.0,), {1.0: 0.0, 2.0: 0.0, 3.0: 1.0}),
        ("is_less", (2.0,), {1.0: 1.0, 2.0: 0.0, 3.0: 0.0}),
        ("is_between", (1.0, 3.0), {1.0: 0.0, 2.0: 1.0, 3.0: 0.0}),
    ],
)
def test_what_is_made_of_a_number(
    name: str, bounds: tuple[float, ...], results: dict[float, float | None]
) -> None:
    change = functions.POINTWISE[name]
    assert {value: change(value, *bounds) for value in results} == results


@pytest.mark.parametrize(
    ("name", "arguments", "times", "values"),
    [
        ("diff", (), [60, 120], [3, -2]),
        ("monotonic_diff", (), [60], [3]),
        ("dt", (), [60, 120], [60, 60]),
        ("derivative", (), [60, 120], [0.05, -1 / 30]),
        ("per_second", (), [60, 120], [0.05, -1 / 30]),
        ("per_minute", (), [60, 120], [3, -2]),
        ("per_hour", (), [60, 120], [180, -120]),
        ("throughput", (), [0, 60, 120], [0.05, 0.2, 0.1]),
        ("ewma_3", (), [0, 60, 120], [1, 2.5, 2.25]),
        ("median_2", (), [0, 60, 120], [1, 2.5, 3]),
        ("moving_rollup", (120.0, "max"), [0, 60, 120], [1, 4, 4]),
        ("moving_rollup", (60.0,), [0, 60, 120], [1, 4, 2]),
    ],
)
def test_what_is_made_of_a_line(
    name: str, arguments: tuple[object, ...], times: list[int], values: list[float]
) -> None:
    along = functions.along(name, arguments, 20)
    assert along is not None
    made = along(([0, 60, 120], [1.0, 4.0, 2.0]))
    assert made[0] == times
    assert all(map(math.isclose, made[1], values))


def test_how_long_before_is_before() -> None:
    days = {name: seconds / 86_400 for name, seconds in functions.BEFORE.items()}
    assert days == {
        "hour_before": 1 / 24, "day_before": 1, "week_before": 7, "month_before": 28,
    }  # fmt: skip


def test_what_is_no_function_along_a_line() -> None:
    assert functions.along("abs", (), 20) is None
    moving = functions.along("moving_rollup", (), 20)
    assert moving is not None
    with pytest.raises(Unsupported):
        moving(([0], [1.0]))
