"""What of a span is to be read: never twice what is known, never less than what is missing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.incidents import TimeSpan
from monitor_sync.store.history import ReadSpan
from monitor_sync.store.history_spans import FRESH, around, clustered, divided, missing

NOW, SETTLES = 100_000.0, 1_000.0
OLD = NOW - FRESH - 1

WHOLE = st.integers(0, 200).map(lambda n: n * 500.0)


def spans(times: st.SearchStrategy[float] = WHOLE) -> st.SearchStrategy[TimeSpan]:
    return st.tuples(times, times).map(lambda pair: TimeSpan(min(pair), max(pair)))


def still(wanted: TimeSpan, *readings: ReadSpan) -> list[TimeSpan]:
    return missing(wanted, readings, now=NOW, settles=SETTLES)


def test_nothing_known_means_everything_up_to_now() -> None:
    assert still(TimeSpan(0, NOW + 500)) == [TimeSpan(0, NOW)]


def test_what_was_read_when_it_was_old_is_known_for_ever() -> None:
    assert still(TimeSpan(0, 5_000), ReadSpan(TimeSpan(0, 5_000), 6_000)) == []


def test_the_young_end_of_an_old_reading_is_read_again() -> None:
    assert still(TimeSpan(0, NOW), ReadSpan(TimeSpan(0, OLD), OLD)) == [
        TimeSpan(OLD - SETTLES, NOW)
    ]


def test_a_fresh_reading_counts_whole() -> None:
    assert still(TimeSpan(0, NOW), ReadSpan(TimeSpan(0, NOW - 20), NOW - 10)) == [
        TimeSpan(NOW - 20, NOW)
    ]


def test_a_fresh_reading_up_to_its_present_counts_up_to_ours() -> None:
    assert still(TimeSpan(0, NOW), ReadSpan(TimeSpan(0, NOW - 10), NOW - 10)) == []


def test_a_reading_from_the_future_of_a_clock_that_was_wrong_is_not_fresh() -> None:
    ahead = ReadSpan(TimeSpan(0, NOW), NOW + 900)
    assert still(TimeSpan(0, NOW), ahead) == [TimeSpan(NOW - 100, NOW)]


@settings(max_examples=60)
@given(spans(), st.lists(st.tuples(spans(), WHOLE).map(lambda pair: ReadSpan(*pair)), max_size=6))
def test_a_moment_is_missing_exactly_where_no_reading_knows_it(
    wanted: TimeSpan, readings: list[ReadSpan]
) -> None:
    parts = still(wanted, *readings)
    for at in (wanted.start + step * 250.0 for step in range(400)):
        if not wanted.start <= at < min(wanted.end, NOW):
            continue
        known = any(
            r.span.start <= at < (r.read - SETTLES if NOW - r.read >= FRESH else NOW)
            and (at < r.span.end or (NOW - r.read < FRESH and r.span.end >= r.read))
            for r in readings
        )
        assert known != any(part.start <= at < part.end for part in parts)


@settings(max_examples=40)
@given(st.lists(spans(), max_size=4), st.sampled_from([700.0, 3_000.0]))
def test_pieces_are_short_enough_and_leave_nothing_out(
    parts: list[TimeSpan], longest: float
) -> None:
    pieces = divided(parts, longest)
    assert all(0 < piece.end - piece.start <= longest for piece in pieces)
    assert sum(p.end - p.start for p in pieces) == sum(p.end - p.start for p in parts)
    assert pieces == sorted(pieces, key=lambda piece: piece.start, reverse=True)


def test_times_that_lie_near_each_other_share_a_span() -> None:
    assert clustered([9, 1, 3, 50], 10) == [TimeSpan(1, 10), TimeSpan(50, 51)]


def test_a_span_grows_over_its_neighbours_and_over_no_gap() -> None:
    readings = [ReadSpan(TimeSpan(a, b), 0) for a, b in ((0, 10), (10, 20), (25, 30), (30, 40))]
    assert around(TimeSpan(26, 28), readings) == TimeSpan(25, 40)
    assert around(TimeSpan(12, 14), readings) == TimeSpan(0, 20)
