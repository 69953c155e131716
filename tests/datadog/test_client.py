"""The client against a scripted server: what it sends, repeats, waits for and says."""

from __future__ import annotations

import socket
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.settings import Settings
from monitor_sync.errors import (
    AccessDenied,
    NotFound,
    OutcomeUnknown,
    Rejected,
    RemoteError,
    Unreachable,
)
from monitor_sync.http.retry import RetryPolicy
from tests.datadog.conftest import API_KEY, APP_KEY, Answer, ReceivedRequest, Script

BODY = {"name": "n", "type": "query alert", "query": "avg(last_5m):a{*} > 5", "priority": None}
PAGE = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"


def test_a_body_arrives_as_it_was_given_with_keys_and_the_mark_of_automation(
    script: Script,
) -> None:
    script.say(Answer(body={"id": 7}))

    assert script.client().monitors.create({**BODY, "options": {"brand_new": [1.5]}}) == {"id": 7}

    (request,) = script.requests
    assert (request.method, request.path) == ("POST", "/api/v1/monitor")
    assert request.body == {**BODY, "options": {"brand_new": [1.5]}}
    assert request.headers["dd-api-key"] == API_KEY
    assert request.headers["dd-application-key"] == APP_KEY
    assert request.headers["x-datadog-managed-by"] == "iac"
    assert request.headers["user-agent"].startswith("monitor-sync/")


def test_a_bearer_token_goes_alone(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DD_API_KEY", "from-the-environment")
    monkeypatch.setenv("DD_APP_KEY", "from-the-environment")
    script.say(Answer(body={"id": 7}))

    script.client(bearer_token="ddpat_x").monitors.get(7)  # noqa: S106 - no password

    assert script.requests[0].headers["authorization"] == "Bearer ddpat_x"
    assert "dd-api-key" not in script.requests[0].headers


def monitors(first: int, count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(first, first + count)]


def test_one_page_that_is_not_full_is_one_request(script: Script) -> None:
    script.say(Answer(body=monitors(1, 999)))

    pages = list(script.client().monitors.pages(tags=("a:b", "c:d")))

    assert [len(page) for page in pages] == [999]
    assert [request.query for request in script.requests] == [
        {"page": "0", "page_size": "1000", "with_downtimes": "false", "monitor_tags": "a:b,c:d"}
    ]


def test_full_pages_are_followed_by_waves_of_four(script: Script) -> None:
    def page(request: ReceivedRequest) -> Answer:
        number = int(request.query["page"])
        return Answer(body=monitors(number * 1000, 1000 if number < 6 else 5 if number == 6 else 0))

    script.say(page)
    waits: list[int] = []

    pages = list(script.client().monitors.pages(on_page=waits.append))

    assert [monitor["id"] for page in pages for monitor in page] == list(range(6005))
    assert sorted(int(request.query["page"]) for request in script.requests) == list(range(9))
    assert waits[0] == 1000
    assert waits[-1] == 6005


def test_a_monitor_that_slid_to_the_next_page_is_given_once(script: Script) -> None:
    def page(request: ReceivedRequest) -> Answer:
        number = int(request.query["page"])
        return Answer(body=monitors(0, 1000) if number == 0 else monitors(998, 5) * (number == 1))

    script.say(page)

    assert [len(page) for page in script.client().monitors.pages()] == [1000, 3]


def test_connections_are_kept(script: Script) -> None:
    script.say(Answer(body={"id": 7}))
    client = script.client()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.monitors.update(7, BODY), range(80)))

    assert len(script.requests) == 80
    assert len(script.connections) <= 8


@pytest.mark.parametrize("status", [500, 502, 503, 504, 512, 408])
def test_reads_are_repeated_with_growing_pauses(script: Script, status: int) -> None:
    script.say(Answer(status=status, body=PAGE), Answer(status=status), Answer(body={"id": 7}))

    assert script.client().monitors.get(7) == {"id": 7}
    assert script.waited == [0.25, 0.5]


def test_a_dropped_connection_is_tried_again_for_an_update_and_a_delete(script: Script) -> None:
    script.say(Answer(drop=True), Answer(body={"id": 7}))
    script.client().monitors.update(7, BODY)
    script.say(Answer(drop=True), Answer(body={"id": 7}))
    script.client().monitors.delete(7)

    assert [request.method for request in script.requests] == ["PUT", "PUT", "DELETE", "DELETE"]


def test_patience_ends(script: Script) -> None:
    script.say(Answer(status=502, body=PAGE))

    with pytest.raises(Unreachable, match="web page in place of JSON"):
        script.client(tries=3).monitors.get(7)

    assert len(script.requests) == 3


