"""Run all rules over a project."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from monitor_sync.diagnostics import FEW, MANY, Diagnostic, Severity, Span
from monitor_sync.model import Monitor, Project
from monitor_sync.rules.file_rules import ERRORS
from monitor_sync.rules.registry import Finding, Rule, every
from monitor_sync.rules.runner import MonitorFinding, Runner
from monitor_sync.rules.suppression import FindingFilter
from monitor_sync.rules.views import ProjectView

Locate = Callable[[str, tuple[str | int, ...], int, int | None], tuple[str, Span]]
"""
Key, field, start and end, to the text of the line and the place in the files.

An empty key means project.yaml.
"""

StandsApart = Callable[[str, tuple[str | int, ...]], bool]
"""Key and field, to whether it stands in lines of the files that are this monitor's alone."""


def check(
    project: Project,
    locate: Locate,
    *,
    today: str,
    only: Collection[str] | None = None,
    least: Severity = Severity.NOTE,
    memo: bool = True,
    read: Iterable[Diagnostic] = (),
    stands_apart: StandsApart | None = None,
) -> list[Diagnostic]:
    """
    Return everything that the rules have to say, suppressions applied.

    ``today`` is ``YYYY-MM-DD``: a suppression counts through its last day. ``only`` are the keys
    of the monitors to check; all of them by default. ``read`` are the diagnostics of reading the
    files: suppressions apply to them too, and they come back with the others. What is below
    ``least`` is only counted by the caller: it stands at the first line of its monitor, as to find
    the exact place costs more than to find the mistake. With ``stands_apart`` so does what a brief
    answer only counts. Without ``memo`` every rule runs on every monitor, which changes the time
    it takes and nothing else.
    """
    findings = FindingFilter(project.policy, project.monitors, today)
    rules = [rule for rule in every() if findings.is_on(rule.name)]
    chosen = [monitor for key, monitor in project.monitors.items() if only is None or key in only]
    diagnostics = [
        diagnostic
        for diagnostic in findings.shown(read)
        if only is None or not diagnostic.key or diagnostic.key in only or diagnostic.rule in ERRORS
    ]
    # monitor by monitor, as to find places in one file after the other is much cheaper
    order = {key: number for number, key in enumerate(project.monitors)}
    results = _run(project, chosen, rules, memo=memo)
    judged = []
    for result in sorted(results, key=lambda result: order[result.monitor.key]):
        severity = findings.severity(result.rule.name, result.rule.severity, result.monitor.key)
        if severity is not None:
            judged.append((result, severity))
    counted = _only_counted(judged, stands_apart) if stands_apart else frozenset()
    for number, (result, severity) in enumerate(judged):
        is_shown = severity >= least and number not in counted
        diagnostics.extend(_of_result(result, severity, locate, exact=is_shown))
    diagnostics.extend(
        _diagnostic(entry.finding, entry.key, entry.rule, entry.severity, locate)
        for entry in (*findings.stale(chosen), *findings.of_policy())
    )
    return diagnostics


def _run(
    project: Project, chosen: Sequence[Monitor], rules: Sequence[Rule], *, memo: bool
) -> Iterator[MonitorFinding]:
    """Yield every finding of every rule about the chosen monitors."""
    if not chosen:
        return
    runner = Runner(rules, project, memo=memo)
    views = {}
    for monitor in chosen:
        view = views[monitor.key] = runner.view(monitor)
        yield from runner.findings(view)
    compared = ProjectView(
        [
            views[monitor.key] if monitor.key in views else runner.view(monitor)
            for monitor in _compared(project, views)
        ]
    )
    for rule in rules:
        if rule.view is ProjectView:
            for view, finding in rule.check(compared):
                if view.monitor.key in views:
                    yield MonitorFinding(rule, view.monitor, finding)


def _compared(project: Project, chosen: Collection[str]) -> list[Monitor]:
    """
    Return the monitors that rules compare: the chosen ones, composites and their members.

    Where only some are chosen, copies among the others are not looked for: Datadog has taken
    those, and to find them costs more than all other rules about a few changes.
    """
    keys = set(chosen)
    for monitor in project.monitors.values():
        if monitor.references:
            keys.update((monitor.key, *monitor.references))
    return [monitor for monitor in project.monitors.values() if monitor.key in keys]


def _only_counted(
    judged: Sequence[tuple[MonitorFinding, Severity]], stands_apart: StandsApart
) -> frozenset[int]:
    """
    Return the numbers of the results of which a brief answer shows nothing, as it counts them.

    It folds what stands at one place, and shows the first few places of a rule. Only results at
    places of their own are left out here, so neither what it shows nor what it counts changes.
    """
    of_monitor = Counter((result.rule.name, result.monitor.key) for result, _ in judged)
    by_rule: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for number, (result, severity) in enumerate(judged):
        monitor, rule = result.monitor, result.rule.name
        if (
            severity < Severity.ERROR
            and of_monitor[rule, monitor.key] == 1
            and stands_apart(monitor.key, result.finding.field)
        ):
            by_rule[rule].append((monitor.path, monitor.line, number))
    return frozenset(
        number
        for places in by_rule.values()
        if len(places) > MANY
        for _, _, number in sorted(places)[FEW:]
    )


def _of_result(
    result: MonitorFinding, severity: Severity, locate: Locate, *, exact: bool
) -> Iterator[Diagnostic]:
    """Yield the diagnostic of a result; none where a hole filled what the author had to type."""
    finding = result.finding
    if not exact and not finding.typed:
        yield _unplaced(result, severity)
        return
    diagnostic = _diagnostic(finding, result.monitor.key, result.rule.name, severity, locate)
    if _is_typed(diagnostic, finding.typed):
        yield diagnostic


def _unplaced(result: MonitorFinding, severity: Severity) -> Diagnostic:
    """Return a diagnostic that nobody is shown: at its monitor, not at the exact place."""
    monitor = result.monitor
    return Diagnostic(
        rule=result.rule.name,
        severity=severity,
        message=result.finding.message,
        span=Span(monitor.path, monitor.line),
        hint=result.finding.hint,
        excerpt="",
        key=monitor.key,
    )


def _diagnostic(
    finding: Finding, key: str, name: str, severity: Severity, locate: Locate
) -> Diagnostic:
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


def _is_typed(diagnostic: Diagnostic, typed: str) -> bool:
    """Return whether the author typed the stretch, where that matters: a hole may fill it."""
    span = diagnostic.span
    return not typed or diagnostic.excerpt[span.column - 1 : span.end_column - 1] == typed
