"""What a backtest rests on, and why a monitor was not replayed, as sentences."""

from __future__ import annotations

from typing import Final

from monitor_sync.app.backtesting import SkippedMonitor, SkipReason
from monitor_sync.counting import count
from monitor_sync.insight.backtest.comparison import Assumption, AssumptionKind
from monitor_sync.insight.backtest.suggested import AlertSuggestion

_LIMITS: Final = {
    "sum_of_a_gauge": "limit: the sum of a gauge depends on how often it is reported; here once a"
    " bucket of the fetched points",
    "inside_a_minute": "limit: a maximum or minimum inside a minute is not in points of a minute",
    "short_rollup": "limit: a rollup below a minute cannot be told from points of a minute",
}

_SENTENCES: Final[dict[AssumptionKind, str]] = {
    "between": "between {low} and {high} alerts: points of a minute do not tell the maximum or"
    " minimum inside it",
    "coarser": "capped: points came every {high} s, not every {low} s: {name} is reported that"
    " seldom, or Datadog capped the answer",
    "late": "late data: {name} arrives minutes after its time and the monitor has no"
    " evaluation_delay; Datadog judged what had arrived, this replay all of it",
    "silent_end": "late data: the newest points of {name} were not there yet",
    "groups": "capped: {name} has {high} groups, Datadog watches the top ones alone",
    "renotify": "repeated notifications (renotify) are not counted",
    "unfaithful": "not trustworthy here: the replay of the live monitor does not agree with what"
    " happened",
    "no_history": "whether the replay agrees with what happened is not checked: {name}",
}

_SKIPPED: Final[dict[SkipReason, str]] = {
    "unsupported": "unsupported: {detail} cannot be replayed from history",
    "budget": "capped: it takes more requests than --budget leaves ({detail})",
    "no_points": "no point was reported in the days looked at: is the metric named right?",
    "refused": "Datadog did not answer: {detail}",
    "same": "nothing is changed that decides when it alerts or whom it tells",
}


def assumption(assumption: Assumption) -> str:
    """Return one line."""
    if assumption.kind == "limit":
        return _LIMITS[assumption.name]
    if assumption.kind == "uncertain":
        words = f"uncertain: Datadog does not document {assumption.name}"
        if assumption.low != assumption.high:
            words += f": between {assumption.low} and {count(assumption.high, 'alert')}"
        return words
    return _SENTENCES[assumption.kind].format(
        name=assumption.name, low=assumption.low, high=assumption.high
    )


def skipped(monitor: SkippedMonitor) -> str:
    """Return why a monitor was not replayed."""
    return _SKIPPED[monitor.reason].format(detail=monitor.detail)


def lacking(requests: int) -> str:
    """Return how a run goes on that its budget ended."""
    return (
        f"{count(requests, 'more request')} would fetch the rest: run it again,"
        " what was fetched is kept"
    )


def unknown(reason: str) -> str:
    """Return why no replay was held against what happened."""
    return _SENTENCES["no_history"].format(name=reason)


def suggestion(suggestion: AlertSuggestion) -> str:
    """Return what a threshold would have changed, with what it would have kept."""
    kept = "none of them lasted ten minutes"
    if suggestion.lasting:
        kept = f"{count(suggestion.lasting, 'alert')} of ten minutes or more kept"
    option = f"{suggestion.option} {suggestion.value:.12g}"
    fires = count(suggestion.fires, "alert")
    return f"{option}: {fires} in place of {suggestion.before}, {kept}"
