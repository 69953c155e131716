"""Queries made of steps, and formulas with their variables, that Datadog refuses."""

from __future__ import annotations

from monitor_sync.diagnostics import Severity
from monitor_sync.rules.problems import tells

ERROR = Severity.ERROR


@tells(
    "query/bad-step",
    ERROR,
    "unknown-step",
    "missing-step",
    "empty-step",
    "step-after-terminal",
    "several-terminals",
    "bad-count",
)
def bad_step() -> None:
    """
    A step of the query is missing, empty, unknown or in the wrong place.

    Why: each type has its steps: a search has `.rollup()` and `.last()`, a check `.last()` and
    one way to count at its end, an SLO alert `.over()`, a burn rate its two windows.

    Example: `"http.can_connect".over("*").by("host").last(2)`.

    Use instead: `"http.can_connect".over("*").by("host").last(2).count_by_status()`.

    Source: Datadog's API reference and its pages on each type of monitor.
    """


@tells(
    "query/wrong-source", ERROR, "wrong-source", "several-sources", "unknown-source",
    "unknown-index",
)  # fmt: skip
def wrong_source() -> None:
    """
    The query reads from a source that does not exist, or not for this type of monitor.

    Why: a log alert reads `logs`, a trace-analytics alert `trace-analytics`, and so on; `log(`
    and `traces(` are slips. Network path monitors have two indexes, error tracking four sources,
    one at a time.

    Example: `logs("*").index("*").rollup("count").last("5m") > 1` in a `rum alert`.

    Use instead: `rum("*").rollup("count").last("5m") > 1`.

    Source: Datadog's API reference; `log(` was refused in recorded traffic.
    """


@tells(
    "query/bad-formula",
    ERROR,
    "undefined-variable",
    "repeated-variable",
    "bad-jobs-formula",
    "dynamic-threshold",
    "formula-not-here",
)
def bad_formula() -> None:
    """
    A formula uses a name that is not defined, or is not what its type takes.

    Why: every name in `formula("…")` is one of `options.variables`, each defined once. Data jobs
    take `failed_runs(run_query)` only. `> threshold` is for metric formulas with a
    `critical_query`.

    Example: `formula("errors / hits").last("5m") > 1` with a variable `error`.

    Use instead: the names of the variables.

    Source: Datadog's API reference and schema.
    """


@tells(
    "query/bad-variable",
    ERROR,
    "missing-field",
    "unknown-field",
    "wrong-value",
    "unknown-data-source",
    "too-many-variables",
    "other-data-source",
)
def bad_variable() -> None:
    """
    An entry of `options.variables` lacks a field, has one too many or a value that is none.

    Why: what a variable needs depends on its `data_source`: metrics a `query`, costs an
    `aggregator` too, events a `compute` and a `search`, data quality a `measure` and a `filter`.
    The source fits the type of the monitor, and formulas over CI take two variables.

    Example: `{name: query1, data_source: logs}`.

    Use instead: `{name: query1, data_source: logs, search: {query: "*"}, compute:
    {aggregation: count}}`.

    Source: the schema of Datadog's API. Reported: Datadog answers 400 "Value of parameter
    'data_source' for 'llm-observability alert' must be 'llm_observability' not 'spans'"
    (datadog-api-client-go issue 4577), and 400 "'aggregator' is a required property" for costs
    (terraform-provider-datadog pull 3318).
    """
