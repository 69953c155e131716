"""Queries that Datadog stores and that do not do what their authors meant."""

from __future__ import annotations

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.problems import tells

WARNING = Severity.WARNING


@tells("query/unconfirmed-window", WARNING, "change-window-unconfirmed")
def unconfirmed_window() -> None:
    """
    A change is looked for over a longer time than Datadog's API reference has it.

    Why: the reference stops at 48 hours for changes. No recorded request settles whether more is
    accepted. Other metric monitors may look at up to a month.

    Example: `change(avg(last_3d),last_1d):avg:system.load.1{*} > 4`.

    Use instead: `change(avg(last_1d),last_1d):…`.

    Source: Datadog's API reference.
    """


@tells("query/long-anomaly-interval", WARNING, "interval-above-alert-window")
def long_anomaly_interval() -> None:
    """
    The alert window of an anomaly monitor holds fewer than five of its intervals.

    Why: there is a point for each interval, and the share that has to be anomalous is counted in
    points. Of three points, 0.5 is two, and one odd point is a third of the window.

    Example: `anomalies(avg:a.b{*}, 'basic', 2, alert_window='last_15m', interval=300)`.

    Use instead: `interval=60`, or a longer `alert_window`.

    Source: Datadog's page on anomaly monitors recommends a fifth of the window at most; monitors
    in public repositories have a third of it.
    """


@tells("query/contradicting-filter", WARNING, "contradicting-tags", "always-true-filter")
def contradicting_filter() -> None:
    """
    A filter asks for two values of one tag at once, or leaves out nothing.

    Why: a host has one `env`; `env:a,env:b` finds nothing, and the monitor never alerts. With
    NOT and OR it is the reverse: each value fits one of the negations.

    Example: `{env:production,env:staging}`.

    Use instead: `{env IN (production,staging)}`.

    Source: inferred; Datadog stores it. Tags with several values on one thing are an exception.
    """


@tells("query/upper-case-value", WARNING, "upper-case-value")
def upper_case_value() -> None:
    """
    A filter asks for a value with capitals, or a query groups by a key with capitals.

    Why: tags of metrics are stored in lower case, so that no filter fits and no group is made.

    Example: `{service:Quote-API}`.

    Use instead: `{service:quote-api}`.

    Source: inferred from Datadog's documentation on tags.
    """


@tells("query/contradicting-modifiers", WARNING, "contradicting-modifiers")
def contradicting_modifiers() -> None:
    """
    A series is read as a count and as a rate.

    Why: only one of them can be meant; the other is lost without a word.

    Example: `sum:web.hits{*}.as_count().as_rate()`.

    Use instead: `sum:web.hits{*}.as_count()`.

    Source: Datadog's page on type modifiers.
    """


@tells("query/ratio-not-summed", WARNING, "ratio-not-summed")
def ratio_not_summed() -> None:
    """
    A ratio of counts is evaluated with another aggregation than `sum`.

    Why: with `sum`, Datadog adds up both counts over the window and divides once. With `avg`,
    `min` or `max` it divides at each point, and a minute with two requests weighs as much as one
    with a thousand.

    Example: `avg(last_5m):sum:web.errors{*}.as_count() / sum:web.hits{*}.as_count() > 0.05`.

    Use instead: `sum(last_5m):sum:web.errors{*}.as_count() / sum:web.hits{*}.as_count() > 0.05`.

    Source: Datadog's guide on as_count in monitor evaluations.
    """


@tells("query/rollup-above-window", WARNING, "rollup-above-window")
def rollup_above_window() -> None:
    """
    A rollup is longer than the window that is evaluated.

    Why: at most one point is left, and often none: the monitor flickers between OK and no data.

    Example: `avg(last_5m):avg:system.load.1{*}.rollup(avg, 3600) > 4`.

    Use instead: a rollup of a fifth of the window or less, or a longer window.

    Source: inferred; Datadog's documentation recommends an interval below the window.
    """


@tells("query/different-groups", WARNING, "different-groups")
def different_groups() -> None:
    """
    Series that are combined are grouped by different keys.

    Why: groups that the other side does not have drop out without a word. One side without
    groups, or with fewer of the same keys, is fine.

    Example: `sum:a.b{*} by {host} / sum:a.c{*} by {service}`.

    Use instead: the same keys on both sides.

    Source: inferred; published monitors group alike, or one side not at all.
    """


@tells("query/seasonality-of-basic", WARNING, "seasonality-of-basic")
def seasonality_of_basic() -> None:
    """
    An anomaly monitor has a seasonality, but the algorithm `basic` knows no seasons.

    Why: Datadog stores it and ignores it: Monday morning is compared with Sunday night.

    Example: `anomalies(avg:a.b{*}, 'basic', 2, seasonality='weekly')`.

    Use instead: `anomalies(avg:a.b{*}, 'agile', 2, seasonality='weekly')`.

    Source: Datadog's page on anomaly monitors; some published monitors carry it.
    """


@tells("query/lower-case-operator", WARNING, "lower-case-operator")
def lower_case_operator() -> None:
    """
    A search has `and`, `or` or `not` in lower case.

    Why: there they are words to search for. `status:error or status:warn` looks for both and for
    the word "or", and finds nothing.

    Example: `logs("status:error or status:warn")…`.

    Use instead: `logs("status:error OR status:warn")…`.

    Source: Datadog's page on the log search syntax.
    """


@tells("query/first-event-search", WARNING, "first-event-search")
def first_event_search() -> None:
    """
    An event monitor is searched in the words of the old event monitors.

    Why: `sources:`, `priority:all` and values with commas were of the first generation, retired
    in 2022; today they fit no event.

    Example: `events("sources:nagios status:error,warning")…`.

    Use instead: `events("source:nagios status:(error OR warning)")…`.

    Source: the migration note in Datadog's API reference.
    """


