"""promtool's notation of series."""

from __future__ import annotations

import pytest

from monitor_sync.insight.notation import values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", [5]),
        ("5x3", [5, 5, 5, 5]),
        ("0+2x3", [0, 2, 4, 6]),
        ("1-0.5x2", [1, 0.5, 0]),
        ("-2+4x2", [-2, 2, 6]),
        ("_", [None]),
        ("_x2", [None, None]),
        ("1 _x2 3x1", [1, None, None, 3, 3]),
        ("1e3 .5", [1000, 0.5]),
    ],
)
def test_a_series_is_written_as_in_promtool(text: str, expected: list[float | None]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text", ["", "five", "5x", "x5", "5 x 3", "_x", "1+x3", "9x999999", "1e308", "1e400x3"]
)
def test_what_is_no_series_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is none of|no value|more than|above"):
        values(text)
