"""An alert flaps that changed at least 4 times within 20 evaluations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.insight.response.flaps import CHANGES, EVALUATIONS, flapping
from tests.insight.response.history import alert, at

MINUTE = 60


def test_four_changes_within_twenty_evaluations_are_a_flap_and_three_are_none() -> None:
    (stretch,) = flapping([alert(1, 0, 5), alert(1, 10, 19)], MINUTE)

    assert (stretch.start, stretch.end, stretch.episodes) == (at(0), at(19), 2)
    assert flapping([alert(1, 0, 5), alert(1, 10, None)], MINUTE) == ()


def test_the_twenty_first_evaluation_is_outside() -> None:
    assert flapping([alert(1, 0, 5), alert(1, 10, 20)], MINUTE) == ()


def test_a_monitor_that_is_evaluated_more_rarely_flaps_over_a_longer_time() -> None:
    slow = [alert(1, 0, 50), alert(1, 100, 190)]

    assert flapping(slow, MINUTE) == ()
    assert len(flapping(slow, 10 * MINUTE)) == 1


def test_groups_flap_by_themselves() -> None:
    assert flapping([alert(1, 0, 5, "host:a"), alert(1, 6, 9, "host:b")], MINUTE) == ()


def test_what_goes_on_is_one_stretch_and_what_comes_again_is_another() -> None:
    first = [alert(1, minute, minute + 2) for minute in range(0, 60, 5)]
    second = [alert(1, minute, minute + 2) for minute in range(600, 620, 5)]

    stretches = flapping(first + second, MINUTE)

    assert [stretch.episodes for stretch in stretches] == [12, 4]


def test_a_beginning_that_nobody_knows_is_no_change() -> None:
    assert flapping([alert(1, None, 1), alert(1, 3, 5)], MINUTE) == ()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=16))
def test_a_stretch_is_where_any_window_of_twenty_evaluations_has_four_changes(
    gaps: list[int],
) -> None:
    changes = [sum(gaps[: place + 1]) for place in range(len(gaps))]
    episodes = [
        alert(1, start, changes[2 * place + 1] if 2 * place + 1 < len(changes) else None)
        for place, start in enumerate(changes[::2])
    ]
    busy = {
        change
        for minute in range(changes[-1] + 1)
        if len(window := [c for c in changes if minute <= c < minute + EVALUATIONS]) >= CHANGES
        for change in window
    }

    inside = {
        change
        for change in changes
        for stretch in flapping(episodes, MINUTE)
        if stretch.start <= at(change) <= stretch.end
    }

    assert inside == busy
