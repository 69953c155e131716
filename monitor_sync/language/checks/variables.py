"""``options.variables``: what a formula's names stand for, each form with its own fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name
from monitor_sync.language.checks.metric import check_expression
from monitor_sync.language.checks.search import check_condition
from monitor_sync.language.problems import Findings, Path, QueryProblem
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.syntax.metric import metric_expression
from monitor_sync.language.syntax.search import plain_search
from monitor_sync.language.tree import Condition, Expression
from monitor_sync.language.tree_queries import keys_of


class FormulaVariable(Struct, frozen=True, kw_only=True):
    """
    One of ``options.variables``.

    ``source`` is its ``data_source`` (``job_type`` of data jobs). ``expression`` is its ``query``
    where it has one (metrics, cost), ``condition`` its search where it has one (logs, RUM, …);
    None where it has none or that could not be read. ``keys`` are what it is grouped by.
    """

    name: str
    source: str
    expression: Expression | None = None
    condition: Condition | None = None
    keys: tuple[str, ...] = ()


_EVENTS: Final = {
    "rum": "rum alert",
    "ci_pipelines": "ci-pipelines alert",
    "ci_tests": "ci-tests alert",
    "audit": "audit alert",
    "events": "event-v2 alert",
    "logs": "log alert",
    "spans": "trace-analytics alert",
    "database_queries": "database-monitoring alert",
    "network": "network-performance alert",
    "network_path": "network-path alert",
    "llm_observability": "llm-observability alert",
}
"""Sources of events, with the type of monitor each belongs to. Source: the API's schema."""

_COMPUTED: Final = (
    "count", "cardinality", "median", "pc75", "pc90", "pc95", "pc98", "pc99", "sum", "min", "max",
    "avg",
)  # fmt: skip
_QUERIES: Final = ("metrics", "cloud_cost", "datadog_usage")
_AGGREGATORS: Final = (
    "avg", "sum", "max", "min", "last", "area", "l2norm", "percentile", "stddev",
)  # fmt: skip
_JOBS: Final = (
    "databricks.job", "spark.application", "airflow.dag", "dbt.job", "dbt.model", "dbt.test",
    "glue.job",
)  # fmt: skip
_JOINED: Final = {
    "aggregate_augmented_query": (
        ("base_query", "augment_query", "join_condition", "compute", "group_by"),
        ("base_query", "augment_query", "join_condition", "compute", "group_by",
         "data_source", "name"),
    ),
    "aggregate_filtered_query": (
        ("base_query", "filter_query", "filters"),
        ("base_query", "filter_query", "filters", "compute", "group_by", "data_source", "name"),
    ),
}  # fmt: skip
"""Of each joined form the required and the allowed fields. Source: the API's schema."""

_JOINED_FIELD: Final = "base_query"
_OF_BASE_QUERIES: Final = ("mean", "count_unique")
"""Aggregations of base queries alone. Source: definitions in public repositories."""

_DEEPEST: Final = 8
"""How far ``base_query`` is followed into itself."""


def read_variables(
    monitor_type: str, variables: Sequence[Any], problems: list[QueryProblem]
) -> tuple[FormulaVariable, ...]:
    """Read all variables; add each problem with the path to its field."""
    read = tuple(
        _read(monitor_type, variable, Findings(problems, (index,)))
        for index, variable in enumerate(variables)
        if isinstance(variable, Mapping)
    )
    _check_number(monitor_type, len(variables), Findings(problems))
    facets = {frozenset(variable.keys) for variable in read}
    if len(facets) > 1 and all(variable.source in _EVENTS for variable in read):
        Findings(problems, (0,)).warn(
            "different-groups",
            _NOWHERE,
            "the variables are not grouped by the same facets: groups drop out silently",
        )
    return read


_NOWHERE: Final = Name(0, 0, "")


def _check_number(monitor_type: str, count: int, findings: Findings) -> None:
    """Check the count: at most two for CI (Datadog's page), five in Terraform's provider."""
    at = Findings(findings.problems, (2,))
    if monitor_type.startswith("ci-") and count > 2:
        at.refuse("too-many-variables", _NOWHERE, f"{count} variables, at most 2 were expected")
    elif count > 5 and monitor_type in ("cost alert", "data-quality alert", "data-jobs alert"):
        at.warn("too-many-variables", _NOWHERE, f"{count} variables, at most 5 are known to work")


