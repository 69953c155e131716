"""Rules whose findings are the problems that ``language/`` reports for a query or a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.problems import QueryProblem
from monitor_sync.rules.registry import Finding, problem_rule
from monitor_sync.rules.views import QueryView

RULE_OF: Final[dict[str, str]] = {}
"""The name of the rule that reports a problem, by the code of the problem."""

Page = Callable[[], None]


def tells(name: str, severity: Severity, *codes: str) -> Callable[[Page], Page]:
    """Register a manual page as a rule that reports the problems of a query with these codes."""

    def register(page: Page) -> Page:
        wanted = frozenset(codes)

        def check(view: QueryView) -> Iterable[Finding]:
            return [_finding(problem) for problem in view.problems if problem.code in wanted]

        problem_rule(name, severity, page, wanted, check)
        RULE_OF.update(dict.fromkeys(codes, name))
        return page

    return register


def _finding(problem: QueryProblem) -> Finding:
    field = ("options", "variables", *problem.path) if problem.path else ("query",)
    return Finding(
        message=problem.message,
        field=field,
        start=problem.start,
        end=problem.end,
        hint=problem.hint,
    )
