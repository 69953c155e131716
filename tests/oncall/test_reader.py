"""Lists in pages, however a tool writes where the next one is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor_sync.http.connection import JsonEndpoint
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.http.service import Service
from monitor_sync.oncall.reader import NotRead, Reader
from tests.datadog.conftest import Answer, ReceivedRequest, Script

SECRET = "0123456789abcdef-secret"  # noqa: S105 - of a server of ours


@pytest.fixture
def reader(script: Script) -> Iterator[Reader]:
    service = Service(name="Bell", host="bell.example")
    endpoint = JsonEndpoint(
        base_url=f"{script.url}/base", headers={}, secrets=(SECRET,), sentences=lambda _: ()
    )
    gate = RequestGate(service, clock=script.clock)
    made = Reader(service, endpoint, gate, RetryPolicy(tries=2, throttle_waits=8))
    yield made
    made.close()


def page(following: str | None, *numbers: int) -> Answer:
    return Answer(body={"results": [{"n": n} for n in numbers], "next": following})


@pytest.mark.parametrize("form", ["{url}/base/things/?page=2", "/base/things/?page=2", "?page=2"])
def test_the_next_page_may_be_written_whole_or_in_part(
    script: Script, reader: Reader, form: str
) -> None:
    script.say(
        lambda request: page(None, 2) if request.query else page(form.format(url=script.url), 1)
    )
    assert reader.listing("/things/", "things") == ({"n": 1}, {"n": 2})
    assert [request.path for request in script.requests] == ["/base/things/"] * 2


@pytest.mark.parametrize(
    "following",
    ["https://elsewhere.example/things/?page=2", "//elsewhere.example/?page=2", "http://["],
)
def test_a_next_page_elsewhere_is_not_asked_for_and_half_a_list_is_none(
    script: Script, reader: Reader, following: str
) -> None:
    script.say(page(following, 1))
    read = reader.listing("/things/", "things")
    assert isinstance(read, NotRead)
    assert "another address" in read.reason
    assert len(script.requests) == 1


def test_a_key_in_the_next_address_is_not_sent_in_one(script: Script, reader: Reader) -> None:
    script.say(page(f"?key={SECRET}", 1))
    reader.listing("/things/", "things")
    assert all(SECRET not in request.query.values() for request in script.requests)


def test_pages_without_end_end(script: Script, reader: Reader) -> None:
    script.say(page("?page=2", 1))
    read = reader.listing("/things/", "things")
    assert isinstance(read, NotRead)
    assert len(script.requests) == 2


def test_a_list_is_read_once(script: Script, reader: Reader) -> None:
    script.say(Answer(body=[{"n": 1}, "no object", None]))
    assert reader.listing("/things/", "things") == ({"n": 1},)
    assert reader.listing("/things/", "things") == ({"n": 1},)
    assert len(script.requests) == 1


def test_a_tool_that_stays_away_is_left_alone(script: Script, reader: Reader) -> None:
    script.say(Answer(status=503, body={}))
    for number in range(8):
        assert isinstance(reader.listing("/things/{id}/", "things", id=str(number)), NotRead)
    assert len(script.requests) == 2 * 5  # five lists, each tried twice, then none


def test_one_list_that_fails_between_others_ends_nothing(script: Script, reader: Reader) -> None:
    def answer(request: ReceivedRequest) -> Answer:
        return Answer(status=403, body={}) if "7" in request.path else Answer(body=[])

    script.say(answer)
    reads = [reader.listing("/things/{id}/", "things", id=str(number)) for number in range(6, 9)]
    assert [isinstance(read, NotRead) for read in reads] == [False, True, False]
