"""Transitions become episodes, whatever of them is missing or contradicts itself."""

from __future__ import annotations

from monitor_sync.incidents import AlertEpisode, AlertTransition, TimeSpan, TransitionState
from monitor_sync.insight.episodes import FoldedEpisode, folded, overlapping


def to(state: TransitionState, at: float, **fields: object) -> AlertTransition:
    values = {"id": f"{state}{at}", "monitor_id": 7, "group": "host:a", "at": at, "state": state}
    return AlertTransition(**values | fields)  # type: ignore[arg-type]  # fields of the class


def only(*transitions: AlertTransition) -> FoldedEpisode:
    (episode,) = folded(transitions)
    return episode


def lengths(*transitions: AlertTransition) -> list[tuple[float | None, float | None]]:
    return [(known.episode.start, known.episode.end) for known in folded(transitions)]


def test_an_alert_lasts_until_it_recovers() -> None:
    known = only(to("alert", 10, cycle="c", notified=True), to("ok", 70, cycle="c"))
    assert known == FoldedEpisode(
        AlertEpisode(
            monitor_id=7, group="host:a", state="alert", start=10, end=70, cycle="c", notified=True
        )
    )


def test_one_that_has_not_recovered_has_no_end() -> None:
    assert only(to("alert", 10)).episode.end is None


def test_a_warning_that_becomes_an_alert_and_a_warning_again_is_one_episode() -> None:
    known = only(to("warning", 1), to("alert", 2), to("warning", 3), to("ok", 4))
    assert (known.episode.state, known.episode.start, known.episode.end) == ("alert", 1, 4)


def test_each_state_counts_from_when_it_was_first_reached() -> None:
    known = only(to("warning", 1), to("alert", 2), to("warning", 3), to("ok", 4)).episode
    assert dict(known.reached) == {"warning": 1, "alert": 2}
    assert [known.since(state) for state in ("warning", "alert", "no_data")] == [1, 2, None]


def test_no_data_counts_as_worse_than_a_warning_and_milder_than_an_alert() -> None:
    assert only(to("warning", 1), to("no_data", 2), to("ok", 3)).episode.state == "no_data"
    assert only(to("no_data", 1), to("alert", 2), to("ok", 3)).episode.state == "alert"


def test_a_second_alert_of_the_same_cycle_opens_nothing() -> None:
    both = to("alert", 10, cycle="c"), to("alert", 40, cycle="c", notified=True)
    assert lengths(*both, to("ok", 70, cycle="c")) == [(10, 70)]
    assert only(*both).episode.notified


def test_who_hears_of_a_recovery_alone_was_not_paged() -> None:
    muted = to("alert", 10, notified=False), to("ok", 70, notified=True)
    assert only(*muted).episode.notified is False
    assert only(to("ok", 70, lasted=60.0, notified=True)).episode.notified is None


def test_where_a_recovery_is_missing_the_next_cycle_ends_the_episode() -> None:
    first, second = folded(
        [to("alert", 10, cycle="c"), to("alert", 40, cycle="d"), to("ok", 70, cycle="d")]
    )
    assert (first.episode.end, first.doubt) == (40, "no recovery")
    assert (second.episode.start, second.episode.end, second.doubt) == (40, 70, None)


def test_a_recovery_alone_tells_the_beginning_by_its_duration() -> None:
    known = only(to("ok", 100, lasted=60.0, before="no_data"))
    assert (known.episode.start, known.episode.end) == (40, 100)
    assert (known.episode.state, known.doubt) == ("no_data", None)


def test_a_recovery_without_a_duration_began_before_what_is_known() -> None:
    known = only(to("ok", 100))
    assert (known.episode.start, known.episode.end, known.episode.state) == (None, 100, "alert")
    assert known.doubt == "no beginning"


def test_a_duration_that_contradicts_the_events_is_doubtful_and_the_events_count() -> None:
    known = only(to("alert", 1_000), to("ok", 2_000, lasted=5_000.0))
    assert (known.episode.start, known.doubt) == (1_000, "another duration")
    assert only(to("alert", 1_000), to("ok", 2_000, lasted=1_050.0)).doubt is None


def test_groups_and_monitors_are_told_apart() -> None:
    transitions = [
        to("alert", 1, group="host:a"),
        to("alert", 2, group="host:b"),
        to("ok", 3, group="host:b"),
        to("ok", 1, monitor_id=8),
    ]
    assert lengths(*transitions) == [(1, None), (2, 3), (None, 1)]


def test_only_what_reaches_into_a_span_is_of_it() -> None:
    def reaches(*transitions: AlertTransition) -> bool:
        return bool(list(overlapping(folded(transitions), TimeSpan(100, 200))))

    assert reaches(to("alert", 50), to("ok", 100))
    assert reaches(to("alert", 50))
    assert reaches(to("ok", 150))
    assert reaches(to("alert", 199), to("ok", 300))
    assert not reaches(to("alert", 50), to("ok", 99))
    assert not reaches(to("alert", 200))
    assert not reaches(to("ok", 99))