def _read(monitor_type: str, variable: Mapping[str, Any], findings: Findings) -> FormulaVariable:
    name, source = _text(variable, "name"), _text(variable, "data_source")
    if not name and _JOINED_FIELD not in findings.path:
        _missing(findings, "name")
    if monitor_type == "data-jobs alert":
        return _read_job(variable, name, findings)
    if source in _QUERIES:
        return _read_query(variable, name, source, findings)
    if source in _EVENTS:
        return _read_events(monitor_type, variable, name, findings)
    if source == "data_quality_metrics":
        return _read_quality(variable, name, findings)
    if source in _JOINED and len(findings.path) < _DEEPEST:
        return _read_joined(monitor_type, variable, name, findings)
    known = (*_QUERIES, *_EVENTS, "data_quality_metrics", *_JOINED)
    if not source:
        _missing(findings, "data_source")
    else:
        _unknown_source(source, did_you_mean(source, known), _at(findings, "data_source"))
    return FormulaVariable(name=name, source=source)


def _unknown_source(source: str, meant: str, findings: Findings) -> None:
    """
    Refuse a slip of the pen; a source that resembles none may be newer than this tool.

    Datadog takes sources before its API description has them, as it did `llm_observability`.
    """
    place = Name(0, len(source), source)
    if meant:
        findings.refuse("unknown-data-source", place, f"`{source}` is not a data source", meant)
    else:
        findings.warn("unread-data-source", place, f"`{source}` is no data source that is known")


def _text(variable: Mapping[str, Any], field: str) -> str:
    value = variable.get(field)
    return value if isinstance(value, str) else ""


