"""Formulas over ``options.variables``: their steps by type, and the names they use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, Number
from monitor_sync.language.checks.calls import check_call
from monitor_sync.language.checks.search import check_month, check_time
from monitor_sync.language.checks.steps import by_name, require
from monitor_sync.language.checks.windows import quoted_window
from monitor_sync.language.problems import Findings
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.tree import Call, FormulaQuery, Option, Step, Variable
from monitor_sync.language.tree_queries import walk, words_of

METRIC_TYPES: Final = ("query alert", "metric alert")
SEARCH_TYPES: Final = (
    "log alert", "rum alert", "trace-analytics alert", "event-v2 alert", "audit alert",
    "ci-pipelines alert", "ci-tests alert", "database-monitoring alert",
    "network-performance alert", "network-path alert", "llm-observability alert",
)  # fmt: skip
FORMULA_TYPES: Final = (
    *METRIC_TYPES, *SEARCH_TYPES, "cost alert", "data-quality alert", "data-jobs alert",
)  # fmt: skip
"""Where ``formula()`` is legal. Source: Datadog's API reference and published monitors."""

_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_MONTH: Final = 730 * 3600


def check_formula(monitor_type: str, tree: FormulaQuery, findings: Findings) -> None:
    """Check everything about a formula that the query alone shows, not its variables."""
    if monitor_type == "data-jobs alert":
        _check_jobs(tree, findings)
    elif monitor_type == "cost alert":
        _check_calls(tree, findings)
        _check_cost(tree, findings)
    else:
        _check_calls(tree, findings)
        _check_steps(monitor_type, tree, findings)
    level = tree.comparison.threshold if tree.comparison else None
    if isinstance(level, Name) and monitor_type not in METRIC_TYPES:
        findings.refuse(
            "dynamic-threshold",
            level,
            "`threshold` where a number was expected: only metric monitors compare with a query",
        )


def _check_calls(tree: FormulaQuery, findings: Findings) -> None:
    for node in walk(tree.expression):
        if isinstance(node, Call):
            check_call(node, findings)


def _check_steps(monitor_type: str, tree: FormulaQuery, findings: Findings) -> None:
    """Check the steps: every formula has a window, that of a metric monitor also a rollup."""
    steps = by_name(tree.steps, ("rollup", "by", "last", "current"), findings)
    example = '`formula("a / b").last("5m") > 1`'
    if monitor_type in METRIC_TYPES:
        example = '`formula("a / b").rollup("sum").last("5m") > 1`'
    if "current" not in steps:
        require(steps, ("last",), tree, findings, example)
    longest = 48 * 3600 if monitor_type in SEARCH_TYPES else _MONTH
    if tree.comparison is None:  # the query of a threshold: the documented example looks at 6mo
        longest = 6 * _MONTH
    for name in ("last", "current"):
        if name in steps:
            check_time(steps[name], findings, longest=longest)
            if monitor_type in SEARCH_TYPES:
                check_month(steps[name], findings)
    if monitor_type in METRIC_TYPES and "rollup" not in steps:
        findings.warn(
            "formula-without-rollup", tree, "`.rollup()` is missing, which all known ones have",
            f"write {example}",
        )  # fmt: skip


def _check_jobs(tree: FormulaQuery, findings: Findings) -> None:
    """Check data jobs, with no quotes in steps as recorded. Source: Datadog's API reference."""
    body = tree.expression
    right = (
        isinstance(body, Call)
        and body.function.text == "failed_runs"
        and [argument.name for argument in body.arguments if isinstance(argument, Variable)]
        == ["run_query"]
    )
    if not right:
        findings.refuse(
            "bad-jobs-formula",
            body,
            "this formula where `failed_runs(run_query)` was expected",
            'write `formula("failed_runs(run_query)")`',
        )
    example = '`formula("failed_runs(run_query)").by(job_name).last(1d) > 0`'
    steps = by_name(tree.steps, ("by", "last"), findings)
    require(steps, ("last",), tree, findings, example)
    if "last" in steps and len(steps["last"].arguments) == 1:
        quoted_window(steps["last"].arguments[0], findings, "m h d w", "10d")
    if "by" in steps and not steps["by"].arguments:
        findings.refuse("empty-step", steps["by"], "`.by()` is empty")


