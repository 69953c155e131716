"""What is passed to Datadog unchecked: ``raw_options``, and with ``raw_type`` types and fields."""

from __future__ import annotations

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.model import Monitor
from monitor_sync.project.compiled import CompiledMonitor
from monitor_sync.project.doubts import IncompleteMonitor
from monitor_sync.project.layers import span_of
from monitor_sync.project.schema import known_fields, known_types


def passed_unchecked(key: str, compiled: CompiledMonitor) -> Diagnostic | None:
    """Return a note of what a monitor passes to Datadog unchecked, None where it passes nothing."""
    values = compiled.values
    all_of_it = values.get("raw_type") is True
    field = "raw_type" if all_of_it else "raw_options"
    if field not in values:
        return None
    names = [f"options.{name}" for name in values.get("raw_options") or ()]
    if all_of_it:
        names += sorted(values.keys() - known_fields())
        kind = values.get("type")
        names += ["type"] if kind and kind not in known_types() else []
    document, span = span_of(compiled.layers, (field,))
    listed = ", ".join(f"`{name}`" for name in names) or "nothing"
    verb = "are" if len(names) > 1 else "is"
    return document.diagnostic(
        "schema/passed-unchecked",
        f"{listed} {verb} sent to Datadog as written, unchecked",
        span,
        hint=f"remove `{field}` once a release of monitor-sync knows it" if names else "remove it",
        key=key,
        severity=Severity.NOTE,
    )


def explains(finding: Diagnostic, monitor: Monitor) -> bool:
    """Return whether a rule's finding follows from a type that no rule knows."""
    if monitor.type in known_types():
        return False
    return IncompleteMonitor(monitor, frozenset({"type"})).explains(finding)
