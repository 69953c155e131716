"""Run all rules over a project; suppressions, and the organisation's own severities."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.model import Monitor, Policy, Project, Suppression
from monitor_sync.rules import online
from monitor_sync.rules.reached import Reached
from monitor_sync.rules.registry import Check, Finding, Rule, every
from monitor_sync.rules.subject import Subject

Locate = Callable[[str, tuple[str | int, ...], int, int | None], tuple[str, Span]]
"""
Key, field, start and end, to the text of the line and the place in the files.

An empty key means project.yaml.
"""

_SEVERITIES: Final = {each.label: each for each in Severity}
_OFF: Final = "off"
_ONLINE: Final = frozenset(each.name for each in online.PAGES)
"""Told by Datadog alone, so that nobody knows offline whether a suppression of them is needed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its rule, about one monitor."""

    rule: Rule
    monitor: Monitor
    finding: Finding


def check(
    project: Project,
    locate: Locate,
    *,
    today: str,
    only: Collection[str] | None = None,
    siblings: bool = True,
) -> list[Diagnostic]:
    """
    Everything that the rules have to say, suppressions applied.

    ``today`` is ``YYYY-MM-DD``: a suppression counts through its last day. ``only`` are the keys
    of the monitors to speak of; all of them by default. Without ``siblings``
    every rule is asked about every monitor, which changes the time it takes and nothing else.
    """
    severities = _severities(project.policy)
    rules = [each for each in every() if severities.get(each.name, each.severity) is not None]
    chosen = [each for key, each in project.monitors.items() if only is None or key in only]
    used: set[tuple[str, str]] = set()
    diagnostics: list[Diagnostic] = []
    for found in _run(project, chosen, rules, siblings=siblings):
        name = found.rule.name
        if suppressed(found.monitor, name, today):
            used.add((found.monitor.key, name))
            continue
        severity = severities.get(name, found.rule.severity)
        if severity is not None:
            told = _told(found.finding, found.monitor.key, name, severity, locate)
            if _as_typed(told, found.finding.typed):
                diagnostics.append(told)
    diagnostics.extend(_stale(chosen, severities, used, today, locate))
    diagnostics.extend(_unknown(project.policy, locate))
    return diagnostics


def _severities(policy: Policy) -> dict[str, Severity | None]:
    """The organisation's severities; None switches a rule off."""
    return {
        name: None if written == _OFF else _SEVERITIES[written]
        for name, written in policy.severity.items()
    }


def _run(
    project: Project, chosen: Sequence[Monitor], rules: Sequence[Rule], *, siblings: bool
) -> Iterator[Found]:
    """Every finding of every rule about the chosen monitors."""
    shared: dict[Hashable, Reached] = {}
    asked = _Asked([each for each in rules if each.check is not None], siblings=siblings)
    for monitor in chosen:
        yield from asked.about(Subject(monitor, project, shared))
    if not chosen:
        return
    keys = {each.key for each in chosen}
    subjects = [Subject(each, project, shared) for each in _near(project, keys)]
    for each in rules:
        if each.whole is not None:
            for subject, finding in each.whole(subjects):
                if subject.monitor.key in keys:
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


class _Asked:
    """
    The rules about single monitors, and what they have been asked already.

    With ``siblings``, rules that would answer alike are asked once for monitors that differ only
    in plain values of tags, or in words, as long as they find nothing.
    """

    def __init__(self, rules: Sequence[Rule], *, siblings: bool) -> None:
        checks = [(each, each.check) for each in rules if each.check is not None]
        self._by_query, self._by_text, self._alone = (
            [(each, check) for each, check in checks if each.alike == alike and each.of is None]
            for alike in ("query", "text", None)
        )
        self._of_query = [(each, check) for each, check in checks if each.of == "query"]
        self._of_text = [(each, check) for each, check in checks if each.of == "message"]
        self._siblings = siblings
        self._sound: set[Hashable] = set()

    def about(self, subject: Subject) -> Iterator[Found]:
        """Every finding about one monitor."""
        if not self._siblings or subject.asks not in self._sound:
            found = list(_ask(subject, self._by_query))
            found.extend(_ask(subject, self._of_query if subject.parsed.problems else ()))
            yield from found
            if not found:
                self._sound.add(subject.asks)
        if not self._siblings or subject.tells not in self._sound:
            found = list(_ask(subject, self._by_text))
            found.extend(_ask(subject, self._of_text if subject.problems else ()))
            yield from found
            if not found:
                self._sound.add(subject.tells)
        yield from _ask(subject, self._alone)


def _ask(subject: Subject, checks: Iterable[tuple[Rule, Check]]) -> Iterator[Found]:
    for each, check in checks:
        for finding in check(subject):
            yield Found(each, subject.monitor, finding)


def suppressed(monitor: Monitor, name: str, today: str) -> bool:
    """Whether the author of a monitor does not want to see this rule, today (``YYYY-MM-DD``)."""
    return any(each.rule == name and _counts(each, today) for each in monitor.ignored)


def _counts(suppression: Suppression, today: str) -> bool:
    return not suppression.until or today <= suppression.until


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


def _unknown(policy: Policy, locate: Locate) -> Iterable[Diagnostic]:
    """Severities of the policy for rules that do not exist."""
    known = {each.name for each in every()} | _ONLINE
    for name in policy.severity:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean `{close[0]}`? " if close else ""
            finding = Finding(
                message=f"no rule is called `{name}`",
                field=("policy", "severity", name),
                hint=f"{hint}`monitor-sync explain` lists them",
            )
            yield _told(finding, "", "schema/unknown-rule", Severity.ERROR, locate)


def _stale(
    monitors: Iterable[Monitor],
    severities: dict[str, Severity | None],
    used: set[tuple[str, str]],
    today: str,
    locate: Locate,
) -> Iterable[Diagnostic]:
    """Suppressions that silence nothing, are past their date or name no rule."""
    known = {each.name for each in every()} | _ONLINE
    for monitor in monitors:
        for each in monitor.ignored:
            needed = (monitor.key, each.rule) in used or each.rule in _ONLINE
            name, finding = _staleness(each, known, needed, today)
            severity = severities.get(name, Severity.WARNING)
            if finding is not None and severity is not None:
                yield _told(finding, monitor.key, name, severity, locate)


def _staleness(
    suppression: Suppression, known: set[str], used: bool, today: str
) -> tuple[str, Finding | None]:
    rule, where = suppression.rule, ("ignore",)
    if rule not in known:
        message = f"no rule is called `{rule}`"
        hint = "`monitor-sync explain` lists them"
        return "hygiene/unknown-suppression", Finding(message=message, field=where, hint=hint)
    if not _counts(suppression, today):
        message = f"the suppression of `{rule}` ended on {suppression.until}"
        hint = "mend the monitor, or set a new date with its reason"
        return "hygiene/expired-suppression", Finding(message=message, field=where, hint=hint)
    if not used:
        message = f"the suppression of `{rule}` silences nothing"
        return "hygiene/unused-suppression", Finding(message=message, field=where, hint="remove it")
    return "", None
