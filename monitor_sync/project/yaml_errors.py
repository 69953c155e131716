"""What people type that is not YAML, and what to type instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import yaml

from monitor_sync.diagnostics import Diagnostic, Severity, Span

_HOLE_IN_FLOW: Final = re.compile(r"[{,\[][^\"'#]*?(?P<hole>\$\{[^}]*\})")
_HOLE_THEN_COLON: Final = re.compile(r"(?:^|:\s|-\s)\s*(?P<text>[^\"'\s][^\"']*?:\s.*)$")
_STARTS_WITH_BRACKET: Final = re.compile(r":\s+(?P<text>\[[^\]]*\]\s+\S.*)$")
_STARTS_WITH_SIGN: Final = re.compile(r"(?P<text>[@`%][^\s,\]}]*)")


def syntax_problem(
    excerpt: Callable[[int], str], path: str, error: yaml.MarkedYAMLError
) -> Diagnostic:
    """
    Word libyaml's complaint for somebody who did not mean to write YAML at all.

    ``excerpt`` gives the text of a line. The traps that people fall into daily have a sentence of
    their own; the rest is libyaml's, in one line.
    """
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    row = excerpt(line)
    for trap in (_tab, _sign, _hole_in_flow, _bracket, _colon):
        explained = trap(row, column, str(error.problem or ""))
        if explained is not None:
            message, hint, start, stop = explained
            return _problem(message, hint, Span(path, line, start, stop), row)
    problem = " ".join(part for part in (error.context, error.problem) if part)
    return _problem(f"not YAML: {problem}", "", Span(path, line, column, column + 1), row)


def _problem(message: str, hint: str, span: Span, row: str) -> Diagnostic:
    return Diagnostic(
        rule="file/not-yaml",
        severity=Severity.ERROR,
        message=message,
        span=span,
        hint=hint,
        excerpt=row,
    )


_Found = tuple[str, str, int, int] | None
"""Message, hint, first column and the column after the last."""


def _tab(row: str, column: int, problem: str) -> _Found:
    del problem
    if row[column - 1 : column] != "\t":
        return None
    return "a tab stands where YAML allows only blanks", "indent with blanks", column, column + 1


def _sign(row: str, column: int, problem: str) -> _Found:
    if "cannot start any token" not in problem:
        return None
    match = _STARTS_WITH_SIGN.match(row, column - 1)
    if match is None:
        return None
    text = match["text"].strip()
    kind = "a handle" if text.startswith("@") else "text that starts with a sign of YAML's"
    return f"{kind} must be quoted: `{text}`", f'write `"{text}"`', column, column + len(text)


def _hole_in_flow(row: str, column: int, problem: str) -> _Found:
    if not problem.startswith("did not find expected"):
        return None
    start = row.rfind("${", 0, column + 1)
    match = re.compile(r"\$\{[^}]*\}").match(row, start) if start >= 0 else None
    if match is None or _HOLE_IN_FLOW.search(row) is None:
        return None
    hole = match[0]
    return (
        f"`{hole}` inside braces or brackets must be quoted",
        f'write `"{hole}"`',
        start + 1,
        start + 1 + len(hole),
    )


def _bracket(row: str, column: int, problem: str) -> _Found:
    del column
    match = _STARTS_WITH_BRACKET.search(row)
    if match is None or not problem.startswith("did not find expected"):
        return None
    return _quote_all(row, match.start("text"), "text that starts with `[` must be quoted")


def _colon(row: str, column: int, problem: str) -> _Found:
    del column
    match = _HOLE_THEN_COLON.search(row)
    if match is None or "mapping values are not allowed" not in problem:
        return None
    key = re.match(r"\s*(?:-\s+)?[\w.-]+:\s+", row)
    start = key.end() if key else match.start("text")
    return _quote_all(row, start, "text with a colon and a blank in it must be quoted")


def _quote_all(row: str, start: int, message: str) -> _Found:
    text = row[start:].rstrip()
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return message, f'write `"{quoted}"`', start + 1, start + 1 + len(text)
