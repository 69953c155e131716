"""
Diagnostics as JUnit's XML, which build servers read.

Source: the schema that Jenkins' xUnit plugin publishes for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from msgspec import Struct, field

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render import diagnostics as shown
from monitor_sync.render.text import plain

_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")


class _Case(Struct):
    """A monitor, or a file, and what was found in it."""

    name: str
    failing: list[Diagnostic] = field(default_factory=list)
    others: list[Diagnostic] = field(default_factory=list)


def text(
    diagnostics: Iterable[Diagnostic], declared: Mapping[str, Sequence[str]], fail_on: Severity
) -> str:
    """
    Return one suite for each file; in it a case for each monitor declared there, and one for the
    file where it has findings of its own.

    ``declared`` maps a file to the keys of its monitors. A case fails by findings of ``fail_on``
    or above; others are its output. Build servers show one failure a case, so all of one case
    stand in one.
    """
    suites: dict[str, dict[str, _Case]] = {
        path: {key: _Case(key) for key in keys} for path, keys in sorted(declared.items())
    }
    home = {key: path for path, keys in declared.items() for key in keys}
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: diagnostic.order):
        path = home.get(diagnostic.key, diagnostic.span.path)
        name = diagnostic.key or diagnostic.span.path
        case = suites.setdefault(path, {}).setdefault(name, _Case(name))
        (case.failing if diagnostic.severity >= fail_on else case.others).append(diagnostic)
    failing = sum(bool(case.failing) for cases in suites.values() for case in cases.values())
    total = sum(map(len, suites.values()))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="monitor-sync" tests="{total}" failures="{failing}">')
    for path, cases in suites.items():
        lines.extend(_suite(path, cases.values()))
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(path: str, cases: Iterable[_Case]) -> Iterable[str]:
    cases = list(cases)
    failing = sum(bool(case.failing) for case in cases)
    yield (
        f'  <testsuite name="{xml(path)}" tests="{len(cases)}" failures="{failing}"'
        ' errors="0" skipped="0">'
    )
    for case in cases:
        yield from _case(case, path)
    yield "  </testsuite>"


def _case(case: _Case, path: str) -> Iterable[str]:
    start = f'    <testcase name="{xml(case.name)}" classname="{xml(path)}"'
    if not case.failing and not case.others:
        yield f"{start}/>"
        return
    yield f"{start}>"
    if case.failing:
        worst = max(case.failing, key=lambda diagnostic: diagnostic.severity)
        more = f", and {len(case.failing) - 1} more" if len(case.failing) > 1 else ""
        yield (
            f'      <failure type="{xml(worst.rule)}" message="{xml(worst.message + more)}">'
            f"{_text(case.failing)}</failure>"
        )
    if case.others:
        yield f"      <system-out>{_text(case.others)}</system-out>"
    yield "    </testcase>"


def _text(diagnostics: Iterable[Diagnostic]) -> str:
    return xml(shown.text(diagnostics).rstrip("\n"), quote=False)


def xml(text: str, *, quote: bool = True) -> str:
    """Return text for an element or an attribute, without markup or what XML forbids."""
    spelled = _NOT_IN_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", plain(text))
    return escape(spelled, quote=quote).replace("\t", "&#9;")
