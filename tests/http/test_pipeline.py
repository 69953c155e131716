"""The pipeline for a service other than Datadog: its limits, its header names, its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor_sync import http
from monitor_sync.errors import AccessDenied, NotFound, OutcomeUnknown, Rejected, Unreachable
from monitor_sync.http.error_messages import error_for
from monitor_sync.http.failure import Failure, FailureKind, Reply, kind_of_answer
from monitor_sync.http.pipeline import send
from monitor_sync.http.rate_limit import pause_told
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.http.service import RateLimitHeaders, RequestLimit, Service
from tests.http.clock import Unhurried

SERVICE = Service(
    name="PagerDuty",
    host="api.pager.example",
    credentials="the token",
    status_page="https://status.pager.example",
    headers=RateLimitHeaders(
        limit="ratelimit-limit",
        remaining="ratelimit-remaining",
        reset="ratelimit-reset",
        period="",
        name="",
        default_period=60.0,
    ),
    usual_limit=RequestLimit(requests=960, seconds=60.0),
)

LIST = ApiRequest(
    method="GET",
    path="/schedules",
    kind="schedule",
    operation="list",
    subject="schedules",
    repeatable=True,
    scope="schedules.read",
)
CREATE = ApiRequest(
    method="POST",
    path="/overrides",
    kind="override",
    operation="create",
    subject="an override",
    repeatable=False,
)


class Line:
    """A stand-in for the network: gives prepared outcomes in order, the last one for ever."""

    def __init__(self, *outcomes: Reply | Failure) -> None:
        self.outcomes = list(outcomes)
        self.sent = 0
        self.clock = Unhurried()
        self.announced: list[tuple[str, int]] = []
        self.gate = RequestGate(
            SERVICE,
            clock=self.clock,
            chance=lambda: 0.0,
            on_wait=lambda why, seconds: self.announced.append((why, round(seconds))),
        )

    def once(self, _: ApiRequest) -> Reply | Failure:
        self.sent += 1
        return self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]

    def send(self, request: ApiRequest) -> Reply | Failure:
        retry = RetryPolicy(chance=lambda: 0.0)
        return send(request, self.once, service=SERVICE, gate=self.gate, retry=retry)


def answer(status: int, request: ApiRequest = LIST, **fields: object) -> Failure:
    headers: Mapping[str, str] = fields.get("headers", {})  # type: ignore[assignment] # of tests
    problems: tuple[str, ...] = fields.get("problems", ())  # type: ignore[assignment] # of tests
    return Failure(
        request=request,
        kind=kind_of_answer(status, problems),
        status=status,
        problems=problems,
        headers=headers,
        wait=pause_told(SERVICE.headers, headers),
    )


def lost(kind: FailureKind, request: ApiRequest = LIST, *, sent: bool = True) -> Failure:
    return Failure(request=request, kind=kind, sent=sent)


FINE = Reply(value={"schedules": []}, headers={})


def test_a_limit_is_read_from_the_headers_that_this_service_sends() -> None:
    used_up = {"RateLimit-Limit": "960", "RateLimit-Remaining": "0", "RateLimit-Reset": "9"}
    line = Line(Reply(value={}, headers=used_up), FINE)

    line.send(LIST)
    line.send(LIST)

    assert line.announced == [("PagerDuty's limit for GET /schedules (960 in 60 s)", 9)]


def test_a_429_is_waited_out_as_long_as_this_service_says() -> None:
    line = Line(answer(429, headers={"ratelimit-reset": "7"}), FINE)

    assert line.send(LIST) is FINE
    assert line.announced == [("PagerDuty's limit (429, unnamed)", 7)]


def test_a_429_with_the_headers_of_another_service_tells_nothing() -> None:
    line = Line(answer(429, headers={"x-ratelimit-reset": "600"}), FINE)

    assert line.send(LIST) is FINE
    assert sum(line.clock.waited) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    "failure",
    [answer(503), answer(408), lost("timeout"), lost("dropped"), lost("no address", sent=False)],
)
def test_what_may_be_repeated_is_sent_again(failure: Failure) -> None:
    line = Line(failure, FINE)
    assert line.send(LIST) is FINE
    assert line.sent == 2


@pytest.mark.parametrize(
    "failure",
    [
        answer(503, CREATE),
        answer(408, CREATE),
        answer(200, CREATE),
        lost("timeout", CREATE),
        lost("dropped", CREATE),
        lost("oversized", CREATE),
    ],
)
def test_what_may_not_be_repeated_is_sent_once(failure: Failure) -> None:
    line = Line(failure, FINE)
    assert line.send(CREATE) is failure
    assert line.sent == 1
    assert isinstance(error_for(failure, SERVICE, ""), OutcomeUnknown)


@pytest.mark.parametrize(
    "failure",
    [lost("connection refused", CREATE, sent=False), answer(429, CREATE)],
)
def test_what_surely_did_not_happen_is_sent_again(failure: Failure) -> None:
    line = Line(failure, FINE)
    assert line.send(CREATE) is FINE


def test_five_failures_in_a_row_open_the_circuit_breaker_for_everybody() -> None:
    line = Line(*[answer(503)] * 8, FINE)
    for _ in range(2):
        line.send(LIST)
    assert any(
        why == "PagerDuty to recover (api.pager.example answered 503)" for why, _ in line.announced
    )


@pytest.mark.parametrize(
    ("failure", "error", "text"),
    [
        (answer(401), AccessDenied, "could not list schedules: the token is unknown, revoked or"),
        (answer(403), AccessDenied, "PagerDuty refused the token (403 from api.pager.example)"),
        (answer(404, problems=("Not Found",)), NotFound, "PagerDuty has no such schedule"),
        (answer(404), Unreachable, "api.pager.example answered 404"),
        (answer(422, problems=("Bad layer",)), Rejected, "Bad layer (422 from api.pager.example)"),
        (answer(500, CREATE), OutcomeUnknown, "nobody knows whether PagerDuty did create an over"),
        (answer(429), Unreachable, "PagerDuty's limit is used up (429 from api.pager.example)"),
        (lost("no address"), Unreachable, "api.pager.example has no address"),
        (lost("oversized"), Unreachable, "api.pager.example answers without end"),
    ],
)  # fmt: skip
def test_errors_are_in_the_name_of_the_service(
    failure: Failure, error: type[Exception], text: str
) -> None:
    raised = error_for(failure, SERVICE, "do this")
    assert type(raised) is error
    assert text in str(raised)
    assert raised.hint == "do this"
    assert raised.status == failure.status


def test_a_create_that_claims_to_be_repeatable_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="a create is never repeatable: POST /a"):
        ApiRequest(
            method="POST", path="/a", kind="a", operation="create", subject="a", repeatable=True
        )


def test_nothing_in_here_is_about_datadog_or_monitors() -> None:
    folder = Path(http.__file__).parent
    for module in folder.glob("*.py"):
        text = module.read_text(encoding="utf-8").lower()
        for own_name in ("monitor_sync", "monitor-sync"):
            text = text.replace(own_name, "")
        assert "datadog" not in text, module.name
        assert "monitor" not in text, module.name
