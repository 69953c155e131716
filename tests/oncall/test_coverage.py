"""Who is on call when: gaps, and where somebody's turn ends."""

from __future__ import annotations

from datetime import timedelta

from monitor_sync.oncall import coverage
from monitor_sync.oncall.path import EscalationLevel, Gap, LookAhead, Responder, Shift
from tests.oncall.zenduty.estate import NOW

WINDOW = LookAhead(now=NOW)
ANI = Responder(id="a", name="Ani")


def hours(start: float, end: float) -> Shift:
    return Shift(person=ANI, start=NOW + timedelta(hours=start), end=NOW + timedelta(hours=end))


def test_shifts_that_touch_leave_no_gap_and_a_hand_over_of_a_second_is_none() -> None:
    second = 1 / 3600
    assert coverage.gaps([hours(-5, 10), hours(10 + second, 400)], WINDOW) == ()


def test_gaps_at_the_start_in_the_middle_and_at_the_end() -> None:
    assert coverage.gaps([hours(2, 4), hours(3, 5), hours(8, 300), hours(500, 600)], WINDOW) == (
        Gap(start=NOW, end=NOW + timedelta(hours=2)),
        Gap(start=NOW + timedelta(hours=5), end=NOW + timedelta(hours=8)),
        Gap(start=NOW + timedelta(hours=300), end=WINDOW.end),
    )


def test_a_turn_ends_where_the_next_of_the_same_person_does_not_follow() -> None:
    levels = [EscalationLevel(position=1, delay=None, people=(ANI,))]
    (on_call,) = coverage.on_call(levels, [hours(-1, 5), hours(5, 9), hours(11, 12)], WINDOW)
    assert on_call.until == NOW + timedelta(hours=9)

    other = Shift(
        person=Responder(id="b", name="Budi"),
        start=NOW + timedelta(hours=1),
        end=NOW + timedelta(hours=2),
    )
    (unknown,) = coverage.on_call(levels, [hours(-1, 5), other], WINDOW)
    assert unknown.until is None  # which layer counts is not known

    (forever,) = coverage.on_call(levels, [hours(-1, 500)], WINDOW)
    assert forever.until is None
