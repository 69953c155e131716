"""
Diagnostics as JUnit's XML, which build servers read.

Source: the schema that Jenkins' xUnit plugin publishes for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.render import diagnostics as shown
from monitor_sync.render.xmltext import xml


class Failure(NamedTuple):
    """Why a case failed: the kind of it, a line, and the whole text."""

    kind: str
    line: str
    text: str


class Case(Struct, frozen=True, kw_only=True):
    """One case of a suite: ``failure`` is None if it passed, ``output`` is shown all the same."""

    name: str
    classname: str
    failure: Failure | None = None
    output: str = ""


class _Findings(Struct):
    """What was found in a monitor, or in a file."""

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
    findings: dict[str, dict[str, _Findings]] = {
        path: {key: _Findings() for key in keys} for path, keys in sorted(declared.items())
    }
    home = {key: path for path, keys in declared.items() for key in keys}
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: diagnostic.order):
        path = home.get(diagnostic.key, diagnostic.span.path)
        name = diagnostic.key or diagnostic.span.path
        of_case = findings.setdefault(path, {}).setdefault(name, _Findings())
        (of_case.failing if diagnostic.severity >= fail_on else of_case.others).append(diagnostic)
    suites = {
        path: [_case(name, path, of_case) for name, of_case in by_name.items()]
        for path, by_name in findings.items()
    }
    return document("monitor-sync", suites)


def _case(name: str, path: str, findings: _Findings) -> Case:
    failure = None
    if findings.failing:
        worst = max(findings.failing, key=lambda diagnostic: diagnostic.severity)
        more = f", and {len(findings.failing) - 1} more" if len(findings.failing) > 1 else ""
        failure = Failure(worst.rule, worst.message + more, _shown(findings.failing))
    return Case(name=name, classname=path, failure=failure, output=_shown(findings.others))


def _shown(diagnostics: Iterable[Diagnostic]) -> str:
    return shown.text(diagnostics).rstrip("\n")


def document(name: str, suites: Mapping[str, Sequence[Case]]) -> str:
    """Return JUnit's XML of all suites, each by its own name."""
    everything = [case for cases in suites.values() for case in cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<testsuites name="{name}" {_counts(everything)}>')
    for suite, cases in suites.items():
        counts = f'{_counts(cases)} errors="0" skipped="0"'
        lines.append(f'  <testsuite name="{xml(suite)}" {counts}>')
        lines += [line for case in cases for line in _lines(case)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(cases: Sequence[Case]) -> str:
    failures = sum(case.failure is not None for case in cases)
    return f'tests="{len(cases)}" failures="{failures}"'


def _lines(case: Case) -> Iterator[str]:
    start = f'    <testcase name="{xml(case.name)}" classname="{xml(case.classname)}"'
    if case.failure is None and not case.output:
        yield f"{start}/>"
        return
    yield f"{start}>"
    if case.failure is not None:
        kind, line, whole = case.failure
        body = xml(whole, quote=False)
        yield f'      <failure type="{xml(kind)}" message="{xml(line)}">{body}</failure>'
    if case.output:
        yield f"      <system-out>{xml(case.output, quote=False)}</system-out>"
    yield "    </testcase>"
