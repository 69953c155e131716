"""
What Zenduty itself computes: ``POST /api/v2/account/analytics/team_analytics/`` of its OpenAPI.

Its means are "weighted averages" over all teams. Children are left out by ``child_incident``. What
is not published: whether days are those of UTC, whether ``to_date`` is included, and whether what
was resolved without an acknowledgement enters the mean to acknowledge.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from monitor_sync.http.reading import Fields, number, whole
from monitor_sync.http.request import ApiRequest
from monitor_sync.incidents import Seconds, ToolFigures
from monitor_sync.oncall.reader import NotRead, Reader

ANALYTICS: Final = "/api/v2/account/analytics/team_analytics/"

_COUNTS: Final = (
    "incidents that are left out here, all resolved ones as acknowledged, and days of its own time"
    " zone"
)


def read(reader: Reader, title: str, first: date, end: date) -> ToolFigures | NotRead:
    """Return Zenduty's figures of the incidents from a day up to ``end``: one request."""
    answer = reader.answer(_request(first, end))
    if isinstance(answer, NotRead):
        return answer
    everything = answer.get("all_teams")
    if not isinstance(everything, dict):
        return NotRead("Zenduty answered with something that has no figures")
    return ToolFigures(
        title=title,
        incidents=whole(everything.get("total_incidents")) or 0,
        acknowledged=whole(everything.get("total_acknowledged")) or 0,
        resolved=whole(everything.get("total_resolved")) or 0,
        mtta=_mean(everything, "mtta_seconds"),
        mttr=_mean(everything, "mttr_seconds"),
        counts=_COUNTS,
    )


def _mean(figures: Fields, name: str) -> Seconds | None:
    """Return a mean; Zenduty says 0 where there is none."""
    return number(figures.get(name)) or None


def _request(first: date, end: date) -> ApiRequest:
    lists = ("team_ids", "service_ids", "user_ids", "priority_ids", "sla_ids",
             "escalation_policy_ids", "tag_ids")  # fmt: skip
    return ApiRequest(
        method="POST",
        path=ANALYTICS,
        kind="analytics",
        operation="read",
        subject="Zenduty's analytics",
        repeatable=True,  # it only reads
        body={
            "from_date": first.isoformat(),
            "to_date": end.isoformat(),
            **{name: [] for name in lists},
            "urgency": "",
            "child_incident": "exclude",
        },
    )
