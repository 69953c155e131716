"""What would have kept the alerts that lasted and dropped the short ones: tried, never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from monitor_sync.incidents import AlertEpisode, Seconds, TimeSpan
from monitor_sync.insight.backtest.comparison import WARM_UP, Definition
from monitor_sync.insight.backtest.replay import (
    Points,
    Replay,
    bound_history,
    evaluated,
    replayed,
)
from monitor_sync.insight.backtest.wanted import WantedLine
from monitor_sync.insight.values import Evaluations, Unsupported
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Number
from monitor_sync.model import Body

LASTING: Final[Seconds] = 600.0
"""Seconds from which on an alert is taken for one that somebody had to see."""

_ROOM: Final = 0.1
"""How far from the threshold a recovery threshold is tried, as a share of it."""

WINDOWS: Final = {
    "5m": 300, "10m": 600, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200, "4h": 14_400,
}  # fmt: skip
"""
Windows that are tried, in seconds: those that Datadog's API names for metric monitors (its page on
creating a monitor), and that searches have too. All are evaluated every minute, so that the points
at hand answer.
"""

_MOST_TIME: Final = 2
"""How many times as long a monitor may be in alert by what is quieter."""

_ENDLESS: Final = 0.9
"""The part of the span from which on one alert counts as one that never ends, and wakes nobody."""

_NEXT: Final = 3
"""How many of the windows that are longer than a monitor's own are tried: a day is no answer."""

Option = Literal["critical", "critical_recovery", "window"]
"""What is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSuggestion:
    """
    Another ``value`` of an ``option`` (of a window its seconds), and what it would have changed.

    ``fires`` are alerts by it, ``before`` those without it; ``minutes`` and ``minutes_before`` are
    those in alert. All ``lasting`` alerts stay; the one that is delayed most begins ``later`` by so
    many seconds.
    """

    option: Option
    value: float
    fires: int
    before: int
    lasting: int
    later: Seconds = 0.0
    minutes: float = 0.0
    minutes_before: float = 0.0

    @property
    def written(self) -> str:
        """The value as it stands in a query or among the thresholds."""
        names = {seconds: name for name, seconds in WINDOWS.items()}
        return names[int(self.value)] if self.option == "window" else f"{self.value:.12g}"


def suggestions(
    definition: Definition, points: Points, made: Replay, span: TimeSpan
) -> tuple[AlertSuggestion, ...]:
    """
    Return what would have alerted less often and kept every alert that lasted, the best first.

    Each was replayed over the same points; of each option the best value is returned. Empty where
    none would have helped.
    """
    if not made.fires or not made.comparator.startswith((">", "<")):
        return ()
    lasting = [part for part in made.stretches if part.state == "alert" and _lasts(part, span)]
    best: dict[Option, AlertSuggestion] = {}
    for option, value, tried in _tried(definition, points, made, lasting, span):
        delays = [_delay(part, tried) for part in lasting]
        later = [delay for delay in delays if delay is not None]
        fires = len(tried.fires)
        most = best[option].fires if option in best else len(made.fires)
        if not _is_endless(tried, made) and len(later) == len(lasting) and fires < most:
            best[option] = AlertSuggestion(
                option=option, value=value, fires=fires, before=len(made.fires),
                lasting=len(lasting), later=max(later, default=0.0),
            )  # fmt: skip
    return tuple(sorted(best.values(), key=lambda suggestion: suggestion.fires))


def _tried(
    definition: Definition,
    points: Points,
    made: Replay,
    lasting: Sequence[AlertEpisode],
    span: TimeSpan,
) -> Iterator[tuple[Option, float, Replay]]:
    """Yield what was tried with its replay: thresholds over one evaluation, then longer windows."""

    def numbers(about: Definition) -> Evaluations:
        return evaluated(
            about.settings, bound_history(about.wanted.readings, points), span, WARM_UP
        )

    own = numbers(definition)
    for option, value in _thresholds(made, lasting, span):
        other = _with_threshold(definition, option, value)
        if other is not None:
            yield option, value, replayed(other.body, other.settings, own, span)
    for seconds, other in islice(_longer(definition), _NEXT):
        tried = replayed(other.body, other.settings, numbers(other), span)
        yield "window", float(seconds), tried


def _is_endless(tried: Replay, made: Replay) -> bool:
    """Return whether alerts have become fewer by lasting nearly always, or much longer."""
    most = _ENDLESS * (made.span.end - made.span.start) / 60
    return tried.minutes > made.minutes * _MOST_TIME or tried.longest > most >= made.longest


def _lasts(part: AlertEpisode, span: TimeSpan) -> bool:
    return (part.end or span.end) - (part.start or span.start) >= LASTING


def _delay(part: AlertEpisode, tried: Replay) -> Seconds | None:
    """Return how much later the same group alerts at that time; None where it does not."""
    starts = [
        other.start or 0.0
        for other in tried.stretches
        if other.state == "alert"
        and other.group == part.group
        and (part.end is None or (other.start or 0.0) < part.end)
        and (other.end is None or part.start is None or other.end > part.start)
    ]
    return max(min(starts) - (part.start or 0.0), 0.0) if starts else None


def _thresholds(
    made: Replay, lasting: Sequence[AlertEpisode], span: TimeSpan
) -> Iterator[tuple[Literal["critical", "critical_recovery"], float]]:
    level, high = made.critical, made.comparator.startswith(">")
    if level is None:
        return
    if level:
        room = abs(level) * _ROOM
        yield "critical_recovery", _rounded(level - room if high else level + room)
    worst = max if high else min
    peaks = [_peak(made, part, span, worst) for part in lasting]
    known = [peak for peak in peaks if peak is not None]
    if known:
        nearest = min(known) if high else max(known)
        for share in (0.25, 0.5, 0.75):
            value = _rounded(level + (nearest - level) * share)
            if value != level:
                yield "critical", value


def _peak(made: Replay, part: AlertEpisode, span: TimeSpan, worst: Any) -> float | None:
    start, end = part.start or span.start, part.end or span.end
    peak: float | None = worst(
        (value for at, value in made.values if start <= at < end), default=None
    )
    return peak


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _with_threshold(definition: Definition, option: str, value: float) -> Definition | None:
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
    return _of({**body, "query": query, "options": {**options, "thresholds": thresholds}})


def _longer(definition: Definition) -> Iterator[tuple[int, Definition]]:
    """Yield the definition with longer windows, as far as the same points answer for them."""
    window, query = queries.window(definition.settings.query), str(definition.body.get("query"))
    if window is None or window.form not in ("last", ""):
        return
    for name, seconds in WINDOWS.items():
        written = f"last_{name}" if window.written.startswith("last_") else name
        text = query[: window.start] + written + query[window.end :]
        other = _of({**definition.body, "query": text}) if seconds > window.seconds else None
        if other is not None and _lines(other) == _lines(definition):
            yield seconds, other


def _lines(definition: Definition) -> list[WantedLine]:
    return [reading.line for reading in definition.wanted.readings]


def _of(body: Body) -> Definition | None:
    try:
        return Definition.of(body)
    except Unsupported:
        return None
