"""
Parse a monitor's query of any type, and read what rules, plans and backtests want to know of it.

Start here: ``parse`` gives the tree and everything wrong with the query by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor_sync.language.problems import QueryProblem
from monitor_sync.language.tree import (
    Comparison,
    Condition,
    Expression,
    Query,
    Window,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaVariable:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """
    A query, read.

    ``tree`` is None where the text could not be read as a whole; ``problems`` says why. A query
    may have a tree and problems: an unknown function, a window that is too long.
    """

    type: str
    text: str
    tree: Query | None
    problems: tuple[QueryProblem, ...] = ()
    variables: tuple[FormulaVariable, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether Datadog would answer 400."""
        return any(each.refused for each in self.problems)


def parse(
    type: str,  # noqa: A002  Datadog's own word, as in the monitor's body
    query: str,
    variables: Sequence[Mapping[str, Any]] | None = None,
) -> Parsed:
    """Read a query of one of Datadog's 23 monitor types. Never raises, whatever the text."""
    raise NotImplementedError


def group_keys(parsed: Parsed) -> tuple[str, ...]:
    """
    What the monitor alerts apart by, each key once, in written order; ``*`` of a check stays.

    Facets keep their ``@``. After regrouping only the outer keys; formulas take them from their
    variables.
    """
    raise NotImplementedError


def metrics(parsed: Parsed) -> tuple[str, ...]:
    """The metrics read, each once, in written order; those of formula variables too."""
    raise NotImplementedError


def functions(parsed: Parsed) -> tuple[str, ...]:
    """The functions called, each once, in written order, without aggregators and modifiers."""
    raise NotImplementedError


def references(parsed: Parsed) -> tuple[int | str, ...]:
    """The members of a composite, each once: Datadog's ids as numbers, our keys as texts."""
    raise NotImplementedError


def window(parsed: Parsed) -> Window | None:
    """Over which time it evaluates, positions included; None for composites and the like."""
    raise NotImplementedError


def comparison(parsed: Parsed) -> Comparison | None:
    """The operator and the number at the end, None where the type has none."""
    raise NotImplementedError
