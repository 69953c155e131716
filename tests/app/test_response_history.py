"""History from a Zenduty and a Datadog over HTTP: read once, kept, gone on with after a kill."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from monitor_sync.app.response_history import read_history
from monitor_sync.app.target import Target
from monitor_sync.errors import UsageError
from monitor_sync.incidents import TimeSpan
from tests.app.response_services import (
    DAY,
    EVENTS,
    FILTER,
    LAST_WEEKS,
    NOW,
    PROJECT,
    TEAM,
    Services,
    at,
    event,
    file_of,
    incident,
    services,
)
from tests.datadog.conftest import Answer, script

__all__ = ["script", "services"]


def test_incidents_and_episodes_of_a_span_are_read(services: Services) -> None:
    services.incidents = [incident(number, number * DAY) for number in (1, 2, 3, 4, 40)]
    services.events = [event(1, 3 * DAY), event(2, 3 * DAY - 900, "alert recovery")]
    history = services.read(episodes=True)
    assert [known.number for known in history.incidents] == ["4", "3", "2", "1"]
    newest = history.incidents[-1]
    assert (newest.acknowledged, newest.resolved) == (newest.created + 60, newest.created + 600)
    assert (newest.service, newest.priority, newest.tags) == ("Quotes", "P1", ("tech-ops",))
    (episode,) = history.episodes
    assert episode.group == "env:prod,service:quotes"
    assert episode.start is not None
    assert episode.end == episode.start + 900
    assert history.complete
    assert history.notes == ()
    assert history.as_of == NOW


def test_what_was_just_read_is_not_read_again(services: Services) -> None:
    services.incidents = [incident(number, number * DAY) for number in (1, 2, 3)]
    first = services.read(episodes=True)
    again = services.read(TimeSpan(LAST_WEEKS.start, NOW + 30), episodes=True, now=NOW + 30)
    assert services.requests_to(FILTER) == services.requests_to(EVENTS) == 0
    assert again.incidents == first.incidents


def test_a_day_later_the_last_week_and_what_is_open_are_read_again(services: Services) -> None:
    services.incidents = [incident(number, number * DAY) for number in range(1, 28)]
    services.read()
    assert services.requests_to(FILTER) == 9
    services.read(TimeSpan(LAST_WEEKS.start, NOW + DAY), now=NOW + DAY)
    assert services.requests_to(FILTER) == 4  # a week, a day wider, three a page; what is open


def test_no_cell_of_the_file_has_a_person_in_it(services: Services) -> None:
    services.incidents = [incident(1, DAY, title="Disk full, see sari@acme.example")]
    history = services.read()
    assert "@" not in history.incidents[0].title
    with sqlite3.connect(file_of(services)) as database:
        cells = [
            str(cell)
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for row in database.execute(f"SELECT * FROM {table}")  # noqa: S608 - its own tables
            for cell in row
        ]
    assert len(cells) > 20
    assert not [cell for cell in cells if "Sari" in cell or "7e26fed1" in cell or "sari@" in cell]
    assert file_of(services).stat().st_mode & 0o777 == 0o600


def test_offline_uses_what_is_there_and_says_how_old_it_is(services: Services) -> None:
    services.incidents = [incident(1, DAY)]
    services.read(episodes=True)
    until_now = TimeSpan(LAST_WEEKS.start, NOW + 3 * DAY)
    history = services.read(until_now, episodes=True, offline=True, now=NOW + 3 * DAY)
    assert services.script.requests == []
    assert history.complete
    assert len(history.incidents) == 1
    assert history.notes == (
        "the history is as of 2026-11-30 03:00 UTC, 3 days ago; --offline reads nothing newer",
    )


def test_an_incident_that_was_open_is_read_again_until_it_is_closed(services: Services) -> None:
    services.incidents = [
        incident(1, 20 * DAY, status=1, acknowledged_date=None, resolved_date=None),
        *(incident(number, 15 * DAY) for number in range(2, 8)),
    ]
    assert services.read().incidents[0].status == "triggered"
    services.incidents[0] = incident(1, 20 * DAY, resolved_date=at(DAY))
    closed = services.read(now=NOW + 600).incidents[0]
    assert closed.status == "resolved"
    assert closed.resolved == NOW - DAY
    assert services.requests_to(FILTER) <= 4


def test_a_tool_without_a_key_is_a_note(services: Services) -> None:
    del services.environ["ZENDUTY_API_KEY"]
    history = services.read()
    assert not history.complete
    assert "ZENDUTY_API_KEY is not set" in history.notes[0]


def test_where_events_may_not_be_searched_the_older_list_is_read(services: Services) -> None:
    services.answers[EVENTS] = lambda _: Answer(status=403, body={"errors": ["Forbidden"]})
    older = {"monitor_id": 7, "monitor_groups": ["service:quotes"], "title": "[Triggered] Load"}
    services.answers["/api/v1/events"] = lambda _: Answer(
        body={
            "events": [
                {"id": 2, "date_happened": NOW - 900, "alert_type": "success", **older},
                {"id": 1, "date_happened": NOW - 1800, "alert_type": "error", **older},
            ]
        }
    )
    (episode,) = services.read(episodes=True, incidents=False).episodes
    assert (episode.start, episode.end, episode.state) == (NOW - 1800, NOW - 900, "alert")


def test_a_span_a_week_long_starts_where_it_says(services: Services) -> None:
    week = TimeSpan(NOW - 14 * DAY, NOW - 7 * DAY)
    services.incidents = [incident(number, number * DAY) for number in range(1, 28)]
    history = services.read(week)
    assert [known.number for known in history.incidents] == [str(n) for n in range(14, 7, -1)]
    edges = [timedelta(seconds=known.created - week.start) for known in history.incidents]
    assert all(timedelta(0) <= edge < timedelta(days=7) for edge in edges)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Answer(status=429, body={}), "takes no more requests for now"),
        (Answer(status=401, body={"detail": "no"}), "refused the key (401)"),
        (Answer(body="<html>Log in</html>"), "answered with a web page"),
        (Answer(body={"results": "none"}), "answered with something that is no list"),
        (Answer(drop=True), "dropped the connection"),
    ],
)
def test_whatever_a_tool_answers_is_a_note_and_never_an_error(
    services: Services, failure: Answer, reason: str
) -> None:
    services.answers[FILTER] = lambda _: failure
    history = services.read()
    assert not history.complete
    assert reason in history.notes[0]
    assert history.incidents == ()
    assert history.as_of is None


def test_past_the_deadline_of_the_command_nobody_is_asked_and_the_missing_days_are_named(
    services: Services,
) -> None:
    services.incidents = [incident(number, number * DAY) for number in range(1, 28)]
    services.events = [event(number, number * DAY) for number in range(27, 0, -1)]
    services.read(TimeSpan(NOW - 7 * DAY, NOW), episodes=True)
    services.script.requests.clear()
    late = Target(environ=services.environ, deadline=60.0, begun=time.monotonic() - 61)

    history = read_history(PROJECT, late, LAST_WEEKS, now=NOW, episodes=True, budget=300.0)

    assert services.script.requests == []
    assert len(history.incidents) == 7
    assert not history.complete
    days = "the next run goes on with 2026-11-02 to 2026-11-23"
    assert history.notes[-3:] == (
        f"Datadog was not read to the end: the deadline of 60 s is over; {days}",
        f"Zenduty (Xurrent IMR) was not read to the end: there was no time left to ask; {days}",
        "the alerts of 7 incidents of Zenduty (Xurrent IMR) were not read:"
        " there was no time left to ask",
    )


def test_two_runners_at_once_read_the_same_and_leave_one_whole_history(
    services: Services,
) -> None:
    services.incidents = [incident(number, number * DAY) for number in range(1, 28)]
    services.events = [event(number, number * DAY) for number in range(27, 0, -1)]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: services.read(episodes=True), range(2)))
    assert runs[0].incidents == runs[1].incidents
    assert [len(run.incidents) for run in runs] == [27, 27]
    offline = services.read(episodes=True, offline=True)
    assert offline.complete
    assert offline.episodes == runs[0].episodes


def test_a_damaged_file_is_set_aside_with_a_note_and_read_anew(services: Services) -> None:
    services.incidents = [incident(1, DAY)]
    services.read()
    file_of(services).write_bytes(b"damage " * 999)
    history = services.read()
    assert len(history.incidents) == 1
    assert "history.sqlite.set-aside-1" in history.notes[0]
    assert history.complete


def test_offline_with_no_history_says_that_there_is_none(services: Services) -> None:
    history = services.read(episodes=True, offline=True)
    assert services.script.requests == []
    assert not history.complete
    assert history.notes[:2] == ("Datadog was never read", "Zenduty (Xurrent IMR) was never read")
    assert "nothing was ever read" in history.notes[-1]


def test_offline_says_which_part_of_the_span_was_never_read(services: Services) -> None:
    services.read(TimeSpan(NOW - 7 * DAY, NOW))
    history = services.read(TimeSpan(NOW - 21 * DAY, NOW), offline=True)
    assert not history.complete
    assert "was never read from 2026-11-09 to 2026-11-23" in history.notes[0]


def test_days_are_named_as_the_project_counts_them(services: Services) -> None:
    jakarta = replace(PROJECT, time_zone="Asia/Jakarta")
    begun = datetime(2026, 11, 8, 17, tzinfo=UTC).timestamp()  # midnight there
    target = Target(environ=services.environ)
    read_history(jakarta, target, TimeSpan(NOW - 7 * DAY, NOW), now=NOW)

    history = read_history(jakarta, target, TimeSpan(begun, NOW), now=NOW, offline=True)

    assert "was never read from 2026-11-09 to 2026-11-23" in history.notes[0]


def test_a_tool_that_tells_no_pages_is_said(services: Services) -> None:
    team = replace(TEAM, tool="datadog")
    project = replace(PROJECT, teams={"motor": team})
    target = Target(environ=services.environ)
    column = {"name": "pages", "values": [132.0], "type": "number"}
    answer = {"data": {"type": "scalar_response", "attributes": {"columns": [column]}}}
    services.answers["/api/v2/query/scalar"] = lambda _: Answer(body=answer)
    history = read_history(project, target, LAST_WEEKS, now=NOW)
    assert not history.complete
    assert history.notes == (
        "Datadog On-Call counts 132 pages in this time",
        "Datadog On-Call was not asked for incidents: Datadog's API has no list of its pages;"
        " they are not in these figures",
    )
    query = services.script.requests[-1].body["data"]["attributes"]["queries"][0]
    assert query["data_source"] == "on_call_events"
    services.answers["/api/v2/query/scalar"] = lambda _: Answer(status=403, body={"errors": ["x"]})
    history = read_history(project, target, LAST_WEEKS, now=NOW)
    assert "Datadog On-Call did not count its pages" in history.notes[0]


@pytest.mark.parametrize("values", [7.5, [1e308, 1e308], [-3]])
def test_what_is_no_count_of_pages_is_not_told_as_one(services: Services, values: object) -> None:
    project = replace(PROJECT, teams={"motor": replace(TEAM, tool="datadog")})
    answer = {"data": {"attributes": {"columns": [{"values": values}]}}}
    services.answers["/api/v2/query/scalar"] = lambda _: Answer(body=answer)
    history = read_history(project, Target(environ=services.environ), LAST_WEEKS, now=NOW)
    assert "Datadog On-Call did not count its pages" in history.notes[0]


def test_without_datadogs_keys_the_tools_incidents_are_read_all_the_same(
    services: Services,
) -> None:
    services.incidents = [incident(1, DAY)]
    del services.environ["DD_API_KEY"]
    assert len(services.read().incidents) == 1
    assert len(services.read(offline=True).incidents) == 1
    history = services.read(episodes=True)
    assert "DD_API_KEY is not set" in history.notes[0]


def test_organisations_do_not_share_a_history(services: Services) -> None:
    services.incidents = [incident(1, DAY)]
    services.read()
    relationships = {"org": {"data": {"type": "orgs", "id": "org-2"}}}
    user = Answer(body={"data": {"relationships": relationships}})
    services.answers["/api/v2/current_user"] = lambda _: user
    services.incidents = []
    assert services.read().incidents == ()
    with pytest.raises(UsageError, match="2 organisations have a history"):
        services.read(offline=True)


def test_an_organisation_that_the_caller_names_is_asked_for_nowhere(services: Services) -> None:
    services.incidents = [incident(1, DAY)]
    target = Target(environ=services.environ, organisation="org-7")
    read_history(PROJECT, target, LAST_WEEKS, now=NOW)
    assert file_of(services).parent.name == "org-org-7"
    history = read_history(PROJECT, target, LAST_WEEKS, now=NOW, offline=True)
    assert len(history.incidents) == 1
    assert not services.requests_to("/api/v2/current_user")


def test_where_datadog_does_not_tell_the_organisation_the_only_one_known_is_used_and_said(
    services: Services,
) -> None:
    services.incidents = [incident(1, DAY)]
    services.read()
    services.answers["/api/v2/current_user"] = lambda _: Answer(status=503, body={})
    history = services.read()
    assert len(history.incidents) == 1
    assert "Datadog did not tell which organisation this is" in history.notes[0]
