"""A composite is in the state that follows from those of its members."""

from __future__ import annotations

import pytest

from monitor_sync.emulator.metrics.courses import outcome
from monitor_sync.emulator.metrics.query import NotServed

STATES = {1: "ok", 2: "no_data", 3: "warning", 4: "alert"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("4 && 3", "warning"), ("2 && 3", "no_data"), ("1 && 4", "ok"),
        ("4 || 3", "alert"), ("2 || 1", "no_data"), ("1 || 1", "ok"),
        ("!1", "alert"), ("!2", "no_data"), ("!3", "ok"), ("!4", "ok"),
        ("1 || 4 && 3", "warning"), ("(1 || 4) && !1", "alert"), ("!(1 && 4)", "alert"),
    ],
)  # fmt: skip
def test_two_states_worth_an_alert_make_the_milder_or_the_worse_one(
    query: str, expected: str
) -> None:
    assert outcome(query, STATES) == expected


@pytest.mark.parametrize("query", ["", "1 &&", "(1", "1 1", "1 & 2", "5"])
def test_a_condition_that_cannot_be_read_is_not_guessed(query: str) -> None:
    with pytest.raises(NotServed):
        outcome(query, STATES)
