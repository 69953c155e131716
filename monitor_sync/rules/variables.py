"""Does every variable of a message exist for its monitor, and does it say what it seems to say?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import handles
from monitor_sync.language.template_variables import (
    Existence,
    VariableUse,
    VariableVerdict,
    variables,
)
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import shown
from monitor_sync.rules.views import MessageView, MonitorView, thresholds_of


def _findings(view: MessageView, wanted: Existence, problem: str) -> Iterator[Finding]:
    for field, template, blank in view.blank_variables:
        taken = None
        for use, verdict in blank:
            if verdict.existence is not wanted:
                continue
            if taken is None:
                taken = [(handle.start, handle.end) for handle in handles.handles(template.text)]
            if any(start <= use.start < end for start, end in taken):
                continue  # routing/blank-in-handle has a finding for those
            yield Finding(
                message=f"`{use.name}` {problem}: {verdict.reason}",
                field=field,
                start=use.start,
                end=use.end,
                hint=instead(use, verdict),
            )


def instead(use: VariableUse, verdict: VariableVerdict) -> str:
    """Return what to type in place of a variable that shows nothing."""
    if verdict.instead:
        braces = use.place == "text"
        return f"write {{{{{verdict.instead}}}}}" if braces else f"write `{verdict.instead}`"
    if verdict.existence is Existence.BLANK and use.path[-1] == "name" and len(use.path) > 1:
        return f"group the query by `{'.'.join(use.path[:-1])}`, or remove it"
    return ""


@rule("message/blank-variable", Severity.WARNING)
def blank_variable(view: MessageView) -> Iterator[Finding]:
    """
    A variable is always empty for this monitor.

    Why: Datadog fills `{{host.name}}` only where the query groups by host, `{{log.message}}` only
    in log monitors, `{{warn_threshold}}` only where one is set. Otherwise it shows nothing: the
    page says "High load on " and does not say where.

    Example: `High load on {{host.name}}` with `avg(last_5m):avg:system.load.1{*} > 4`

    Use instead: `avg(last_5m):avg:system.load.1{*} by {host} > 4`, or a text without the variable

    Source: Datadog's page on message variables; 24 of the monitors that Datadog itself publishes
    have this defect.
    """
    if view.templates:
        yield from _findings(view, Existence.BLANK, "is always blank")


@rule("message/unknown-variable", Severity.WARNING)
def unknown_variable(view: MessageView) -> Iterator[Finding]:
    """
    The message uses a variable that no monitor has.

    Why: it shows nothing. A tag of the group ends with `.name`: `{{host}}` shows nothing,
    `{{host.name}}` shows the host. A misspelt built-in name shows nothing either.

    Example: `{{treshold}}`, `{{cluster_name}}`

    Use instead: `{{threshold}}`, `{{cluster_name.name}}`

    Source: Datadog's page on message variables.
    """
    if view.templates:
        yield from _findings(view, Existence.UNKNOWN, "shows nothing")


@rule("message/key-not-notified-by", Severity.WARNING)
def key_not_notified_by(view: MessageView) -> Iterator[Finding]:
    """
    A variable names a group key that `notify_by` leaves out.

    Why: one notification then stands for many groups, and the variable shows an arbitrary one of
    them.

    Example: `{{pod.name}}` with `by {cluster,pod}` and `notify_by: [cluster]`

    Use instead: add the key to `notify_by`, or name only what it has

    Source: reported by a public collection of monitors; Datadog's page on notification grouping
    names one notification for all that share the key.
    """
    chosen = view.context.notify_by
    if not chosen or chosen == ("*",) or not view.templates:
        return
    kept = set(map(_bare, chosen))
    dropped = {_bare(key): key for key in view.context.keys if _bare(key) not in kept}
    for field, template in view.templates:
        for use in variables(template):
            key = _bare(".".join(use.path[:-1]))
            if use.path[-1] == "name" and key in dropped:
                yield Finding(
                    message=f"`{use.name}` shows any one of many: `notify_by` leaves out"
                    f" `{dropped[key]}`",
                    field=field,
                    start=use.start,
                    end=use.end,
                    hint=f"add `{dropped[key]}` to `notify_by`, or name only what it has",
                )


def _bare(key: str) -> str:
    return key.removeprefix("@").casefold()


# of levels that are equal, the last one here names the number
_LEVELS: Final = (
    ("warning_recovery", "warn_recovery_threshold"),
    ("critical_recovery", "alert_recovery_threshold"),
    ("warning", "warn_threshold"),
    ("critical", "threshold"),
)
_COMPARED: Final = tuple(
    f"{comparison} "
    for comparison in (
        "above", "over", "below", "under", "beyond", "exceed", "exceeds", "exceeded", "exceeding",
        "more than", "less than", "fewer than", "greater than", "higher than", "lower than",
        "longer than", "at least", "at most",
    )
)  # fmt: skip
"""What stands before a number that something is compared with."""

_TYPED: Final = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w-]|[.,]\d)")


@rule("message/typed-threshold", Severity.NOTE)
def typed_threshold(view: MonitorView) -> Iterator[Finding]:
    """
    The message repeats the number of a threshold.

    Why: whoever changes the threshold next may forget the message, and from then on the page is
    wrong. Datadog fills in `{{threshold}}`.

    Example: `More than 250 sign-ins fail.` with `thresholds: {critical: 250}`

    Use instead: `More than {{threshold}} sign-ins fail.`, or `${critical}`

    Source: our own practice; the variables are on Datadog's page on message variables.
    """
    thresholds, text = thresholds_of(view.monitor.body["options"]), view.monitor.text
    levels = {}
    for level, variable in _LEVELS:
        if level in thresholds and (typed := shown(thresholds[level])) in text:
            levels[typed] = variable
    if not levels:
        return
    for number in _TYPED.finditer(text):
        name = levels.get(number[0])
        if name is not None and text[: number.start()].lower().endswith(_COMPARED):
            yield Finding(
                message=f"{number[0]} is typed into the message, and it is a threshold",
                field=("message",),
                start=number.start(),
                end=number.end(),
                hint=f"write {{{{{name}}}}}: it follows the threshold",
                typed=number[0],
            )
