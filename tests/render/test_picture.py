"""The picture of a failed test fits where it is shown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from monitor_sync.insight.unit_test import Trace
from monitor_sync.insight.values import Status
from monitor_sync.render import picture
from monitor_sync.render.style import Style

TRACE = Trace(
    group="",
    points=tuple(
        (60.0 * i, float(i % 40), Status.OK if i < 200 else Status.ALERT) for i in range(400)
    ),
    critical=30.0,
    warning=None,
)


@pytest.mark.parametrize("width", [0, 80, 140])
@pytest.mark.parametrize("colour", [False, True])
def test_it_fits_into_the_terminal(width: int, colour: bool) -> None:
    rows = picture.lines(TRACE, Style(colour=colour, width=width))
    bare = [re.sub(r"\x1b\[[0-9;]*m", "", row) for row in rows]
    assert max(map(len, bare)) <= (width or 80) - 4
    assert any("critical" in row for row in bare)
    assert any(row.count("A") > 10 and row.count("·") > 10 for row in bare)


def test_what_was_expected_stands_below_what_came() -> None:
    missed = ((6_000.0, Status.ALERT), (23_940.0, None))
    rows = picture.lines(replace(TRACE, missed=missed), Style(width=80))

    state, expected, times, key = rows[-4:]
    assert state.strip().startswith("state")
    assert expected.strip().startswith("expected")
    assert expected.endswith("^")
    # 6,000 of 24,000 seconds: a quarter of the columns
    assert 0.2 < (expected.index("A") - expected.index("d") - 3) / len(times.strip()) < 0.3
    assert (times.split()[0], times.split()[-1]) == ("6m", "6h39m")
    assert key.strip() == "· ok, A alert, ^ something else is expected"


def test_one_value_is_drawn_too() -> None:
    trace = Trace(group="", points=((0.0, None, None),), critical=None, warning=None)
    *chart, state, axis, key = picture.lines(trace, Style())

    assert [row.strip() for row in chart] == ["1 ┤", *["┤"] * 5, "0 ┤"]
    assert (state.strip(), axis.strip(), key.strip()) == ("state", "0m", "")
