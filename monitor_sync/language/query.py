"""
Parse a monitor's query of any type, and read what rules, plans and backtests want to know of it.

Start here: ``parse`` gives the tree and everything wrong with the query by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Final

from monitor_sync.language.atoms import Name
from monitor_sync.language.checks.composite import check_composite
from monitor_sync.language.checks.formula import FORMULA_TYPES, check_formula, check_names
from monitor_sync.language.checks.metric import check_metric
from monitor_sync.language.checks.other_type import of_another_type
from monitor_sync.language.checks.search import SOURCES_OF, check_search
from monitor_sync.language.checks.service_check import check_check
from monitor_sync.language.checks.slo import check_slo
from monitor_sync.language.checks.variables import FormulaVariable, read_variables
from monitor_sync.language.problems import Findings, Path, QueryProblem
from monitor_sync.language.query_facts import (
    Parsed,
    algorithm,
    comparison,
    divisions,
    evaluated_every,
    every_series_is_counted,
    expressions,
    fills_gaps,
    functions,
    group_keys,
    metrics,
    references,
    series,
    step,
    tags,
    window,
)
from monitor_sync.language.suggest import nearest_type, types_meant
from monitor_sync.language.syntax.chain import check_query, formula_query, search_query, slo_query
from monitor_sync.language.syntax.composite import composite_query
from monitor_sync.language.syntax.metric import metric_query
from monitor_sync.language.tree import FormulaQuery, NoQuery, Query
from monitor_sync.language.tree_queries import Algorithm, Division

__all__ = [
    "TYPES",
    "Algorithm",
    "Division",
    "FormulaVariable",
    "Parsed",
    "Path",
    "QueryProblem",
    "algorithm",
    "comparison",
    "divisions",
    "evaluated_every",
    "every_series_is_counted",
    "expressions",
    "fills_gaps",
    "functions",
    "group_keys",
    "metrics",
    "parse",
    "parse_critical_query",
    "references",
    "series",
    "step",
    "tags",
    "window",
]

TYPES: Final = (
    "metric alert", "query alert", "service check", "event-v2 alert", "event alert", "log alert",
    "rum alert", "trace-analytics alert", "audit alert", "ci-pipelines alert", "ci-tests alert",
    "error-tracking alert", "database-monitoring alert", "network-performance alert",
    "network-path alert", "llm-observability alert", "process alert", "slo alert", "composite",
    "synthetics alert", "cost alert", "data-quality alert", "data-jobs alert",
)  # fmt: skip
"""Every type there is. Source: the enumeration in the API's schema."""

_LONGEST: Final = 10_000
"""Characters. The longest published query has 2,066; what is longer is not read, so that no text
takes long."""


def parse(
    type: str,  # noqa: A002 - Datadog's own word, as in the monitor's body
    query: str,
    variables: Sequence[Mapping[str, Any]] | None = None,
) -> Parsed:
    """
    Read a query of one of Datadog's 23 monitor types. Never raises, whatever the text.

    ``variables`` are ``options.variables``: None where they are not known, so that a formula's
    names are not looked up; an empty list where there are none.
    """
    tree, problems = _read(type, query)
    formula = isinstance(tree, FormulaQuery)
    if variables is None or type not in FORMULA_TYPES or not (variables or formula):
        return Parsed(type=type, text=query, tree=tree, problems=problems)
    all_problems = list(problems)
    read = read_variables(type, variables, all_problems)
    if isinstance(tree, FormulaQuery):
        check_names(tree, [variable.name for variable in read], Findings(all_problems))
    return Parsed(type=type, text=query, tree=tree, problems=tuple(all_problems), variables=read)


def parse_critical_query(query: str) -> Parsed:
    """
    Read ``options.thresholds.critical_query``: a formula that ends without a comparison.

    Source: the schema of dynamic thresholds; only metric monitors have them.
    """
    tree, cursor = formula_query(query, compared=False)
    if tree is not None:
        check_formula("query alert", tree, Findings(cursor.problems))
    return Parsed(type="query alert", text=query, tree=tree, problems=tuple(cursor.problems))


