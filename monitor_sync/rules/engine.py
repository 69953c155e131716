"""Run all rules over a project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.model import Monitor, Project
from monitor_sync.rules.context import Subject
from monitor_sync.rules.file_rules import ERRORS
from monitor_sync.rules.memo import Alike
from monitor_sync.rules.registry import Finding, Rule, every
from monitor_sync.rules.runner import Asking, Found
from monitor_sync.rules.suppression import Judge

Locate = Callable[[str, tuple[str | int, ...], int, int | None], tuple[str, Span]]
"""
Key, field, start and end, to the text of the line and the place in the files.

An empty key means project.yaml.
"""


def check(
    project: Project,
    locate: Locate,
    *,
    today: str,
    only: Collection[str] | None = None,
    siblings: bool = True,
    read: Iterable[Diagnostic] = (),
) -> list[Diagnostic]:
    """
    Everything that the rules have to say, suppressions applied.

    ``today`` is ``YYYY-MM-DD``: a suppression counts through its last day. ``only`` are the keys
    of the monitors to speak of; all of them by default. ``read`` is what reading the files found:
    it is judged as what rules find, and comes back with it. Without ``siblings``
    every rule is asked about every monitor, which changes the time it takes and nothing else.
    """
    judge = Judge(project.policy, project.monitors, today)
    rules = [each for each in every() if judge.wanted(each.name)]
    chosen = [each for key, each in project.monitors.items() if only is None or key in only]
    diagnostics = [
        each
        for each in judge.judged(read)
        if only is None or not each.key or each.key in only or each.rule in ERRORS
    ]
    for found in _run(project, chosen, rules, siblings=siblings):
        name, key = found.rule.name, found.monitor.key
        severity = judge.severity(name, found.rule.severity, key)
        if severity is not None:
            told = _told(found.finding, key, name, severity, locate)
            if _as_typed(told, found.finding.typed):
                diagnostics.append(told)
    diagnostics.extend(
        _told(each.finding, each.key, each.rule, each.severity, locate)
        for each in (*judge.stale(chosen), *judge.policy())
    )
    return diagnostics


def _run(
    project: Project, chosen: Sequence[Monitor], rules: Sequence[Rule], *, siblings: bool
) -> Iterator[Found]:
    """Every finding of every rule about the chosen monitors."""
    alike = Alike() if siblings else None
    asking = Asking(rules, siblings=siblings)
    asked = {}
    for monitor in chosen:
        subject = asked[monitor.key] = Subject(monitor, project, alike)
        yield from asking.about(subject)
        subject.let_go()
    if not chosen:
        return
    subjects = [
        asked[each.key] if each.key in asked else Subject(each, project, alike)
        for each in _near(project, asked)
    ]
    for each in rules:
        if each.whole is not None:
            for subject, finding in each.whole(subjects):
                if subject.monitor.key in asked:
                    yield Found(each, subject.monitor, finding)


def _near(project: Project, keys: Collection[str]) -> list[Monitor]:
    """
    The monitors with which rules compare the chosen ones: composites and their members.

    Where only some are chosen, copies among the others are not looked for: Datadog has taken
    those, and that question costs more than all others about a few changes.
    """
    near = set(keys)
    for each in project.monitors.values():
        if each.references:
            near.update((each.key, *each.references))
    return [each for each in project.monitors.values() if each.key in near]


def _told(finding: Finding, key: str, name: str, severity: Severity, locate: Locate) -> Diagnostic:
    excerpt, span = locate(key, finding.field, finding.start, finding.end)
    return Diagnostic(
        rule=name,
        severity=severity,
        message=finding.message,
        span=span,
        hint=finding.hint,
        excerpt=excerpt,
        key=key,
    )


def _as_typed(told: Diagnostic, typed: str) -> bool:
    """Whether the author typed the stretch, where that matters; a hole may have brought it."""
    return not typed or told.excerpt[told.span.column - 1 : told.span.end_column - 1] == typed
