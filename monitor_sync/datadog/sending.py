"""One request from first try to last: its turn, its answer, whether it is sent again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor_sync.datadog.problems import Failure, reason
from monitor_sync.datadog.rate_limit import Wait
from monitor_sync.datadog.request_gate import Traffic, Turn
from monitor_sync.datadog.retry import RetryPolicy
from monitor_sync.errors import NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is one: its decoded JSON and its headers."""

    value: Any
    headers: Mapping[str, str]


Once = Callable[[], Reply | Failure]
"""Sends one request a single time."""


def send(
    once: Once, *, route: str, operation: str, host: str, traffic: Traffic, retry: RetryPolicy
) -> Reply | Failure:
    """
    Send a request, and again where that is right; its answer, or how it failed in the end.

    Raises NotSent where it was surely never sent, or only refused before as coming too soon.
    """
    failure: Failure | None = None
    failed, throttled_at = 0, -1.0
    while True:
        try:
            turn = traffic.enter(route, operation)
            outcome = _taken(turn, once, host, traffic)
            if isinstance(outcome, Reply):
                return outcome
            failure = outcome
            if failure.throttled and throttled_at < 0:
                throttled_at = traffic.now()
            failed += not failure.throttled
            throttled = traffic.now() - throttled_at if throttled_at >= 0 else 0.0
            wait = retry.wait_before_next(failure, failed, throttled)
            if wait is None:
                return failure
            if wait:
                why = f"Datadog to recover ({reason(failure, host)})"
                traffic.pause(operation, Wait(seconds=wait, reason=why))
        except NotSent:
            if failure is not None and failure.sent and not failure.throttled:
                return failure  # an earlier try may have had its effect
            raise


def _taken(turn: Turn, once: Once, host: str, traffic: Traffic) -> Reply | Failure:
    """Take a turn, and give it back with what it taught."""
    try:
        outcome = once()
    except BaseException:
        traffic.forgotten(turn)
        raise
    if isinstance(outcome, Reply):
        traffic.answered(turn, outcome.headers, refused=False)
    elif outcome.passing:
        traffic.failed(turn, reason(outcome, host), sent=outcome.sent)
    elif outcome.status == 0:
        traffic.forgotten(turn)
    else:
        about_haste = outcome.throttled or outcome.status != 429
        headers = outcome.headers if about_haste else None
        traffic.answered(turn, headers, refused=outcome.throttled)
    return outcome
