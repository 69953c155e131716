"""
What is known of a metric by name: `GET /api/v1/metrics/{name}`.

The shape is that of Datadog's API description, the text of the refusal our own.
"""

from __future__ import annotations

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused


def read(account: Account, _: Request, name: str) -> Answer:
    """GET /api/v1/metrics/{name}: its type, as it was submitted last or as it is generated."""
    history = account.metrics
    sources = history.submitted.of(name)
    if not sources and history.seed is None:
        raise refused("Metric not found", status=404)
    generated = "count" if history.shapes.is_count(name) else "gauge"
    kind = sources[-1].kind if sources else generated
    return answer({"type": kind, "description": None, "unit": None, "per_unit": None})
