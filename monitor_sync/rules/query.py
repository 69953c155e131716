"""Queries that Datadog refuses: what cannot be read, and parts that do not exist."""

from __future__ import annotations

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.problems import tells

ERROR = Severity.ERROR


@tells(
    "query/not-readable",
    ERROR,
    "syntax",
    "nested-too-deeply",
    "broken-braces",
    "unknown-type",
    "retired-type",
)
def not_readable() -> None:
    """
    The query cannot be read: something stands where something else was expected.

    Why: Datadog answers only "The value provided for parameter 'query' is invalid", without a
    place. The caret is where reading stopped; the cause is there or just before it. The type of
    the monitor decides how its query is read.

    Example: `avg(last_5m) avg:system.load.1{*} > 4`.

    Use instead: `avg(last_5m):avg:system.load.1{*} > 4`.

    Source: recorded answers of Datadog; its pages on each type of monitor.
    """


@tells("query/quotes", ERROR, "unescaped-quote", "unquoted-text", "single-quotes")
def quotes() -> None:
    r"""
    A text in the query is not quoted the way Datadog reads it.

    Why: searches take double quotes only, and a quote inside ends the text unless it is escaped.
    The answers are "invalid operator specified" and "Check for invalid tags or facets".

    Example: `logs('status:error').index('main').rollup('count').last('5m') > 1`.

    Use instead: `logs("status:error @msg:\"timed out\"").index("main").rollup("count")…`.

    Source: DataDog/terraform-provider-datadog issue 1426; recorded answers of Datadog.
    """


@tells("query/mixed-filter-styles", ERROR, "mixed-filter-styles")
def mixed_filter_styles() -> None:
    """
    A filter has commas or `!` and also AND, OR or NOT.

    Why: there are two ways to write a filter and Datadog reads one at a time: "'AND' and 'OR'
    cannot be mixed with ','". A comma inside `IN (…)` is no mix.

    Example: `{service:quote-api AND !host:a}`.

    Use instead: `{service:quote-api AND NOT host:a}`, or `{service:quote-api,!host:a}`.

    Source: DataDog/documentation issue 23070.
    """


@tells("query/empty-filter", ERROR, "empty-filter")
def empty_filter() -> None:
    """
    The braces behind a metric are empty.

    Why: a series needs a filter, and no filter is written `*`.

    Example: `avg:system.load.1{}`.

    Use instead: `avg:system.load.1{*}`.

    Source: a recorded request with `{}` was answered 400.
    """


@tells("query/dashboard-variable", ERROR, "dashboard-variable")
def dashboard_variable() -> None:
    """
    A filter has a variable of a dashboard.

    Why: `$env` is filled in by the dashboard it was copied from. A monitor has no such variables.

    Example: `avg(last_5m):avg:system.load.1{$env} > 4`.

    Use instead: `avg(last_5m):avg:system.load.1{env:${env}} > 4`; `${…}` is ours.

    Source: Datadog's documentation on dashboards; monitors have no template variables.
    """


@tells("query/search-not-readable", ERROR, "unbalanced-search", "dangling-operator", "empty-value")
def search_not_readable() -> None:
    """
    The search of a query over logs, spans, RUM or other events cannot be read.

    Why: a parenthesis or quote is never closed, an AND, OR or NOT has nothing beside it,
    or a field has no value.

    Example: `logs("status:error AND").index("main").rollup("count").last("5m") > 1`.

    Use instead: `logs("status:error AND service:web")…`.

    Source: Datadog's page on the log search syntax.
    """


@tells("query/interface-notation", ERROR, "interface-formula")
def interface_notation() -> None:
    """
    The query is written as Datadog's pages show formulas, not as its API takes them.

    Why: `count[…] / count[…]` exists on the screen only; the API answers 400.

    Example: `ci-pipelines("(count[@ci.status:error] / count[*]) * 100").last("15m") > 5`.

    Use instead: `formula("100 * failed / all").last("15m") > 5`, and `options.variables` that
    define `failed` and `all`.

    Source: recorded answers of Datadog.
    """


@tells(
    "query/unknown-function",
    ERROR,
    "unknown-function",
    "function-not-in-monitors",
    "formula-not-alone",
    "events-in-metric-query",
)
def unknown_function() -> None:
    """
    A function does not exist in monitors, or cannot stand there.

    Why: monitors know fewer functions than dashboards. `formula()` is a whole query by itself,
    and searches such as `logs()` cannot be inside functions of metrics.

    Example: `avg(last_5m):autosmooth(avg:system.load.1{*}) > 4`.

    Use instead: `avg(last_5m):ewma_5(avg:system.load.1{*}) > 4`.

    Source: Datadog's pages on functions; recorded answers.
    """


