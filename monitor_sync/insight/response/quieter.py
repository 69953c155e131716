"""What would make a monitor quieter, or worth having: one proposal, by what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from monitor_sync.incidents import Seconds
from monitor_sync.insight.response.noise import NoisyMonitor

DAY: Final = 86_400.0
SILENT_DAYS: Final = 180
NO_DATA_DAYS: Final = 30

Proposal = Literal[
    "unmute or delete",
    "mend the query or delete",
    "raise the threshold or delete",
    "set a recovery threshold",
    "lengthen the window",
    "page for one of two",
    "notify by a wider group",
    "mend the handle",
    "test or delete",
]

NoProposal = Literal["alerts not known", "no alerts", "too few alerts", "alerts that last"]
"""Why nothing is proposed, the first that fits."""

_MOST: Final = 0.5
"""What accounts for more than this share of what a monitor did is to be mended first."""

FEW: Final = 4
"""With fewer fires than this, a share means nothing."""

_LONG: Final = 0.5
"""A monitor that is in alert half of the time tells nobody anything."""

_HANDLE_ISSUES: Final = frozenset({"missing_at_handle", "broken_at_handle"})
_STUCK: Final = "alerted_too_long"
"""Datadog's words, of ``quality_issues``."""


def proposal(row: NoisyMonitor, now: Seconds, span_hours: float) -> Proposal | None:
    """
    Return what to do about a monitor; None where nothing is known that speaks for a change.

    ``span_hours`` is how long the span is in which its alerts are known. Of several that fit the
    first one counts: they stand in the order in which they matter.
    """
    checks: tuple[tuple[Proposal, bool], ...] = (
        ("unmute or delete", bool(row.live and row.live.muted_forever)),
        ("mend the query or delete", _without_data(row, now)),
        ("raise the threshold or delete", _stuck(row, span_hours)),
        ("set a recovery threshold", _flaps(row) and _could_recover_later(row)),
        ("lengthen the window", _flaps(row) or _resolves_by_itself(row)),
        ("page for one of two", row.beside is not None),
        ("notify by a wider group", _pages_at_once(row)),
        ("mend the handle", bool(_HANDLE_ISSUES.intersection(_issues(row)))),
        ("test or delete", _silent(row, now)),
    )
    return next((proposed for proposed, fits in checks if fits), None)


def why_none(row: NoisyMonitor) -> NoProposal:
    """Return why nothing is proposed for a monitor for which ``proposal`` has none."""
    if row.fires is None:
        return "alerts not known"
    if not row.fires:
        return "no alerts"
    return "too few alerts" if (row.ended or 0) < FEW else "alerts that last"


def _issues(row: NoisyMonitor) -> tuple[str, ...]:
    return (row.live.quality_issues or ()) if row.live else ()


def _without_data(row: NoisyMonitor, now: Seconds) -> bool:
    live, latest = row.live, now - NO_DATA_DAYS * DAY
    if live is None or live.state != "No Data":
        return False
    since = live.state_since or live.created  # of one that never had data no change is known
    return 0 < since <= latest and (row.last_fired is None or row.last_fired <= latest)


def _stuck(row: NoisyMonitor, span_hours: float) -> bool:
    return _STUCK in _issues(row) or (row.hours_in_alert or 0.0) > _LONG * span_hours


def _flaps(row: NoisyMonitor) -> bool:
    return bool(row.flaps) and (row.flapping_fires or 0) > _MOST * (row.fires or 0)


def _could_recover_later(row: NoisyMonitor) -> bool:
    """Return whether it has a threshold to alert at, and none of its own to recover at."""
    thresholds = row.monitor.body.get("options", {}).get("thresholds")
    if not isinstance(thresholds, Mapping) or thresholds.get("critical") is None:
        return False
    return thresholds.get("critical_recovery") is None


def _resolves_by_itself(row: NoisyMonitor) -> bool:
    share = row.self_resolved
    return (row.ended or 0) >= FEW and share is not None and share > _MOST


def _pages_at_once(row: NoisyMonitor) -> bool:
    """Return whether several groups of the monitor page for one problem."""
    pages = row.pages or 0
    return pages >= FEW and (row.problems or 0) < _MOST * pages


def _silent(row: NoisyMonitor, now: Seconds) -> bool:
    """Return whether it is old enough, Datadog told of it, and no alert is known for so long."""
    live, since = row.live, now - SILENT_DAYS * DAY
    if live is None or live.state != "OK" or not live.created or live.created > since:
        return False
    return row.last_fired is None or row.last_fired < since
