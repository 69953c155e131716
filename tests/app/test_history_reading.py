"""History is read from a source: what is missing of a span, what was open, and no more."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

import pytest

from monitor_sync.app.conversation import Conversation
from monitor_sync.incidents import TimeSpan
from tests.app.response_services import (
    DAY,
    EVENTS,
    FILTER,
    NOW,
    Services,
    at,
    event,
    file_of,
    incident,
    services,
)
from tests.datadog.conftest import Answer, ReceivedRequest, script

__all__ = ["script", "services"]


def failing_after(services: Services, path: str, answers: int, failure: Answer) -> None:
    """Let a service answer so many requests of a path, and then fail for good."""
    left = [answers]
    usual = services.filtered if path == FILTER else services.searched

    def answer(request: ReceivedRequest) -> Answer:
        left[0] -= 1
        return usual(request) if left[0] >= 0 else failure

    services.answers[path] = answer


@pytest.mark.parametrize("pages", [0, 5])
@pytest.mark.parametrize("path", [FILTER, EVENTS])
def test_a_reading_that_stopped_anywhere_goes_on_there(
    services: Services, path: str, pages: int
) -> None:
    services.incidents = [incident(number, number * DAY) for number in range(1, 28)]
    services.events = [event(number, number * DAY) for number in range(27, 0, -1)]
    failing_after(services, path, pages, Answer(status=403, body={}))
    first = services.read(episodes=True)
    assert not first.complete
    assert "was not read to the end" in first.notes[-1]
    del services.answers[path]
    second = services.read(episodes=True, now=NOW + 30)
    assert second.complete
    assert services.requests_to(path) == 9 - pages
    assert len(second.incidents) == 27
    with sqlite3.connect(file_of(services)) as database:
        counts = database.execute("SELECT count(*), count(DISTINCT id) FROM transitions").fetchone()
    database.close()
    assert counts == (27, 27)


def test_a_key_that_may_not_read_events_is_told_what_it_lacks(services: Services) -> None:
    for path in (EVENTS, "/api/v1/events"):
        services.answers[path] = lambda _: Answer(status=403, body={})
    (note,) = services.read(incidents=False, episodes=True).notes
    assert note == (
        "Datadog was not read to the end: the keys may not read events, which needs events_read;"
        " the next run goes on with 2026-11-02 to 2026-11-30"
    )


def test_a_place_that_the_service_no_longer_knows_is_begun_anew(services: Services) -> None:
    services.events = [event(number, number * DAY) for number in range(27, 0, -1)]
    failing_after(services, EVENTS, 3, Answer(status=503, body={}))
    assert not services.read(incidents=False, episodes=True).complete

    def forgetful(request: ReceivedRequest) -> Answer:
        if request.body["page"].get("cursor") == "9":
            return Answer(status=400, body={"errors": ["invalid cursor"]})
        return services.searched(request)

    services.answers[EVENTS] = forgetful
    services.answers["/api/v1/events"] = lambda _: Answer(status=403, body={})
    services.page_size = 10
    assert services.read(incidents=False, episodes=True, now=NOW + 30).complete
    assert services.requests_to("/api/v1/events") == 0


def test_alerts_that_datadog_keeps_no_longer_are_not_asked_for_and_unknown(
    services: Services,
) -> None:
    """Events are kept for 15 months: of older ones an empty answer says nothing."""
    history = services.read(
        TimeSpan(NOW - 500 * DAY, NOW - 450 * DAY), incidents=False, episodes=True
    )
    older = services.read(
        TimeSpan(NOW - 500 * DAY, NOW - 460 * DAY), incidents=False, episodes=True
    )

    assert history.notes == (
        "Datadog keeps no events from before 2025-08-31",
        "Datadog was never read from 2025-07-18 to 2025-08-31",
    )
    assert (history.complete, history.alerts_read) == (False, True)
    assert services.requests_to(EVENTS) == 0
    assert (older.complete, older.alerts_read) == (False, False)


def test_an_old_incident_that_is_open_again_is_seen_and_then_its_new_end(
    services: Services,
) -> None:
    services.incidents = [incident(1, 20 * DAY), *(incident(n, 15 * DAY) for n in range(2, 8))]
    first = services.read().incidents[0]

    services.incidents[0] = incident(1, 20 * DAY, status=1)
    again = services.read(now=NOW + DAY).incidents[0]
    services.incidents[0] = incident(1, 20 * DAY, resolved_date=at(-1.5 * DAY))
    ended = services.read(now=NOW + 2 * DAY).incidents[0]

    assert [(known.status, known.reopened) for known in (first, again, ended)] == [
        ("resolved", 0),
        ("triggered", 1),
        ("resolved", 1),
    ]
    assert ended.resolved == NOW + 1.5 * DAY


def test_maintenance_that_the_first_run_could_not_read_is_known_after_a_later_one(
    services: Services,
) -> None:
    services.incidents = [incident(number, number * DAY) for number in (20, 21)]
    planned = "/api/account/teams/t1/maintenance/"
    services.answers[planned] = lambda _: Answer(status=403, body={})
    first = services.read()
    assert [known.maintenance for known in first.incidents] == [False, False]
    assert "maintenance windows were not read" in first.notes[0]

    window = {
        "start_time": at(20.5 * DAY),
        "end_time": at(19 * DAY),
        "services": [{"service": "s1"}],
    }
    services.answers[planned] = lambda _: Answer(body=[window])
    second = services.read(now=NOW + 600)

    assert [(known.number, known.maintenance) for known in second.incidents] == [
        ("21", False),
        ("20", True),
    ]
    assert second.notes == ()


def test_single_incidents_are_read_newest_first_until_the_budget_is_used_up(
    services: Services,
) -> None:
    services.incidents = [incident(number, number * DAY) for number in (1, 2, 3)]
    alerts = [{"entity_id": "512", "integration_object": {"name": "Datadog"}, "alert_type": "3"}]
    for number in (1, 2, 3):
        services.answers[f"/api/incidents/{number}/alerts/"] = lambda _: Answer(body=alerts)
    assert {known.monitor_id for known in services.read().incidents} == {None}
    history = services.read(budget=0.0)
    assert "the alerts of 3 incidents of Zenduty (Xurrent IMR) were not read" in history.notes[-1]
    services.answers["/api/incidents/2/alerts/"] = lambda _: Answer(status=404, body={})
    history = services.read(budget=60.0)
    paths = [r.path for r in services.script.requests if r.path.endswith("/alerts/")]
    assert paths == [f"/api/incidents/{number}/alerts/" for number in (1, 2, 3)]
    assert [known.monitor_id for known in history.incidents] == [512, None, 512]
    services.read(budget=60.0)
    assert not [r for r in services.script.requests if r.path.endswith("/alerts/")]


def test_incidents_of_unknown_origin_are_read_before_those_with_a_title_of_datadogs(
    services: Services,
) -> None:
    titles = {
        1: "[Triggered] Quotes",
        2: "Nobody can pay",
        3: "[P1] [Warn on {a:b}] Quotes",
        4: "x",
    }
    services.incidents = [incident(n, n * DAY, title=title) for n, title in titles.items()]
    for number in titles:
        services.answers[f"/api/incidents/{number}/alerts/"] = lambda _: Answer(body=[])

    history = services.read(budget=60.0)

    paths = [r.path for r in services.script.requests if r.path.endswith("/alerts/")]
    assert paths == [f"/api/incidents/{number}/alerts/" for number in (2, 4, 1, 3)]
    assert {known.origin for known in history.incidents} == {"person"}


def test_whoever_interrupts_a_reading_hears_that_it_goes_on_where_it_stopped(
    services: Services,
) -> None:
    @contextlib.contextmanager
    def progress(_: str, __: int) -> Iterator[Callable[[bool], None]]:
        def step(_: bool) -> None:
            raise KeyboardInterrupt

        yield step

    services.incidents = [incident(number, number * DAY) for number in range(1, 28)]
    with pytest.raises(KeyboardInterrupt, match="what was read is kept, and the next run goes on"):
        services.read(conversation=Conversation(progress=progress))

    assert len(services.read(now=NOW + 30).incidents) == 27
    assert services.requests_to(FILTER) == 0


def test_progress_is_told_part_by_part(services: Services) -> None:
    parts: list[tuple[str, int, list[bool]]] = []

    @contextlib.contextmanager
    def progress(words: str, steps: int) -> Iterator[Callable[[bool], None]]:
        done: list[bool] = []
        parts.append((words, steps, done))
        yield done.append

    services.incidents = [incident(1, DAY)]
    conversation = Conversation(progress=progress)
    months = TimeSpan(NOW - 90 * DAY, NOW)
    services.read(months, episodes=True, budget=60.0, conversation=conversation)
    assert parts == [
        ("reading events of Datadog in 4 parts", 4, [True] * 4),
        ("reading incidents of Zenduty (Xurrent IMR) in 4 parts", 4, [True] * 4),
        ("reading 1 incident of Zenduty (Xurrent IMR) one by one", 1, [False]),
    ]
