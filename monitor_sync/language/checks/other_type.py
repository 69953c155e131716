"""
Queries that are written for another type of monitor than the one that is declared.

Without ``type`` a monitor is a `query alert`, so a pasted log search would be reported with
"`logs` is no aggregation". The way a query begins shows which type its author meant.
"""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.language.checks.search import SOURCES_OF
from monitor_sync.language.problems import QueryProblem

_METRIC: Final = ("query alert", "metric alert")
_BEGINNINGS: Final = (
    *(
        (type_, re.compile(rf"(?:{'|'.join(map(re.escape, sources))})(?=\s*\()"))
        for type_, sources in SOURCES_OF.items()
    ),
    ("slo alert", re.compile(r"(?:error_budget|burn_rate)(?=\s*\()")),
    ("service check", re.compile(r"(?:\"[^\"]*\"|'[^']*')(?=\s*\.\s*(?:over|by|exclude|last)\b)")),
    (
        "query alert",
        re.compile(r"(?:avg|sum|max|min|percentile|(?:pct_)?change)(?=\s*\(.{1,40}\)\s*:)"),
    ),
    ("composite", re.compile(r"[!(\s]*(?:[0-9]+|\$\{id:[^}]*\})(?=[\s)]*(?:&&|\|\|))")),
)
"""Types, and what their queries begin with. Source: the forms of queries in the API's create
reference."""


def of_another_type(monitor_type: str, query: str) -> QueryProblem | None:
    """Return the problem of a query that begins like a query of another type."""
    start = len(query) - len(query.lstrip())
    for meant, beginning in _BEGINNINGS:
        match = beginning.match(query, start)
        if match is None:
            continue
        if meant == monitor_type or (meant in _METRIC and monitor_type in _METRIC):
            return None
        return QueryProblem(
            code="wrong-source",
            message=f"`{match[0]}` begins queries of the type `{meant}`, not of `{monitor_type}`",
            start=start,
            end=match.end(),
            hint=f"write `type: {meant}`",
        )
    return None
