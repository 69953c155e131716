"""``backtest``: what changed monitors would have done on real history, beside the live ones."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from monitor_sync.app import history_folder, planning
from monitor_sync.app.backtest_actual import Actual, actual_episodes, standing_of
from monitor_sync.app.backtest_points import Fetching, OutOfBudget, last_days
from monitor_sync.app.conversation import Progress, silent
from monitor_sync.app.selection import select_monitors
from monitor_sync.audience.pagers import pager_globs
from monitor_sync.errors import AccessDenied, RemoteError, UsageError
from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.backtest.comparison import (
    WARM_UP,
    Compared,
    Definition,
    held_by_standing,
)
from monitor_sync.insight.backtest.comparison import compared as compare_definitions
from monitor_sync.insight.backtest.composed import Composite, compared_composites, member_names
from monitor_sync.insight.backtest.sparse import observed
from monitor_sync.insight.backtest.suggested import WINDOWS, AlertSuggestion, suggestions
from monitor_sync.insight.values import Unsupported
from monitor_sync.store.points_cache import PointsCache
from monitor_sync.sync.identity import match

if TYPE_CHECKING:
    from monitor_sync.app.planning import Planned
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.monitors import Monitors
    from monitor_sync.insight.backtest.replay import Points
    from monitor_sync.insight.backtest.wanted import WantedLine
    from monitor_sync.model import Body, LiveResource, Monitor

MOST_DAYS: Final = 30
BUDGET: Final = 600
"""Requests that one run sends at most: an hour's worth by the lowest limit that was recorded."""