Read = tuple[Query | None, tuple[QueryProblem, ...]]


@functools.lru_cache(maxsize=4096)
def _read(monitor_type: str, query: str) -> Read:
    """Read a query; return its problems in the order of the text."""
    tree, problems = _read_any(monitor_type, query)
    if tree is None and problems and monitor_type in TYPES and monitor_type != "event alert":
        elsewhere = of_another_type(monitor_type, query)
        if elsewhere is not None:
            return None, (elsewhere,)
    if len(problems) > 1:
        problems = tuple(sorted(problems, key=lambda problem: problem.start))
    return tree, problems


def _read_any(monitor_type: str, query: str) -> Read:
    if monitor_type not in TYPES or monitor_type == "event alert":
        return None, (_wrong_type(monitor_type, query),)
    if len(query) > _LONGEST:
        return None, (_too_long(query),)
    if query.lstrip().startswith("formula") and monitor_type not in _NEVER_FORMULA:
        return _read_formula(monitor_type, query)
    if monitor_type in ("query alert", "metric alert"):
        metric, cursor = metric_query(query)
        if metric is not None:
            check_metric(metric, Findings(cursor.problems))
        return metric, tuple(cursor.problems)
    if monitor_type in SOURCES_OF:
        search, cursor = search_query(query)
        if search is not None:
            check_search(monitor_type, search, Findings(cursor.problems))
        return search, tuple(cursor.problems)
    return _read_other(monitor_type, query)


_NEVER_FORMULA: Final = ("service check", "slo alert", "composite", "synthetics alert")


def _read_other(monitor_type: str, query: str) -> Read:
    if monitor_type == "service check":
        check, cursor = check_query(query)
        if check is not None:
            check_check(check, Findings(cursor.problems))
        return check, tuple(cursor.problems)
    if monitor_type == "slo alert":
        slo, cursor = slo_query(query)
        if slo is not None:
            check_slo(slo, Findings(cursor.problems))
        return slo, tuple(cursor.problems)
    if monitor_type == "composite":
        composite, cursor = composite_query(query)
        if composite is not None:
            check_composite(composite, Findings(cursor.problems))
        return composite, tuple(cursor.problems)
    if monitor_type == "synthetics alert":
        return _read_synthetics(query)
    return _read_formula(monitor_type, query)


def _read_formula(monitor_type: str, query: str) -> Read:
    tree, cursor = formula_query(query)
    findings = Findings(cursor.problems)
    if monitor_type not in FORMULA_TYPES:
        message = f"`formula()` does not exist for the type `{monitor_type}`"
        findings.refuse("formula-not-here", Name(0, len(query), ""), message)
    elif tree is not None:
        check_formula(monitor_type, tree, findings)
    return tree, tuple(cursor.problems)


def _read_synthetics(query: str) -> Read:
    if query.strip() == "no_query":
        return NoQuery(0, len(query)), ()
    message = f"`{query}` where `no_query` was expected: the test itself is in Synthetics"
    problem = QueryProblem(code="syntax", message=message, start=0, end=len(query))
    return None, (problem,)


def _wrong_type(monitor_type: str, query: str) -> QueryProblem:
    """Return the server's words for the retired type: 'event alert' type is not supported."""
    if monitor_type == "event alert":
        code, message = "retired-type", "`event alert` is no longer a type"
        hint = 'use `event-v2 alert` with `events("…").rollup("count").last("5m") > 1`'
    else:
        code, message = "unknown-type", f"`{monitor_type}` is not a type of monitor"
        if not monitor_type:
            message = "the monitor has no type"
        meant, near = types_meant(monitor_type), nearest_type(monitor_type, TYPES)
        hint = f"did you mean `{near}`?" if near else ""
        hint = f"use `{'` or `'.join(meant)}`" if meant else hint
    return QueryProblem(code=code, message=message, start=0, end=len(query), hint=hint)


def _too_long(query: str) -> QueryProblem:
    return QueryProblem(
        code="too-long-to-read",
        message=f"the query has {len(query):,} characters, more than {_LONGEST:,} are not read",
        start=0,
        end=len(query),
        refused=False,
    )