@tells(
    "query/wrong-arguments",
    ERROR,
    "wrong-argument",
    "wrong-number-of-arguments",
    "too-many-arguments",
    "unknown-option",
    "bad-interval",
    "bad-deviations",
)
def wrong_arguments() -> None:
    """
    A function or a step has an argument that it does not take, or lacks one.

    Why: each has its arguments in one order, of one kind, some with a fixed set of values.

    Example: `top(avg:system.load.1{*} by {host}, 6, 'mean', 'desc')`.

    Use instead: `top(avg:system.load.1{*} by {host}, 5, 'mean', 'desc')`.

    Source: Datadog's pages on functions and on each type of monitor.
    """


@tells(
    "query/unknown-aggregator",
    ERROR,
    "unknown-aggregator",
    "bad-percentile",
    "percentile-of-no-distribution",
)
def unknown_aggregator() -> None:
    """
    A series or the window has an aggregator that does not exist.

    Why: a series takes avg, sum, min, max, count, last or a percentile such as p95; the window
    takes avg, sum, min, max or percentile, and percentile needs a series such as `p95:`.

    Example: `avg(last_5m):mean:system.load.1{*} > 4`.

    Use instead: `avg(last_5m):avg:system.load.1{*} > 4`.

    Source: Datadog's page on metric monitors.
    """


@tells(
    "query/unknown-modifier",
    ERROR,
    "unknown-modifier",
    "unknown-fill",
    "bad-fill-limit",
    "unknown-rollup",
    "rollup-of-nothing",
)
def unknown_modifier() -> None:
    """
    A modifier of a series or a search does not exist, or has wrong arguments.

    Why: a series takes as_count, as_rate, rollup, fill and weighted. rollup takes avg, sum, min,
    max or count and seconds; fill takes linear, last, zero or null and at most 600 seconds. In a
    search, rollup also takes cardinality and percentiles, with the measure as second argument.

    Example: `avg:system.load.1{*}.fill(next)`.

    Use instead: `avg:system.load.1{*}.fill(last, 300)`.

    Source: Datadog's pages on rollup, interpolation and type modifiers; the API's schema.
    """


@tells(
    "query/bad-window",
    ERROR,
    "bad-window",
    "window-too-long",
    "window-too-short",
    "change-window",
    "several-windows",
)
def bad_window() -> None:
    """
    A window of time is not written the way its place wants it, or is too short or too long.

    Why: metric monitors look at `last_1m` to `last_1mo`, searches at up to 48 hours, outliers at
    up to 24. There are no seconds and no years, and a month is `mo`.

    Example: `avg(last_1y):avg:system.load.1{*} > 4`.

    Use instead: `avg(last_1mo):avg:system.load.1{*} > 4`.

    Source: Datadog's API reference and its pages on each type of monitor.
    """


@tells("query/unknown-comparator", ERROR, "unknown-comparator", "wrong-comparator")
def unknown_comparator() -> None:
    """
    The query uses a comparator that does not exist, or that this type does not accept.

    Why: there are >, >=, <, <=, == and !=. SLO alerts and cost monitors take only some of them.

    Example: `avg(last_5m):avg:system.load.1{*} => 4`.

    Use instead: `avg(last_5m):avg:system.load.1{*} >= 4`.

    Source: Datadog's API reference.
    """


@tells(
    "query/bad-grouping",
    ERROR,
    "bad-group-key",
    "empty-group",
    "missing-grouping",
    "too-many-facets",
)
def bad_grouping() -> None:
    """
    What the query groups by is missing, empty, too much or no key.

    Why: service checks must be grouped ("A grouping must be specified for custom checks"), error
    tracking by its issue. Searches take four facets, database monitoring five.

    Example: `"http.can_connect".over("*").last(2).count_by_status()`.

    Use instead: `"http.can_connect".over("*").by("host").last(2).count_by_status()`.

    Source: recorded answers of Datadog; DataDog/terraform-provider-datadog issue 1321.
    """


@tells("query/long-metric-name", ERROR, "metric-name-too-long")
def long_metric_name() -> None:
    """
    The name of a metric is longer than 200 characters.

    Why: no metric has such a name; Datadog stores none.

    Example: a path pasted in place of a metric.

    Use instead: the metric's name, as Datadog's metrics summary has it.

    Source: Datadog's page on custom metrics.
    """


@tells("query/bad-slo-alert", ERROR, "bad-burn-rate", "short-window-too-long")
def bad_slo_alert() -> None:
    """
    The windows or the burn rate of an SLO alert cannot be right.

    Why: the long window is 1 to 48 hours, the short one shorter, and a burn rate is above 0. How
    high it may be depends on the target of the SLO, which only Datadog knows.

    Example: `burn_rate("…").over("30d").long_window("1h").short_window("2h") > 14.4`.

    Use instead: `burn_rate("…").over("30d").long_window("1h").short_window("5m") > 14.4`.

    Source: Datadog's API reference and its page on burn rate alerts.
    """
