"""What a backtest rests on, and why a monitor was not replayed, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from monitor_sync.app.backtesting import Backtested, Backtests, SkippedMonitor, SkipReason
from monitor_sync.counting import count, listed
from monitor_sync.insight.backtest.comparison import Assumption, AssumptionKind, Compared
from monitor_sync.insight.backtest.fidelity import Fidelity
from monitor_sync.insight.backtest.suggested import AlertSuggestion
from monitor_sync.render.quantities import duration, percent

_SUGGESTIONS: Final = 3

_LIMITS: Final = {
    "sum_of_a_gauge": "the sum of a gauge depends on how often it is reported; here it was taken"
    " as once in each bucket of the fetched points",
    "inside_a_minute": "the history has one point a minute, so a maximum or minimum inside a minute"
    " is not known",
    "short_rollup": "the history has one point a minute, so a rollup below a minute is not known",
}

_SENTENCES: Final[dict[AssumptionKind, str]] = {
    "between": "uncertain: between {low} and {high} alerts, because the history has one point a"
    " minute, and the maximum or minimum inside a minute is not known",
    "coarser": "capped: {name} has a point every {high} s, not every {low} s: it is reported that"
    " seldom, or Datadog capped its answer",
    "late": "late data: {name} arrives minutes late, and the monitor has no evaluation_delay."
    " Datadog judged what had arrived by then; this replay judges all of it",
    "silent_end": "late data: the newest points of {name} had not arrived yet",
    "groups": "capped: {name} has {high} groups, and Datadog watches only the top ones",
    "renotify": "repeated notifications (renotify_interval) are not counted",
    "schedule": "a custom schedule notifies at each evaluation that is not OK; of several in a row"
    " only the first is counted",
    "unfaithful": "do not trust these numbers: the replay of the live monitor disagrees with the"
    " alerts that there really were",
    "untold": "not checked against real alerts: in the replay {name} never OK, and Datadog has no"
    " event of these days, and no state that is older than they are, to tell what it really was",
    "standing": "checked against the live monitor's state, which is older than these days: no event"
    " of theirs tells of it",
    "member": "uncertain: the alerts of its member {name} are uncertain themselves",
    "no_history": "it is not known whether the replay agrees with the alerts that there really"
    " were: {name}",
}

_DOUBTS: Final[tuple[AssumptionKind, ...]] = (
    "unfaithful", "uncertain", "member", "between", "coarser", "groups", "late", "silent_end",
)  # fmt: skip
"""What may make the numbers wrong, the gravest first; the rest says how they are to be read."""

_SKIPPED: Final[dict[SkipReason, str]] = {
    "unsupported": "unsupported: {detail} cannot be replayed from history",
    "budget": "capped: it takes more requests than --budget leaves ({detail})",
    "no_points": "no point was reported in the days looked at: is the metric named right?",
    "refused": "Datadog did not answer: {detail}",
    "same": "nothing is changed that decides when it alerts or whom it tells",
}

_TOGETHER: Final = {"budget": "capped: each takes more requests than --budget leaves"}
"""The reason for several monitors, where the sentence for one has numbers of its own."""


def doubts(compared: Compared) -> list[str]:
    """Return a line for each thing that may make the numbers wrong, the gravest first."""
    doubtful = [doubt for doubt in compared.assumptions if doubt.kind in _DOUBTS]
    doubtful.sort(key=lambda doubt: _DOUBTS.index(doubt.kind))
    lines = [assumption(doubt) for doubt in doubtful]
    if doubted(compared):
        lines[0] += f" ({agreement(compared.fidelity)})"
    return lines


def basis(compared: Compared) -> list[str]:
    """
    Return a line for each thing that says how the numbers are to be read.

    That nothing is known of what happened is the same for all monitors, and not among them.
    """
    others = (*_DOUBTS, "no_history")
    return [assumption(basis) for basis in compared.assumptions if basis.kind not in others]


def unchecked(compared: Compared) -> list[str]:
    """Return why nothing is known of what happened; empty where it is, or need not be."""
    return [assumption(why) for why in compared.assumptions if why.kind == "no_history"]


def doubted(compared: Compared) -> bool:
    """Return whether the replay disagrees with what happened, so that nothing of it counts."""
    return any(doubt.kind == "unfaithful" for doubt in compared.assumptions)


def assumption(assumption: Assumption) -> str:
    """Return one line."""
    if assumption.kind == "limit":
        return _LIMITS[assumption.name]
    if assumption.kind == "uncertain":
        why = f"Datadog does not document {assumption.name}"
        if assumption.low == assumption.high:
            return f"uncertain: {why}"
        most = count(assumption.high, "alert")
        return f"uncertain: between {assumption.low} and {most}, because {why}"
    if assumption.kind == "untold":
        was = "was" if assumption.low == 1 else "were"
        several = f"{assumption.low} of {count(assumption.high, 'group')} {was}"
        return _SENTENCES["untold"].format(name=several if assumption.high > 1 else "it was")
    return _SENTENCES[assumption.kind].format(
        name=assumption.name, low=assumption.low, high=assumption.high
    )


def agreement(faithful: Fidelity | None) -> str:
    """Return how far the replay agrees with what happened; empty where that is not known."""
    if faithful is None:
        return ""
    words = f"the same state in {percent(faithful.time_in_same_state)} of the time"
    if faithful.precision is not None:
        words += f", {percent(faithful.precision)} of the replayed alerts were real"
    if faithful.recall is not None:
        words += f", {percent(faithful.recall)} of the real alerts were replayed"
    return words


def skipped(monitor: SkippedMonitor) -> str:
    """Return why a monitor was not replayed."""
    return _SKIPPED[monitor.reason].format(detail=monitor.detail)


def lacking(requests: int) -> str:
    """Return how the rest is fetched that the budget did not allow."""
    return (
        f"{count(requests, 'more request')} would fetch the rest: run it again, or with a larger"
        " --budget; what was fetched is kept"
    )


def skips(backtests: Backtests) -> list[tuple[str, list[str]]]:
    """Return each reason not to replay with the keys of its monitors, the most common first."""
    return alike((s.key, s.reason, skipped(s)) for s in backtests.skipped)


def alike(skipped_monitors: Iterable[tuple[str, str, str]]) -> list[tuple[str, list[str]]]:
    """Return the same from the key, the kind of reason and the sentence of each monitor."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, kind, sentence in skipped_monitors:
        groups.setdefault(_TOGETHER.get(kind, sentence), []).append((key, sentence))
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [
        (reason if len(members) > 1 else members[0][1], [key for key, _ in members])
        for reason, members in ordered
    ]


