"""Options that are numbers, and the numbers that Datadog takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

_NO_END: Final = float("inf")

RANGES: Final[Mapping[str, tuple[float, float, str]]] = {
    "evaluation_delay": (0, 86_400, "seconds"),
    "new_group_delay": (0, _NO_END, "seconds"),
    "new_host_delay": (0, _NO_END, "seconds"),
    "renotify_interval": (0, _NO_END, "minutes"),
    "renotify_occurrences": (0, _NO_END, "times"),
    "no_data_timeframe": (0, _NO_END, "minutes"),
    "min_failure_duration": (0, 7200, "seconds"),
    "min_location_failed": (1, _NO_END, "places"),
}
"""Option to its smallest and largest value and what it counts; ``timeout_h`` is apart."""

_NAMES: Final = frozenset(RANGES)


@rule("options/out-of-range", Severity.ERROR)
def out_of_range(view: QueryView) -> Iterable[Finding]:
    """
    An option has a number that Datadog does not accept.

    Why: delays and intervals are not negative, and some have an upper end: `evaluation_delay` is
    0 to 86400 seconds, `min_failure_duration` 0 to 7200 seconds, `min_location_failed` at
    least 1.

    Example: `options: {evaluation_delay: 100000}`.

    Use instead: a number within the range; 900 seconds are what Datadog recommends for metrics
    that it fetches from a cloud.

    Source: Datadog's description of the options of monitors; all accepted monitors of the
    recordings are within these ranges.
    """
    options = view.options
    if _NAMES.isdisjoint(options):
        return ()
    findings = []
    for name, written in options.items():
        value = number(written) if name in RANGES else None
        if value is None:
            continue
        low, high, unit = RANGES[name]
        if low <= value <= high:
            continue
        wanted = f"{shown(low)} to {shown(high)}" if high < _NO_END else f"at least {shown(low)}"
        findings.append(
            Finding(
                message=f"`{name}` is {shown(value)}, {wanted} ({unit}) was expected",
                field=("options", name),
                hint=f"write {shown(low if value < low else high)}",
            )
        )
    return findings


@rule("options/timeout-out-of-range", Severity.ERROR)
def timeout_out_of_range(view: QueryView) -> Iterable[Finding]:
    """
    `timeout_h` is not within 0 to 24 hours.

    Why: Datadog resolves a silent monitor after a day at most. It announced in 2022 that it
    would refuse more; larger numbers are in old accounts still.

    Example: `options: {timeout_h: 60}`.

    Use instead: `timeout_h: 24`, or `on_missing_data: resolve`.

    Source: Datadog's description of the option, and kennel refuses it too; recorded: 60 was
    accepted until 2022-04, and never since.
    """
    hours = number(view.options.get("timeout_h"))
    if hours is None or 0 <= hours <= 24:
        return ()
    return [
        Finding(
            message=f"`timeout_h` is {shown(hours)}, 0 to 24 hours was expected",
            field=("options", "timeout_h"),
            hint="write 24" if hours > 24 else "write 0, which never resolves by itself",
        )
    ]
