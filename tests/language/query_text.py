"""
Print a whole tree back to a query: what was written, but for blanks where they mean nothing.

Tests read what is printed and compare the trees, which proves that a tree holds all of its query.
"""

from __future__ import annotations

from monitor_sync.language.atoms import Name, Number, StringLiteral
from monitor_sync.language.printing import print_condition
from monitor_sync.language.tree import (
    Argument,
    Arithmetic,
    By,
    Call,
    CheckQuery,
    Comparison,
    CompositeQuery,
    Expression,
    FormulaQuery,
    Keys,
    MetricQuery,
    Modifier,
    NoQuery,
    Option,
    Parenthesised,
    Query,
    SearchQuery,
    Series,
    Signed,
    SloQuery,
    Step,
    Suffixed,
    TimeAggregation,
    Variable,
)


def print_query(tree: Query) -> str:
    """Return the query that a tree was read from; reading it again gives an equal tree."""
    match tree:
        case MetricQuery():
            head = _evaluation(tree.evaluation)
            return f"{head}:{print_expression(tree.expression)}{_comparison(tree.comparison)}"
        case FormulaQuery():
            formula = _escaped(print_expression(tree.expression))
            return f'formula("{formula}"){_steps(tree.steps)}{_comparison(tree.comparison)}'
        case CheckQuery():
            return tree.check.written + _steps(tree.steps)
        case SearchQuery():
            head = f"{tree.source.text}({tree.search.written})"
            return head + _steps(tree.steps) + _comparison(tree.comparison)
        case SloQuery():
            head = f"{tree.measure.text}({_argument(tree.slo)})"
            return head + _steps(tree.steps) + _comparison(tree.comparison)
        case CompositeQuery():
            return print_condition(tree.condition)
        case NoQuery():
            return "no_query"


def print_expression(tree: Expression) -> str:
    """Return an expression, as it stands in a query."""
    match tree:
        case Series():
            aggregator = f"{tree.aggregator.text}:" if tree.aggregator else ""
            scope = print_condition(tree.scope.condition)
            return f"{aggregator}{tree.metric.text}{{{scope}}}{_suffixes(tree)}"
        case Variable():
            return tree.name
        case Number():
            return tree.written
        case Signed():
            return f"{tree.sign} {print_expression(tree.operand)}"
        case Parenthesised():
            return f"({print_expression(tree.expression)}){_suffixes(tree)}"
        case Arithmetic():
            rest = zip(tree.operators, tree.operands[1:], strict=True)
            first = print_expression(tree.operands[0])
            return first + "".join(f" {o.text} {print_expression(e)}" for o, e in rest)
        case Call():
            given = ", ".join(map(_argument, tree.arguments))
            return f"{tree.function.text}({given}){_suffixes(tree)}"


def _suffixes(tree: Suffixed) -> str:
    return "".join(
        _by(suffix) if isinstance(suffix, By) else _modifier(suffix) for suffix in tree.suffixes
    )


def _by(tree: By) -> str:
    return f" {tree.keyword} {{{','.join(key.text for key in tree.keys)}}}"


def _modifier(tree: Modifier) -> str:
    return f".{tree.name.text}({', '.join(map(_argument, tree.arguments))})"


def _argument(tree: Argument) -> str:
    match tree:
        case StringLiteral():
            return tree.written
        case Name():
            return tree.text
        case Option():
            return f"{tree.name.text}={_argument(tree.value)}"
        case Keys():
            return f"{{{','.join(name.text for name in tree.names)}}}"
        case _:
            return print_expression(tree)


def _steps(steps: tuple[Step, ...]) -> str:
    return "".join(
        f".{step.name.text}({', '.join(map(_argument, step.arguments))})" for step in steps
    )


def _evaluation(tree: TimeAggregation) -> str:
    inner = f"{tree.aggregator.text}({tree.window.written})"
    if tree.change is None:
        return inner
    return f"{tree.change.kind.text}({inner},{tree.change.shift.written})"


def _comparison(tree: Comparison | None) -> str:
    if tree is None:
        return ""
    threshold = tree.threshold
    level = threshold.written if isinstance(threshold, Number) else threshold.text
    return f" {tree.operator.text} {level}"


def _escaped(formula: str) -> str:
    return formula.replace("\\", "\\\\").replace('"', '\\"')
