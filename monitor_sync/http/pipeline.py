"""
One request from first try to last.

``request_gate`` lets it go when ``rate_limit`` and ``circuit_breaker`` allow, ``send_once`` (a
service's own transport) brings a reply or a failure, the gate learns from it, and ``retry``
decides whether the request is sent again.

A 429 is a failure of the kind ``throttled``. ``_take`` hands its headers to the gate, and
``RateLimiter.answered`` closes the limit that they name until it starts anew: every worker waits
there, in ``enter``, and none counts it as a failure. Then ``send`` sends the request again, until
``RetryPolicy.longest_throttle`` is over. A 429 that waiting does not help has another kind, which
the service's transport gives it.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor_sync.errors import NotSent
from monitor_sync.http.error_messages import reason
from monitor_sync.http.failure import Failure, Reply
from monitor_sync.http.rate_limit import Wait
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.request_gate import RequestGate, Turn
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.http.service import Service

SendOnce = Callable[[ApiRequest], Reply | Failure]
"""Sends a request a single time. Raises nothing that the network or the service can cause."""


def send(
    request: ApiRequest,
    send_once: SendOnce,
    *,
    service: Service,
    gate: RequestGate,
    retry: RetryPolicy,
) -> Reply | Failure:
    """
    Send a request, and again where that is right; return its reply, or its last failure.

    Raises NotSent where it was surely never sent, or only refused before as coming too soon.
    """
    failure: Failure | None = None
    failures, throttled_at = 0, -1.0
    while True:
        try:
            turn = gate.enter(request)
            outcome = _take(turn, request, send_once, service, gate)
            if isinstance(outcome, Reply):
                return outcome
            failure = outcome
            if failure.kind != "throttled":
                failures += 1
            elif throttled_at < 0:
                throttled_at = gate.now()
            throttled = gate.now() - throttled_at if throttled_at >= 0 else 0.0
            wait = retry.wait_before_next(failure, failures, throttled)
            if wait is None:
                return failure
            if wait:
                why = f"{service.name} to recover ({reason(failure, service)})"
                gate.pause(
                    request.words,
                    Wait(seconds=wait, reason=why),
                    for_any=request.words_for_any,
                )
        except NotSent:
            if failure is not None and failure.sent and failure.kind != "throttled":
                return failure  # an earlier try may have had its effect
            raise


def _take(
    turn: Turn, request: ApiRequest, send_once: SendOnce, service: Service, gate: RequestGate
) -> Reply | Failure:
    """Take a turn, and give it back with what it taught."""
    try:
        outcome = send_once(request)
    except BaseException:
        gate.forgotten(turn)
        raise
    if isinstance(outcome, Reply):
        gate.answered(turn, outcome.headers, refused=False)
    elif outcome.transient:
        gate.failed(turn, reason(outcome, service), sent=outcome.sent)
    elif outcome.status == 0:
        gate.forgotten(turn)
    else:
        throttled = outcome.kind == "throttled"
        # a 429 for another reason than haste has headers that are not about this request's limit
        headers = outcome.headers if throttled or outcome.status != 429 else None
        gate.answered(turn, headers, refused=throttled)
    return outcome
