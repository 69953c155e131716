"""What happens when data is missing: ``on_missing_data``, and the two options before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.atoms import Number
from monitor_sync.language.tree import (
    Arithmetic,
    Call,
    Expression,
    FormulaQuery,
    MetricQuery,
    Modifier,
    Parenthesised,
    Series,
    Signed,
)
from monitor_sync.language.tree_queries import inner_queries, words_of
from monitor_sync.rules.monitor_types import EVENTS, METRIC, NO_MISSING_DATA, article
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import minutes as minutes_of
from monitor_sync.rules.values import number, shown
from monitor_sync.rules.views import QueryView

RETENTION: Final = 1440
"""Minutes for which Datadog keeps a group that sends nothing."""

_FIELD: Final = ("options", "on_missing_data")
_TIMEFRAME: Final = ("options", "no_data_timeframe")


@rule("options/missing-data-twice", Severity.ERROR)
def missing_data_twice(view: QueryView) -> Iterable[Finding]:
    """
    `on_missing_data` stands beside `notify_no_data: true` or `no_data_timeframe`.

    Why: the old options and the new one say the same thing differently, and Datadog refuses both
    together. `notify_no_data: false` beside the new one is tolerated.

    Example: `options: {on_missing_data: show_no_data, notify_no_data: true}`.

    Use instead: `on_missing_data: show_and_notify_no_data` alone.

    Source: recorded: Datadog answers 400 "The notify_no_data (or no_data_timeframe) option is
    deprecated and cannot be used in combination with the on_missing_data option."
    """
    options = view.options
    if options.get("on_missing_data") is None:
        return ()
    old = [
        name
        for name in ("notify_no_data", "no_data_timeframe")
        if options.get(name) is not None and options[name] is not False
    ]
    return [
        Finding(
            message=f"`{name}` is {shown(options[name])} beside "
            f"`on_missing_data: {options['on_missing_data']}`",
            field=("options", name),
            hint=f"remove `{name}`",
        )
        for name in old
    ]


@rule("options/missing-data-unsupported", Severity.ERROR)
def missing_data_unsupported(view: QueryView) -> Iterable[Finding]:
    """
    `on_missing_data` is given on a type that does not have it.

    Why: service checks still have `notify_no_data`; composites follow their members, and an SLO
    has no missing data.

    Example: `type: composite` with `on_missing_data: show_no_data`.

    Use instead: `notify_no_data: true` with `no_data_timeframe` on a service check; for a
    composite, set it on the members.

    Source: kennel refuses it on composites too; the documentation of Datadog's Terraform provider
    leaves these types out.
    """
    if view.options.get("on_missing_data") is None or view.type not in NO_MISSING_DATA:
        return ()
    return [
        Finding(
            message=f"`on_missing_data` is not for {article(view.type)}",
            field=_FIELD,
            hint="write `notify_no_data: true`"
            if view.type == "service check"
            else "remove `on_missing_data`",
        )
    ]


@rule("options/resolve-with-timeout", Severity.ERROR)
def resolve_with_timeout(view: QueryView) -> Iterable[Finding]:
    """
    `on_missing_data: resolve` stands beside a `timeout_h`.

    Why: both resolve a monitor without data, one at once and one after hours.

    Example: `options: {on_missing_data: resolve, timeout_h: 4}`.

    Use instead: `on_missing_data: resolve` alone.

    Source: kennel refuses it too.
    """
    if view.options.get("on_missing_data") != "resolve" or not view.options.get("timeout_h"):
        return ()
    return [
        Finding(
            message=f"`timeout_h` is {shown(view.options['timeout_h'])}, but "
            "`on_missing_data: resolve` resolves at once",
            field=("options", "timeout_h"),
            hint="remove `timeout_h`",
        )
    ]


@rule("options/missing-data-of-default-zero", Severity.ERROR)
def missing_data_of_default_zero(view: QueryView) -> Iterable[Finding]:
    """
    `on_missing_data` stands beside a `default_zero(…)` in the query.

    Why: with `default_zero(…)` Datadog reads missing data as zero, and refuses every other way of
    handling it.

    Example: `default_zero(sum:a.b{*})` with `on_missing_data: show_and_notify_no_data`.

    Use instead: `on_missing_data: default`, or a query without `default_zero(…)`.

    Source: reported: Datadog answers 400 "Invalid on_missing_data value: resolve; valid value is:
    default" (terraform-provider-datadog issue 2815); Datadog's page on configuring monitors since
    August 2026 (documentation pull 39238); kennel refuses it too.
    """
    policy = view.options.get("on_missing_data")
    if policy in (None, "default"):
        return ()
    if "default_zero" not in view.query_text and not view.options.get("variables"):
        return ()  # spares most monitors the walk
    if "default_zero" not in query.functions(view.query):
        return ()
    return [
        Finding(
            message=f"`on_missing_data` is {shown(policy)}, but `default_zero(…)` in the query "
            "reads missing data as zero",
            field=_FIELD,
            hint="write `default`, or take `default_zero(…)` out of the query",
        )
    ]


@rule("options/filled-missing-data", Severity.WARNING)
def filled_missing_data(view: QueryView) -> Iterable[Finding]:
    """
    `on_missing_data` is set, but the query fills in missing values, so the option never acts.

    Why: with `.fill(zero)` there is a value at every moment, so data is never missing: the
    monitor neither shows nor tells it, nor resolves because of it. It reads zero.

    Example: `sum:a.b{*}.fill(zero)` with `on_missing_data: show_and_notify_no_data`.

    Use instead: `on_missing_data: default`, or a query that does not fill in.

    Source: our inference from Datadog's page on interpolation; Datadog accepts it.
    """
    if view.options.get("on_missing_data") in (None, "default"):
        return ()
    if view.type not in METRIC or "fill" not in view.query_text:
        return ()  # spares most monitors the walk
    tree = view.query.tree
    filling = _filling(tree.expression) if isinstance(tree, MetricQuery | FormulaQuery) else None
    if filling is None:
        return ()
    return [
        Finding(
            message="`.fill(zero)` fills in missing data, so "
            f"`on_missing_data: {view.options['on_missing_data']}` never acts",
            field=("query",),
            start=filling.start,
            end=filling.end,
            hint="take `.fill(zero)` out of the query, or write `on_missing_data: default`",
        )
    ]


def _filling(expression: Expression) -> Modifier | None:
    """Return what fills in every missing value of an expression; None if nothing does."""
    if isinstance(expression, Call):
        inner = inner_queries(expression.arguments)
        return _filled(expression.modifiers) or (_filling(inner[0]) if inner else None)
    if isinstance(expression, Parenthesised):
        return _filled(expression.modifiers) or _filling(expression.expression)
    if isinstance(expression, Signed):
        return _filling(expression.operand)
    if isinstance(expression, Series):
        return _filled(expression.modifiers)
    if isinstance(expression, Arithmetic):
        # one side without a value leaves the whole without one
        sides = [
            _filling(operand) for operand in expression.operands if not isinstance(operand, Number)
        ]
        return sides[0] if all(sides) and sides else None
    return None


def _filled(modifiers: tuple[Modifier, ...]) -> Modifier | None:
    for modifier in modifiers:
        if (
            modifier.name.text == "fill"
            and modifier.arguments
            and words_of(modifier.arguments[0]) == "zero"
        ):
            return modifier
    return None


@rule("options/no-data-timeframe-too-long", Severity.ERROR)
def no_data_timeframe_too_long(view: QueryView) -> Iterable[Finding]:
    """
    `no_data_timeframe` is longer than Datadog keeps a silent group.

    Why: after a day without data Datadog forgets the group, and nobody would be told that it is
    missing.

    Example: `options: {notify_no_data: true, no_data_timeframe: 2880}`.

    Use instead: `no_data_timeframe: 1440`, or `on_missing_data: show_and_notify_no_data`.

    Source: kennel refuses it too and quotes Datadog's "no_data_timeframe must not exceed group
    retention", which `group_retention_duration` makes longer than a day.
    """
    minutes = number(view.options.get("no_data_timeframe"))
    kept = max(RETENTION, minutes_of(view.options.get("group_retention_duration")))
    if minutes is None or minutes <= kept:
        return ()
    return [
        Finding(
            message=f"`no_data_timeframe` is {shown(minutes)} minutes, and a silent group is kept"
            f" for {kept}",
            field=_TIMEFRAME,
            hint=f"write {kept}",
        )
    ]


@rule("options/no-data-timeframe-short", Severity.WARNING)
def no_data_timeframe_short(view: QueryView) -> Iterable[Finding]:
    """
    `no_data_timeframe` is less than twice the window of the query.

    Why: with so short a time one late point is reported as missing data.

    Example: `avg(last_5m):…` with `options: {notify_no_data: true, no_data_timeframe: 5}`.

    Use instead: `no_data_timeframe: 10`, or `on_missing_data: show_and_notify_no_data`, which
    goes by the window.

    Source: Datadog's page on monitor options recommends it; recorded: shorter ones are accepted.
    """
    options = view.options
    if options.get("notify_no_data") is not True or view.type not in METRIC:
        return ()
    minutes = number(options.get("no_data_timeframe"))
    window = query.window(view.query)
    if minutes is None or window is None or window.form != "last":
        return ()
    wanted = 2 * window.seconds / 60
    if minutes >= wanted:
        return ()
    return [
        Finding(
            message=f"`no_data_timeframe` is {shown(minutes)} minutes, less than twice the window "
            f"`{window.written}`",
            field=_TIMEFRAME,
            hint=f"write {shown(wanted)}" if wanted <= RETENTION else "use `on_missing_data`",
        )
    ]


@rule("options/no-data-timeframe-of-events", Severity.WARNING)
def no_data_timeframe_of_events(view: QueryView) -> Iterable[Finding]:
    """
    `no_data_timeframe` is given on a monitor over logs or other events.

    Why: Datadog stores it through the API, but does not act on it, and its editor then refuses
    every later change of the monitor.

    Example: a `log alert` with `options: {notify_no_data: true, no_data_timeframe: 10}`.

    Use instead: `on_missing_data: show_and_notify_no_data`.

    Source: kennel drops it and quotes Datadog's editor: "The no_data_timeframe option is not
    allowed for log alert monitors"; recorded: the API accepted it until 2025-12.
    """
    if view.type not in EVENTS or view.options.get("no_data_timeframe") is None:
        return ()
    minutes = view.options["no_data_timeframe"]
    return [
        Finding(
            message=f"`no_data_timeframe` is {shown(minutes)}, but {article(view.type)} "
            "does not have it",
            field=_TIMEFRAME,
            hint="remove it; `on_missing_data: show_and_notify_no_data` tells of missing data",
        )
    ]
