"""Groups: by which of them to notify, and how long one without data is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.monitor_types import (
    EVENTS,
    RETAINING,
    UNKNOWN_GROUPS,
    article,
    scheduling_part,
)
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import minutes, quoted, shown
from monitor_sync.rules.views import QueryView

_BY: Final = ("options", "notify_by")
_RETENTION: Final = ("options", "group_retention_duration")


def _named(view: QueryView) -> list[str]:
    """Return the keys of ``notify_by``; empty if it is absent or not a list of texts."""
    given = view.options.get("notify_by")
    if not isinstance(given, list):
        return []
    return [key for key in given if isinstance(key, str)]


def _keys(view: QueryView) -> list[str] | None:
    """Return the keys that the query groups by; None if the query does not say or is unreadable."""
    if view.type in UNKNOWN_GROUPS or view.query.tree is None or "*" in view.keys:
        return None
    return list(view.keys)


def _bare(key: str) -> str:
    return key.removeprefix("@")


@rule("options/notify-by-nothing", Severity.ERROR)
def notify_by_nothing(view: QueryView) -> Iterable[Finding]:
    """
    `notify_by` is an empty list.

    Why: Datadog wants at least one key. Leaving the option out notifies for every group.

    Example: `options: {notify_by: []}`.

    Use instead: no `notify_by`, or `notify_by: ["*"]` for one notification about all groups.

    Source: Datadog's description of the option.
    """
    if view.options.get("notify_by") != []:
        return ()
    hint = 'remove it, or write `notify_by: ["*"]` for one notification about all groups'
    return [Finding(message="`notify_by` is empty", field=_BY, hint=hint)]


@rule("options/notify-by-star-and-keys", Severity.ERROR)
def notify_by_star_and_keys(view: QueryView) -> Iterable[Finding]:
    """
    `notify_by` has `*` beside group keys.

    Why: `*` alone means one notification for all groups, and keys mean one for each of them; both
    at once mean nothing.

    Example: `options: {notify_by: ["*", host]}`.

    Use instead: `notify_by: ["*"]`, or `notify_by: [host]`.

    Source: Datadog's description of the option.
    """
    if "notify_by" not in view.options:
        return ()
    named = _named(view)
    if "*" not in named or len(named) < 2:
        return ()
    others = [key for key in named if key != "*"]
    return [
        Finding(
            message=f"`*` stands beside {quoted(others, 'and')} in `notify_by`",
            field=(*_BY, named.index("*")),
            hint=f'write `["*"]`, or only {quoted(others, "and")}',
        )
    ]


@rule("options/notify-by-not-grouped", Severity.ERROR)
def notify_by_not_grouped(view: QueryView) -> Iterable[Finding]:
    """
    `notify_by` names something that the query does not group by.

    Why: Datadog can only notify by a key that the query groups by, and refuses any other.

    Example: `… by {host}` with `notify_by: [region]`.

    Use instead: a key of the query, or `by {host,region}` in the query.

    Source: measured: Datadog's datadog-sync-cli drops it because copies were answered with 400
    (pull 625); Datadog's description of the option asks for a subset of the query's keys.
    """
    if "notify_by" not in view.options:
        return ()
    named, keys = _named(view), _keys(view)
    if keys is None:
        return ()
    known = set(map(_bare, keys))
    grouped = f"by {quoted(keys, 'and')}" if keys else "by nothing"
    return [
        Finding(
            message=f"`{key}` is in `notify_by`, but the query groups {grouped}",
            field=(*_BY, view.options["notify_by"].index(key)),
            hint=f"write {quoted(keys)}, or add `{key}` to the grouping of the query"
            if keys
            else f"remove `notify_by`, or group the query by `{key}`",
        )
        for key in named
        if key != "*" and _bare(key) not in known
    ]


@rule("options/notify-by-every-key", Severity.ERROR)
def notify_by_every_key(view: QueryView) -> Iterable[Finding]:
    """
    `notify_by` names all group keys of the query.

    Why: that is what happens without the option, and Datadog refuses it.

    Example: `… by {host,env}` with `notify_by: [host, env]`.

    Use instead: some of the keys, or no `notify_by`.

    Source: reported: Datadog answers 400 "The notify_by list may not include all of the query's
    group keys." (terraform-provider-datadog issue 2102).
    """
    if "notify_by" not in view.options:
        return ()
    keys = _keys(view)
    if keys is None or len(keys) < 2:
        return ()
    return _all_named(view, keys)


@rule("options/notify-by-only-key", Severity.WARNING)
def notify_by_only_key(view: QueryView) -> Iterable[Finding]:
    """
    `notify_by` names the only group key of the query.

    Why: that is what happens without the option. Datadog refuses a list of all keys where there
    are several; whether it does with a single one is not recorded, but its words fit.

    Example: `… by {host}` with `notify_by: [host]`.

    Use instead: no `notify_by`, or `["*"]` for one notification about all groups.

    Source: our inference from Datadog's 400 "The notify_by list may not include all of the query's
    group keys."
    """
    if "notify_by" not in view.options:
        return ()
    keys = _keys(view)
    if keys is None or len(keys) != 1:
        return ()
    return _all_named(view, keys)


def _all_named(view: QueryView, keys: list[str]) -> list[Finding]:
    named = set(map(_bare, _named(view)))
    if named != set(map(_bare, keys)):
        return []
    what = "all keys" if len(keys) > 1 else "the only key"
    return [
        Finding(
            message=f"`notify_by` has {what} that the query groups by, which is how it notifies "
            "without it",
            field=_BY,
            hint='remove `notify_by`, or write `["*"]` for one notification about all groups',
        )
    ]


@rule("options/notify-by-star-ungrouped", Severity.WARNING)
def notify_by_star_ungrouped(view: QueryView) -> Iterable[Finding]:
    """
    `notify_by: ["*"]` is given, but the query has no groups.

    Why: there is one notification anyway, and some organisations get a 400 for it.

    Example: `avg(last_5m):avg:system.load.1{*} > 4` with `options: {notify_by: ["*"]}`.

    Use instead: no `notify_by`.

    Source: measured: Datadog's datadog-sync-cli drops it before it copies a monitor (pull 625).
    """
    if "notify_by" not in view.options or _named(view) != ["*"]:
        return ()
    if _keys(view) != []:
        return ()
    message = '`notify_by: ["*"]` stands on a query without groups'
    return [Finding(message=message, field=_BY, hint="remove `notify_by`")]


@rule("options/bad-retention", Severity.ERROR)
def bad_retention(view: QueryView) -> Iterable[Finding]:
    """
    `group_retention_duration` is not a time between one hour and three days.

    Why: Datadog takes a number with `m`, `h` or `d`, from `60m` to `72h`.

    Example: `options: {group_retention_duration: 7d}`.

    Use instead: `group_retention_duration: 3d`.

    Source: Datadog's description of the option; recorded: `2d` and `3d` are accepted.
    """
    given = view.options.get("group_retention_duration")
    if given is None or 60 <= minutes(given) <= 72 * 60:
        return ()
    return [
        Finding(
            message=f"`group_retention_duration` is {shown(given)}, a time from `1h` to `3d` was "
            "expected",
            field=_RETENTION,
            hint="write for example `2h`, `1d` or `3d`",
        )
    ]


@rule("options/retention-unsupported", Severity.WARNING)
def retention_unsupported(view: QueryView) -> Iterable[Finding]:
    """
    `group_retention_duration` is given on a type that does not have it.

    Why: Datadog documents it for monitors over events: logs, RUM, spans, CI, audit, errors. A
    metric's group is kept for a day. Some metric monitors in use carry the option, so it is not
    refused everywhere; nobody knows whether it does anything there.

    Example: a `query alert` with `options: {group_retention_duration: 1d}`.

    Use instead: `on_missing_data`, which says what happens when a group goes silent.

    Source: Datadog's description of the option.
    """
    if view.options.get("group_retention_duration") is None or view.type in EVENTS:
        return ()
    return [
        Finding(
            message=f"`group_retention_duration` is not for {article(view.type)}",
            field=_RETENTION,
            hint="remove it; `on_missing_data` says what happens when a group goes silent",
        )
    ]


@rule("options/retention-with-schedule", Severity.WARNING)
def retention_with_schedule(view: QueryView) -> Iterable[Finding]:
    """
    `group_retention_duration` stands beside a custom schedule.

    Why: a monitor with a custom schedule keeps its groups: a host that is gone goes on being
    evaluated.

    Example: `options: {group_retention_duration: 1d, scheduling_options: {custom_schedule: …}}`.

    Use instead: no `group_retention_duration`; or a new monitor without a custom schedule, as
    Datadog takes none away from a monitor that has one.

    Source: Datadog's guide to custom schedules since March 2026 (documentation pull 35305).
    """
    if view.options.get("group_retention_duration") is None:
        return ()
    if scheduling_part(view.options, "custom_schedule") is None:
        return ()
    message = "`group_retention_duration` does nothing beside a custom schedule: groups stay"
    return [Finding(message=message, field=_RETENTION, hint="remove `group_retention_duration`")]


@rule("options/retention-ungrouped", Severity.WARNING)
def retention_ungrouped(view: QueryView) -> Iterable[Finding]:
    """
    `group_retention_duration` is given, but the query has no groups.

    Why: it says how long a silent group is kept, and here is none.

    Example: `logs("status:error").index("*").rollup("count").last("5m") > 10` with
    `options: {group_retention_duration: 1d}`.

    Use instead: `.by("service")` in the query, or no `group_retention_duration`.

    Source: our inference from Datadog's description of the option.
    """
    if view.options.get("group_retention_duration") is None or view.type not in RETAINING:
        return ()
    if _keys(view) != []:
        return ()
    message = "`group_retention_duration` does nothing: the query has no groups"
    hint = 'remove it, or group the query: `.by("service")`'
    return [Finding(message=message, field=_RETENTION, hint=hint)]
