"""
Diagnostics as SARIF 2.1.0, which code scanning and editors read.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from monitor_sync import __version__, jsontext
from monitor_sync.diagnostics import Diagnostic
from monitor_sync.render.findings import FoldedFinding, folded, full_text
from monitor_sync.render.manual import Page
from monitor_sync.render.text import plain

_ROOT: Final = "%SRCROOT%"


def text(diagnostics: Iterable[Diagnostic], pages: Sequence[Page]) -> str:
    """
    Return one log with one run: every rule with its manual page, and a result for every finding.

    Columns count UTF-16 code units, the only way that GitHub and editors read them.
    """
    places = {page.name: place for place, page in enumerate(pages)}
    run = {
        "tool": {
            "driver": {
                "name": "monitor-sync",
                "semanticVersion": __version__,
                "rules": [_rule(page) for page in pages],
            }
        },
        "columnKind": "utf16CodeUnits",
        "results": [_result(finding, places) for finding in folded(diagnostics)],
    }
    return jsontext.document(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }
    )


def _rule(page: Page) -> dict[str, Any]:
    return {
        "id": page.name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": f"{page.summary} Why: {page.parts['Why']}"},
        "help": {"text": page.plain, "markdown": page.markdown},
        "defaultConfiguration": {"level": page.severity.label},
        "properties": {"tags": [page.family]},
    }


def _result(finding: FoldedFinding, places: dict[str, int]) -> dict[str, Any]:
    diagnostic = finding.first
    location: dict[str, Any] = {"physicalLocation": _place(diagnostic)}
    if finding.keys:
        location["logicalLocations"] = [
            {"fullyQualifiedName": plain(key), "kind": "resource"} for key in finding.keys
        ]
    result = {
        "ruleId": diagnostic.rule,
        "level": diagnostic.severity.label,
        "message": {"text": _unlinked(plain(full_text(finding)))},
        "locations": [location],
        "occurrenceCount": finding.times,
    }
    if diagnostic.rule in places:
        result["ruleIndex"] = places[diagnostic.rule]
    return result


def _unlinked(text: str) -> str:
    """Return text without what SARIF takes for a link: ``[words](somewhere)``."""
    return text.replace("](", "\\](")


def _place(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    region: dict[str, Any] = {
        "startLine": span.line,
        "startColumn": _unit(diagnostic.excerpt, span.column),
        "endColumn": _unit(diagnostic.excerpt, span.end_column),
    }
    if diagnostic.excerpt:
        region["snippet"] = {
            "text": plain(diagnostic.excerpt[span.column - 1 : span.end_column - 1])
        }
    return {"artifactLocation": _artifact(span.path), "region": region}


def _unit(line: str, column: int) -> int:
    """Return a column in UTF-16 code units: characters beyond U+FFFF count twice."""
    return column + sum(character > "\uffff" for character in line[: column - 1])


def _artifact(path: str) -> dict[str, str]:
    """Return a path as an address: relative to the checkout, unless the whole path is given."""
    address = quote(path, errors="surrogatepass")
    if path.startswith("/"):
        return {"uri": f"file://{address}"}
    return {"uri": address, "uriBaseId": _ROOT}
