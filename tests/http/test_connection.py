"""Connections to a service that speaks plain JSON: what is sent, and what comes of each answer."""

from __future__ import annotations

import pytest

from monitor_sync.http.connection import Connections, JsonEndpoint
from monitor_sync.http.failure import Failure, Reply
from monitor_sync.http.request import ApiRequest
from tests.datadog.conftest import Answer, Script, script

__all__ = ["script"]

SECRET = "0123456789abcdef-secret"  # noqa: S105 - of a server of ours


def send(script: Script) -> Reply | Failure:
    endpoint = JsonEndpoint(
        base_url=f"{script.url}/base",
        headers={"Authorization": f"Token {SECRET}"},
        secrets=(SECRET,),
        sentences=lambda body: (body["detail"],) if isinstance(body, dict) else (),
    )
    request = ApiRequest(
        method="GET",
        path="/things/{id}/",
        kind="thing",
        operation="list",
        subject="things",
        repeatable=True,
        path_params={"id": "a/b c"},
        query={"page": 2},
    )
    connections = Connections(endpoint)
    try:
        return connections.send(request)
    finally:
        connections.close()


def test_the_key_is_in_a_header_and_what_fills_the_path_is_quoted(script: Script) -> None:
    script.say(Answer(body=[1]))

    reply = send(script)

    assert isinstance(reply, Reply)
    assert reply.value == [1]
    (request,) = script.requests
    assert (request.path, request.query) == ("/base/things/a%2Fb%20c/", {"page": "2"})
    assert request.headers["authorization"] == f"Token {SECRET}"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(script: Script, status: int) -> None:
    script.say(Answer(status=status, headers={"Location": f"{script.url}/elsewhere"}))

    failure = send(script)

    assert isinstance(failure, Failure)
    assert failure.kind == "unreadable"
    assert len(script.requests) == 1


def test_a_key_that_the_service_repeats_is_gone_before_anybody_sees_it(script: Script) -> None:
    script.say(Answer(status=400, body={"detail": f"{SECRET} is wrong"}))

    failure = send(script)

    assert isinstance(failure, Failure)
    assert failure.problems == ("[redacted] is wrong",)
    assert SECRET not in repr(failure)


def test_nothing_that_answers_is_a_failure_and_no_exception(script: Script) -> None:
    script.say(Answer(drop=True))
    failure = send(script)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.transient) == ("dropped", True)
