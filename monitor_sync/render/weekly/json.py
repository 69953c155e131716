"""Weekly pages for programs: the figures of ``report sla``, of each team or of the review."""

from __future__ import annotations

from typing import Any

from monitor_sync import jsontext
from monitor_sync.app.responding import Responded
from monitor_sync.app.weekly import Weekly
from monitor_sync.insight.response.report import ResponseReport
from monitor_sync.render.response.json import document, incident, moment, rca


def json(weekly: Weekly) -> str:
    """Return the week as one document."""
    review = weekly.review
    return jsontext.document(
        {
            "week": weekly.week,
            "time_zone": weekly.project.time_zone,
            "as_of": moment(weekly.as_of),
            "complete": weekly.complete,
            "teams": [
                {
                    "team": own.team.name,
                    **_report(weekly, own.report),
                    "rca": rca(own.rca),
                    "shared": sum(service.incidents for service in own.shared),
                    "shared_late": sum(service.late or 0 for service in own.shared)
                    if own.team.targets
                    else None,
                    "on_call": None if own.on_call is None else list(own.on_call),
                }
                for own in weekly.teams
            ],
            "review": None
            if review is None
            else {
                **_report(weekly, review.report),
                "rca": rca(review.rca),
                "unseen": [incident(response) for response in review.unseen],
            },
            "notes": list(weekly.notes),
        }
    )


def _report(weekly: Weekly, report: ResponseReport) -> dict[str, Any]:
    responded = Responded(
        project=weekly.project,
        report=report,
        tools=(),
        as_of=weekly.as_of,
        complete=weekly.complete,
        notes=(),
    )
    kept = ("rows", "left_out", "total", "trends", "open", "open_before", "recurrence")
    whole = document(responded)
    return {name: whole[name] for name in kept}
