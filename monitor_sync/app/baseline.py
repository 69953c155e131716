"""Findings that a project lives with: kept in a file, so that only new ones are shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from monitor_sync import jsontext, regular_file
from monitor_sync.diagnostics import Diagnostic
from monitor_sync.errors import UsageError, system_reason
from monitor_sync.rules.file_rules import ERRORS

_FIELDS: Final = ("rule", "file", "key", "message")


class Known(NamedTuple):
    """
    What makes two findings the same from one day to the next.

    ``file`` is below the folder of the files. The line is left out: it changes with every edit
    above it.
    """

    rule: str
    file: str
    key: str
    message: str


def known(diagnostic: Diagnostic, root: PurePosixPath) -> Known:
    """Return what is kept of a finding."""
    path = PurePosixPath(diagnostic.span.path)
    file = path.relative_to(root) if path.is_relative_to(root) else path
    return Known(diagnostic.rule, file.as_posix(), diagnostic.key, diagnostic.message)


def written(
    diagnostics: Iterable[Diagnostic], root: PurePosixPath, besides: Counter[Known] | None = None
) -> tuple[str, int]:
    """
    Return the text of a baseline, sorted so that its diffs are small, and how many it holds.

    Those of ``besides`` are in it too, each as often as the one that has it more often. Errors of
    reading are left out: they leave no whole monitor, so nothing can be planned.
    """
    kept = Counter(
        known(diagnostic, root) for diagnostic in diagnostics if diagnostic.rule not in ERRORS
    )
    findings = sorted((kept | (besides or Counter())).elements())
    return jsontext.array(finding._asdict() for finding in findings) + "\n", len(findings)


class Before(NamedTuple):
    """A baseline that is there before it is added to: its bytes, and what they say."""

    content: bytes
    findings: Counter[Known]


def before(path: Path | None) -> Before | None:
    """
    Return the baseline that is there already, None where there is no such file.

    Raises UsageError where the file cannot be read, or is no baseline.
    """
    if path is None or not path.exists():
        return None
    return _read(path, "name a file that is a baseline, or that is not there yet")


def read(path: Path) -> Counter[Known]:
    """
    Return the findings that a file holds, each with how often.

    Raises UsageError where it cannot be read, or is no baseline.
    """
    hint = f"`monitor-sync validate --baseline {path} --write-baseline` writes one"
    return _read(path, hint).findings


def _read(path: Path, hint: str) -> Before:
    try:
        content = regular_file.content(path)
        findings = (
            Known(*(_text(entry[name]) for name in _FIELDS)) for entry in json.loads(content)
        )
        return Before(content, Counter(findings))
    except OSError as error:
        reason = system_reason(error)
    except (ValueError, KeyError, TypeError, RecursionError):
        reason = "it is no baseline"
    raise UsageError(f"cannot read {path}: {reason}", hint=hint)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def split(
    diagnostics: Iterable[Diagnostic], baseline: Counter[Known], root: PurePosixPath
) -> tuple[list[Diagnostic], int, int]:
    """
    Return the findings that a baseline does not hold, and two numbers.

    The first is how many it holds that are still there, the second how many that are gone.
    """
    left = Counter(baseline)
    new = []
    for diagnostic in diagnostics:
        finding = known(diagnostic, root)
        if diagnostic.rule in ERRORS or not left[finding]:
            new.append(diagnostic)
        else:
            left[finding] -= 1
    gone = left.total()
    return new, baseline.total() - gone, gone
