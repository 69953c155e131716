"""Composites: how many members, and whether the condition can change at all."""

from __future__ import annotations

from typing import Final

from monitor_sync.language.problems import Findings
from monitor_sync.language.tree import (
    CompositeQuery,
    Condition,
    Enclosed,
    Junction,
    MonitorId,
    MonitorReference,
    Negation,
)
from monitor_sync.language.tree_queries import members_in

_MOST: Final = 10


def check_composite(tree: CompositeQuery, findings: Findings) -> None:
    """
    Check everything about a composite that its query alone shows.

    Source: Datadog's API reference for the number of members; the rest is logic.
    """
    members = list(members_in(tree.condition))
    different = list(dict.fromkeys(members))
    if len(different) > _MOST:
        findings.refuse(
            "too-many-members",
            tree,
            f"{len(different)} different monitors, at most {_MOST} were expected",
        )
        return
    rows = 1 << len(different)
    everything = (1 << rows) - 1
    columns = {member: _column(index, rows) for index, member in enumerate(different)}
    truth = _truth(tree.condition, columns, everything)
    if truth in (0, everything):
        findings.warn(
            "constant-composite",
            tree,
            "this is never true, whatever its monitors do"
            if truth == 0
            else "this is always true, whatever its monitors do",
        )


def _column(index: int, rows: int) -> int:
    """Return a column of the truth table as one number: bit ``r`` is the value in row ``r``."""
    half = 1 << index
    block = ((1 << half) - 1) << half
    column = 0
    for start in range(0, rows, 2 * half):
        column |= block << start
    return column


def _truth(
    condition: Condition, columns: dict[MonitorId | MonitorReference, int], everything: int
) -> int:
    """Return the column of a condition: for which values of its members it is true."""
    if isinstance(condition, MonitorId | MonitorReference):
        return columns[condition]
    if isinstance(condition, Negation):
        return everything ^ _truth(condition.operand, columns, everything)
    if isinstance(condition, Enclosed):
        return _truth(condition.condition, columns, everything)
    if not isinstance(condition, Junction):
        return 0
    values = [_truth(operand, columns, everything) for operand in condition.operands]
    result = values[0]
    for value in values[1:]:
        result = result & value if condition.operator == "AND" else result | value
    return result