SkipReason = Literal["unsupported", "budget", "no_points", "refused", "same"]
"""
Why a monitor was not replayed. ``unsupported``: history cannot answer for it. ``budget``: it would
take more requests than are left. ``no_points``: nothing was reported. ``refused``: Datadog did not
answer. ``same``: nothing is changed that decides when it alerts or whom it tells.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestOptions:
    """
    What is replayed.

    ``selectors`` name monitors; without any those that the plan changes are meant. With ``base``
    they narrow what this change changes. ``days`` is 0 for what the policy says. ``budget`` is how
    many requests for history may be sent. With ``suggest`` thresholds and windows are tried that
    may be quieter.
    """

    selectors: Sequence[str] = ()
    base: str = ""
    days: int = 0
    budget: int = BUDGET
    suggest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested:
    """A monitor that was replayed. ``points`` were fetched or kept, ``calls`` requests sent."""

    monitor: Monitor
    compared: Compared
    points: int
    calls: int
    suggestions: tuple[AlertSuggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedMonitor:
    """A monitor that was not replayed, and why; ``detail`` says it in full where there is more."""

    key: str
    reason: SkipReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtests:
    """
    All that was replayed, in the order of keys.

    ``calls`` are the requests for history that were sent; ``lacking`` are those that the rest
    needs, which a next run sends. ``options`` are those it was called with. ``most_per_week`` is
    the policy's ``max_fires_per_week``, None where it has none. ``pagers`` are globs. ``unknown``
    says why it is not known what really happened, empty where it is.
    """

    span: TimeSpan
    time_zone: str
    monitors: tuple[Backtested, ...] = ()
    skipped: tuple[SkippedMonitor, ...] = ()
    calls: int = 0
    lacking: int = 0
    options: BacktestOptions = BacktestOptions()
    most_per_week: float | None = None
    pagers: tuple[str, ...] = ()
    unknown: str = ""

    @property
    def days(self) -> float:
        """How many days were looked at."""
        return (self.span.end - self.span.start) / 86_400

    def too_loud(self, most: float | None = None) -> tuple[Backtested, ...]:
        """Return the monitors whose new definition fires more often than ``most``, in the span."""
        if most is None and self.most_per_week is not None:
            most = self.most_per_week * self.days / 7
        if most is None:
            return ()
        return tuple(b for b in self.monitors if len(b.compared.new.fires) > most)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """
    A monitor to replay: as it is declared, and as it lives, None where it does not.

    Without ``changed`` Datadog holds it, and the members of a composite, as declared. ``bodies``
    are those of all monitors that may be its members: by key as declared, and by id as they live.
    """

    monitor: Monitor
    body: Body
    live: LiveResource | None
    changed: bool
    bodies: Mapping[str, Body]

    def read(self, body: Body) -> Definition | Composite:
        """Return a body of this monitor, read. Raises Unsupported."""
        if body.get("type") == "composite":
            return Composite.of(body, self.bodies)
        return Definition.of(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """What is replayed of a candidate, read; ``old`` is what lives, None where nothing does."""

    candidate: _Candidate
    old: Definition | Composite | None
    new: Definition | Composite

    @classmethod
    def of(cls, candidate: _Candidate) -> _Prepared | SkippedMonitor:
        try:
            new = candidate.read(candidate.body)
            old = new if candidate.live is not None else None
            if candidate.live is not None and candidate.changed:
                old = candidate.read(candidate.live.body)
        except Unsupported as error:
            return _unsupported(candidate, error)
        return cls(candidate=candidate, old=old, new=new)

    def wanted(self, span: TimeSpan, *, longest: int = 0) -> list[tuple[WantedLine, int]]:
        """
        Return every line with the second from which it is needed, the earlier one of two.

        Windows that are ``longest`` seconds long are looked at too.
        """
        starts: dict[WantedLine, int] = {}
        for definition in (self.old or self.new, self.new):
            start = int(span.start - WARM_UP - max(definition.wanted.back, longest))
            for line in definition.wanted.lines:
                starts[line] = min(starts.get(line, start), start)
        return list(starts.items())


def _unsupported(candidate: _Candidate, error: Unsupported) -> SkippedMonitor:
    return SkippedMonitor(key=candidate.monitor.key, reason="unsupported", detail=error.name)


def backtest(
    root: Path,
    target: Target,
    options: BacktestOptions | None = None,
    *,
    progress: Progress = silent,
    now: float | None = None,
) -> Backtests:
    """
    Replay monitors over history that Datadog has, and hold the live ones against what happened.

    Nothing is written in Datadog. Raises WrongFiles, UsageError, RemoteError where monitors cannot
    be listed; what cannot be had of single monitors is among ``skipped``.
    """
    options = options or BacktestOptions()
    planned = planning.compare(root, target.connect, planning.PlanOptions(base=options.base))
    candidates, skipped = _candidates(planned, options)
    result = _nothing(planned, options, time.time() if now is None else now, skipped)
    if not candidates:
        return result
    # what cannot be told about the organisation is among the notes of its history
    home = history_folder.folder(target, planned.client, planned.project.name, lambda _: None)
    fetching = Fetching(
        endpoint=planned.client.timeseries, cache=PointsCache(home), budget=options.budget
    )
    actual, unknown = None, ""
    if any(candidate.live is not None for candidate in candidates):
        actual, unknown = actual_episodes(planned.project, target, result.span)
    replaying = _Replaying(
        fetching=fetching,
        monitors=planned.client.monitors,
        span=result.span,
        actual=actual,
        unknown=unknown,
        suggest=options.suggest,
    )
    return replaying.all(candidates, progress, result)


def _nothing(
    planned: Planned, options: BacktestOptions, now: float, skipped: Sequence[SkippedMonitor]
) -> Backtests:
    """Return what is known before anything is replayed."""
    project, policy = planned.project, planned.project.policy
    return Backtests(
        span=_span(options.days or policy.backtest_days, now),
        time_zone=project.time_zone,
        skipped=tuple(skipped),
        options=options,
        most_per_week=policy.backtest.get("max_fires_per_week"),
        pagers=pager_globs(project.limits.pagers, project.limits.pager_handles),
    )


def _span(days: int, now: float) -> TimeSpan:
    """Return the last days up to a full hour, by which points have arrived."""
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"{days} days of history, expected 1 to {MOST_DAYS}")
    return last_days(days, now)


def _candidates(
    planned: Planned, options: BacktestOptions
) -> tuple[list[_Candidate], list[SkippedMonitor]]:
    """Return the monitors to replay, those that page first in front."""
    changes = {
        change.key: change
        for change in planned.plan.changes
        if change.kind.name == "monitor" and change.body is not None
    }
    live = match(planned.project, planned.live).ours
    monitors = planned.project.monitors
    bodies = {key: monitor.body for key, monitor in monitors.items()}
    bodies |= {str(r.id): r.body for r in planned.live if r.kind == "monitor"}
    named = bool(options.selectors) and not options.base
    chosen = [m.key for m in select_monitors(planned.project, options.selectors)]
    keys = chosen if named else [key for key in chosen if key in changes]
    candidates, skipped = [], []
    for key in keys:
        change = changes.get(key)
        held = change.live if change is not None else live.get(key)
        body = monitors[key].body
        candidate = _Candidate(
            monitor=monitors[key], body=body, live=held, bodies=bodies,
            changed=change is not None or not changes.keys().isdisjoint(member_names(body)),
        )  # fmt: skip
        if change is not None and not named and not _matters(change.fields, change.action):
            skipped.append(SkippedMonitor(key=key, reason="same"))
        else:
            candidates.append(candidate)
    candidates.sort(key=lambda c: (c.monitor.priority or 9, c.monitor.key))
    return candidates, skipped


_DECIDING: Final = ("query", "type", "options", "message", "priority")


def _matters(fields: Sequence[object], action: str) -> bool:
    """Return whether a change may change when a monitor alerts, or whom it tells."""
    names = {str(getattr(field, "field", "")).partition(".")[0] for field in fields}
    return action in ("create", "replace") or bool(names.intersection(_DECIDING))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replaying:
    """Replay monitors one by one over history that is fetched for all of them together."""

    fetching: Fetching
    monitors: Monitors
    span: TimeSpan
    actual: Actual | None
    unknown: str
    suggest: bool

    def all(
        self, candidates: Sequence[_Candidate], progress: Progress, result: Backtests
    ) -> Backtests:
        """Return a result with what was replayed, and what was not."""
        prepared = [_Prepared.of(candidate) for candidate in candidates]
        for about in prepared:
            if isinstance(about, _Prepared):
                self.fetching.expect(self._wanted(about), int(self.span.end))
        made: list[Backtested | SkippedMonitor] = []
        with progress("fetching history, and replaying it", len(prepared)) as done:
            for about in prepared:
                made.append(about if isinstance(about, SkippedMonitor) else self._made(about))
                done(isinstance(made[-1], Backtested))
        self.fetching.cache.trim()
        return replace(
            result,
            monitors=tuple(b for b in made if isinstance(b, Backtested)),
            skipped=(*result.skipped, *(s for s in made if isinstance(s, SkippedMonitor))),
            calls=self.fetching.sent,
            lacking=self.fetching.lacking,
            unknown=self.unknown,
        )

    def _wanted(self, about: _Prepared) -> list[tuple[WantedLine, int]]:
        return about.wanted(self.span, longest=max(WINDOWS.values()) if self.suggest else 0)

    def _made(self, about: _Prepared) -> Backtested | SkippedMonitor:
        """Fetch and replay one monitor."""
        key, before = about.candidate.monitor.key, self.fetching.sent
        try:
            points = self.fetching.lines(self._wanted(about), int(self.span.end))
            if not any(points[line] for line in about.new.wanted.lines):
                return SkippedMonitor(key=key, reason="no_points")
            compared = self._compared(about, points)
        except OutOfBudget as error:
            return SkippedMonitor(
                key=key, reason="budget", detail=f"{error.needed} needed, {error.left} left"
            )
        except Unsupported as error:
            return _unsupported(about.candidate, error)
        except RemoteError as error:
            if isinstance(error, AccessDenied):
                raise
            return SkippedMonitor(key=key, reason="refused", detail=str(error))
        tried = (
            suggestions(about.new, points, compared.new, self.span)
            if self.suggest and isinstance(about.new, Definition)
            else ()
        )
        return Backtested(
            monitor=about.candidate.monitor,
            compared=compared,
            points=_number(points),
            calls=self.fetching.sent - before,
            suggestions=tried,
        )

    def _compared(self, about: _Prepared, points: Points) -> Compared:
        live, old, new = about.candidate.live, about.old, about.new
        known = live.id if live is not None and isinstance(live.id, int) else 0
        actual = None if self.actual is None else self.actual.get(known, ())
        if isinstance(new, Composite):
            made = compared_composites(
                old if isinstance(old, Composite) else None, new, points, self.span,
                monitor_id=known, actual=actual, unknown=self.unknown,
            )  # fmt: skip
            members = tuple(new.members.values())
        else:
            made = compare_definitions(
                old if isinstance(old, Definition) else None, new, points, self.span,
                monitor_id=known, actual=actual, unknown=self.unknown,
            )  # fmt: skip
            members = (new,)
        if old is not None and actual is not None and _is_untold(made):
            standing = standing_of(self.monitors, known)
            if standing is not None:
                made = held_by_standing(made, actual, self.span, old.tolerance, standing)
        seen = [doubt for member in members for doubt in observed(member, points, self.span)]
        return replace(made, assumptions=(*made.assumptions, *dict.fromkeys(seen)))


def _is_untold(made: Compared) -> bool:
    return any(assumption.kind == "untold" for assumption in made.assumptions)


def _number(points: Points) -> int:
    return sum(len(times) for lines in points.values() for times, _ in lines.values())
