"""
Diagnostics as annotations of a pull request on GitHub.

Source: GitHub's page on workflow commands, and the escaping of its own ``@actions/core``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render.findings import FoldedFinding, folded, full_text
from monitor_sync.render.text import plain

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def text(diagnostics: Iterable[Diagnostic]) -> str:
    """
    Return one workflow command for each finding, a line each, in the order of the files.

    GitHub shows the first ten errors and the first ten warnings of a step.
    """
    return "".join(f"{_command(finding)}\n" for finding in folded(diagnostics))


def _command(finding: FoldedFinding) -> str:
    diagnostic = finding.first
    span = diagnostic.span
    properties = {
        "file": span.path,
        "line": str(span.line),
        "col": str(span.column),
        "endColumn": str(span.end_column),
        "title": diagnostic.rule,
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {written}::{_data(full_text(finding))}"


def _data(written: str) -> str:
    """Return text that cannot end the command: no line break, and no escape but ours."""
    return plain(written).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(written: str) -> str:
    """Return text that cannot end the property either."""
    return _data(written).replace(":", "%3A").replace(",", "%2C")
