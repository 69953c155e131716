"""One file of a project read and held against its schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from monitor_sync import __version__, regular_file
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.project import schema, schema_files
from monitor_sync.project.document import Document, read
from monitor_sync.project.doubts import fields_below
from monitor_sync.project.failure import failure
from monitor_sync.project.files import ProjectFile
from monitor_sync.project.interpolation import plain
from monitor_sync.project.schema_words import SchemaProblem
from monitor_sync.project.yaml_reader import DataPath

_SHARED: Final = frozenset({"team", "service", "tags", "defaults"})
"""What a project, a unit or a file says of all its monitors."""


class ParsedFile(Struct, frozen=True, kw_only=True):
    """
    One file of a project.

    ``document`` holds its values without those of the wrong shape, ``written`` the values as they
    stand in the file. ``wrong`` are the paths of what has the wrong shape.
    """

    file: ProjectFile
    document: Document
    written: Any = None
    wrong: frozenset[DataPath] = frozenset()

    def value(self, key: str) -> Any:
        """Return a top-level value without what is wrong in it, None where it is absent."""
        data = self.document.data
        return data.get(key) if isinstance(data, dict) else None

    @property
    def doubts(self) -> frozenset[str]:
        """Fields that this file gets wrong for all its monitors: all if it cannot be read."""
        if self.document.data is None:
            return _SHARED
        own = {str(path[0]) for path in self.wrong if path and path[0] in _SHARED}
        return (
            frozenset(own - {"defaults"})
            | fields_below(self.wrong, ("defaults",))
            | ({"defaults"} if ("defaults",) in self.wrong else frozenset[str]())
        )

    def parts(self, key: str) -> frozenset[str | int]:
        """Return which entries of a top-level mapping or list are wrong."""
        return frozenset(path[1] for path in self.wrong if len(path) > 1 and path[0] == key)

    def wrong_parts(self) -> dict[DataPath, list[DataPath]]:
        """Return the paths of what is wrong by their first two steps: an entry of a mapping."""
        parts: dict[DataPath, list[DataPath]] = {}
        for path in self.wrong:
            parts.setdefault(path[:2], []).append(path)
        return parts


class Cache(Protocol):
    """Where the values of sound files are kept from one run to the next, by kind and text."""

    def get(self, kind: str, content: bytes) -> Any:
        """Return what was kept, None where nothing is."""

    def put(self, kind: str, content: bytes, value: Any) -> None:
        """Keep plain data."""


def reader_version() -> str:
    """Return a text that changes when the code that reads files, or a schema, changes."""
    paths = [*Path(__file__).parent.glob("*.py"), *schema_files.folder().glob("*.json")]
    stats = sorted((path.name, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in paths)
    return f"{__version__} {stats}"


def parse(file: ProjectFile, cache: Cache | None = None) -> tuple[ParsedFile, list[Diagnostic]]:
    """
    Read one file. Return what it holds, and what is wrong with its text and its shape.

    A file in which nothing is wrong is taken from the cache, or put there.
    """
    try:
        return _parse(file, cache)
    except Exception as error:  # noqa: BLE001 - one file must not end the check of the others
        document = Document(file.shown, "", None, {})
        return ParsedFile(file=file, document=document), [failure(document, error, ())]


def _parse(file: ProjectFile, cache: Cache | None) -> tuple[ParsedFile, list[Diagnostic]]:
    try:
        content = regular_file.content(file.path)
    except OSError as error:
        document = Document(file.shown, "", None, {})
        message = f"cannot be read: {error.strerror}"
        unreadable = document.diagnostic("file/unreadable", message, Span(file.shown, 1))
        return ParsedFile(file=file, document=document), [unreadable]
    if cache is not None and (entry := cache.get(file.kind, content)) is not None:
        values, lines, numbers = entry
        known = Document(file.shown, content.decode("utf-8-sig"), values, lines)
        known.numbers = numbers
        return ParsedFile(file=file, document=known, written=values), []
    return parse_content(file, content, cache)


def parse_content(
    file: ProjectFile, content: bytes, cache: Cache | None = None
) -> tuple[ParsedFile, list[Diagnostic]]:
    """Return what some YAML of a file holds, and what is wrong with its text and its shape."""
    document, diagnostics = read(file.shown, content)
    written = document.data
    if written is None:
        return ParsedFile(file=file, document=document), diagnostics
    wrong = list(schema.problems(written, file.kind, document.numbers))
    paths = frozenset(problem.where for problem in wrong)
    diagnostics.extend(_worded(file, document, wrong))
    diagnostics.extend(_changed_numbers(file, document, paths))
    if cache is not None and not diagnostics:
        cache.put(file.kind, content, (written, document.lines, dict(document.numbers)))
    document.data = schema.without(written, wrong)
    if not isinstance(document.data, dict):
        document.data = None
    return ParsedFile(file=file, document=document, written=written, wrong=paths), diagnostics


def _worded(
    file: ProjectFile, document: Document, wrong: list[SchemaProblem]
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


def _changed_numbers(
    file: ProjectFile, document: Document, wrong: frozenset[DataPath]
) -> Iterator[Diagnostic]:
    """Yield the tags whose value is a number that would not be sent as it is written: 1.10."""
    for where, text in document.numbers.items():
        if not _is_tag(where) or where in wrong:
            continue
        value: Any = document.data
        for part in where:
            value = value[part]
        yield document.diagnostic(
            "tags/number-changes",
            f"`{text}` is the number {plain(value)}, and the tag would say `{plain(value)}`",
            document.span(where),
            hint=f'write `"{text}"`',
            key=file.key_of(where),
            severity=Severity.WARNING,
        )


def _is_tag(where: DataPath) -> bool:
    """Return whether a path leads to the value of a tag, or to one of a list of such values."""
    if where and isinstance(where[-1], int):
        where = where[:-1]
    return where[-2:-1] in (("tags",), ("required_tags",)) and where[-3:-2] != ("monitors",)