def _check_cost(tree: FormulaQuery, findings: Findings) -> None:
    """Check a cost formula. Source: Datadog's API reference on cost monitors."""
    known = ("rollup", "by", "last", "current", "change", "anomaly", "forecast")
    steps = by_name(tree.steps, known, findings)
    if "forecast" in steps:
        _check_cost_forecast(steps, tree, findings)
        return
    if "current" not in steps:
        require(steps, ("last",), tree, findings, '`formula("query1").last("7d") > 1000`')
    if "last" in steps:
        window = check_time(steps["last"], findings, longest=100 * 24 * 3600)
        if window is not None and window.seconds % (24 * 3600):
            findings.refuse(
                "bad-window", window, f"`{window.written}` where whole days were expected"
            )
    if "change" in steps:
        _check_cost_change(steps["change"], tree, findings)
    if "anomaly" in steps:
        _check_cost_anomaly(steps["anomaly"], tree, findings)


def _check_cost_forecast(steps: dict[str, Step], tree: FormulaQuery, findings: Findings) -> None:
    if "last" in steps:
        findings.refuse(
            "forecast-window",
            steps["last"],
            "forecast() looks at the current period: `.last()` stands where "
            "`.current()` was expected",
            'write `.current("1mo").forecast()`',
        )
    else:
        require(steps, ("current",), tree, findings, '`.current("1mo").forecast()`')
    if "current" in steps:
        check_time(steps["current"], findings, longest=_MONTH)
    _check_comparator(tree, (">",), findings)


def _check_cost_change(step: Step, tree: FormulaQuery, findings: Findings) -> None:
    kind = words_of(step.arguments[0]) if step.arguments else ""
    if kind not in ("relative", "absolute"):
        place = step.arguments[0] if step.arguments else step
        findings.refuse(
            "wrong-argument",
            place,
            f"`{kind or '…'}` where relative or absolute was expected",
            did_you_mean(kind, ("relative", "absolute")),
        )
    for argument in step.arguments[1:]:
        if not isinstance(argument, Number):
            findings.refuse(
                "wrong-argument", argument, f"`{words_of(argument)}` where a number was expected"
            )
    _check_comparator(tree, (">", "<"), findings)


def _check_cost_anomaly(step: Step, tree: FormulaQuery, findings: Findings) -> None:
    """Check a cost anomaly: the reference has only ``>=``, recorded traffic also ``> 6``."""
    for argument in step.arguments:
        if not isinstance(argument, Option) or argument.name.text not in ("direction", "threshold"):
            findings.refuse(
                "unknown-option", argument, "only `direction=` and `threshold=` were expected here"
            )
        elif argument.name.text == "threshold":
            if not isinstance(argument.value, Number):
                findings.refuse("wrong-argument", argument.value, "a number was expected")
        elif words_of(argument.value) not in ("above", "below", "both"):
            written = words_of(argument.value)
            findings.refuse(
                "wrong-argument",
                argument.value,
                f"`{written}` where above, below or both was expected",
            )
    _check_comparator(tree, (">=", ">"), findings)


def _check_comparator(tree: FormulaQuery, allowed: tuple[str, ...], findings: Findings) -> None:
    if tree.comparison is not None and tree.comparison.operator.text not in allowed:
        operator = tree.comparison.operator
        findings.refuse(
            "wrong-comparator", operator, f"`{operator.text}` where {joined(allowed)} was expected"
        )


def check_names(tree: FormulaQuery, names: Sequence[str], findings: Findings) -> None:
    """Check that a formula and ``options.variables`` name the same things."""
    used: set[str] = set()
    for node in walk(tree.expression):
        if isinstance(node, Variable):
            used.add(node.name)
            if node.name not in names:
                findings.refuse(
                    "undefined-variable",
                    node,
                    f"`{node.name}` is not defined in options.variables",
                    did_you_mean(node.name, names) or f"define `{node.name}` there",
                )
    for index, name in enumerate(names):
        at = Findings(findings.problems, (index, "name"))
        place = Name(0, len(name), name)
        if name in names[:index]:
            at.refuse("repeated-variable", place, f"`{name}` is defined twice")
        elif name not in used and name:
            at.warn("unused-variable", place, f"`{name}` is defined but not in the formula")
        if name and _NAME.fullmatch(name) is None:
            at.warn(
                "bad-variable-name",
                place,
                f"`{name}` where a letter or underscore, then letters, digits and underscores "
                "were expected",
            )
