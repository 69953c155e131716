"""How we responded, for programs: the contract of ``report sla --format json``."""

from __future__ import annotations

from typing import Any

from monitor_sync import jsontext
from monitor_sync.app.responding import Responded
from monitor_sync.incidents import Seconds, ToolFigures, stamp
from monitor_sync.insight.response.rca import RcaFindings
from monitor_sync.insight.response.recurrence import Recurrence
from monitor_sync.insight.response.sla import ResponseRow, TimesSummary, Trend
from monitor_sync.insight.response.times import Response
from monitor_sync.model import Project


def json(responded: Responded) -> str:
    """Return all figures; times in seconds, null where there is none."""
    return jsontext.document(document(responded))


def document(responded: Responded) -> dict[str, Any]:
    """Return the report as plain data."""
    report = responded.report
    return {
        "from": report.question.start.isoformat(),
        "to": report.question.end.isoformat(),
        "time_zone": report.zone,
        "source": ", ".join(responded.tools),
        "as_of": moment(responded.as_of),
        "complete": responded.complete,
        "rows": [row(own) for own in report.rows],
        "left_out": dict(report.left_out),
        "total": row(report.whole),
        "trends": [
            {"by": dict(zip(_lasting(responded), values, strict=False)), **_trend(trend)}
            for values, trend in report.trends.items()
        ],
        "open": [_open(response) for response in report.open],
        "open_before": [_open(response) for response in report.open_before],
        "recurrence": _recurrence(report.recurrence, responded.project),
        "rca": rca(report.rca),
        "tool_figures": [_tool_figures(figures) for figures in responded.figures],
        "notes": list(responded.notes),
    }


def _tool_figures(figures: ToolFigures) -> dict[str, Any]:
    return {
        "tool": figures.title,
        "incidents": figures.incidents,
        "acknowledged": figures.acknowledged,
        "resolved": figures.resolved,
        "mtta": rounded(figures.mtta),
        "mttr": rounded(figures.mttr),
    }


def row(own: ResponseRow) -> dict[str, Any]:
    """Return one row of the contract."""
    known = own.self_resolved_known > 0
    return {
        "by": dict(own.by),
        "incidents": own.incidents,
        "acknowledged": own.acknowledged,
        "never_acknowledged": own.never_acknowledged,
        "waiting": own.waiting,
        "resolved": own.resolved,
        "open": own.open,
        "late": own.late,
        "self_resolved_known": own.self_resolved_known,
        "self_resolved": own.self_resolved if known else None,
        "self_resolved_unacknowledged": own.self_resolved_unacknowledged if known else None,
        "acknowledged_at_resolution": own.acknowledged_at_resolution,
        "reopened": own.reopened,
        "mtta": _times(own.mtta),
        "mttr": _times(own.mttr),
    }


def _times(times: TimesSummary) -> dict[str, float | None]:
    within = times.within_target
    return {
        "mean": rounded(times.mean),
        "median": rounded(times.median),
        "p90": rounded(times.p90),
        "p95": rounded(times.p95),
        "within_target": None if within is None else round(within, 6),
    }


def rounded(seconds: Seconds | None) -> float | None:
    """Return seconds to the millisecond: UNIX times as floats hold no more."""
    return None if seconds is None else round(seconds, 3)


def moment(at: Seconds | None) -> str | None:
    """Return a moment as ISO 8601 in UTC; None where there is none."""
    return None if at is None else stamp(at)


def _lasting(responded: Responded) -> list[str]:
    return [dimension for dimension in responded.report.question.by if dimension != "week"]


def _trend(trend: Trend) -> dict[str, Any]:
    return {
        "weeks": list(trend.weeks),
        "incidents": list(trend.incidents),
        "mtta": list(map(rounded, trend.mtta)),
        "mttr": list(map(rounded, trend.mttr)),
        "change": {
            measure: None if change is None else round(change, 4)
            for measure, change in (
                ("mtta", trend.change("acknowledge")),
                ("mttr", trend.change("resolve")),
            )
        },
    }


def _open(response: Response) -> dict[str, Any]:
    return {**incident(response), "age": rounded(response.age), "waiting": response.waits}


def incident(response: Response) -> dict[str, Any]:
    """Return what an incident is, and whose."""
    reported, placed = response.incident, response.placed
    return {
        "number": reported.number,
        "team": placed.team,
        "unit": placed.unit,
        "service": reported.service,
        "priority": placed.priority,
        "monitor": placed.monitor or None,
        "detected_by": placed.detected_by,
        "created": moment(reported.created),
    }


def _recurrence(recurrence: Recurrence, project: Project) -> dict[str, Any]:
    rate = recurrence.rate
    return {
        "occurrences": recurrence.occurrences,
        "distinct": recurrence.distinct,
        "reoccurrences": recurrence.reoccurrences,
        "rate": None if rate is None else round(rate, 6),
        "repeaters": [
            {
                "title": repeater.title,
                "monitor": repeater.monitor or None,
                "team": repeater.team,
                "unit": repeater.unit,
                "runbook": runbook(repeater.monitor, project) or None,
                "occurrences": repeater.occurrences,
                "reoccurrences": repeater.reoccurrences,
                "before": repeater.before,
                "last": moment(repeater.last),
            }
            for repeater in recurrence.repeaters
        ],
    }


def runbook(key: str, project: Project) -> str:
    """Return the runbook of one of our monitors, empty where there is none."""
    monitor = project.monitors.get(key)
    return monitor.runbook if monitor else ""


def rca(findings: RcaFindings) -> dict[str, Any]:
    """Return what the register of RCAs lacks, and what it did not stop."""
    return {
        "asked": findings.asked,
        "missing": [incident(response) for response in findings.missing],
        "overdue": [
            {
                "file": late.rca.path,
                "what": late.action.what,
                "team": late.action.team,
                "due": late.action.due.isoformat(),
                "days": late.days,
            }
            for late in findings.overdue
        ],
        "recurring": [
            {
                "file": still.rca.path,
                "incidents": list(still.rca.incidents),
                "cause": still.rca.cause,
                "team": still.rca.team,
                "times": still.times,
                "last": moment(still.last),
                "open_actions": still.open_actions,
            }
            for still in findings.recurring
        ],
    }
