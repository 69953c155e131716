"""Options that Datadog is taking out of use, what replaces each, and what then differs."""

from __future__ import annotations

from collections.abc import Iterable

from monitor_sync.diagnostics import Severity
from monitor_sync.language.query import functions
from monitor_sync.rules.monitor_types import MISSING_DATA
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import shown
from monitor_sync.rules.views import QueryView


@rule("hygiene/retired-no-data", Severity.WARNING)
def retired_no_data(view: QueryView) -> Iterable[Finding]:
    """
    `notify_no_data` or `no_data_timeframe` is used where there is `on_missing_data`.

    Why: Datadog has moved its own monitors away from both and says that it will refuse new ones.
    What differs: `on_missing_data` goes by the window of the query and has no time of its own, so
    missing data is told as soon as an evaluation finds none; a monitor over sparse metrics may
    need a longer window.

    Example: `options: {notify_no_data: true, no_data_timeframe: 20}`.

    Use instead: `on_missing_data: show_and_notify_no_data` for true, `show_no_data` for false.
    Service checks keep the old options.

    Source: Datadog's own templates (integrations-extras pull 3000 and integrations-core pull 23615,
    2026) say so and give this translation.
    """
    options = view.options
    given = [
        name
        for name in ("notify_no_data", "no_data_timeframe")
        if options.get(name) is not None and options[name] is not False
    ]
    if not given or view.type not in MISSING_DATA or options.get("on_missing_data") is not None:
        return ()
    notifies = options.get("notify_no_data") is True
    value = "show_and_notify_no_data" if notifies else "show_no_data"
    if "default_zero" in functions(view.query):
        value = "default"  # the only one that Datadog takes beside it
    also = " and remove `no_data_timeframe`" if len(given) > 1 else ""
    return [
        Finding(
            message=f"`{given[0]}` is being retired by Datadog",
            field=("options", given[0]),
            hint=f"write `on_missing_data: {value}` instead{also}",
        )
    ]


@rule("hygiene/retired-host-delay", Severity.WARNING)
def retired_host_delay(view: QueryView) -> Iterable[Finding]:
    """
    `new_host_delay` is used.

    Why: Datadog has retired it. What differs: `new_group_delay` waits for new groups of any kind,
    containers and partners too, and only on grouped queries; its default is 60 seconds, that of
    `new_host_delay` 300. Where neither is given Datadog sets `new_host_delay: 300` itself.

    Example: `options: {new_host_delay: 300}`.

    Use instead: `options: {new_group_delay: 300}` on a grouped query, nothing on any other.

    Source: Datadog's description of the option.
    """
    options = view.options
    if options.get("new_host_delay") is None or options.get("new_group_delay") is not None:
        return ()
    seconds = options["new_host_delay"]
    grouped = bool(view.keys)
    return [
        Finding(
            message=f"`new_host_delay` is retired by Datadog, and is {shown(seconds)} here",
            field=("options", "new_host_delay"),
            hint=f"write `new_group_delay: {shown(seconds)}`"
            if grouped
            else "remove it: the query has no groups",
        )
    ]


@rule("hygiene/retired-simple-alert", Severity.WARNING)
def retired_simple_alert(view: QueryView) -> Iterable[Finding]:
    """
    `groupby_simple_monitor: true` is used.

    Why: Datadog has retired it. What differs: nothing; `notify_by: ["*"]` is the same and works
    on every type with groups.

    Example: `options: {groupby_simple_monitor: true}`.

    Use instead: `options: {notify_by: ["*"]}` on a grouped query, nothing on any other.

    Source: Datadog's description of the option.
    """
    if view.options.get("groupby_simple_monitor") is not True:
        return ()
    return [
        Finding(
            message="`groupby_simple_monitor` is retired by Datadog",
            field=("options", "groupby_simple_monitor"),
            hint='write `notify_by: ["*"]` instead'
            if view.keys
            else "remove it: the query has no groups",
        )
    ]


@rule("hygiene/escalation-message", Severity.NOTE)
def escalation_message(view: QueryView) -> Iterable[Finding]:
    """
    `escalation_message` is used.

    Why: it is a second text beside the message, easily forgotten when that changes. What differs:
    a `{{#is_renotify}}` block stands in the message itself, so it can depend on the state and on
    the group, and `notify: {renotify: […]}` says whom a reminder goes to.

    Example: `options: {renotify_interval: 60, escalation_message: "Still failing."}`.

    Use instead: `{{#is_renotify}}Still failing.{{/is_renotify}}` in the message.

    Source: Datadog's page on message variables.
    """
    options = view.options
    if not options.get("escalation_message") or not options.get("renotify_interval"):
        return ()
    return [
        Finding(
            message="`escalation_message` is a second message beside the monitor's own",
            field=("options", "escalation_message"),
            hint="write it into the message: `{{#is_renotify}}…{{/is_renotify}}`",
        )
    ]
