"""Datadog On-Call's address, keys and limits. The keys are those of the rest of Datadog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from monitor_sync.errors import UsageError
from monitor_sync.http import addresses
from monitor_sync.http.failure import one_line
from monitor_sync.http.request_gate import Clock
from monitor_sync.http.service import RequestLimit, Service
from monitor_sync.oncall.connecting import reader
from monitor_sync.oncall.datadog.following import DatadogOnCall
from monitor_sync.oncall.datadog.lists import DatadogLists
from monitor_sync.oncall.tool import Connection, Unusable

_SITE: Final = re.compile(r"(?:[a-z]{2}[0-9]+\.)?(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)")
"""What a site of Datadog's looks like; keys go nowhere else unless the variables below say so."""

_ALLOW_SITE: Final = "MONITOR_SYNC_ALLOW_SITE"
_ALLOW_HTTP: Final = "MONITOR_SYNC_ALLOW_HTTP"

USUAL: Final = RequestLimit(requests=1200, seconds=60.0)
"""
No limit is published for On-Call. This is ours, for each route, until an answer tells its own in
the headers ``X-RateLimit-…`` that all of Datadog has.
"""


def connect(connection: Connection, clock: Clock | None = None) -> DatadogOnCall:
    """Return Datadog On-Call, and open no connection yet. Raises Unusable without keys."""
    environ = connection.environ
    headers, secrets = _keys(environ)
    base_url = _base_url(environ)
    service = Service(
        name="Datadog On-Call",
        host=urlsplit(base_url).netloc,
        credentials="the keys (on_call_read and teams_read are needed)",
        status_page="https://status.datadoghq.com",
        usual_limit=USUAL,
    )
    tool_reader = reader(
        service,
        connection,
        base_url=base_url,
        headers=headers,
        secrets=secrets,
        sentences=_sentences,
        clock=clock,
    )
    return DatadogOnCall(DatadogLists(tool_reader))


def _keys(environ: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the headers that say who we are, and what of them is secret. Raises Unusable."""
    token = addresses.secret(environ, "DD_BEARER_TOKEN")
    if token:
        return {"Authorization": f"Bearer {token}"}, (token,)
    keys = [addresses.secret(environ, name) for name in ("DD_API_KEY", "DD_APP_KEY")]
    if not all(keys):
        missing = "DD_APP_KEY" if keys[0] else "DD_API_KEY"
        raise Unusable(f"{missing} is not set", "set DD_API_KEY and DD_APP_KEY, or DD_BEARER_TOKEN")
    return dict(zip(("DD-API-KEY", "DD-APPLICATION-KEY"), keys, strict=True)), tuple(keys)


def _base_url(environ: Mapping[str, str]) -> str:
    """Return the address of DD_HOST, else of the site in DD_SITE. Raises UsageError."""
    override = addresses.base_url("DD_HOST", environ, allow_http=_ALLOW_HTTP)
    site = environ.get("DD_SITE", "").strip() or "datadoghq.com"
    if not override and not _SITE.fullmatch(site) and site != environ.get(_ALLOW_SITE, "").strip():
        raise UsageError(
            f"{addresses.shown(site)} is not a Datadog site", hint="such as DD_SITE=datadoghq.eu"
        )
    return override or f"https://api.{site}"


def _sentences(body: Any) -> tuple[str, ...]:
    """Return Datadog's own words: ``{"errors": ["…"]}``."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return tuple(one_line(error) for error in errors or () if isinstance(error, str))
