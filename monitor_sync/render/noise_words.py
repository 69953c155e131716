"""A proposal about a noisy monitor as a sentence, with the data that it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from monitor_sync.counting import count
from monitor_sync.incidents import Seconds
from monitor_sync.insight.response import quieter
from monitor_sync.insight.response.noise import NoisyMonitor
from monitor_sync.insight.response.quieter import FEW, SILENT_DAYS, NoProposal, Proposal
from monitor_sync.render.quantities import duration
from monitor_sync.render.text import plain

_HOUR: Final = 3600


def sentence(proposal: Proposal, row: NoisyMonitor, *, span_hours: float, within: Seconds) -> str:
    """Return what to do about a monitor, and why, as one sentence of one line."""
    if proposal == "raise the threshold or delete":
        return f"Raise its threshold or delete it: {_stuck(row, span_hours)}."
    if proposal == "lengthen the window":
        return f"Lengthen its window: {_short_lived(row, within)}."
    return f"{_DO[proposal]}: {_BECAUSE[proposal](row)}."


def why_none(row: NoisyMonitor, *, within: Seconds) -> str:
    """Return why nothing is proposed for a monitor, in a few words that end a sentence."""
    return _WHY_NONE[quieter.why_none(row)](row, within)


def _few(row: NoisyMonitor, _: Seconds) -> str:
    ended = row.ended or 0
    verb = "has" if ended == 1 else "have"
    return f"{ended or 'none'} of its alerts {verb} ended, and fewer than {FEW} say nothing"


def _lasted(row: NoisyMonitor, within: Seconds) -> str:
    ended = row.ended or 0
    lasted = ended - (row.self_resolved_fires or 0)
    longer = f"outlasted {duration(within)}"
    return f"{lasted} of {ended} alerts that ended {longer} or were acknowledged"


_WHY_NONE: Final[Mapping[NoProposal, Callable[[NoisyMonitor, Seconds], str]]] = {
    "alerts not known": lambda *_: "nobody could say how often it alerted",
    "no alerts": lambda *_: "it did not alert in this time",
    "too few alerts": _few,
    "alerts that last": _lasted,
}


def _stuck(row: NoisyMonitor, span_hours: float) -> str:
    hours = row.hours_in_alert
    if hours is None or not hours:
        return "Datadog says that it has been in alert for too long"
    return f"it was in alert for {duration(hours * _HOUR)} of {duration(span_hours * _HOUR)}"


def _short_lived(row: NoisyMonitor, within: Seconds) -> str:
    ended, by_itself = row.ended or 0, row.self_resolved_fires or 0
    if 2 * by_itself <= ended:
        return _flapped(row)
    alerts = count(ended, "alert")
    return f"{by_itself} of {alerts} ended by themselves within {duration(within)}"


def _flapped(row: NoisyMonitor) -> str:
    stretches = count(row.flaps or 0, "stretch", "stretches")
    return (
        f"{row.flapping_fires} of {count(row.fires or 0, 'alert')} came in {stretches} of flapping"
    )


def _muted(_: NoisyMonitor) -> str:
    return "it is muted, without an end"


def _no_data(row: NoisyMonitor) -> str:
    since = row.live.state_since if row.live else None
    return f"it has had no data since {day(since)}" if since is not None else "it never had data"


def _beside(row: NoisyMonitor) -> str:
    other, number = row.beside or ("", 0)
    return f"in {number} of {count(row.problems or 0, 'problem')} {plain(other)} paged too"


def _at_once(row: NoisyMonitor) -> str:
    return f"its {count(row.pages or 0, 'page')} were {count(row.problems or 0, 'problem')}"


def _unheard(row: NoisyMonitor) -> str:
    issues = row.live.quality_issues if row.live else None
    return f"Datadog says {', '.join(plain(issue) for issue in issues or ())}"


def _silent(row: NoisyMonitor) -> str:
    if row.last_fired is None:
        return f"it is older than {SILENT_DAYS} days, and Datadog knows of no alert"
    return f"its last alert was on {day(row.last_fired)}"


_DO: Final[Mapping[Proposal, str]] = {
    "unmute or delete": "Unmute it or delete it",
    "mend the query or delete": "Mend its query or delete it",
    "set a recovery threshold": "Set a critical_recovery threshold",
    "page for one of two": "Let one of the two page",
    "notify by a wider group": "Notify by a wider group (notify_by)",
    "mend the handle": "Mend its handle",
    "test or delete": "Prove by a unit test that it can alert, or delete it",
}
_BECAUSE: Final[Mapping[Proposal, Callable[[NoisyMonitor], str]]] = {
    "unmute or delete": _muted,
    "mend the query or delete": _no_data,
    "set a recovery threshold": _flapped,
    "page for one of two": _beside,
    "notify by a wider group": _at_once,
    "mend the handle": _unheard,
    "test or delete": _silent,
}


def day(at: Seconds) -> str:
    """Return the day of a moment, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
