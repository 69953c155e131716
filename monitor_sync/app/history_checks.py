"""``validate --online``: what the points of the last days say of monitors, with the places."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from monitor_sync.app import history_folder
from monitor_sync.app.backtest_points import Fetching, OutOfBudget, last_days
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.counting import count, listed
from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.errors import AccessDenied, RemoteError, UsageError
from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.backtest import live_data
from monitor_sync.insight.backtest.comparison import Definition
from monitor_sync.insight.backtest.live_data import DataFault, DataFinding
from monitor_sync.insight.values import Unsupported
from monitor_sync.language.tree import MetricQuery, Series
from monitor_sync.rules.history_rules import NOTES
from monitor_sync.rules.values import shown
from monitor_sync.store.points_cache import PointsCache

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.datadog.metric_types import MetricTypes
    from monitor_sync.insight.backtest.wanted import WantedLine
    from monitor_sync.model import Body, Monitor
    from monitor_sync.project.load import Loaded

DAYS: Final = 7
"""As many as a backtest looks at, which finds the points kept."""

BUDGET: Final = 300
"""Requests for history that one run sends at most: half of a backtest's, which often follows."""

_UNSUPPORTED: Final = "which history cannot answer for"
_SPENT: Final = f"beyond the {BUDGET} requests of one run; the next run goes on from there"
_DENIED: Final = "no access; points need timeseries_query"
_AWAY: Final = "Datadog gave no points"
_NO_FOLDER: Final = "no folder below XDG_STATE_HOME in which they could be kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryAnswers:
    """
    What the points said, with sentences about what was looked at and what was not.

    ``requests`` for history were sent; what earlier runs fetched is kept.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    said: tuple[str, ...] = ()
    requests: int = 0


def diagnose(
    loaded: Loaded,
    target: Target,
    client: Client,
    keys: Sequence[str],
    *,
    progress: Progress = silent,
    now: float | None = None,
    budget: int = BUDGET,
) -> HistoryAnswers:
    """
    Hold monitors against the points of the last days, those that page first in front.

    Nothing is written in Datadog. Raises nothing of Datadog's: what it does not answer is said.
    """
    monitors = [loaded.project.monitors[key] for key in keys if key in loaded.project.monitors]
    if not monitors:
        return HistoryAnswers()
    monitors.sort(key=lambda monitor: (monitor.priority or 9, monitor.key))
    try:  # what Datadog does not tell of the organisation keeps nothing from being looked at
        home = history_folder.folder(target, client, loaded.project.name, lambda _: None)
    except (OSError, UsageError):
        return HistoryAnswers(said=tuple(_said(len(keys), {_NO_FOLDER: list(keys)})))
    fetching = Fetching(endpoint=client.timeseries, cache=PointsCache(home), budget=budget)
    span = last_days(DAYS, time.time() if now is None else now)
    end = int(span.end)
    types = _Types(endpoint=client.metric_types)
    for monitor in monitors:
        with contextlib.suppress(Unsupported):
            fetching.expect(_wanted(Definition.of(monitor.body), span), end)
    diagnostics: list[Diagnostic] = []
    open_: dict[str, list[str]] = {}
    with progress("looking at the points of the last days", len(monitors)) as done:
        for monitor in monitors:
            result = _DENIED if _DENIED in open_ else _of(monitor, fetching, span, types)
            if isinstance(result, str):
                open_.setdefault(result, []).append(monitor.key)
            else:
                diagnostics += (_placed(loaded, monitor, finding) for finding in result)
            done(not isinstance(result, str))
    fetching.cache.trim()
    return HistoryAnswers(
        diagnostics=tuple(diagnostics),
        said=(*_said(len(monitors), open_), *types.said()),
        requests=fetching.sent,
    )


@dataclass(slots=True, kw_only=True)
class _Types:
    """Types of metrics, each asked for once; ``unread`` are those that Datadog did not tell."""

    endpoint: MetricTypes
    known: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def of(self, metrics: Iterable[str], fetching: Fetching) -> Mapping[str, str]:
        """Return the types of metrics, with requests that count as those for points."""
        for metric in metrics:
            if metric not in self.known:
                self.known[metric] = self._asked(metric, fetching)
        return self.known

    def _asked(self, metric: str, fetching: Fetching) -> str:
        with contextlib.suppress(RemoteError, OutOfBudget):
            fetching.spend()
            return self.endpoint.of(metric)
        self.unread.append(metric)
        return ""

    def said(self) -> Iterator[str]:
        if self.unread:
            number = count(len(self.unread), "type of a metric", "types of metrics")
            yield (
                f"Not checked: {number}, without metrics_read or beyond the requests of one run"
                f" ({listed(self.unread)})."
            )


def _of(
    monitor: Monitor, fetching: Fetching, span: TimeSpan, types: _Types
) -> list[DataFinding] | str:
    """Return what is odd about one monitor, or why nobody knows."""
    try:
        definition = Definition.of(monitor.body)
        points = _points(definition, fetching, span)
        known = types.of(live_data.counted(definition), fetching)
        return [
            *live_data.of_types(definition, known),
            *live_data.findings(definition, points, span),
        ]
    except Unsupported:
        return _UNSUPPORTED
    except OutOfBudget:
        return _SPENT
    except AccessDenied:
        return _DENIED
    except RemoteError:
        return _AWAY


def _points(
    definition: Definition, fetching: Fetching, span: TimeSpan
) -> Mapping[WantedLine, Mapping[tuple[str, ...], tuple[list[int], list[float]]]]:
    """Fetch the points of a definition, and where it has none, those of wider questions."""
    start, end = int(span.start), int(span.end)
    points = fetching.lines(_wanted(definition, span), end)
    wider = live_data.probes(definition, points)
    lines = {line for pair in wider.values() for line in (pair.ungrouped, pair.unfiltered)}
    return points | fetching.lines([(line, start) for line in lines], end)


def _wanted(definition: Definition, span: TimeSpan) -> list[tuple[WantedLine, int]]:
    start = int(span.start) - definition.wanted.back
    return [(line, start) for line in definition.wanted.lines]


def _said(number: int, open_: Mapping[str, Sequence[str]]) -> Iterator[str]:
    looked = number - sum(map(len, open_.values()))
    if looked:
        yield f"Points of {DAYS} days looked at for {count(looked, 'monitor')}."
    for reason, keys in open_.items():
        left_out = f"{count(len(keys), 'monitor')} ({reason}: {listed(keys)})"
        yield f"Not checked against points: {left_out}."


def _placed(loaded: Loaded, monitor: Monitor, finding: DataFinding) -> Diagnostic:
    rule, message, hint = _worded(finding)
    where, start, end = _field(monitor.body, finding)
    document, span = loaded.place(monitor.key, where, start, end)
    severity = Severity.NOTE if rule in NOTES else Severity.WARNING
    return document.diagnostic(rule, message, span, hint=hint, key=monitor.key, severity=severity)


def _field(body: Body, finding: DataFinding) -> tuple[tuple[str, ...], int, int | None]:
    """Return the field that a finding is about, and the stretch of its text."""
    if finding.part is None:
        options = body.get("options") or {}
        if "critical" in (options.get("thresholds") or {}):
            return ("options", "thresholds", "critical"), 0, None
        return ("query",), 0, None
    tree = Definition.of(body).settings.query.tree
    if isinstance(finding.part, Series) and isinstance(tree, MetricQuery):
        return ("query",), finding.part.metric.start, finding.part.scope.end
    return ("query",), 0, None


_WORDS: Final[dict[DataFault, tuple[str, str, str]]] = {
    "no_points": (
        "query/no-points",
        "{name} did not report in {days} days",
        "look it up in Datadog's Metrics Summary; rare metrics: `ignore` with a reason",
    ),
    "no_counts": ("query/no-counts", "{name} counted nothing in {days} days", ""),
    "no_points_with_filter": (
        "query/no-points-with-filter",
        "{name} reports, but in {days} days nothing of it had these tags together",
        "use tags that its points have; Datadog's Metrics Summary lists them",
    ),
    "no_such_group": (
        "query/no-such-group",
        "{name} reports, but in {days} days nothing of it had all keys of `by`",
        "group by keys that its points have; Datadog's Metrics Summary lists them",
    ),
    "counted_gauge": (
        "query/counted-gauge",
        "{name} is a gauge, which no `as_count()` and no `as_rate()` turns into a count",
        "leave `as_count()` or `as_rate()` out, or send the metric as a count",
    ),
    "many_groups": (
        "query/many-groups",
        "{number} groups, each of which can page",
        "group by a coarser key, or name one in `notify_by`",
    ),
    "other_unit": (
        "thresholds/other-unit",
        "{limit} looks like another unit: {values}",
        "a factor of about {number:,}: write the threshold as the metric counts",
    ),
    "always_crossed": (
        "thresholds/always-crossed",
        "{limit} was crossed all the time: {values}",
        "set it beyond the usual values; `monitor-sync backtest` shows them",
    ),
    "never_crossed": ("thresholds/never-crossed", "{limit} was never crossed: {values}", ""),
}
"""Rule, message and hint of each fault."""


def _worded(finding: DataFinding) -> tuple[str, str, str]:
    """Return rule, message and hint."""
    part = finding.part
    whose = "values of the worst group lay" if finding.grouped else "values lay"
    low, high = _short(finding.low), _short(finding.high)
    filled = {
        "name": f"`{part.metric.text}`" if isinstance(part, Series) else "the search",
        "days": DAYS,
        "number": finding.number,
        "limit": f"`{finding.comparator} {_short(finding.critical)}`",
        "values": f"{whose} between {low} and {high} in {DAYS} days",
    }
    rule, message, hint = _WORDS[finding.fault]
    return rule, message.format(**filled), hint.format(**filled)


def _short(number: float) -> str:
    return shown(float(f"{number:.3g}")) if number else "0"
