"""Reminders: how often, how many, in which states, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.monitor_types import CHECK
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

LAST: Final = 30 * 60
"""Minutes after an alert at which Datadog stops to remind."""


def _silent(view: QueryView) -> bool:
    """Return whether the monitor never renotifies."""
    return not view.options.get("renotify_interval")


@rule("options/occurrences-without-interval", Severity.ERROR)
def occurrences_without_interval(view: QueryView) -> Iterable[Finding]:
    """
    `renotify_occurrences` stands without `renotify_interval`.

    Why: Datadog refuses it: without an interval there is no reminder to count.

    Example: `options: {renotify_occurrences: 3}`.

    Use instead: `options: {renotify_interval: 60, renotify_occurrences: 3}`.

    Source: reported: Datadog answers 400 "The renotify_occurrences option can only be used if
    renotify_interval is set"; accepted monitors have no exception.
    """
    times = view.options.get("renotify_occurrences")
    if not times or not _silent(view):
        return ()
    return [
        Finding(
            message=f"`renotify_occurrences` is {shown(times)}, but `renotify_interval` is not set",
            field=("options", "renotify_occurrences"),
            hint="add `renotify_interval: 60` (minutes), or remove `renotify_occurrences`",
        )
    ]


@rule("options/statuses-without-interval", Severity.WARNING)
def statuses_without_interval(view: QueryView) -> Iterable[Finding]:
    """
    `renotify_statuses` stands without `renotify_interval`.

    Why: it says in which states to remind, and without an interval nothing reminds.

    Example: `options: {renotify_statuses: [alert]}`.

    Use instead: `options: {renotify_interval: 60, renotify_statuses: [alert]}`.

    Source: Datadog's guide to the options of monitors; no accepted monitor of the recordings has
    it.
    """
    if not view.options.get("renotify_statuses") or not _silent(view):
        return ()
    return [
        Finding(
            message="`renotify_statuses` does nothing: `renotify_interval` is not set",
            field=("options", "renotify_statuses"),
            hint="add `renotify_interval: 60` (minutes), or remove `renotify_statuses`",
        )
    ]


@rule("options/escalation-never-sent", Severity.WARNING)
def escalation_never_sent(view: QueryView) -> Iterable[Finding]:
    """
    `escalation_message` stands without `renotify_interval`.

    Why: it is sent with reminders only, so it never is. Whoever it names will not be called.

    Example: `options: {escalation_message: "Still failing. @webhook-manager"}`.

    Use instead: add `renotify_interval: 60`, or say it in the message within
    `{{#is_renotify}}…{{/is_renotify}}`.

    Source: Datadog's description of the option; recorded: it is accepted without the interval.
    """
    if not view.options.get("escalation_message") or not _silent(view):
        return ()
    return [
        Finding(
            message="`escalation_message` is never sent: `renotify_interval` is not set",
            field=("options", "escalation_message"),
            hint="add `renotify_interval: 60` (minutes), or remove `escalation_message`",
        )
    ]


@rule("options/renotify-without-warning", Severity.WARNING)
def renotify_without_warning(view: QueryView) -> Iterable[Finding]:
    """
    `renotify_statuses` has `warn`, but the monitor has no warning threshold.

    Why: it can never be in that state, so it never reminds of it.

    Example: `thresholds: {critical: 5}` with `renotify_statuses: [alert, warn]`.

    Use instead: `renotify_statuses: [alert]`, or a warning threshold.

    Source: recorded: Datadog accepts it.
    """
    index = _reminded(view, "warn")
    if index < 0 or view.type == CHECK or view.thresholds.get("warning") is not None:
        return ()
    return [
        Finding(
            message="`warn` is in `renotify_statuses`, but there is no warning threshold",
            field=("options", "renotify_statuses", index),
            hint="remove `warn`, or add `warning` to the thresholds",
        )
    ]


@rule("options/renotify-without-no-data", Severity.WARNING)
def renotify_without_no_data(view: QueryView) -> Iterable[Finding]:
    """
    `renotify_statuses` has `no data`, but missing data notifies nobody.

    Why: Datadog reminds of what it has told. Without `on_missing_data: show_and_notify_no_data`
    (or `notify_no_data: true` where that is still used) it does not tell of missing data.

    Example: `on_missing_data: show_no_data` with `renotify_statuses: [alert, no data]`.

    Use instead: `on_missing_data: show_and_notify_no_data`, or `renotify_statuses: [alert]`.

    Source: our inference from Datadog's page on missing data; Datadog accepts it.
    """
    index = _reminded(view, "no data")
    options = view.options
    if index < 0 or options.get("on_missing_data") == "show_and_notify_no_data":
        return ()
    if options.get("notify_no_data") is True:
        return ()
    return [
        Finding(
            message="`no data` is in `renotify_statuses`, but missing data notifies nobody",
            field=("options", "renotify_statuses", index),
            hint="remove `no data`, or write `on_missing_data: show_and_notify_no_data`",
        )
    ]


def _reminded(view: QueryView, state: str) -> int:
    """Return the index of a state in ``renotify_statuses``; -1 if it is not in the list."""
    states = view.options.get("renotify_statuses")
    if not isinstance(states, list) or state not in states or _silent(view):
        return -1
    return states.index(state)


@rule("options/renotify-too-late", Severity.WARNING)
def renotify_too_late(view: QueryView) -> Iterable[Finding]:
    """
    `renotify_interval` is longer than Datadog goes on renotifying.

    Why: Datadog stops renotifying 30 hours after the alert, so the first reminder never comes.

    Example: `options: {renotify_interval: 2880}`.

    Use instead: at most 1800 minutes; 60 to 1440 are usual.

    Source: Datadog's page on renotification (documentation pull 22645).
    """
    minutes = number(view.options.get("renotify_interval"))
    if minutes is None or minutes <= LAST:
        return ()
    return [
        Finding(
            message=f"`renotify_interval` is {shown(minutes)} minutes, but reminders end after "
            f"{LAST} (30 hours)",
            field=("options", "renotify_interval"),
            hint="write for example 1440, once a day",
        )
    ]
