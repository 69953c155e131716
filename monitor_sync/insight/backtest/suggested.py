"""What would have kept the alerts that lasted and dropped the short ones: tried, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from monitor_sync.incidents import AlertEpisode, Seconds, Span
from monitor_sync.insight.backtest.comparison import WARM_UP, Definition
from monitor_sync.insight.backtest.replay import Points, Replay, bound_history, replay
from monitor_sync.insight.values import Unsupported
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Number

LASTING: Final[Seconds] = 600.0
"""Seconds from which on an alert is taken for one that somebody had to see."""

_ROOM: Final = 0.1
"""How far from the threshold a recovery threshold is tried, as a share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSuggestion:
    """
    A value for ``critical`` or ``critical_recovery``, and what it would have made of the span.

    ``fires`` are alerts by it, ``before`` those without it. All ``lasting`` alerts stay.
    """

    option: Literal["critical", "critical_recovery"]
    value: float
    fires: int
    before: int
    lasting: int


def suggestions(
    definition: Definition, points: Points, made: Replay, span: Span
) -> tuple[AlertSuggestion, ...]:
    """
    Return what would have alerted less often and kept every alert that lasted, the best first.

    Each was replayed over the same points. Empty where nothing would have.
    """
    lasting = [part for part in made.stretches if part.state == "alert" and _lasts(part, span)]
    suggestions: list[AlertSuggestion] = []
    for option, value in _candidates(made, lasting, span):
        other = _with(definition, option, value)
        if other is None:
            continue
        history = bound_history(other.wanted.readings, points)
        tried = replay(other.body, other.settings, history, span, warm_up=WARM_UP)
        if len(tried.fires) < len(made.fires) and all(_kept(part, tried) for part in lasting):
            suggestions.append(
                AlertSuggestion(
                    option=option, value=value, fires=len(tried.fires),
                    before=len(made.fires), lasting=len(lasting),
                )
            )  # fmt: skip
    return tuple(sorted(suggestions, key=lambda suggestion: suggestion.fires))


def _lasts(part: AlertEpisode, span: Span) -> bool:
    return (part.end or span.end) - (part.start or span.start) >= LASTING


def _kept(part: AlertEpisode, tried: Replay) -> bool:
    """Return whether there is an alert of the same group at the same time."""
    return any(
        other.state == "alert"
        and other.group == part.group
        and (part.end is None or (other.start or 0.0) < part.end)
        and (other.end is None or part.start is None or other.end > part.start)
        for other in tried.stretches
    )


def _candidates(
    made: Replay, lasting: Sequence[AlertEpisode], span: Span
) -> Iterator[tuple[Literal["critical", "critical_recovery"], float]]:
    level, high = made.critical, made.comparator.startswith(">")
    if level is None or not made.comparator.startswith((">", "<")) or not made.fires:
        return
    if level:
        yield "critical_recovery", _rounded(level * (1 - _ROOM if high else 1 + _ROOM))
    worst = max if high else min
    peaks = [_peak(made, part, span, worst) for part in lasting]
    known = [peak for peak in peaks if peak is not None]
    if known:
        nearest = min(known) if high else max(known)
        for share in (0.25, 0.5, 0.75):
            value = _rounded(level + (nearest - level) * share)
            if value != level:
                yield "critical", value


def _peak(made: Replay, part: AlertEpisode, span: Span, worst: Any) -> float | None:
    start, end = part.start or span.start, part.end or span.end
    peak: float | None = worst(
        (value for at, value in made.values if start <= at < end), default=None
    )
    return peak


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _with(definition: Definition, option: str, value: float) -> Definition | None:
    """Return the definition with one threshold changed; None where it cannot be."""
    body = definition.body
    options = dict(body.get("options") or {})
    thresholds = {**(options.get("thresholds") or {}), option: value}
    query = str(body.get("query"))
    compared = queries.comparison(definition.settings.query)
    if option == "critical":
        if compared is None or not isinstance(compared.threshold, Number):
            return None
        query = f"{query[: compared.threshold.start]}{value:.12g}"
    try:
        return Definition.of(
            {**body, "query": query, "options": {**options, "thresholds": thresholds}}
        )
    except Unsupported:
        return None
