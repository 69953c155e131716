"""What earlier steps of a job wrote: a pull request may have forged it, so all of it is checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from monitor_sync import regular_file
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.errors import UsageError, system_reason

_T = TypeVar("_T")

_LARGEST: Final = 64_000_000
"""Bytes: a larger file was written by nothing of ours."""

Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
"""A number of things, of lines or of minutes."""

_SEVERITIES: Final = {severity.label: severity for severity in Severity}


def text(path: Path) -> bytes:
    """Return what a file holds. Raises UsageError where it cannot be read or is too large."""
    try:
        written = regular_file.content(path, _LARGEST + 1)
    except OSError as error:
        hint = "name an existing file"
        raise UsageError(f"cannot read {path}: {system_reason(error)}", hint=hint) from None
    if len(written) > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST // 1_000_000} MB, so it is not read")
    return written


def parsed(path: Path, kind: type[_T], *, what: str, command: str) -> _T:
    """
    Return what a file of JSON holds, as a value of ``kind``.

    ``what`` is its name for people, ``command`` what writes it. Raises UsageError.
    """
    try:
        return msgspec.json.decode(text(path), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"{path} holds no {what}: {error}", hint=f"`monitor-sync {command}` writes it"
        ) from None


class _Finding(Struct, kw_only=True):
    """One entry of ``validate --format json``."""

    rule: str
    severity: Literal["note", "warning", "error"]
    message: str
    file: Annotated[str, Meta(max_length=4096)]
    line: Count
    column: Count
    end_column: Count
    hint: str | None
    key: str | None


def findings(path: Path) -> list[Diagnostic]:
    """Return what ``validate --format json`` wrote. Raises UsageError for any other file."""
    command = "validate --format json --output FILE"
    written = parsed(path, list[_Finding], what="findings", command=command)
    return [
        Diagnostic(
            rule=finding.rule,
            severity=_SEVERITIES[finding.severity],
            message=finding.message,
            span=Span(finding.file, finding.line, finding.column, finding.end_column),
            hint=finding.hint or "",
            key=finding.key or "",
        )
        for finding in written
    ]
