"""PagerDuty's address, token and limits, by its OpenAPI (api-schema, 2026-08-14) and pages."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from monitor_sync.http import addresses
from monitor_sync.http.request_gate import Clock
from monitor_sync.http.service import RateLimitHeaders, RequestLimit, Service
from monitor_sync.oncall.connecting import reader, sentence_at
from monitor_sync.oncall.pagerduty.following import PagerDuty
from monitor_sync.oncall.pagerduty.incidents import PagerDutyIncidents
from monitor_sync.oncall.pagerduty.lists import PagerDutyLists
from monitor_sync.oncall.reader import Reader
from monitor_sync.oncall.tool import Connection, Unusable

TOKEN: Final = "PAGERDUTY_TOKEN"  # noqa: S105 - the name of the variable
URL: Final = "PAGERDUTY_URL"
_URL: Final = "https://api.pagerduty.com"

USUAL: Final = RequestLimit(requests=960, seconds=60.0)
"""PagerDuty's page on REST API rate limits: 960 a minute for a key."""

HEADERS: Final = RateLimitHeaders(
    limit="ratelimit-limit",
    remaining="ratelimit-remaining",
    reset="ratelimit-reset",
    default_period=60.0,
)
"""The same page; ``/oncalls`` has a lower limit of its own, which its answers tell."""

_ACCEPT: Final = "application/vnd.pagerduty+json;version=2"


def connect(connection: Connection, clock: Clock | None = None) -> PagerDuty:
    """Return PagerDuty, and open no connection yet. Raises Unusable without a token, UsageError."""
    return PagerDuty(PagerDutyLists(_reader(connection, clock)))


def connect_incidents(connection: Connection, clock: Clock | None = None) -> PagerDutyIncidents:
    """Return PagerDuty's incidents, as ``connect`` returns its paths. Raises the same."""
    return PagerDutyIncidents(_reader(connection, clock))


def _reader(connection: Connection, clock: Clock | None) -> Reader:
    base_url = addresses.base_url(URL, connection.environ) or _URL
    token = addresses.secret(connection.environ, TOKEN)
    if not token:
        raise Unusable(
            f"{TOKEN} is not set", f"set {TOKEN} to a read-only key of PagerDuty's REST API"
        )
    service = Service(
        name="PagerDuty",
        host=urlsplit(base_url).netloc,
        credentials="the token",
        status_page="https://status.pagerduty.com",
        headers=HEADERS,
        usual_limit=USUAL,
    )
    return reader(
        service,
        connection,
        base_url=base_url,
        headers={"Authorization": f"Token token={token}", "Accept": _ACCEPT},
        secrets=(token,),
        sentences=sentence_at("error", "message"),
        clock=clock,
    )
