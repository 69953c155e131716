"""What connecting to any tool takes: its address, its key, its limits, how long to try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor_sync.http import addresses, answers
from monitor_sync.http.connection import JsonEndpoint
from monitor_sync.http.failure import one_line
from monitor_sync.http.reading import part
from monitor_sync.http.request_gate import Clock, RequestGate
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.http.service import Service
from monitor_sync.oncall.reader import Reader
from monitor_sync.oncall.tool import Connection

_TRIES = 3


def sentence_at(*way: str) -> answers.Sentences:
    """Return how to read a tool's own words in a refusal: the text at the end of a way of names."""
    *outer, last = way

    def sentences(body: Any) -> tuple[str, ...]:
        words = part(body, *outer).get(last)
        return (one_line(words),) if isinstance(words, str) and words else ()

    return sentences


def reader(
    service: Service,
    connection: Connection,
    *,
    base_url: str,
    headers: Mapping[str, str],
    secrets: tuple[str, ...],
    sentences: answers.Sentences,
    throttle_waits: float = 8.0,
    clock: Clock | None = None,
) -> Reader:
    """
    Return a reader of a tool, and open no connection yet.

    ``headers`` say who we are, ``secrets`` are the keys in them, which no message shows.
    ``sentences`` are the tool's own words in a refusal, and ``throttle_waits`` is the unit of waits
    after a 429. Raises UsageError for a setting of the environment.
    """
    environ = connection.environ
    endpoint = JsonEndpoint(
        base_url=base_url,
        headers=headers,
        secrets=(*secrets, *addresses.keys(environ)),
        sentences=sentences,
        limits=service.headers,
        proxy=addresses.proxy(environ, base_url),
        timeout=addresses.seconds(environ, "MONITOR_SYNC_TIMEOUT", default=30.0, most=3600.0),
    )
    backoff = addresses.seconds(environ, "MONITOR_SYNC_BACKOFF", default=0.5, most=60.0)
    gate = RequestGate(
        service,
        backoff=backoff,
        deadline=connection.deadline,
        on_wait=connection.on_wait,
        clock=clock,
    )
    retry = RetryPolicy(tries=_TRIES, first_wait=backoff, throttle_waits=throttle_waits)
    return Reader(service, endpoint, gate, retry)
