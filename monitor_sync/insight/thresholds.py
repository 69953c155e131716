"""A number becomes a state: comparators, warning, and what it takes to recover (7)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.insight.readings import CHOSEN, Readings
from monitor_sync.insight.values import Status
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Number
from monitor_sync.language.query import Parsed

MET: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
"""Whether a value meets a threshold (5.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """
    The comparator of a query and its levels; None where there is none.

    ``alert_outlives_warning`` is how that open point is read.
    """

    comparator: str
    critical: float | None
    warning: float | None = None
    critical_recovery: float | None = None
    warning_recovery: float | None = None
    alert_outlives_warning: bool = True

    @property
    def recovers(self) -> bool:
        """Return whether there is any recovery threshold."""
        return self.critical_recovery is not None or self.warning_recovery is not None

    @property
    def recovers_beyond_warning(self) -> bool:
        """Return whether a value can be neither warned of nor recovered from an alert."""
        recovery, warning = self.critical_recovery, self.warning
        if recovery is None or warning is None or self.comparator in ("==", "!="):
            return False
        ends = warning if self.warning_recovery is None else self.warning_recovery
        return MET[self.comparator](ends, recovery)


def thresholds(
    query: Parsed, options: Mapping[str, Any], readings: Readings = CHOSEN
) -> Thresholds | None:
    """Return the levels: the critical one of the query, the others of the options."""
    comparison = queries.comparison(query)
    if comparison is None:
        return None
    declared = options.get("thresholds")
    levels = declared if isinstance(declared, Mapping) else {}
    written = comparison.threshold
    return Thresholds(
        comparator=comparison.operator.text,
        critical=written.value if isinstance(written, Number) else _number(levels, "critical"),
        warning=_number(levels, "warning"),
        critical_recovery=_number(levels, "critical_recovery"),
        warning_recovery=_number(levels, "warning_recovery"),
        alert_outlives_warning=readings.alert_outlives_warning,
    )


def _number(levels: Mapping[str, Any], name: str) -> float | None:
    value = levels.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def judged(value: float, levels: Thresholds, before: Status | None) -> tuple[Status, str]:
    """
    Return the state of a value after another state, and the rule that decided.

    A recovery threshold is met the moment the value no longer meets its comparator: ``>``
    recovers at that level or below it, ``>=`` below it (7.2). A monitor that leaves ALERT counts
    as warned (7.3).
    """
    if levels.critical is not None and MET[levels.comparator](value, levels.critical):
        return Status.ALERT, "meets the critical threshold"
    rest = _below(value, levels, before)
    kept = before is Status.ALERT and _holds(value, levels, levels.critical_recovery)
    warns = levels.warning is None or rest[0] is Status.WARN
    if kept and (warns or levels.alert_outlives_warning):
        return Status.ALERT, "has not reached the critical recovery threshold"
    return rest


def _below(value: float, levels: Thresholds, before: Status | None) -> tuple[Status, str]:
    """Return the state of a value that neither alerts nor keeps an alert."""
    if levels.warning is not None:
        if MET[levels.comparator](value, levels.warning):
            return Status.WARN, "meets the warning threshold"
        warned = before in (Status.ALERT, Status.WARN)
        if warned and _holds(value, levels, levels.warning_recovery):
            return Status.WARN, "has not reached the warning recovery threshold"
    return Status.OK, "meets no threshold"


def _holds(value: float, levels: Thresholds, recovery: float | None) -> bool:
    """Return whether a value is still on the bad side of a recovery threshold."""
    if recovery is None or levels.comparator in ("==", "!="):  # these have none (7.4)
        return False
    return MET[levels.comparator](value, recovery)
