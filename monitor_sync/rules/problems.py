"""What the language says of a query, as rules: each takes some of its codes and explains them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.problems import QueryProblem
from monitor_sync.rules.context import Subject
from monitor_sync.rules.registry import Finding, rule

RULE_OF: Final[dict[str, str]] = {}
"""Code to the name of the rule that tells it."""


def tells(
    name: str, severity: Severity, *codes: str
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Make a rule of a manual page: it finds the language's problems with one of these codes."""

    def register(page: Callable[[], None]) -> Callable[[], None]:
        wanted = frozenset(codes)

        def check(subject: Subject) -> Iterable[Finding]:
            return [_finding(each) for each in subject.parsed.problems if each.code in wanted]

        check.__doc__ = page.__doc__
        rule(name, severity, of="query")(check)
        RULE_OF.update(dict.fromkeys(codes, name))
        return page

    return register


def _finding(problem: QueryProblem) -> Finding:
    inside = ("options", "variables", *problem.path) if problem.path else ("query",)
    return Finding(
        message=problem.message,
        field=inside,
        start=problem.start,
        end=problem.end,
        hint=problem.hint,
    )
