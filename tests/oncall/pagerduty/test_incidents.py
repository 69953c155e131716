"""PagerDuty's incidents, and the first acknowledgement that its own list forgets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.incidents import HistoryPage, Incident, TimeSpan
from monitor_sync.oncall.pagerduty import connecting, incidents
from monitor_sync.oncall.pagerduty.incidents import PagerDutyIncidents
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.tool import Connection
from tests.datadog.conftest import Answer, ReceivedRequest, Script

SAMPLES = Path(__file__).parents[3].parent / "shared/reference/oncall_samples/pagerduty"
START = 1_790_000_000.0
WEEK = TimeSpan(START, START + 7 * 86_400)


def iso(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def raw(number: int, at: float, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"P{number}",
        "incident_number": number,
        "title": "The server is on fire.",
        "status": "resolved",
        "created_at": iso(at),
        "resolved_at": iso(at + 600),
        "incident_key": "k1",
        "service": {"id": "S1", "summary": "Quotes"},
        "acknowledgements": [],
        "last_status_change_by": {"type": "user_reference", "summary": "Sari Dewi"},
        "priority": {"summary": "P2"},
        "resolve_reason": None,
        **fields,
    }


def of(**fields: Any) -> Incident:
    known = incidents.incident(raw(1, START, **fields))
    assert known is not None
    return known


def test_an_incident_is_read_without_people() -> None:
    known = of()
    assert (known.number, known.service, known.service_id) == ("1", "Quotes", "S1")
    assert (known.priority, known.entity, known.status) == ("P2", "k1", "resolved")
    assert known.resolved == known.created + 600
    assert known.self_resolved is False
    assert "Sari" not in str(known)


def test_one_that_a_service_resolved_resolved_itself() -> None:
    assert of(last_status_change_by={"type": "service_reference"}).self_resolved is True
    assert of(last_status_change_by=None).self_resolved is None
    assert of(status="acknowledged", resolved_at=None).self_resolved is None


def test_one_that_was_merged_is_resolved_for_that_reason() -> None:
    assert of(resolve_reason={"type": "merge_resolve_reason", "incident": {"id": "P9"}}).merged
    assert not of().merged


def test_an_open_one_tells_its_first_acknowledgement() -> None:
    given = [{"at": iso(START + 90)}, {"at": iso(START + 60)}, {"at": None}]
    known = of(status="acknowledged", resolved_at=None, acknowledgements=given)
    assert (known.acknowledged, known.resolved) == (START + 60, None)


def test_a_resolution_without_a_time_is_that_of_the_last_change() -> None:
    assert of(resolved_at=None, last_status_change_at=iso(START + 5)).resolved == START + 5
    assert of(resolved_at=None).resolved is None


@pytest.mark.parametrize("lacking", ["id", "created_at"])
def test_what_lacks_an_id_or_a_creation_is_no_incident(lacking: str) -> None:
    assert incidents.incident({**raw(1, START), lacking: None}) is None


def test_alerts_tell_whether_datadog_sent_it_and_which_monitor() -> None:
    body = {"contexts": [{"type": "link", "href": "https://app.datadoghq.eu/monitors/512?x=1"}]}
    alert = {"alert_key": "k1", "integration": {"summary": "Datadog"}, "body": body}
    known = incidents.with_alerts(of(), (alert,))
    assert (known.origin, known.monitor_id) == ("datadog", 512)
    mail = incidents.with_alerts(of(), ({**alert, "integration": {"summary": "E-mail"}},))
    assert (mail.origin, mail.monitor_id) == ("other", None)
    assert incidents.with_alerts(of(), ()).origin is None


def test_one_that_a_user_triggered_was_made_by_a_person_whatever_was_merged_into_it() -> None:
    """In the form of answers that were published (2017 and 2021)."""
    by_user = {"agent": {"type": "user_reference"}, "channel": {"type": "web_trigger"}}
    known = of(first_trigger_log_entry=by_user)
    alert = {"alert_key": "k1", "integration": {"summary": "Datadog"}}

    assert known.origin == "person"
    assert incidents.with_alerts(known, (alert,)) == known
    assert of(first_trigger_log_entry={"agent": {"type": "service_reference"}}).origin is None
    assert of(first_trigger_log_entry={"type": "trigger_log_entry_reference"}).origin is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the examples are not beside this checkout")
def test_pagerdutys_own_examples_are_read() -> None:
    def example(name: str) -> Any:
        document = json.loads((SAMPLES / f"{name}.json").read_text())["response_example"]
        return next(iter(document.values()))["value"] if "value" not in document else document

    listed = json.loads((SAMPLES / "incidents_list.json").read_text())
    fields = listed["response_example"]["response"]["value"]["incidents"][0]
    known = incidents.incident(fields)
    assert known is not None
    assert (known.number, known.service, known.priority) == ("1234", "My Mail Service", "P2")
    assert known.self_resolved is False
    analysed = incidents._analysed(tuple(example("analytics_raw_incidents")["data"]))
    assert {name: at % 3600 for name, at in analysed.acknowledged.items()} == {
        "PYC0H08": 5 * 60 + 5,
        "PCOOHCY": 48,
    }


@dataclass(slots=True)
class Account:
    """A PagerDuty that lists, analyses and logs."""

    incidents: list[dict[str, Any]] = field(default_factory=list)
    analytics: list[dict[str, Any]] | Answer = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    size: int = 2

    def __call__(self, request: ReceivedRequest) -> Answer:
        query = request.query
        match request.path:
            case "/incidents" if "statuses[]" in query:
                status = query["statuses[]"]
                items = [item for item in self.incidents if item["status"] == status]
                return Answer(body={"incidents": items, "more": False})
            case "/incidents":
                items = [
                    item
                    for item in self.incidents
                    if query["since"] <= item["created_at"] < query["until"]
                ]
                return self.part("incidents", items, query)
            case "/log_entries":
                items = [
                    item
                    for item in self.log
                    if query["since"] <= item["created_at"] < query["until"]
                ]
                return self.part("log_entries", items[::-1], query)
            case "/analytics/raw/incidents":
                return self.analysed(request.body)
            case _:
                return Answer(status=404, body={})

    def part(self, name: str, items: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        start = int(query["offset"])
        if start + int(query["limit"]) > 10_000:
            return Answer(status=400, body={"error": {"message": "Offset+limit exceeds 10000"}})
        page = items[start : start + self.size]
        return Answer(body={name: page, "more": start + self.size < len(items), "offset": start})

    def analysed(self, body: dict[str, Any]) -> Answer:
        if isinstance(self.analytics, Answer):
            return self.analytics
        ids = [item["id"] for item in self.analytics]
        after = body.get("starting_after")
        start = ids.index(after) + 1 if after else 0
        page = self.analytics[start : start + self.size]
        return Answer(body={"data": page, "more": start + self.size < len(ids)})


@pytest.fixture
def account(script: Script) -> Account:
    made = Account()
    script.say(made)
    return made


@pytest.fixture
def pagerduty(script: Script) -> Iterator[PagerDutyIncidents]:
    environ = {"PAGERDUTY_URL": script.url, "PAGERDUTY_TOKEN": "0123456789abcdef-pd"}
    made = connecting.connect_incidents(Connection(environ=environ), script.clock)
    yield made
    made.close()


def read(pages: Iterator[HistoryPage | NotRead]) -> tuple[list[str], dict[str, float]]:
    """The numbers of all incidents, and what is told of first acknowledgements."""
    numbers: list[str] = []
    acknowledged: dict[str, float] = {}
    for page in pages:
        assert isinstance(page, HistoryPage), page
        numbers += [known.number for known in page.incidents]
        acknowledged |= page.acknowledged
    return numbers, acknowledged


def entry(number: int, at: float, kind: str = "acknowledge_log_entry") -> dict[str, Any]:
    agent = {"type": "user_reference", "summary": "Sari Dewi"}
    return {"type": kind, "created_at": iso(at), "incident": {"id": f"P{number}"}, "agent": agent}


def test_analytics_tell_first_acknowledgements_and_the_log_those_of_the_last_days(
    script: Script, account: Account, pagerduty: PagerDutyIncidents
) -> None:
    account.incidents = [raw(n, START + n * 86_400) for n in range(7)]
    account.analytics = [
        {"id": f"P{n}", "created_at": iso(START + n * 86_400)[:-1], "seconds_to_first_ack": 60}
        for n in range(5)
    ]
    account.log = [
        entry(6, START + 6 * 86_400, "trigger_log_entry"),
        entry(6, START + 6 * 86_400 + 90),
        entry(6, START + 6 * 86_400 + 30, "acknowledgement_log_entry"),
    ]
    numbers, acknowledged = read(pagerduty.pages(WEEK))
    assert numbers == [str(n) for n in range(7)]
    assert acknowledged == {
        **{f"P{n}": START + n * 86_400 + 60 for n in range(5)},
        "P6": START + 6 * 86_400 + 30,
    }
    assert len(script.requests) == 4 + 3 + 2
    assert script.requests[0].headers["authorization"] == "Token token=0123456789abcdef-pd"


@pytest.mark.parametrize("status", [400, 402, 403, 404])
def test_without_analytics_the_log_tells_all_of_them(
    account: Account, pagerduty: PagerDutyIncidents, status: int
) -> None:
    account.analytics = Answer(status=status, body={"error": {"message": "no"}})
    account.incidents = [raw(1, START)]
    account.log = [entry(1, START + 20), entry(1, START + 40)]
    assert read(pagerduty.pages(WEEK)) == (["1"], {"P1": START + 20})


def test_more_than_ten_thousand_are_listed_by_their_time(
    script: Script, account: Account, pagerduty: PagerDutyIncidents
) -> None:
    account.incidents = [raw(n, START + n) for n in range(12_000)]
    account.size = 3_000  # so that few requests pass the limit of offsets
    numbers, _ = read(pagerduty.pages(WEEK))
    assert sorted({int(number) for number in numbers}) == list(range(12_000))
    assert all(
        int(request.query["offset"]) <= 9_900
        for request in script.requests
        if request.path == "/incidents"
    )


def test_reading_goes_on_at_any_cursor(account: Account, pagerduty: PagerDutyIncidents) -> None:
    account.incidents = [raw(n, START + n) for n in range(3)]
    account.analytics = [
        {"id": f"P{n}", "created_at": iso(START + n), "seconds_to_first_ack": n} for n in range(3)
    ]
    account.log = [entry(9, WEEK.end + n) for n in range(3)]
    pages = list(pagerduty.pages(WEEK))
    numbers, acknowledged = read(iter(pages))
    for count, page in enumerate(pages[:-1], 1):
        assert isinstance(page, HistoryPage)
        before, told_before = read(iter(pages[:count]))
        rest, told_after = read(pagerduty.pages(WEEK, page.cursor))
        assert before + rest == numbers
        assert told_before.keys() | told_after.keys() == acknowledged.keys()


def test_what_is_open_is_listed_whenever_it_was_created(
    script: Script, account: Account, pagerduty: PagerDutyIncidents
) -> None:
    account.incidents = [
        raw(1, START - 1e7, status="triggered", resolved_at=None),
        raw(2, START, status="acknowledged", resolved_at=None),
        raw(3, START),
    ]
    assert read(pagerduty.open_pages(WEEK))[0] == ["1", "2"]
    assert {request.query["date_range"] for request in script.requests} == {"all"}


def test_a_list_that_is_refused_ends_it(script: Script, pagerduty: PagerDutyIncidents) -> None:
    script.say(Answer(status=401, body={"error": {"message": "no"}}))
    (refused,) = pagerduty.pages(WEEK)
    assert refused == NotRead("PagerDuty refused the token (401)")
    assert list(pagerduty.open_pages(WEEK)) == [refused]
