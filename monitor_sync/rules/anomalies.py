"""What belongs to ``anomalies(…)``: its two windows, and thresholds that are shares of a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.atoms import Window
from monitor_sync.language.query import Algorithm
from monitor_sync.language.syntax.windows import read_window
from monitor_sync.language.tree_queries import words_of
from monitor_sync.rules.monitor_types import METRIC
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.thresholds import field
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

_FIELD: Final = ("options", "threshold_windows")
_BOTH: Final = ("trigger_window", "recovery_window")
_SHARES: Final = ("warning", "critical_recovery", "warning_recovery")


def _anomalies(view: QueryView) -> Algorithm | None:
    """Return the ``anomalies(…)`` of a metric query; None if it has none."""
    algorithm = query.algorithm(view.query)
    return algorithm if algorithm is not None and algorithm.name == "anomalies" else None


def _windows(view: QueryView) -> Mapping[str, Any]:
    """Return the threshold windows that are not null."""
    given = view.options.get("threshold_windows")
    if not isinstance(given, dict):
        return {}
    return {name: value for name, value in given.items() if value is not None}


def _last(value: Any) -> Window | None:
    """Return ``last_15m`` as a window, None for anything that is no such text."""
    window = read_window(value, 0, 0) if isinstance(value, str) else None
    return window if window is not None and window.form == "last" and window.count > 0 else None


@rule("options/threshold-windows-without-anomalies", Severity.ERROR)
def threshold_windows_without_anomalies(view: QueryView) -> Iterable[Finding]:
    """
    `threshold_windows` is given, but the query has no `anomalies(…)`.

    Why: Datadog refuses it. The two windows say for how long a value must be abnormal to alert
    and normal to recover, which no other monitor asks.

    Example: `avg(last_5m):avg:system.load.1{*} > 4` with
    `threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}`.

    Use instead: the window at the start of the query, `avg(last_15m):…`.

    Source: reported: Datadog answers 400 "threshold_windows is only used with anomalies monitors";
    null is accepted everywhere.
    """
    if not view.options.get("threshold_windows"):
        return ()
    if view.query.tree is None or not _windows(view) or _anomalies(view) is not None:
        return ()
    return [
        Finding(
            message="`threshold_windows` goes with `anomalies(…)` only, and the query has none",
            field=_FIELD,
            hint="remove `threshold_windows`",
        )
    ]


@rule("options/half-threshold-windows", Severity.ERROR)
def half_threshold_windows(view: QueryView) -> Iterable[Finding]:
    """
    One of the two windows of `threshold_windows` is missing.

    Why: the two go together. An old answer of Datadog's has one alone; none since.

    Example: `threshold_windows: {trigger_window: last_15m}`.

    Use instead: `threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}`.

    Source: Datadog's page on anomaly monitors; all recorded requests since 2020 but one have both.
    """
    if not view.options.get("threshold_windows"):
        return ()
    given = _windows(view)
    missing = [name for name in _BOTH if name not in given]
    if len(missing) != 1 or not given:
        return ()
    there = next(iter(given))
    return [
        Finding(
            message=f"`{there}` stands without `{missing[0]}`",
            field=_FIELD,
            hint=f"add `{missing[0]}: {given[there]}`",
        )
    ]


@rule("options/bad-threshold-window", Severity.ERROR)
def bad_threshold_window(view: QueryView) -> Iterable[Finding]:
    """
    A window of `threshold_windows` is not of the form `last_15m`.

    Why: Datadog reads these windows like the one at the start of a query.

    Example: `threshold_windows: {trigger_window: 15m, recovery_window: 15m}`.

    Use instead: `threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}`.

    Source: Datadog's page on anomaly monitors; all recorded requests have this form.
    """
    if not view.options.get("threshold_windows"):
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(value)}, but a window such as `last_15m` was expected",
            field=(*_FIELD, name),
            hint="write for example `last_15m`",
        )
        for name, value in _windows(view).items()
        if name in _BOTH and _last(value) is None
    ]


@rule("options/trigger-window-mismatch", Severity.ERROR)
def trigger_window_mismatch(view: QueryView) -> Iterable[Finding]:
    """
    `trigger_window` differs from the `alert_window` of the query.

    Why: Datadog keeps this window in both places and refuses a monitor in which they differ.

    Example: `anomalies(…, alert_window='last_15m')` with
    `threshold_windows: {trigger_window: last_30m, …}`.

    Use instead: the same window in both places.

    Source: reported: Datadog answers 400 "alert window query arg must match trigger window monitor
    option" (datadog-operator pull 408); accepted monitors have no exception.
    """
    if not view.options.get("threshold_windows"):
        return ()
    trigger, anomalies = _windows(view).get("trigger_window"), _anomalies(view)
    alert = anomalies.option("alert_window") if anomalies is not None else ""
    option, wanted = _last(trigger), _last(alert)
    if option is None or wanted is None or option.seconds == wanted.seconds:
        return ()
    return [
        Finding(
            message=f"`trigger_window` is {shown(trigger)}, "
            f"but `alert_window` in the query is `{alert}`",
            field=(*_FIELD, "trigger_window"),
            hint=f"write `trigger_window: {alert}`",
        )
    ]


@rule("options/no-threshold-windows", Severity.WARNING)
def no_threshold_windows(view: QueryView) -> Iterable[Finding]:
    """
    A query with `alert_window` comes without `threshold_windows`.

    Why: the query says over which window a value must be abnormal, the option says it again and
    adds how long it must be normal to recover. Without the option Datadog takes a default that
    may differ from the query, and its editor shows something else than what runs.

    Example: `anomalies(…, alert_window='last_15m') >= 1` without `threshold_windows`.

    Use instead: `threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}`.

    Source: datadog-operator pull 408 and datadog-api-client-python issue 764 report a refusal, in
    words about the query; live accounts hold such monitors, so it is no certain error.
    """
    if view.type not in METRIC or view.options.get("threshold_windows"):
        return ()
    anomalies = _anomalies(view)
    window = anomalies.options.get("alert_window") if anomalies is not None else None
    if window is None:
        return ()
    value = words_of(window.value)
    return [
        Finding(
            message=f"`alert_window` is `{value}`, but `threshold_windows` is missing",
            field=("query",),
            start=window.start,
            end=window.end,
            hint="add to the options: "
            f"`threshold_windows: {{trigger_window: {value}, recovery_window: {value}}}`",
        )
    ]


@rule("thresholds/alert-while-recovered", Severity.ERROR)
def alert_while_recovered(view: QueryView) -> Iterable[Finding]:
    """
    An anomaly monitor could alert and recover at the same time.

    Why: it alerts when a share of `trigger_window` is abnormal and recovers when no more than a
    share of `recovery_window` is. Where both can hold at once Datadog refuses the monitor: the
    normal part of the recovery window, R × (1 - `critical_recovery`), must be longer than what
    an alert leaves normal of the trigger window, T × (1 - `critical`).

    Example: `thresholds: {critical: 1, critical_recovery: 1}` with two windows of 15 minutes.

    Use instead: `critical_recovery: 0`: no abnormal point left.

    Source: reported: Datadog answers 400 "alert and alert recovery criteria are such that the
    monitor can be simultaneously in alert and alert recovery states"; no published monitor is an
    exception to the formula, which is ours.
    """
    if not view.options.get("threshold_windows"):
        return ()
    windows, given = _windows(view), view.thresholds
    trigger, recovery = (_last(windows.get(name)) for name in _BOTH)
    critical, back = number(given.get("critical")), number(given.get("critical_recovery"))
    if trigger is None or recovery is None or critical is None or back is None:
        return ()
    if not (0 <= critical <= 1 and 0 <= back <= 1) or _anomalies(view) is None:
        return ()
    normal, left = recovery.seconds * (1 - back), trigger.seconds * (1 - critical)
    if normal > left:
        return ()
    return [
        Finding(
            message=f"`critical_recovery` is {shown(back)} of {windows['recovery_window']}, "
            f"which can hold while {shown(critical)} of {windows['trigger_window']} is abnormal",
            field=field("critical_recovery"),
            hint="write `critical_recovery: 0`"
            if recovery.seconds > left
            else f"write a `recovery_window` of more than {shown(round(left / 60, 1))} minutes",
        )
    ]


@rule("thresholds/no-share", Severity.ERROR)
def no_share(view: QueryView) -> Iterable[Finding]:
    """
    A warning or recovery threshold of an anomaly monitor is not a share between 0 and 1.

    Why: `anomalies(…)` gives the share of the alert window that is abnormal: 1 is all of it.
    A warning at 80 never comes.

    Example: `anomalies(…) >= 1` with `thresholds: {critical: 1, warning: 80}`.

    Use instead: `thresholds: {critical: 1, warning: 0.8}`.

    Source: Datadog's page on anomaly monitors; all published ones are between 0 and 1. The number
    in the query has a rule of its own.
    """
    if len(view.thresholds) < 2 or _anomalies(view) is None:
        return ()
    findings = []
    for name in _SHARES:
        value = number(view.thresholds.get(name))
        if value is None or 0 <= value <= 1:
            continue
        message = f"`{name}` is {shown(value)}, but a share of the window, 0 to 1, was expected"
        share = shown(value / 100) if 1 < value <= 100 else "0.5"
        findings.append(
            Finding(message=message, field=field(name), hint=f"write for example {share}")
        )
    return findings