def _mapping(variable: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = variable.get(field)
    return value if isinstance(value, Mapping) else {}


def _at(findings: Findings, *path: str | int) -> Findings:
    return Findings(findings.problems, (*findings.path, *path))


def _aggregations(known: Sequence[str], findings: Findings) -> Sequence[str]:
    return (*known, *_OF_BASE_QUERIES) if _JOINED_FIELD in findings.path else known


def _missing(findings: Findings, field: str) -> None:
    findings.refuse("missing-field", _NOWHERE, f"the variable has no `{field}`")


def _read_query(
    variable: Mapping[str, Any], name: str, source: str, findings: Findings
) -> FormulaVariable:
    query = _text(variable, "query")
    expression = None
    if not query:
        _missing(findings, "query")
    else:
        at = _at(findings, "query")
        expression, cursor = metric_expression(query)
        findings.problems.extend(_moved(cursor.problems, at.path))
        if expression is not None:
            inner = Findings(path=at.path)
            check_expression(expression, inner, 0)
            findings.problems.extend(_of_source(source, inner.problems))
    aggregator, known = _text(variable, "aggregator"), _aggregations(_AGGREGATORS, findings)
    if not aggregator and source == "cloud_cost":
        _missing(findings, "aggregator")
    if aggregator and aggregator not in known:
        _wrong(findings, ("aggregator",), aggregator, known)
    keys = keys_of(expression) if expression is not None else ()
    return FormulaVariable(name=name, source=source, expression=expression, keys=keys)


def _of_source(source: str, problems: list[QueryProblem]) -> Iterator[QueryProblem]:
    """
    Yield the problems that a query of this source can have.

    Tags of costs keep their capitals, as Amazon writes them: Datadog's page on the data of Cloud
    Cost Management.
    """
    for problem in problems:
        if source != "cloud_cost" or problem.code != "upper-case-value":
            yield problem


def _moved(problems: list[QueryProblem], path: Path) -> list[QueryProblem]:
    return [
        QueryProblem(
            code=problem.code,
            message=problem.message,
            start=problem.start,
            end=problem.end,
            hint=problem.hint,
            refused=problem.refused,
            path=path,
        )
        for problem in problems
    ]


def _wrong(findings: Findings, path: Path, written: str, known: Sequence[str]) -> None:
    _at(findings, *path).refuse(
        "wrong-value",
        Name(0, len(written), written),
        f"`{written}` where {joined(known)} was expected",
        did_you_mean(written, known),
    )


def _read_events(
    monitor_type: str, variable: Mapping[str, Any], name: str, findings: Findings
) -> FormulaVariable:
    source = _text(variable, "data_source")
    if _EVENTS[source] != monitor_type:
        own = next((name for name, kind in _EVENTS.items() if kind == monitor_type), "")
        _at(findings, "data_source").refuse(
            "other-data-source",
            Name(0, len(source), source),
            f"`{source}` is for the type `{_EVENTS[source]}`, not for `{monitor_type}`",
            f"write `{own}`" if own else "",
        )
    _check_compute(variable, findings)
    condition = None
    if "search" in variable:
        search = _mapping(variable, "search")
        if not isinstance(search.get("query"), str):
            _missing(_at(findings, "search"), "query")
        condition, cursor = plain_search(_text(search, "query"))
        at = _at(findings, "search", "query")
        findings.problems.extend(_moved(cursor.problems, at.path))
        if condition is not None:
            check_condition(monitor_type, condition, at)
    keys = _facets(variable, findings)
    return FormulaVariable(name=name, source=source, condition=condition, keys=keys)


def _check_compute(variable: Mapping[str, Any], findings: Findings) -> None:
    compute = _mapping(variable, "compute")
    aggregation = _text(compute, "aggregation")
    if not compute:
        _missing(findings, "compute")
    elif not aggregation:
        _missing(_at(findings, "compute"), "aggregation")
    elif aggregation not in _aggregations(_COMPUTED, findings):
        _wrong(
            findings, ("compute", "aggregation"), aggregation, _aggregations(_COMPUTED, findings)
        )
    elif aggregation != "count" and not compute.get("metric"):
        _at(findings, "compute").refuse(
            "missing-field", _NOWHERE, f"`{aggregation}` has no `metric` to work on"
        )


def _facets(variable: Mapping[str, Any], findings: Findings) -> tuple[str, ...]:
    groups = variable.get("group_by")
    if not isinstance(groups, Sequence) or isinstance(groups, str):
        return ()
    keys = []
    for index, group in enumerate(groups):
        facet = _text(group, "facet") if isinstance(group, Mapping) else group
        if isinstance(facet, str) and facet:
            keys.append(facet)
        else:
            _missing(_at(findings, "group_by", index), "facet")
    return tuple(keys)


def _read_quality(variable: Mapping[str, Any], name: str, findings: Findings) -> FormulaVariable:
    """Read a data quality query. Source: Datadog's API reference; the measures are open."""
    for field in ("measure", "filter"):
        if not _text(variable, field):
            _missing(findings, field)
    options = _mapping(variable, "monitor_options")
    override = options.get("model_type_override")
    if isinstance(override, str) and override not in ("freshness", "percentage", "any"):
        path = ("monitor_options", "model_type_override")
        _wrong(findings, path, override, ("freshness", "percentage", "any"))
    keys = _facets(variable, findings)
    return FormulaVariable(name=name, source="data_quality_metrics", keys=keys)


def _read_job(variable: Mapping[str, Any], name: str, findings: Findings) -> FormulaVariable:
    """Read a data jobs query. Source: Datadog's API reference on data jobs monitors."""
    if name and name != "run_query":
        _wrong(findings, ("name",), name, ("run_query",))
    dialect = _text(variable, "query_dialect")
    if dialect != "metric":
        if dialect:
            _wrong(findings, ("query_dialect",), dialect, ("metric",))
        else:
            _missing(findings, "query_dialect")
    job = _text(variable, "job_type")
    if not job:
        _missing(findings, "job_type")
    elif job not in _JOBS and not job.startswith("custom.ol."):
        _wrong(findings, ("job_type",), job, (*_JOBS, "custom.ol.…"))
    return FormulaVariable(name=name, source=job)


def _read_joined(
    monitor_type: str, variable: Mapping[str, Any], name: str, findings: Findings
) -> FormulaVariable:
    """Read a query that a table joins or filters; the schema refuses other fields."""
    source = _text(variable, "data_source")
    required, allowed = _JOINED[source]
    for field in required:
        if not variable.get(field):
            _missing(findings, field)
    for field in variable:
        if field not in allowed:
            findings.refuse(
                "unknown-field", _NOWHERE, f"`{field}` is no field of {source}",
                did_you_mean(str(field), allowed),
            )  # fmt: skip
    base = _mapping(variable, "base_query")
    inner = _read(monitor_type, base, _at(findings, "base_query")) if base else None
    keys = _facets(variable, findings) or (inner.keys if inner else ())
    expression = inner.expression if inner else None
    condition = inner.condition if inner else None
    return FormulaVariable(
        name=name, source=source, expression=expression, condition=condition, keys=keys
    )
