"""Apply to findings the suppressions of their monitors and the severities of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.language.suggest import nearest
from monitor_sync.model import Monitor, Policy, Suppression
from monitor_sync.rules import file_rules, remote_rules
from monitor_sync.rules.registry import Finding, every

_SEVERITIES: Final = {severity.label: severity for severity in Severity}
_OFF: Final = "off"
_ONLINE: Final = frozenset(page.name for page in remote_rules.PAGES)
"""Rules that only Datadog can check, so nobody knows offline whether a suppression is needed."""


class SuppressionFinding(Struct, frozen=True, kw_only=True):
    """A finding about the suppressions of a monitor, or about the policy where ``key`` is empty."""

    rule: str
    severity: Severity
    key: str
    finding: Finding


class FindingFilter:
    """
    Decides whether a finding is shown and how severe it is, and notes which suppressions were used.

    ``today`` is ``YYYY-MM-DD``: a suppression counts through its last day.
    """

    def __init__(self, policy: Policy, monitors: Mapping[str, Monitor], today: str) -> None:
        self._policy = policy
        self._monitors = monitors
        self._today = today
        self._used: set[tuple[str, str]] = set()
        self._severities = {
            name: None if written == _OFF else _SEVERITIES[written]
            for name, written in policy.severity.items()
            if name not in file_rules.ERRORS
        }

    def is_on(self, rule: str) -> bool:
        """Return whether the policy has not switched a rule off."""
        return self._severities.get(rule, Severity.ERROR) is not None

    def severity(self, rule: str, usual: Severity, key: str) -> Severity | None:
        """Return the severity of a finding about one monitor; None if it is not shown."""
        monitor = self._monitors.get(key)
        if monitor is not None and any(
            suppression.rule == rule and _counts(suppression, self._today)
            for suppression in monitor.ignored
        ):
            self._used.add((key, rule))
            return None
        return self._severities.get(rule, usual)

    def shown(self, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """Yield the diagnostics that are shown; an error of reading stays an error."""
        for diagnostic in diagnostics:
            if diagnostic.rule in file_rules.ERRORS:
                yield diagnostic
                continue
            severity = self.severity(diagnostic.rule, diagnostic.severity, diagnostic.key)
            if severity is not None:
                yield (
                    diagnostic
                    if severity is diagnostic.severity
                    else replace(diagnostic, severity=severity)
                )

    def stale(self, monitors: Iterable[Monitor]) -> Iterator[SuppressionFinding]:
        """
        Yield the suppressions that silence nothing, are past their date, or cannot work.

        Call this last: until every rule has run, nobody knows which suppressions were used.
        """
        known = _known()
        for monitor in monitors:
            for index, suppression in enumerate(monitor.ignored):
                name = suppression.rule
                needed = (monitor.key, name) in self._used or name in _ONLINE
                rule, finding = _staleness(suppression, index, known, needed, self._today)
                severity = self._severities.get(rule, Severity.WARNING)
                if finding is not None and severity is not None:
                    yield SuppressionFinding(
                        rule=rule, severity=severity, key=monitor.key, finding=finding
                    )

    def of_policy(self) -> Iterator[SuppressionFinding]:
        """Yield the policy's severities for rules that do not exist or whose severity is fixed."""
        known = _known()
        for name in self._policy.severity:
            if name in file_rules.ERRORS:
                rule = "schema/fixed-severity"
                message = f"`{name}` is always an error: it leaves no whole monitor behind"
                hint = "remove it, and mend what it finds"
            elif name not in known:
                rule = "schema/unknown-rule"
                message, hint = f"no rule is called `{name}`", _meant(name, known)
            else:
                continue
            where = ("policy", "severity", name)
            finding = Finding(message=message, field=where, hint=hint)
            yield SuppressionFinding(rule=rule, severity=Severity.ERROR, key="", finding=finding)


def _known() -> set[str]:
    """Return every name that can be suppressed, and that can get another severity."""
    return {entry.name for entry in every()} | _ONLINE | file_rules.WARNINGS | file_rules.NOTES


def _meant(name: str, known: Iterable[str]) -> str:
    near = nearest(name, sorted(known))
    hint = f"did you mean `{near}`? " if near else ""
    return f"{hint}`monitor-sync explain` lists them"


def _counts(suppression: Suppression, today: str) -> bool:
    return not suppression.until or today <= suppression.until


def _staleness(
    suppression: Suppression, place: int, known: set[str], used: bool, today: str
) -> tuple[str, Finding | None]:
    rule, where = suppression.rule, ("ignore", place, "rule")
    if rule in file_rules.ERRORS:
        message = f"`{rule}` is an error of reading the files, which cannot be ignored"
        hint = "mend what it finds, and remove this"
        return "hygiene/vain-suppression", Finding(message=message, field=where, hint=hint)
    if rule not in known:
        message, hint = f"no rule is called `{rule}`", _meant(rule, known)
        return "hygiene/unknown-suppression", Finding(message=message, field=where, hint=hint)
    if not _counts(suppression, today):
        message = f"the suppression of `{rule}` ended on {suppression.until}"
        hint = "mend the monitor, or set a new date with its reason"
        where = ("ignore", place, "until")
        return "hygiene/expired-suppression", Finding(message=message, field=where, hint=hint)
    if not used:
        message = f"the suppression of `{rule}` silences nothing"
        return "hygiene/unused-suppression", Finding(message=message, field=where, hint="remove it")
    return "", None
