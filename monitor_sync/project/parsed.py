"""One file of a project read and held against its schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.diagnostics import Diagnostic, Span
from monitor_sync.project import schema
from monitor_sync.project.document import Document, read
from monitor_sync.project.files import ProjectFile
from monitor_sync.project.yaml_reader import DataPath

_IN_PARTS: Final = {"monitors", "use", "teams", "adopt"}
"""Top-level keys of which one entry may be broken and the others whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFile:
    """
    One file of a project.

    ``document`` holds its values without those of the wrong shape, ``written`` the values as they
    stand in the file. ``broken`` are the paths of what has the wrong shape, of one or two steps: a
    top-level key, or an entry of one.
    """

    file: ProjectFile
    document: Document
    written: Any = None
    broken: frozenset[DataPath] = frozenset()

    def value(self, key: str) -> Any:
        """Return a top-level value, None where it is absent or its shape is wrong."""
        data = self.document.data
        return data.get(key) if isinstance(data, dict) and (key,) not in self.broken else None

    def parts(self, key: str) -> frozenset[str | int]:
        """Return which entries of a top-level mapping or list are broken."""
        return frozenset(path[1] for path in self.broken if len(path) == 2 and path[0] == key)


def parse(file: ProjectFile) -> tuple[ParsedFile, list[Diagnostic]]:
    """Read one file. Return what it holds, and what is wrong with its text and its shape."""
    try:
        content = file.path.read_bytes()
    except OSError as error:
        document = Document(file.shown, "", None, {})
        message = f"cannot be read: {error.strerror}"
        unreadable = document.diagnostic("file/unreadable", message, Span(file.shown, 1))
        return ParsedFile(file=file, document=document), [unreadable]
    document, diagnostics = read(file.shown, content)
    written = document.data
    if written is None:
        return ParsedFile(file=file, document=document), diagnostics
    wrong = list(schema.problems(written, file.kind))
    diagnostics.extend(_worded(file, document, wrong))
    document.data = schema.without(written, wrong)
    if not isinstance(document.data, dict):
        document.data = None
    broken = frozenset(
        problem.where[: 2 if problem.where[:1] and problem.where[0] in _IN_PARTS else 1]
        for problem in wrong
    )
    return ParsedFile(file=file, document=document, written=written, broken=broken), diagnostics


def _worded(
    file: ProjectFile, document: Document, wrong: list[schema.Problem]
) -> Iterator[Diagnostic]:
    for problem in wrong:
        span = (document.key_span if problem.at_key else document.span)(problem.where)
        yield document.diagnostic(
            problem.rule,
            problem.message,
            span,
            hint=problem.hint,
            key=file.key_of(problem.where),
        )
