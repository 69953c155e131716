"""
Diagnostics as a Code Quality report, which GitLab shows beside the lines of a merge request.

Source: GitLab's page on Code Quality, the format that other tools' reports have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

from monitor_sync import jsontext
from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render.findings import FoldedFinding, folded, full_text
from monitor_sync.render.text import plain

_SEVERITIES: Final = {
    Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info",
}  # fmt: skip


def text(diagnostics: Iterable[Diagnostic]) -> str:
    """
    Return a JSON array with an object for every finding.

    GitLab compares the fingerprints of two branches, so they are of what is found and not of the
    line it stands in; the second finding of the same words in one file has another one.
    """
    seen: dict[str, int] = {}
    return jsontext.array(_entry(finding, seen) for finding in folded(diagnostics)) + "\n"


def _entry(finding: FoldedFinding, seen: dict[str, int]) -> dict[str, Any]:
    first = finding.first
    content = "\0".join((first.rule, first.span.path, first.key or "", first.message))
    number = seen[content] = seen.get(content, 0) + 1
    numbered = f"{content}\0{number}".encode(errors="backslashreplace")
    return {
        "description": plain(" · ".join(full_text(finding).split("\n"))),
        "check_name": first.rule,
        "fingerprint": hashlib.sha256(numbered).hexdigest(),
        "severity": _SEVERITIES[first.severity],
        "location": {"path": first.span.path, "lines": {"begin": first.span.line}},
    }
