"""Opsgenie's address, key and limits, by its OpenAPI (opsgenie-oas, 2021) and its pages."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from monitor_sync.http import addresses
from monitor_sync.http.request_gate import Clock
from monitor_sync.http.service import RateLimitHeaders, RequestLimit, Service
from monitor_sync.oncall.connecting import reader, sentence_at
from monitor_sync.oncall.opsgenie.following import Opsgenie
from monitor_sync.oncall.opsgenie.lists import OpsgenieLists
from monitor_sync.oncall.tool import Connection, Unusable

KEY: Final = "OPSGENIE_API_KEY"
URL: Final = "OPSGENIE_URL"
_URL: Final = "https://api.opsgenie.com"
_EU: Final = f"{URL}=https://api.eu.opsgenie.com"
"""Where accounts in the EU are: their keys are refused elsewhere."""

USUAL: Final = RequestLimit(requests=120, seconds=60.0)
"""Limits depend on the plan and are not published in numbers; this is ours, for each route."""

HEADERS: Final = RateLimitHeaders(reset="x-ratelimit-period-in-sec", default_period=60.0)
"""The OpenAPI: ``X-RateLimit-State``, ``-Reason`` and ``-Period-In-Sec``, the time to wait."""


def connect(connection: Connection, clock: Clock | None = None) -> Opsgenie:
    """Return Opsgenie, and open no connection yet. Raises Unusable without a key, UsageError."""
    base_url = addresses.base_url(URL, connection.environ) or _URL
    key = addresses.secret(connection.environ, KEY)
    if not key:
        raise Unusable(
            f"{KEY} is not set",
            f"set {KEY} to a key of an API integration with the right to read; and {_EU} for an"
            " account in the EU",
        )
    service = Service(
        name="Opsgenie",
        host=urlsplit(base_url).netloc,
        credentials="the key" if base_url != _URL else f"the key (is the account in the EU? {_EU})",
        status_page="https://opsgenie.status.atlassian.com",
        headers=HEADERS,
        usual_limit=USUAL,
    )
    tool_reader = reader(
        service,
        connection,
        base_url=base_url,
        headers={"Authorization": f"GenieKey {key}"},
        secrets=(key,),
        sentences=sentence_at("message"),
        clock=clock,
    )
    return Opsgenie(OpsgenieLists(tool_reader))
