"""Thresholds against the query and against each other: which there may be, and on which side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import Comparison, FormulaQuery
from monitor_sync.rules.monitor_types import CHECK, COMPOSITE, SLO, SYNTHETICS, article
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import limit, number, shown
from monitor_sync.rules.views import QueryView

_UPWARD: Final = frozenset({">", ">="})
_DOWNWARD: Final = frozenset({"<", "<="})
_SECOND: Final = ("warning", "critical_recovery", "warning_recovery")
_RECOVERIES: Final = ("critical_recovery", "warning_recovery")


def field(name: str) -> tuple[str, ...]:
    """Return the path to one threshold."""
    return ("options", "thresholds", name)


@rule("thresholds/query-mismatch", Severity.ERROR)
def query_mismatch(view: QueryView) -> Iterable[Finding]:
    """
    The number at the end of the query is not `thresholds.critical`.

    Why: Datadog keeps the critical level in both places and refuses a monitor in which they
    differ, which would come out only at apply, after review.

    Example: `… > 5` in the query, and `thresholds: {critical: 6}`.

    Use instead: `${critical}` in the query; then there is one place for the number.

    Source: recorded: Datadog answers 400 "Alert threshold (90.0) does not match that used in the
    query (200.0)."; more than a thousand accepted monitors have no exception.
    """
    critical = number(view.thresholds.get("critical"))
    if critical is None:
        return ()
    comparison = query.comparison(view.query)
    if (
        comparison is None
        or not isinstance(comparison.threshold, Number)
        or limit(comparison) == critical
    ):
        return ()
    written = comparison.threshold
    return [
        Finding(
            message=f"the query compares with {written.written}, "
            f"but thresholds.critical is {shown(critical)}",
            field=("query",),
            start=written.start,
            end=written.end,
            hint="write `${critical}` in the query",
        )
    ]


@rule("thresholds/no-critical", Severity.ERROR)
def no_critical(view: QueryView) -> Iterable[Finding]:
    """
    There is a warning or a recovery threshold, but no critical one.

    Why: Datadog fills in the critical threshold from the query only where no threshold is given
    at all; with some of them given it wants the critical one too.

    Example: `thresholds: {warning: 3}`.

    Use instead: `thresholds: {critical: 5, warning: 3}`, and `${critical}` in the query.

    Source: reported: Datadog answers 400 "Alert status is required." (datadog-operator issue
    2106); recorded: no accepted monitor has a warning without a critical threshold.
    """
    given = view.thresholds
    if not given or given.get("critical") is not None or view.type in (CHECK, COMPOSITE):
        return ()
    if given.get("critical_query") is not None:
        return ()
    name = next((name for name in _SECOND if number(given.get(name)) is not None), "")
    if not name:
        return ()
    level = limit(query.comparison(view.query))
    hint = f"add `critical: {shown(level)}`" if level is not None else "add `critical:`"
    message = f"`{name}` is {shown(given[name])}, but `critical` is missing"
    return [Finding(message=message, field=field(name), hint=hint)]


@rule("thresholds/warning-beyond-critical", Severity.ERROR)
def warning_beyond_critical(view: QueryView) -> Iterable[Finding]:
    """
    The warning threshold is not on the healthy side of the critical one.

    Why: a monitor warns before it alerts. With `>` the warning must be below critical, with `<`
    above; Datadog refuses anything else, equal numbers too.

    Example: `… > 5` with `thresholds: {critical: 5, warning: 9}`.

    Use instead: `thresholds: {critical: 9, warning: 5}`, or turn the comparison around where
    small values are the bad ones.

    Source: recorded: Datadog answers 400 "Warning threshold (50.0) must be less than the alert
    threshold (20.0) with > comparison"; kennel refuses it too.
    """
    warning = number(view.thresholds.get("warning"))
    if warning is None:
        return ()
    return _wrong_side(view, "warning", warning, "critical", equal=True)


@rule("thresholds/recovery-without-warning", Severity.ERROR)
def recovery_without_warning(view: QueryView) -> Iterable[Finding]:
    """
    There is a `warning_recovery`, but no `warning` to recover from.

    Why: Datadog refuses it. It is often left behind when a warning is taken away.

    Example: `thresholds: {critical: 5, warning_recovery: 2}`.

    Use instead: add `warning`, or remove `warning_recovery`.

    Source: measured: Datadog's own datadog-sync-cli drops it because copies were answered with
    400; no accepted monitor of the recordings has it.
    """
    given = view.thresholds
    if number(given.get("warning_recovery")) is None or given.get("warning") is not None:
        return ()
    message = f"`warning_recovery` is {shown(given['warning_recovery'])}, but `warning` is missing"
    hint = "add `warning:`, or remove `warning_recovery`"
    return [Finding(message=message, field=field("warning_recovery"), hint=hint)]


@rule("thresholds/recovery-beyond-threshold", Severity.ERROR)
def recovery_beyond_threshold(view: QueryView) -> Iterable[Finding]:
    """
    A recovery threshold is on the bad side of the threshold that it recovers from.

    Why: the value would be alerting and recovered at the same time. With `>` a recovery threshold
    is below its own, with `<` above.

    Example: `… > 5` with `thresholds: {critical: 5, critical_recovery: 7}`.

    Use instead: `critical_recovery: 4`: back to OK only when the value is well below 5.

    Source: Datadog's page on recovery thresholds; more than 450 accepted monitors of the
    recordings have no exception.
    """
    given = view.thresholds
    if len(given) < 2:
        return ()
    findings: list[Finding] = []
    for name in _RECOVERIES:
        value = number(given.get(name))
        if value is not None:
            findings += _wrong_side(view, name, value, name.removesuffix("_recovery"))
    return findings


def _wrong_side(
    view: QueryView, name: str, value: float, other: str, *, equal: bool = False
) -> list[Finding]:
    """Return a finding if a threshold is not on the healthy side of another one."""
    level = number(view.thresholds.get(other))
    comparison = query.comparison(view.query)
    if level is None or comparison is None:
        return []
    operator = comparison.operator.text
    upward = operator in _UPWARD
    if not upward and operator not in _DOWNWARD:
        return []
    if (value < level) if upward else (value > level):
        return []
    if value == level and not equal:
        return []
    side = "below" if upward else "above"
    message = (
        f"`{name}` is {shown(value)}, but with `{operator}` it must be {side} "
        f"`{other}`, {shown(level)}"
    )
    hint = f"write a number {side} {shown(level)}"
    if name == "warning" and value != level:
        hint += f", or `{'<' if upward else '>'}` where {'small' if upward else 'large'} is bad"
    return [Finding(message=message, field=field(name), hint=hint)]


@rule("thresholds/recovery-at-threshold", Severity.WARNING)
def recovery_at_threshold(view: QueryView) -> Iterable[Finding]:
    """
    A recovery threshold is equal to the threshold that it recovers from.

    Why: it changes nothing: without it the monitor recovers at the same value. A value that
    swings around the threshold alerts and recovers again and again.

    Example: `thresholds: {critical: 5, critical_recovery: 5}`.

    Use instead: a recovery at some distance, such as `critical_recovery: 4`, or none.

    Source: Datadog's page on recovery thresholds; no published monitor has it, and whether
    Datadog would refuse it is not recorded.
    """
    given = view.thresholds
    if len(given) < 2 or view.options.get("threshold_windows"):
        return ()  # anomalies recover by a window of their own
    findings: list[Finding] = []
    for name in _RECOVERIES:
        value = number(given.get(name))
        other = name.removesuffix("_recovery")
        if value is not None and value == number(given.get(other)) and _ordered(view):
            message = f"`{name}` is {shown(value)}, the same as `{other}`"
            hint = f"write a number on the healthy side of {shown(value)}, or remove `{name}`"
            findings.append(Finding(message=message, field=field(name), hint=hint))
    return findings


def _ordered(view: QueryView) -> bool:
    comparison = query.comparison(view.query)
    return comparison is not None and comparison.operator.text not in ("==", "!=")


@rule("thresholds/without-order", Severity.WARNING)
def without_order(view: QueryView) -> Iterable[Finding]:
    """
    There is a warning or a recovery threshold beside `==` or `!=`.

    Why: with these comparisons no value is on the way to the critical one, so there is nothing to
    warn of before, and no side on which to recover.

    Example: `… == 0` with `thresholds: {critical: 0, warning: 1}`.

    Use instead: the critical threshold alone, or a comparison with an order, such as `< 1`.

    Source: our inference from Datadog's page on recovery thresholds; nothing recorded.
    """
    given = view.thresholds
    if len(given) < 2:
        return ()
    comparison: Comparison | None = query.comparison(view.query)
    if comparison is None or comparison.operator.text not in ("==", "!="):
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(given[name])}, "
            f"but `{comparison.operator.text}` has no warning and no healthy side",
            field=field(name),
            hint=f"remove `{name}`, or compare with `>` or `<`",
        )
        for name in _SECOND
        if number(given.get(name)) is not None
    ]


@rule("thresholds/ok-outside-checks", Severity.WARNING)
def ok_outside_checks(view: QueryView) -> Iterable[Finding]:
    """
    `ok` or `unknown` is given on a monitor that is no service check.

    Why: only service checks have these two: how many results in a row make the state. On other
    types Datadog stores them and never looks at them.

    Example: `thresholds: {critical: 5, ok: 1}` on a `query alert`.

    Use instead: `critical_recovery`, which says when an alert is over.

    Source: recorded: metric monitors with `ok` are stored without complaint, until 2025-12.
    """
    given = view.thresholds
    if "ok" not in given and "unknown" not in given:
        return ()
    if view.type in (CHECK, COMPOSITE, SYNTHETICS):
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(given[name])}, "
            f"but it acts only on service checks, not on {article(view.type)}",
            field=field(name),
            hint=f"remove `{name}`{_over(view) if name == 'ok' else ''}",
        )
        for name in ("ok", "unknown")
        if given.get(name) is not None
    ]


def _over(view: QueryView) -> str:
    """Return what says when an alert is over, in words to append; empty where nothing does."""
    recovers = view.type != SLO and not _is_event_count(view)
    return "; `critical_recovery` says when an alert is over" if recovers else ""


def _is_event_count(view: QueryView) -> bool:
    """Return whether it counts events without a formula: the monitors that refused a recovery."""
    return view.type == "event-v2 alert" and not isinstance(view.query.tree, FormulaQuery)


@rule("thresholds/recovery-of-events", Severity.WARNING)
def recovery_of_events(view: QueryView) -> Iterable[Finding]:
    """
    An event monitor has a recovery threshold.

    Why: Datadog refused recovery thresholds on event monitors in 2022. Monitors with a `formula`
    have them today; whether it still refuses them on the others nobody has recorded since.

    Example: `events("source:nagios").rollup("count").last("1h") > 10` with
    `critical_recovery: 5`.

    Use instead: the critical threshold alone; the monitor recovers when it no longer holds.

    Source: recorded in 2022: Datadog answers 400 "Invalid threshold statuses found:
    critical_recovery." (terraform-provider-datadog issue 1401).
    """
    if not _is_event_count(view) or len(view.thresholds) < 2:
        return ()
    return _each_recovery(view, "an event monitor, which refused it in 2022")


@rule("thresholds/recovery-unsupported", Severity.ERROR)
def recovery_unsupported(view: QueryView) -> Iterable[Finding]:
    """
    A service check or an SLO alert has a recovery threshold.

    Why: these types have none. A check recovers after `ok` results in a row, an SLO alert when
    its condition no longer holds.

    Example: `thresholds: {critical: 80, critical_recovery: 60}` on an `slo alert`.

    Use instead: `ok` on a service check; nothing on an SLO alert.

    Source: Datadog's pages on SLO alerts and service checks, and the documentation of its
    Terraform provider.
    """
    if view.type not in (CHECK, SLO):
        return ()
    return _each_recovery(view, f"{article(view.type)}, which has no recovery thresholds")


def _each_recovery(view: QueryView, where: str) -> list[Finding]:
    given = view.thresholds
    return [
        Finding(
            message=f"`{name}` is {shown(given[name])} on {where}",
            field=field(name),
            hint=f"remove `{name}`",
        )
        for name in _RECOVERIES
        if given.get(name) is not None
    ]


@rule("thresholds/nothing-to-compare", Severity.WARNING)
def nothing_to_compare(view: QueryView) -> Iterable[Finding]:
    """
    A composite or Synthetics monitor has thresholds.

    Why: these compare no number: a composite follows the states of its members, a Synthetics
    monitor its test. The thresholds do nothing, and who reads them believes otherwise.

    Example: `type: composite` with `thresholds: {critical: 1}`.

    Use instead: thresholds on the members.

    Source: recorded: accepted composites have none, or only `critical: null`.
    """
    if not view.thresholds or view.type not in (COMPOSITE, SYNTHETICS):
        return ()
    return [
        Finding(
            message=f"`{name}` is {shown(value)}, but {article(view.type)} compares with no number",
            field=field(name),
            hint="remove the thresholds, or set them on the members",
        )
        for name, value in view.thresholds.items()
        if value is not None
    ]