@pytest.mark.parametrize(
    "answer",
    [Answer(status=500), Answer(status=502, body=PAGE), Answer(status=512), Answer(drop=True),
     Answer(status=408), Answer(status=200, body=PAGE)],
    ids=str,
)  # fmt: skip
def test_a_create_without_a_clear_answer_is_not_sent_again(script: Script, answer: Answer) -> None:
    script.say(answer)

    with pytest.raises(OutcomeUnknown):
        script.client().monitors.create(BODY)

    assert len(script.requests) == 1
    assert script.waited == []


def test_a_throttled_create_did_not_happen_and_is_sent_again_when_datadog_says(
    script: Script,
) -> None:
    limited = Answer(
        status=429,
        body={"errors": ["Rate limit of 2 requests in 30 seconds reached."]},
        headers={"X-RateLimit-Reset": "7"},
    )
    script.say(
        limited, Answer(status=429, body={"errors": ["Too many requests"]}), Answer(body={"id": 7})
    )

    assert script.client().monitors.create(BODY) == {"id": 7}
    assert script.waited == [7.0, 1.0]


def test_throttling_beyond_patience_names_the_limit(script: Script) -> None:
    headers = {
        "X-RateLimit-Reset": "50",
        "X-RateLimit-Limit": "500",
        "X-RateLimit-Period": "10",
        "X-RateLimit-Name": "put_monitors",
    }
    script.say(Answer(status=429, body={}, headers=headers))

    with pytest.raises(Unreachable, match=r"put_monitors is used up: 500 in 10 s"):
        script.client(longest=120).monitors.update(7, BODY)

    assert script.waited == [50.0, 50.0]


def test_a_limit_on_duplicates_is_an_error_to_show_and_not_to_wait_for(script: Script) -> None:
    said = "Can not create duplicate monitors: Rate limit of 5 requests in 600 seconds reached."
    script.say(Answer(status=429, body={"errors": [said]}, headers={"X-RateLimit-Reset": "600"}))

    with pytest.raises(Rejected, match="Can not create duplicate monitors"):
        script.client().monitors.create(BODY)

    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (400, {"errors": ["The value for parameter 'query' is invalid"]}, Rejected, "'query'"),
        (400, {"errors": ["Duplicate of an existing monitor_id:5 org_id:1"]}, Rejected, "adopt"),
        (400, {"errors": ["monitor [5,x] is referenced in slos: [1]"]}, Rejected, "refers to it"),
        (409, {"errors": {"5": ["monitor [5,x] is referenced in slos: [1]"]}}, Rejected, "[5,x]"),
        (401, {"errors": ["Unauthorized"]}, AccessDenied, "DD_SITE is datadoghq.eu"),
        (403, {"code": 403, "errors": ["Forbidden"]}, AccessDenied, "monitors_write"),
        (403, {"errors": [{"title": "Forbidden", "detail": "no role"}]}, AccessDenied, "no role"),
        (403, PAGE, AccessDenied, "refused the keys"),
        (404, {"errors": ["Monitor not found"]}, NotFound, "no such monitor"),
        (302, PAGE, Unreachable, "login page"),
        (418, [], Unreachable, "418"),
    ],
)  # fmt: skip
def test_refusals_are_told_in_our_words(
    script: Script, status: int, body: object, error: type[RemoteError], says: str
) -> None:
    script.say(Answer(status=status, body=body))

    with pytest.raises(error) as raised:
        script.client().monitors.update(7, BODY)

    assert says in f"{raised.value} {raised.value.hint}"
    assert raised.type is error
    assert len(script.requests) == 1


def test_a_page_in_place_of_the_list_is_no_list(script: Script) -> None:
    script.say(Answer(body="<html>please log in</html>"))

    with pytest.raises(Unreachable, match="web page") as raised:
        list(script.client(tries=1).monitors.pages())

    assert "DD_HOST" in raised.value.hint


def test_no_error_shows_a_key(script: Script) -> None:
    client = script.client(tries=1)
    for answer in (Answer(status=403), Answer(status=500), Answer(drop=True), Answer(body=PAGE)):
        script.say(answer)
        with pytest.raises(RemoteError) as raised:
            client.monitors.create(BODY)
        shown = "".join(traceback.format_exception(raised.value))
        assert API_KEY not in shown
        assert APP_KEY not in shown
    assert API_KEY not in repr(client)


def test_nothing_listening_is_said_and_a_create_surely_did_not_happen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = Settings(
            site="datadoghq.eu", base_url=f"http://{host}", api_key="a", app_key="b"
        )
        client = Client(settings, retry=RetryPolicy(tries=1))

        with pytest.raises(Unreachable, match=f"nothing answers at {host}") as raised:
            client.monitors.create(BODY)

    assert not isinstance(raised.value, OutcomeUnknown)


def test_the_large_models_of_the_library_are_never_loaded() -> None:
    code = (
        "import sys, monitor_sync.datadog.client;"
        "print([m for m in sys.modules if m.startswith('datadog_api_client.v2.model')"
        " or m == 'datadog_api_client.v1.models'])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert shown.stdout.strip() == "[]"
