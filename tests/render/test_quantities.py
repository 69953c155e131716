"""Durations and shares as they are written in every report."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.render.quantities import duration, percent


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "-"),
        (0, "0s"),
        (45, "45s"),
        (59.6, "1m"),
        (300, "5m"),
        (367, "6m07"),
        (3600, "1h"),
        (5400, "1h30"),
        (86_400, "1d"),
        (90_000, "25h"),
        (172_800, "2d"),
        (181_440, "2.1d"),
        (8_640_000, "100d"),
    ],
)
def test_targets_and_measured_times_are_written_alike(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "-"), (13 / 15, "87 %"), (0.0, "0 %"), (1.0, "100 %"), (0.5, "50 %")],
)
def test_shares_are_rounded(share: float | None, said: str) -> None:
    assert percent(share) == said


@settings(max_examples=30)
@given(st.integers(1, 10_000), st.data())
def test_only_all_is_100_percent_and_only_none_is_0(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    said = percent(part / whole)
    assert (said == "100 %") == (part == whole)
    assert (said == "0 %") == (part == 0)