def named(keys: Sequence[str]) -> str:
    """Return how many monitors there are, and a few of their keys."""
    return f"{count(len(keys), 'monitor')}: {listed(keys)}"


def unknown(reason: str) -> str:
    """Return why no replay was held against what happened."""
    return _SENTENCES["no_history"].format(name=reason)


def nothing(backtests: Backtests) -> list[str]:
    """Return why no monitor was replayed, and how some are all the same."""
    options = backtests.options
    if any(monitor.reason != "same" for monitor in backtests.skipped):
        return ["No monitor was replayed."]
    why = "no monitor differs from what Datadog has"
    if options.base:
        among = f" and fits {' '.join(options.selectors)}" if options.selectors else ""
        why = (
            f"of what changed since {options.base}{among}, no monitor differs from what Datadog has"
        )
    if backtests.skipped:
        why = "no change decides when a monitor alerts or whom it tells"
    how = " without --base" if options.base else ""
    return [
        f"No monitor was replayed: {why}.",
        f"To replay some all the same, name them{how}: `monitor-sync backtest SELECTOR`, where"
        " SELECTOR is a key, a glob over keys, team:NAME or tag:KEY:VALUE.",
    ]


def quieter(backtested: Backtested, backtests: Backtests) -> list[str]:
    """Return the best of what ``--suggest`` tried; that nothing helped where there were alerts."""
    if not backtests.options.suggest or not backtested.compared.new.fires:
        return []
    return [_suggestion(tried) for tried in backtested.suggestions[:_SUGGESTIONS]] or [
        "nothing that was tried alerts less often and keeps each alert of ten minutes or more"
    ]


def _suggestion(suggestion: AlertSuggestion) -> str:
    """Return what another threshold or window would have changed, and what it would have kept."""
    kept = "none lasted ten minutes"
    if suggestion.lasting:
        stay = "stays" if suggestion.lasting == 1 else "stay"
        kept = f"the {suggestion.lasting} that lasted ten minutes or more {stay}"
    if suggestion.later:
        kept += f", up to {duration(suggestion.later)} later"
    if suggestion.minutes > suggestion.minutes_before:
        minutes = (duration(m * 60) for m in (suggestion.minutes, suggestion.minutes_before))
        kept += f", in alert for {' instead of '.join(minutes)}"
    option = f"{suggestion.option} {suggestion.written}"
    return f"{option}: {count(suggestion.fires, 'alert')} instead of {suggestion.before}; {kept}"
