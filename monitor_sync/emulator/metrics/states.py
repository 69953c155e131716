"""
From numbers to states, one group of one monitor.

Sources: Datadog's pages on configuring monitors (thresholds, missing data) and on recovery
thresholds. A group that was never seen is never missing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.emulator.metrics.numbers import Judged
from monitor_sync.emulator.metrics.query import has_call, series_in
from monitor_sync.emulator.metrics.read_monitors import ReadMonitor, SearchCount

States = list[tuple[int, str]]
"""When a group's state was another one than before, and which; the first one begins it."""

_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """A threshold, and the one beyond which a monitor stays once it was crossed."""

    beyond: Callable[[float, float], bool]
    threshold: float
    recovery: float | None

    def holds(self, number: float, *, before: bool) -> bool:
        """Return whether a number is beyond it, or is not back yet if it was so `before`."""
        if self.beyond(number, self.threshold):
            return True
        return before and self.recovery is not None and self.beyond(number, self.recovery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    What decides the state of a monitor.

    `missing` is the state without data: `zero` for that of a 0, empty for the last one. It comes
    `missing_after` seconds after the first empty window. `full` windows alone may be judged.
    """

    critical: Level
    warning: Level | None
    missing: str
    missing_after: int
    full: bool

    @classmethod
    def of(cls, body: Mapping[str, Any], monitor: ReadMonitor) -> Rules:
        """Return the rules of a monitor as Datadog holds it."""
        options = body.get("options") or {}
        thresholds = options.get("thresholds") or {}
        beyond, warning = _COMPARE[monitor.comparator], thresholds.get("warning")
        has_recovery = monitor.comparator not in ("==", "!=")
        critical_recovery, warning_recovery = (
            thresholds.get(name) if has_recovery else None
            for name in ("critical_recovery", "warning_recovery")
        )
        return cls(
            critical=Level(beyond, monitor.critical, critical_recovery),
            warning=None if warning is None else Level(beyond, warning, warning_recovery),
            missing=_missing(options, monitor),
            missing_after=_missing_after(options, monitor),
            full=options.get("require_full_window") is True,
        )

    def after(self, number: float, before: str) -> str:
        """Return the state that a number gives; who leaves an alert counts as warned."""
        if self.critical.holds(number, before=before == "alert"):
            return "alert"
        warned = before in ("alert", "warning")
        return "warning" if self.warning and self.warning.holds(number, before=warned) else "ok"

    def states(self, instants: Sequence[int], judged: Judged) -> States:
        """Return the changes of a group's state."""
        state, made = "", States()
        silent_since: int | None = None
        seen, full = judged.had_points, judged.was_full if self.full else None
        mildest = self.warning or self.critical
        beyond, threshold = mildest.beyond, mildest.threshold
        for place, (at, number) in enumerate(zip(instants, judged.numbers, strict=True)):
            if (
                state == "ok"
                and number is not None
                and seen is None
                and not beyond(number, threshold)
            ):
                continue  # as most evaluations are
            new = state
            if seen is not None and not seen[place]:
                silent_since = at if silent_since is None else silent_since
                new = self._without_data(at - silent_since, state) if state else state
            elif number is not None and (full is None or full[place]):
                silent_since, new = None, self.after(number, state)
            if new != state:
                state = new
                made.append((at, new))
        return made

    def begins_well(self, judged: Judged, before: int) -> bool:
        """
        Return whether the state after so many evaluations is sure, whatever was before them.

        One of them must say OK without any memory; where all are silent, the first that is not.
        """
        known = [number for number in judged.numbers[: before + 1] if number is not None]
        if not known:
            known = [number for number in judged.numbers if number is not None][:1]
        return not known or any(self.after(number, "alert") == "ok" for number in known)

    def _without_data(self, seconds: int, before: str) -> str:
        if self.missing == "zero":
            return self.after(0.0, before)
        return self.missing if self.missing and seconds >= self.missing_after else before


def _missing(options: Mapping[str, Any], monitor: ReadMonitor) -> str:
    policy = options.get("on_missing_data")
    match policy:
        case "show_no_data" | "show_and_notify_no_data":
            return "no_data"
        case "resolve":
            return "ok"
        case "default":
            return "zero" if _counts(monitor) else ""
        case _:
            return "no_data" if options.get("notify_no_data") else ""


def _missing_after(options: Mapping[str, Any], monitor: ReadMonitor) -> int:
    """Return for how long a window must have been empty: the time frame begins with the data."""
    if options.get("on_missing_data") or not options.get("notify_no_data"):
        return 0
    frame = 60 * int(options.get("no_data_timeframe") or 0) or 2 * monitor.window
    return max(frame - monitor.window, 0)


def _counts(monitor: ReadMonitor) -> bool:
    expression = monitor.expression
    if isinstance(expression, SearchCount):
        return True
    return any(s.counted for s in series_in(expression)) and not has_call(
        expression, "default_zero"
    )
