"""Levels as they are meant: what an export carries too much goes, with a warning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.model import read_priority
from monitor_sync.project.document import Document
from monitor_sync.project.layers import Layer, Values
from monitor_sync.project.schema import read_only
from monitor_sync.project.yaml_reader import DataPath

_NOT_MERGED: Final = frozenset({"for_each"})
_HINTS: Final = {
    "silenced": "remove it; mute in Datadog or plan a downtime, monitor-sync keeps its hands off",
    "locked": "remove it; `restricted_roles` says who may edit",
    "restriction_policy": "remove it; a policy is set in Datadog, and stays as it is",
    "id": "write `adopt` to take the live monitor over, or remove it",
    "comparison": "remove it; how values are compared stands in the query",
    "period": "remove it; the window stands in the query",
    "timeAggregator": "remove it; what is done with the window stands in the query",
}


class Normaliser:
    """Makes levels and collects their diagnostics."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._fields = read_only("changes")
        self._options = read_only("options")
        self._thresholds = read_only("thresholds")

    def layer(self, label: str, document: Document, where: DataPath, raw: Any, key: str) -> Layer:
        """Return one cleaned level. ``key`` is for the diagnostics and may be empty."""
        values: Values = raw or {}
        if not _NOT_MERGED.isdisjoint(values):
            values = {name: value for name, value in values.items() if name not in _NOT_MERGED}
        reporter = _Reporter(self.diagnostics, document, key)
        values = _without(values, self._fields, where, reporter)
        changed = {
            name: value
            for name, value in self._meant(values, where, reporter)
            if value is not values[name]
        }
        # most levels mean what they say, and share the values of their file
        return Layer(label, document, where, {**values, **changed} if changed else values)

    def _meant(
        self, values: Values, where: DataPath, reporter: _Reporter
    ) -> Iterator[tuple[str, Any]]:
        """Yield what those fields mean that may be written otherwise than they are sent."""
        if "thresholds" in values:
            path = (*where, "thresholds")
            yield "thresholds", self._levels(values["thresholds"], path, reporter)
        options = values.get("options")
        if isinstance(options, dict):
            yield "options", self._cleaned(options, (*where, "options"), reporter)
            if "thresholds" in values and "thresholds" in options:
                reporter.say(
                    "thresholds/given-twice",
                    (*where, "thresholds"),
                    "`thresholds` is given here and as `options.thresholds`",
                    "keep this one and remove the other",
                    Severity.ERROR,
                )
        if isinstance(values.get("raw_options"), dict):
            path = (*where, "raw_options")
            yield "raw_options", _without(values["raw_options"], self._options, path, reporter)
        if "priority" in values:
            yield "priority", _priority(values["priority"], (*where, "priority"), reporter)

    def _cleaned(self, options: Values, where: DataPath, reporter: _Reporter) -> Values:
        options = _without(options, self._options, where, reporter)
        if "thresholds" in options:
            thresholds = self._levels(options["thresholds"], (*where, "thresholds"), reporter)
            if thresholds is not options["thresholds"]:
                options = {**options, "thresholds": thresholds}
        interval = options.get("renotify_interval")
        if isinstance(interval, str) and interval.isdigit():
            options = {**options, "renotify_interval": int(interval)}
            reporter.say(
                "schema/number-in-quotes",
                (*where, "renotify_interval"),
                f'"{interval}" is read as the number {int(interval)}',
                f"write `{int(interval)}` without quotes",
            )
        return options

    def _levels(self, thresholds: Any, where: DataPath, reporter: _Reporter) -> Any:
        if not isinstance(thresholds, dict):
            return thresholds
        return _without(thresholds, self._thresholds, where, reporter)


class _Reporter:
    """What there is to say about one level."""

    def __init__(self, diagnostics: list[Diagnostic], document: Document, key: str) -> None:
        self._diagnostics = diagnostics
        self._document = document
        self._key = key

    def say(
        self,
        rule: str,
        where: DataPath,
        message: str,
        hint: str,
        severity: Severity = Severity.WARNING,
        *,
        at_key: bool = False,
    ) -> None:
        """Note one problem of the value at ``where``, or of its key."""
        span = (self._document.key_span if at_key else self._document.span)(where)
        self._diagnostics.append(
            self._document.diagnostic(
                rule, message, span, hint=hint, key=self._key, severity=severity
            )
        )


def _without(values: Values, names: frozenset[str], where: DataPath, reporter: _Reporter) -> Values:
    """Return the values without read-only ones, and report each of these."""
    if names.isdisjoint(values):
        return values
    for name in values.keys() & names:
        reporter.say(
            "schema/read-only",
            (*where, name),
            f"`{name}` is read only and not sent",
            _HINTS.get(name, "remove it"),
            at_key=True,
        )
    return {name: value for name, value in values.items() if name not in names}


def _priority(value: Any, where: DataPath, reporter: _Reporter) -> Any:
    number = read_priority(value)
    if isinstance(value, str) and value.isdecimal():
        reporter.say(
            "schema/priority",
            where,
            f'"{value}" is read as the number {int(value)}',
            f"write `{int(value)}` without quotes",
        )
    if number is None and value not in (None, ""):
        reporter.say(
            "schema/priority",
            where,
            "priority 0 is read as no priority",
            "write `null`, or a number from 1 to 5",
        )
    return number if value != "" else value