@tells("query/keys-in-one-text", WARNING, "keys-in-one-text", "tags-in-one-text")
def keys_in_one_text() -> None:
    """
    Several keys or tags of a check or a process monitor stand in one pair of quotes.

    Why: each text is read as one key or one tag; there is none with a comma.

    Example: `.by("host,port")`.

    Use instead: `.by("host","port")`.

    Source: Datadog's API reference.
    """


@tells(
    "query/odd-formula",
    WARNING,
    "unused-variable",
    "bad-variable-name",
    "formula-without-rollup",
    "repeated-step",
)
def odd_formula() -> None:
    """
    A formula leaves something out or has something that does nothing.

    Why: a variable that no formula uses, a name that cannot be a name, a step that stands twice,
    a metric formula without `.rollup()`: each is a sign of a slip in editing.

    Example: `formula("a").last("5m") > 1` with the variables a and b.

    Use instead: remove b, or use it.

    Source: inferred from published and recorded formulas.
    """


@tells("query/unusual-slo-alert", WARNING, "short-window-unusual", "bad-error-budget")
def unusual_slo_alert() -> None:
    """
    An SLO alert has a short window or an error budget that is rarely meant.

    Why: the short window says when the burning has stopped; a twelfth of the long one is what
    Datadog recommends. An error budget is what is used up, in percent.

    Example: `error_budget("…").over("30d") > 0.8`.

    Use instead: `error_budget("…").over("30d") > 80`.

    Source: Datadog's pages on SLO alerts.
    """


@tells("query/empty-parentheses", WARNING, "empty-parentheses")
def empty_parentheses() -> None:
    """
    A search has parentheses with nothing in them.

    Why: something was deleted, or a hole was filled with nothing; what is left fits everything or
    nothing.

    Example: `logs("service:web AND ()")…`.

    Use instead: what should stand in them, or no parentheses.

    Source: inferred; Datadog stores such searches.
    """


@tells("query/count-of-percentage", WARNING, "count-of-percentage")
def count_of_percentage() -> None:
    """
    A cluster alert asks for more than the last result.

    Why: `pct_by_status` takes the share of a cluster at one time; a number above 1 has no effect.

    Example: `"http.can_connect".over("*").by("env").last(3).pct_by_status()`.

    Use instead: `.last(1).pct_by_status()`.

    Source: Datadog's page on service checks.
    """


@tells("query/too-long-to-read", WARNING, "too-long-to-read")
def too_long_to_read() -> None:
    """
    The query is too long, so monitor-sync did not check it.

    Why: it may be right or wrong. Datadog may accept it.

    Example: a query that lists thousands of hosts.

    Use instead: a tag that they have in common.

    Source: our own limit.
    """


@tells("query/filter-never-fits", WARNING, "filter-never-fits")
def filter_never_fits() -> None:
    """
    A filter asks for a tag that nothing can carry.

    Why: Datadog stores tags in lower case and turns `=`, `|`, `;`, `&`, quotes and the like into
    `_`. Such a filter is accepted and finds nothing, so the monitor never alerts.

    Example: `{env=production}`, `{env:production|staging}`, `{Env:production}`.

    Use instead: `{env:production}`, `{env IN (production,staging)}`.

    Source: Datadog's page on how to define tags.
    """


@tells("query/search-never-fits", WARNING, "search-never-fits")
def search_never_fits() -> None:
    """
    A search has an operator, a comparison, a range or a key that is not Datadog's.

    Why: Datadog then searches for these very characters as words, and finds nothing, or less than
    was meant.

    Example: `logs("@duration>500 && status=error @code:[500 599]")…`.

    Use instead: `logs("@duration:>500 AND status:error @code:[500 TO 599]")…`.

    Source: Datadog's page on the log search syntax.
    """


@tells("query/bare-quotes", WARNING, "bare-quotes")
def bare_quotes() -> None:
    r"""
    Quotes inside a search have no backslash.

    Why: Datadog reads the search up to the quote before the first step and runs it. Whoever edits
    the query later, or another tool, may take the first quote for the end.

    Example: `logs("env:production "task started"").index("*")…`.

    Use instead: `logs("env:production \"task started\"").index("*")…`.

    Source: published monitors exported from Datadog.
    """


@tells("query/nested-rollup", WARNING, "nested-rollup")
def nested_rollup() -> None:
    """
    A rollup takes a percentile, a median or a deviation of what another rollup made.

    Why: Datadog documents such nested queries as a preview, which may change.

    Example: `avg:motor.load{*}.rollup(avg, 300).rollup(p95, 1800)`.

    Use instead: nothing, if you know the preview; else one rollup.

    Source: Datadog's page on nested queries.
    """


@tells("query/unread-data-source", WARNING, "unread-data-source")
def unread_data_source() -> None:
    """
    A variable is about a data source that this tool does not know.

    Why: Datadog may have learnt it since; if not, it refuses the monitor. Nothing of the variable
    is checked.

    Example: `{name: query1, data_source: profiles}`.

    Use instead: a source of Datadog's page on the type, if it was a slip; else nothing.

    Source: the schema of Datadog's API, which lags behind what the server takes.
    """


@tells("query/current-month", WARNING, "current-month")
def current_month() -> None:
    """
    A monitor over events counts from the beginning of the month.

    Why: the cumulative month is documented for metric monitors; over events nobody saw it work.

    Example: `logs("status:error").index("main").rollup("count").current("1mo") > 10`.

    Use instead: `.current("1d")`, or a metric made of these events.

    Source: Datadog's page on cumulative windows; inferred.
    """
