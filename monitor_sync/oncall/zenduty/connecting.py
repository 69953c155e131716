"""Zenduty's address, key and limits. From its OpenAPI 1.1.0 and its page on rate limits."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from monitor_sync.http import addresses
from monitor_sync.http.request_gate import Clock
from monitor_sync.http.service import RateLimitHeaders, RequestLimit, Service
from monitor_sync.oncall.connecting import reader, sentence_at
from monitor_sync.oncall.reader import Reader
from monitor_sync.oncall.tool import Connection, Unusable
from monitor_sync.oncall.zenduty.following import Zenduty
from monitor_sync.oncall.zenduty.incidents import ALERTS, FILTER, ZendutyIncidents
from monitor_sync.oncall.zenduty.lists import ON_CALL, ZendutyLists

KEY: Final = "ZENDUTY_API_KEY"
URL: Final = "ZENDUTY_URL"
_URL: Final = "https://www.zenduty.com"

LIMITS: Final = {
    f"GET {ON_CALL}": RequestLimit(requests=40, seconds=61.0, apart=0.6, reserved=0),
    f"POST {FILTER}": RequestLimit(requests=15, seconds=61.0, apart=1.1, reserved=0),
    f"GET {ALERTS}": RequestLimit(requests=20, seconds=61.0, apart=1.1, reserved=0),
}
"""
Zenduty's page on rate limits: on-call reads 2 a second and 40 a minute, incidents by POST 1 a
second and 15 a minute, reads of alerts 1 a second and 20 a minute. One read a team is all that is
sent for who is on call, so 40 teams take one minute's share. The list of incidents is a POST:
whether it counts as one is not published, the smaller number is kept to. The numbers here are a
little slower, as requests do not arrive as evenly as they are sent.
"""

USUAL: Final = RequestLimit(requests=120, seconds=60.0)
"""No limit is published for lists of teams, services and the like; this is ours, for each list."""

HEADERS: Final = RateLimitHeaders(limit="", remaining="", reset="retry-after")
"""
None are published; the one that any service may send with a 429 is heeded. Of others nothing is
believed: a limit that they told would take the place of ``LIMITS`` from there on.
"""

THROTTLE_WAITS: Final = 120.0
"""Zenduty's page: wait about a minute after a 429, longer each time. With 0.5 s as unit: 60 s."""


def connect(connection: Connection, clock: Clock | None = None) -> Zenduty:
    """Return Zenduty, and open no connection yet. Raises Unusable without a key, and UsageError."""
    return Zenduty(ZendutyLists(_reader(connection, clock)))


def connect_incidents(connection: Connection, clock: Clock | None = None) -> ZendutyIncidents:
    """Return Zenduty's incidents, as ``connect`` returns its paths. Raises the same."""
    return ZendutyIncidents(_reader(connection, clock))


def _reader(connection: Connection, clock: Clock | None) -> Reader:
    environ = connection.environ
    base_url = addresses.base_url(URL, environ) or _URL
    key = addresses.secret(environ, KEY)
    if not key:
        raise Unusable(f"{KEY} is not set", f"set {KEY} to a key of Zenduty's API")
    service = Service(
        name="Zenduty",
        host=urlsplit(base_url).netloc,
        credentials="the key",
        status_page="https://status.zenduty.com",
        headers=HEADERS,
        limits=LIMITS,
        usual_limit=USUAL,
    )
    return reader(
        service,
        connection,
        base_url=base_url,
        headers={"Authorization": f"Token {key}"},
        secrets=(key,),
        sentences=sentence_at("detail"),
        throttle_waits=THROTTLE_WAITS,
        clock=clock,
    )
