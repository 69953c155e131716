"""Datadog as a service: its limits as they were recorded, its names, its status page."""

from __future__ import annotations

from typing import Final

from monitor_sync.datadog.settings import Settings
from monitor_sync.http.service import RequestLimit, Service

LIMITS: Final = {
    "POST /api/v1/monitor": RequestLimit(requests=500, seconds=10.0),
    "PUT /api/v1/monitor/{id}": RequestLimit(requests=500, seconds=10.0),
    "GET /api/v1/monitor/{id}": RequestLimit(requests=3000, seconds=10.0),
    "GET /api/v1/monitor": RequestLimit(requests=1000, seconds=10.0),
}
"""Limits by route, measured from recorded answers of 2020 to 2023."""

USUAL_LIMIT: Final = RequestLimit(requests=12_000, seconds=60.0)
"""The recorded limit that most other routes share."""


def datadog(settings: Settings) -> Service:
    """Return Datadog as these settings reach it. Its headers are the usual X-RateLimit ones."""
    return Service(
        name="Datadog",
        host=settings.host,
        credentials="the bearer token" if settings.bearer_token else "the keys",
        status_page=f"https://status.{settings.site}",
        limits=LIMITS,
        usual_limit=USUAL_LIMIT,
    )
