"""Zenduty's incidents, in every form that its description and its examples leave open."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.incidents import HistoryPage, Incident, TimeSpan
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.tool import Connection
from monitor_sync.oncall.zenduty import connecting, incidents
from monitor_sync.oncall.zenduty.incidents import ZendutyIncidents
from monitor_sync.store.history_spans import divided
from tests.datadog.conftest import Answer, ReceivedRequest, Script

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/zenduty"
FILTER = "/api/incidents/filter/"
WEEK = TimeSpan(1_790_000_000, 1_790_000_000 + 7 * 86_400)

BARE = {
    "incident_number": 7,
    "unique_id": "aYfQPqqE",
    "title": "Load",
    "status": 3,
    "creation_date": "2026-09-21T14:00:00.338690Z",
    "acknowledged_date": "2026-09-21T14:03:00.338690Z",
    "resolved_date": "2026-09-21T14:30:00.338690Z",
    "service_object": {"name": "Main", "unique_id": "s1", "team": "t1", "team_name": "Backend"},
}


def of(**fields: Any) -> Incident:
    known = incidents.incident({**BARE, **fields})
    assert known is not None
    return known


@pytest.mark.parametrize("status", [3, "3", 3.0, "resolved", None])
def test_a_status_is_a_number_in_digits_a_word_or_what_the_times_say(status: Any) -> None:
    assert of(status=status).status == "resolved"


def test_open_incidents_have_no_resolution() -> None:
    assert of(status=2, resolved_date=None).status == "acknowledged"
    waiting = of(status="1", resolved_date=None, acknowledged_date=None)
    assert (waiting.status, waiting.acknowledged, waiting.resolved) == ("triggered", None, None)


def test_one_that_was_resolved_before_and_is_open_was_opened_again() -> None:
    again = of(status=1)
    assert (again.reopened, again.resolved is not None) == (1, True)


def test_times_that_contradict_each_other_stay_as_they_were_told() -> None:
    known = of(acknowledged_date="2026-09-21T15:00:00Z", resolved_date="2026-09-21T13:00:00Z")
    assert known.acknowledged is not None
    assert known.resolved is not None
    assert known.resolved < known.created < known.acknowledged


def test_a_child_is_merged_however_it_is_told() -> None:
    assert of(is_child_incident=True).merged
    assert of(is_child_incident="true").merged
    assert of(merged_with=12).merged
    assert not of(is_child_incident=False, merged_with=None, is_parent_incident=True).merged


def test_priority_tags_and_postmortems_are_read_and_people_are_not() -> None:
    known = of(
        team_priority_object={"name": "P1", "description": "…"},
        tags=[{"name": "tech-ops", "tag_id": "x"}, "plain", {"name": ""}, None],
        postmortems=[{"unique_id": "p"}],
        assigned_to="7e26fed1",
        assigned_to_name="Sari Dewi",
        something_new={"a": 1},
    )
    assert (known.priority, known.tags, known.has_review) == ("P1", ("plain", "tech-ops"), True)
    assert "Sari" not in str(known)
    assert "7e26fed1" not in str(known)


def test_a_service_may_be_an_id_alone() -> None:
    known = of(service_object=None, service="s9")
    assert (known.service, known.service_id) == ("", "s9")


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-21T14:00:00Z", "2026-09-21T14:00:00.000000Z", "2026-09-21T21:00:00+07:00",
        "2026-09-21T14:00:00",
    ],
)  # fmt: skip
def test_a_time_is_one_moment_in_whatever_zone_it_is_written_and_in_utc_where_in_none(
    written: str,
) -> None:
    assert of(creation_date=written).created == datetime(2026, 9, 21, 14, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("lacking", ["creation_date", "unique_id"])
def test_what_lacks_an_id_or_a_creation_is_no_incident(lacking: str) -> None:
    assert incidents.incident({**BARE, lacking: None, "incident_number": None}) is None
    assert incidents.incident({**BARE, "creation_date": "soon"}) is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the examples are not beside this checkout")
def test_zendutys_own_examples_are_read() -> None:
    listed = json.loads((SAMPLES / "incidents_filter.json").read_text())["response_body"]["results"]
    first = incidents.incident(listed[0])
    assert first is not None
    assert (first.number, first.service, first.priority) == ("255", "Main", "P1")
    assert (first.status, first.tags) == ("triggered", ("TAG",))
    alerts = json.loads((SAMPLES / "incident_alerts_list.json").read_text())["response_body"]
    detail = incidents.with_alerts(first, tuple(alerts))
    assert detail.entity == "de8cf7fc-08ee-4966-b8d3-b6b631da"
    assert detail.origin == "other"


def alert(**fields: Any) -> dict[str, Any]:
    datadog = {"name": "Datadog"}
    return {"entity_id": "512", "alert_type": "3", "integration_object": datadog, **fields}


def test_an_alert_of_datadogs_names_its_monitor_and_no_alert_means_a_person() -> None:
    known = incidents.with_alerts(of(), (alert(),))
    assert (known.origin, known.monitor_id, known.entity) == ("datadog", 512, "512")
    cloudwatch = incidents.with_alerts(of(), (alert(integration_object={"name": "CloudWatch"}),))
    assert (cloudwatch.origin, cloudwatch.monitor_id) == ("other", None)
    person = incidents.with_alerts(of(), ())
    assert (person.origin, person.self_resolved) == ("person", False)
    child = incidents.with_alerts(of(is_child_incident=True), ())
    assert (child.merged, child.origin) == (True, None)


def test_an_integration_with_a_name_of_its_own_is_datadogs_by_its_application(
    script: Script, zenduty: ZendutyIncidents
) -> None:
    own = {"name": "Motor alerts", "unique_id": "i1", "service": "s1", "team": "t1"}
    listed = {"unique_id": "i1", "application_reference": {"extension": "datadog"}}

    def answer(request: ReceivedRequest) -> Answer:
        if request.path.endswith("/integrations/"):
            return Answer(body=[{"unique_id": "i0"}, listed])
        return Answer(body=[alert(integration_object=own)])

    script.say(answer)
    for _ in range(2):
        known = zenduty.detail(of())
        assert isinstance(known, Incident)
        assert (known.origin, known.monitor_id) == ("datadog", 512)
    assert [request.path for request in script.requests].count(
        "/api/account/teams/t1/services/s1/integrations/"
    ) == 1


def test_a_recovery_at_the_resolution_resolved_it() -> None:
    recovery = alert(alert_type=5, creation_date="2026-09-21T14:29:58Z")
    assert incidents.with_alerts(of(), (alert(), recovery)).self_resolved is True
    early = alert(alert_type="resolved", creation_date="2026-09-21T14:10:00Z")
    assert incidents.with_alerts(of(), (alert(), early)).self_resolved is False
    still_open = of(status=1, resolved_date=None)
    assert incidents.with_alerts(still_open, (alert(),)).self_resolved is None


def test_an_incident_of_suppressed_alerts_alone_is_suppressed() -> None:
    assert incidents.with_alerts(of(), (alert(suppressed=True),)).suppressed
    assert not incidents.with_alerts(of(), (alert(suppressed=True), alert())).suppressed


@pytest.fixture
def zenduty(script: Script) -> Iterator[ZendutyIncidents]:
    environ = {"ZENDUTY_URL": script.url, "ZENDUTY_API_KEY": "0123456789abcdef-zenduty"}
    made = connecting.connect_incidents(Connection(environ=environ), script.clock)
    yield made
    made.close()


def serving(answer: Callable[[ReceivedRequest], Any], **others: Any) -> Callable[..., Answer]:
    """A Zenduty with one team, whose list of incidents is answered like this."""

    def served(request: ReceivedRequest) -> Answer:
        if request.path == FILTER:
            given = answer(request)
            return given if isinstance(given, Answer) else Answer(body=given)
        if request.path.endswith("/maintenance/"):
            given = others.get("maintenance", [])
            return given if isinstance(given, Answer) else Answer(body=given)
        return Answer(body=[{"unique_id": "t1", "name": "Backend"}])

    return served


def listed(*numbers: int) -> list[dict[str, Any]]:
    return [{**BARE, "unique_id": f"i{n}", "incident_number": n} for n in numbers]


def page(following: str | None, *numbers: int) -> dict[str, Any]:
    return {"count": None, "next": following, "previous": None, "results": listed(*numbers)}


def numbers(pages: Iterator[HistoryPage | NotRead]) -> list[str]:
    read = list(pages)
    assert all(isinstance(page, HistoryPage) for page in read), read
    return [i.number for page in read if isinstance(page, HistoryPage) for i in page.incidents]


def searches(script: Script) -> list[ReceivedRequest]:
    return [request for request in script.requests if request.path == FILTER]


def test_the_request_is_the_published_one(script: Script, zenduty: ZendutyIncidents) -> None:
    script.say(serving(lambda _: page(None, 1)))
    assert numbers(zenduty.pages(WEEK)) == ["1"]
    (request,) = searches(script)
    assert request.method == "POST"
    assert request.headers["authorization"] == "Token 0123456789abcdef-zenduty"
    body = request.body
    assert (body["status"], body["team_ids"], body["postmortem_filter"]) == (0, ["t1"], -1)
    assert (body["from_date"], body["to_date"]) == ("2026-09-20", "2026-09-30")
    assert len(list(zenduty.open_pages(WEEK))) == 1
    assert searches(script)[1].body["status"] == -1


@pytest.mark.parametrize("form", ["{url}" + FILTER + "?page=2&page_size=10", "?page=2"])
def test_pages_are_followed_and_what_comes_twice_is_told_once(
    script: Script, zenduty: ZendutyIncidents, form: str
) -> None:
    answers = {"1": page(form.format(url=script.url), 3, 2), "2": page(None, 2, 1)}
    script.say(serving(lambda request: answers[request.query["page"]]))
    assert numbers(zenduty.pages(WEEK)) == ["3", "2", "1"]
    assert {request.headers["host"] for request in script.requests} == {script.url[7:]}


@pytest.mark.parametrize("elsewhere", ["https://www.zenduty.com", "//evil.example", "http://["])
def test_a_next_page_of_another_host_is_asked_for_where_we_are(
    script: Script, zenduty: ZendutyIncidents, elsewhere: str
) -> None:
    answers = {"1": page(f"{elsewhere}{FILTER}?page=2", 2), "2": page(None, 1)}
    script.say(serving(lambda request: answers[request.query["page"]]))
    assert numbers(zenduty.pages(WEEK)) == ["2", "1"]
    assert [request.query["page"] for request in searches(script)] == ["1", "2"]


def test_a_bare_list_is_all_there_is(script: Script, zenduty: ZendutyIncidents) -> None:
    script.say(serving(lambda _: listed(1, 2)))
    assert numbers(zenduty.pages(WEEK)) == ["1", "2"]


def test_pages_without_end_end(script: Script, zenduty: ZendutyIncidents) -> None:
    script.say(serving(lambda request: page(f"?page={int(request.query['page']) + 1}", 1)))
    *_, last = zenduty.pages(WEEK)
    assert isinstance(last, NotRead)
    assert len(searches(script)) == 3


def test_reading_goes_on_at_a_cursor(script: Script, zenduty: ZendutyIncidents) -> None:
    answers = {"1": page("?page=2", 3), "2": page("?page=3", 2), "3": page(None, 1)}
    script.say(serving(lambda request: answers[request.query["page"]]))
    first, second = itertools.islice(zenduty.pages(WEEK), 2)
    assert isinstance(first, HistoryPage)
    assert numbers(zenduty.pages(WEEK, first.cursor)) == ["2", "1"]
    assert isinstance(second, HistoryPage)
    assert numbers(zenduty.pages(WEEK, second.cursor)) == ["1"]


def test_what_is_no_incident_is_counted(script: Script, zenduty: ZendutyIncidents) -> None:
    odd = [None, 5, {"title": "no id"}, {**BARE, "creation_date": None}]
    script.say(serving(lambda _: {"next": None, "results": [*listed(1), *odd]}))
    (read,) = zenduty.pages(WEEK)
    assert isinstance(read, HistoryPage)
    assert (len(read.incidents), read.unreadable) == (1, 2)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=403, body={"detail": "no"}), "refused the key (403)"),
        (Answer(status=200, body="<html>Log in</html>"), "answered with a web page (200)"),
        (Answer(status=200, body={"incidents": []}), "answered with something that is no list"),
        (Answer(status=500, body={}), "answered 500"),
    ],
)
def test_an_answer_that_says_no_ends_the_list(
    script: Script, zenduty: ZendutyIncidents, answer: Answer, reason: str
) -> None:
    script.say(serving(lambda _: answer))
    (read,) = zenduty.pages(WEEK)
    assert read == NotRead(f"Zenduty {reason}")


def test_without_the_list_of_teams_nothing_is_taken_for_all_incidents(
    script: Script, zenduty: ZendutyIncidents
) -> None:
    script.say(lambda _: Answer(status=403, body={"detail": "no"}))
    (read,) = zenduty.pages(WEEK)
    assert read == NotRead("Zenduty refused the key (403)")
    assert searches(script) == []


def test_when_which_service_was_in_maintenance_is_told_beside_the_incidents(
    script: Script, zenduty: ZendutyIncidents
) -> None:
    window = {
        "start_time": "2026-09-21T13:00:00Z",
        "end_time": "2026-09-21T15:00:00Z",
        "services": [{"unique_id": "x", "service": "s1"}],
    }
    script.say(serving(lambda _: page(None, 1), maintenance=[window]))
    (read,) = zenduty.pages(WEEK)
    assert isinstance(read, HistoryPage)
    begun = datetime(2026, 9, 21, 13, tzinfo=UTC).timestamp()
    assert read.maintenance == (("s1", TimeSpan(begun, begun + 7200)),)


@pytest.mark.parametrize(("until", "said"), [(None, True), ("2026-09-20T00:00:00Z", False)])
def test_a_maintenance_window_that_repeats_is_known_once_and_that_is_said(
    script: Script, zenduty: ZendutyIncidents, until: str | None, said: bool
) -> None:
    window = {"start_time": "2026-09-14T13:00:00Z", "end_time": "2026-09-14T15:00:00Z",
              "repeat_interval": "4", "repeat_until": until}  # fmt: skip
    script.say(serving(lambda _: page(None, 1), maintenance=[window]))
    (read,) = zenduty.pages(WEEK)
    assert isinstance(read, HistoryPage)
    assert ("of 1 window that repeats, incidents of the first time alone" in read.problem) is said


def test_maintenance_that_cannot_be_read_is_said(script: Script, zenduty: ZendutyIncidents) -> None:
    script.say(serving(lambda _: page(None, 1), maintenance=Answer(status=403, body={})))
    (read,) = zenduty.pages(WEEK)
    assert isinstance(read, HistoryPage)
    assert "maintenance windows were not read: Zenduty refused the key (403)" in read.problem


def test_a_list_of_incidents_keeps_to_one_a_second_and_fifteen_a_minute(
    script: Script, zenduty: ZendutyIncidents
) -> None:
    times: list[float] = []

    def answer(request: ReceivedRequest) -> dict[str, Any]:
        times.append(script.clock.now())
        number = int(request.query["page"])
        return page(f"?page={number + 1}" if number < 32 else None, number)

    script.say(serving(answer))
    assert len(numbers(zenduty.pages(WEEK))) == 32
    for earlier, later in itertools.pairwise(times):
        assert later - earlier >= 1.0
    for first, sixteenth in zip(times, times[15:], strict=False):
        assert sixteenth - first >= 60.0
    assert 120 < times[-1] - times[0] < 130  # 32 pages are two waits and a bit


def test_alerts_of_incidents_keep_to_one_a_second_and_twenty_a_minute(
    script: Script, zenduty: ZendutyIncidents
) -> None:
    times: list[float] = []

    def answer(_: ReceivedRequest) -> Answer:
        times.append(script.clock.now())
        return Answer(body={"next": None, "results": [alert()]})

    script.say(answer)
    for number in range(22):
        assert isinstance(zenduty.detail(replace(of(), number=str(number))), Incident)
    assert script.requests[0].path == "/api/incidents/0/alerts/"
    for first, later in zip(times, times[20:], strict=False):
        assert later - first >= 60.0
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))


A_DAY = 86  # incidents of 1,200 monitors, of which every second one pages once a week


@pytest.mark.long
def test_half_a_year_of_twelve_hundred_monitors_takes_some_minutes(
    script: Script, zenduty: ZendutyIncidents
) -> None:
    """The first reading of a real account, by the clock; later ones read a week."""
    size = 100

    def answer(request: ReceivedRequest) -> dict[str, Any]:
        first, last = (date.fromisoformat(request.body[n]) for n in ("from_date", "to_date"))
        total, number = A_DAY * ((last - first).days - 1), int(request.query["page"])
        ids = range((number - 1) * size, min(number * size, total))
        return page(f"?page={number + 1}" if number * size < total else None, *ids)

    script.say(serving(answer))
    began = script.clock.now()
    for piece in divided([TimeSpan(WEEK.end - 26 * 7 * 86_400, WEEK.end)], zenduty.longest):
        numbers(zenduty.pages(piece))
    minutes = (script.clock.now() - began) / 60
    print(f"{len(searches(script))} requests, {minutes:.1f} minutes")
    assert 10.5 < minutes < 12.5
