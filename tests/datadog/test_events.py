"""Events of alerts: one search for all monitors, page by page, and what an event tells."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.datadog.alert_events import older_transition, transition
from monitor_sync.errors import RemoteError
from monitor_sync.incidents import AlertTransition, HistoryPage, TimeSpan
from tests.datadog.conftest import Answer, ReceivedRequest, Script

AT = 1_790_000_000
HOUR = TimeSpan(AT, AT + 3600)


def event(kind: str = "alert", states: tuple[str, str] = ("OK", "Alert"), **inner: Any) -> Any:
    """An event with the fields of a recorded one that count here."""
    source, destination = states
    transition = {"transition_type": kind, "source_state": source, "destination_state": destination}
    monitor = {
        "id": 512,
        "alert_cycle_key_txt": "c1",
        "transition": transition,
        "tags": ["team:motor"],
    }
    attributes = {
        "timestamp": AT * 1000 + 250,
        "monitor_groups": ["service:quotes", "env:prod"],
        "monitor": monitor,
        **inner,
    }
    return {"id": "e1", "type": "event", "attributes": {"attributes": attributes}}


def known(given: Any) -> AlertTransition:
    read = transition(given)
    assert isinstance(read, AlertTransition)
    return read


def test_an_alert_tells_monitor_group_time_state_and_cycle() -> None:
    assert known(event(_dd={"has_notification": True}, duration=5_000_000_000)) == AlertTransition(
        id="e1",
        monitor_id=512,
        group="env:prod,service:quotes",
        at=AT + 0.25,
        state="alert",
        cycle="c1",
        before="ok",
        notified=True,
    )


def test_a_recovery_tells_how_long_it_was() -> None:
    read = known(event("alert recovery", ("Alert", "OK"), duration=90_000_000_000))
    assert (read.state, read.before, read.lasted, read.notified) == ("ok", "alert", 90.0, None)


@pytest.mark.parametrize(
    ("kind", "states", "state", "before"),
    [
        ("warning", ("OK", "Warn"), "warning", "ok"),
        ("warning recovery", ("Warn", "OK"), "ok", "warning"),
        ("no data", ("OK", "No Data"), "no_data", "ok"),
        ("no data recovery", ("No Data", "OK"), "ok", "no_data"),
        ("alert recovery", ("Alert", "Warn"), "warning", "alert"),
        ("no data recovery", ("", ""), "ok", "no_data"),
        ("warning", ("", ""), "warning", None),
    ],
)
def test_the_destination_is_the_state_and_the_kind_where_none_is_told(
    kind: str, states: tuple[str, str], state: str, before: str | None
) -> None:
    read = known(event(kind, states))
    assert (read.state, read.before) == (state, before)


def test_a_renotification_is_no_transition() -> None:
    assert transition(event("renotify", ("Alert", "Alert"))) == "none"
    assert transition(event("muted", ("", ""))) == "none"


@pytest.mark.parametrize("value", [None, 5, "x", {}, {"attributes": []}])
def test_what_is_no_alert_is_passed_over(value: Any) -> None:
    assert transition(value) == "none"
    assert older_transition(value) == "none"


def test_an_alert_without_a_monitor_or_a_time_is_unreadable() -> None:
    assert transition(event(timestamp=None)) == "unreadable"
    lost = event()
    del lost["attributes"]["attributes"]["monitor"]["id"]
    assert transition(lost) == "unreadable"


def test_a_time_may_stand_outside_and_an_id_inside() -> None:
    given = event(timestamp=None, monitor_id=9)
    given["attributes"]["timestamp"] = "2026-09-21T14:13:20.000Z"
    given["attributes"]["attributes"]["monitor"]["id"] = "512"
    read = known(given)
    assert (read.at, read.monitor_id) == (AT, 512)


OLDER = {"id": 5, "monitor_id": 512, "date_happened": AT, "monitor_groups": ["host:a"]}


@pytest.mark.parametrize(
    ("kind", "title", "state"),
    [
        ("error", "[Triggered on {host:a}] Load", "alert"),
        ("success", "[Recovered on {host:a}] Load", "ok"),
        ("warning", "[Warn on {host:a}] Load", "warning"),
        ("warning", "[No data on {host:a}] Load", "no_data"),
    ],
)
def test_the_first_versions_event_tells_its_state_by_its_type(
    kind: str, title: str, state: str
) -> None:
    read = older_transition({**OLDER, "alert_type": kind, "title": title})
    assert read == AlertTransition(id="5", monitor_id=512, group="host:a", at=AT, state=state)  # type: ignore[arg-type]  # a state
    assert older_transition({**OLDER, "alert_type": "info", "title": title}) == "none"


def transitions(pages: Any) -> list[str]:
    return [transition.id for page in pages for transition in page.transitions]


def searched(script: Script, total: int, size: int) -> None:
    def answer(request: ReceivedRequest) -> Answer:
        start = int(request.body["page"].get("cursor", 0))
        data = [{**event(), "id": f"e{n}"} for n in range(start, min(start + size, total))]
        after = {"after": str(start + size)} if start + size < total else {}
        return Answer(body={"data": data, "meta": {"page": after}})

    script.say(answer)


def test_one_search_has_all_monitors_and_is_followed_by_its_cursor(script: Script) -> None:
    searched(script, 5, 2)
    pages = list(script.client().events.alerts(HOUR))
    assert transitions(pages) == ["e0", "e1", "e2", "e3", "e4"]
    first = script.requests[0].body
    assert first["filter"]["query"] == "source:alert"
    assert first["filter"]["from"] == "2026-09-21T14:13:20.000Z"
    assert first["sort"] == "timestamp"
    assert first["page"] == {"limit": 1000}
    assert transitions(script.client().events.alerts(HOUR, pages[0].cursor)) == ["e2", "e3", "e4"]


def test_a_cursor_that_does_not_move_ends_the_search(script: Script) -> None:
    script.say(Answer(body={"data": [event()], "meta": {"page": {"after": "same"}}}))
    assert len(list(script.client().events.alerts(HOUR))) == 2


def test_a_full_page_whose_cursor_does_not_move_hides_no_alerts(script: Script) -> None:
    full = [event()] * 1000
    script.say(Answer(body={"data": full, "meta": {"page": {"after": "same"}}}))
    with pytest.raises(RemoteError, match="it gives pages without end"):
        list(script.client().events.alerts(HOUR, "same"))


def test_pages_without_end_are_an_error_by_either_version(script: Script) -> None:
    def answer(_: ReceivedRequest) -> Answer:
        after = str(len(script.requests))
        page = {"data": [event()], "meta": {"page": {"after": after}}}
        return Answer(body={**page, "events": [OLDER] * 1000})

    script.say(answer)
    events = script.client().events
    for read in (events.alerts, events.older_alerts):
        with pytest.raises(RemoteError, match="it gives pages without end"):
            list(read(HOUR))
    assert len(script.requests) == 4


@pytest.mark.parametrize("body", [{"data": None}, {"meta": {}}, {"data": {}}])
def test_an_answer_without_a_list_is_an_error(script: Script, body: Any) -> None:
    script.say(Answer(body=body))
    with pytest.raises(RemoteError, match="it has no list"):
        list(script.client().events.alerts(HOUR))


def test_the_older_list_is_read_while_its_pages_are_full(script: Script) -> None:
    older = {**OLDER, "alert_type": "error", "title": ""}

    def answer(request: ReceivedRequest) -> Answer:
        page = int(request.query["page"])
        return Answer(body={"events": [{**older, "id": page}] * (1000 if page < 2 else 3)})

    script.say(answer)
    pages = list(script.client().events.older_alerts(HOUR))
    assert [page.cursor for page in pages] == ["v1:1", "v1:2", ""]
    assert len(list(script.client().events.older_alerts(HOUR, "v1:2"))) == 1
    assert script.requests[0].query["unaggregated"] == "true"


def test_events_that_tell_nothing_are_left_out_and_broken_ones_counted(script: Script) -> None:
    data = [event(), event("renotify"), event(timestamp=None), None]
    script.say(Answer(body={"data": data}))
    (page,) = script.client().events.alerts(HOUR)
    assert isinstance(page, HistoryPage)
    assert (len(page.transitions), page.unreadable) == (1, 1)
