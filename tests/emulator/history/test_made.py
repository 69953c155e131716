"""The history that is made up: the same for the same seed, and with everything that goes wrong."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitor_sync.emulator.history import edges, response, scenarios, truth
from monitor_sync.emulator.history.made import PastHistory, made
from monitor_sync.emulator.history.records import WEEK
from monitor_sync.emulator.on_call.owners import past_teams
from tests.emulator.history.estates import MONITORS, UNTIL, Served, owners, served


def history() -> PastHistory:
    """That of the shared estate, made when a test first asks for it."""
    return served().history


def again(seed: int = 7, *, backwards: bool = False) -> PastHistory:
    bodies = list(served().emulator._account.monitors)
    return made(
        reversed(bodies) if backwards else bodies,
        past_teams(owners()),
        seed=seed,
        start=int(UNTIL) - 26 * WEEK,
        end=int(UNTIL),
    )


def test_the_same_seed_and_end_make_the_same_history_whatever_the_order_of_monitors() -> None:
    assert list(truth.lines(again(backwards=True))) == list(truth.lines(history()))


def test_another_seed_makes_another_history() -> None:
    assert again(seed=8).events != history().events


@pytest.mark.parametrize(
    "edge",
    [
        scenarios.OUTAGE,
        scenarios.BAD_DEPLOY,
        scenarios.FLAPPING,
        scenarios.CLOCK_CHANGE,
        scenarios.MAINTENANCE,
        scenarios.OPEN,
        scenarios.WAITING,
        edges.ACKNOWLEDGED_BEFORE_CREATED,
        edges.RESOLVED_BEFORE_ACKNOWLEDGED,
        edges.MISSING_TIMES,
        edges.REOPENED,
        edges.ACK_TIMEOUT,
        edges.SUPPRESSED,
        edges.NO_PRIORITY,
        edges.CLOUDWATCH,
        edges.PERSON,
        response.NEVER_ACKNOWLEDGES,
    ],
)
def test_every_kind_of_edge_is_there(edge: str) -> None:
    assert any(edge in incident.edges for incident in history().incidents)


def test_an_outage_is_forty_alerts_of_which_all_but_the_first_are_merged() -> None:
    outage = [item for item in history().incidents if scenarios.OUTAGE in item.edges]
    assert len(outage) == 40
    assert [item.merged_into for item in outage] == [None] + [outage[0].number] * 39
    assert outage[-1].created - outage[0].created < 7 * 60


def test_a_team_never_acknowledges() -> None:
    silent = {i.team for i in history().incidents if response.NEVER_ACKNOWLEDGES in i.edges}
    assert len(silent) == 1
    assert not [i for i in history().incidents if i.team in silent and i.acknowledged is not None]


def test_what_waits_and_what_is_open_at_the_end_has_an_age() -> None:
    still_open = [item for item in history().incidents if item.resolved is None]
    waiting = [item for item in still_open if item.acknowledged is None]
    assert {item.status for item in still_open} == {"triggered", "acknowledged"}
    assert max(UNTIL - item.created for item in still_open) > 30 * 86_400
    assert min(UNTIL - item.created for item in waiting) < 120


def test_times_that_are_told_wrong_are_right_in_the_truth() -> None:
    for item in history().incidents:
        assert [step.at for step in item.steps] == sorted(step.at for step in item.steps)
        assert item.steps[-1].at <= UNTIL
        times = [item.as_told(name) for name in ("created", "acknowledged", "resolved")]
        if edges.ACKNOWLEDGED_BEFORE_CREATED in item.edges:
            assert times[1] is not None
            assert times[0] is not None
            assert 0 < times[0] - times[1] < 6
        elif edges.RESOLVED_BEFORE_ACKNOWLEDGED in item.edges:
            assert times[1] is not None
            assert times[2] is not None
            assert times[2] < times[1]
        elif edges.MISSING_TIMES in item.edges:
            assert times[2] is None
        else:
            assert times == [item.created, item.acknowledged, item.resolved]


def test_reopened_and_timed_out_incidents_keep_their_first_acknowledgement() -> None:
    for item in history().incidents:
        kinds = Counter(step.kind for step in item.steps)
        if edges.REOPENED in item.edges:
            assert item.reopened == kinds["reopen"] == 1
            assert kinds["resolve"] == 2
        if edges.ACK_TIMEOUT in item.edges:
            assert kinds["acknowledge"] == 2
            assert item.acknowledged == min(s.at for s in item.steps if s.kind == "acknowledge")


def test_pages_fall_on_both_sides_of_a_change_of_clocks() -> None:
    offsets = {
        datetime.fromtimestamp(item.created, ZoneInfo("Europe/Berlin")).utcoffset()
        for item in history().incidents
        if scenarios.CLOCK_CHANGE in item.edges
        and datetime.fromtimestamp(item.created, UTC).month == 10
    }
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_incidents_in_maintenance_lie_in_a_window_of_their_team() -> None:
    for item in history().incidents:
        inside = any(
            window.team == item.team and window.start <= item.created < window.end
            for window in history().windows
        )
        assert item.maintenance == inside


def test_a_monitor_alerts_for_one_group_at_a_time() -> None:
    last: dict[int, float] = {}
    for episode in history().episodes:
        assert episode.start > last.get(episode.monitor.id, 0)
        last[episode.monitor.id] = episode.end or float("inf")


def test_office_hours_are_busier_than_nights_and_weekends() -> None:
    local = [
        datetime.fromtimestamp(episode.start, ZoneInfo("Asia/Jakarta"))
        for episode in history().episodes
        if not episode.edge
    ]
    hours = Counter(moment.hour for moment in local)
    days = Counter(moment.weekday() for moment in local)
    assert hours[14] > 2 * hours[3]
    assert min(days[day] for day in range(5)) > max(days[5], days[6])


def test_some_monitors_never_fire_and_a_few_fire_often() -> None:
    fires = Counter(episode.monitor.id for episode in history().episodes)
    assert 4 < MONITORS - len(fires) < MONITORS / 2
    assert max(fires.values()) > 8 * sorted(fires.values())[len(fires) // 2]


def test_a_muted_monitor_alerts_and_pages_nobody() -> None:
    muted = [episode for episode in history().episodes if episode.muted]
    assert muted
    assert not [item for item in history().incidents if item.episode in muted]
    assert not [e for e in muted for t in e.transitions(history().end) if e.notified(t)]


def test_an_estate_without_monitors_has_no_history_and_breaks_nothing() -> None:
    history = made([], [], seed=1, start=0, end=WEEK)
    assert (history.episodes, history.events, history.incidents) == ((), (), ())


def test_incidents_are_numbered_by_creation() -> None:
    for before, after in pairwise(history().incidents):
        assert after.number == before.number + 1
        assert after.created >= before.created


def test_a_short_history_has_no_room_for_all_and_stays_within_its_span() -> None:
    history = Served(weeks=1).history
    assert all(UNTIL - WEEK <= event.at < UNTIL for event in history.events)


def test_monitors_stand_where_their_history_ends() -> None:
    listed = {monitor["id"]: monitor for monitor in served().emulator._account.monitors}
    lasting = [episode for episode in history().episodes if episode.end is None]

    assert lasting
    assert {episode.monitor.id for episode in lasting} == {
        number for number, monitor in listed.items() if monitor["overall_state"] != "OK"
    }
    for episode in lasting:
        assert listed[episode.monitor.id]["overall_state"] in ("Alert", "Warn", "No Data")
        assert listed[episode.monitor.id]["overall_state_modified"] is not None


def test_a_search_tells_when_each_monitor_alerted_last_and_warnings_are_no_alerts() -> None:
    """As recorded: UNIX seconds, null (0 of a group) of what never alerted."""
    last: dict[int, int] = {}
    for line in served().truth["episode"]:
        if line["state"] == "alert":
            last[line["monitor_id"]] = max(line["worst"], last.get(line["monitor_id"], 0))

    _, answer = served().ask("GET", "/api/v1/monitor/search", query="per_page=1000")
    _, groups = served().ask("GET", "/api/v1/monitor/groups/search", query="per_page=1000")

    last_triggered = {item["id"]: item["last_triggered_ts"] for item in answer["monitors"]}
    assert 0 < len(last) < MONITORS == len(last_triggered)
    assert last_triggered == {number: last.get(number) for number in last_triggered}
    assert {item["monitor_id"]: item["last_triggered_ts"] for item in groups["groups"]} == {
        number: last.get(number, 0) for number in last_triggered
    }
