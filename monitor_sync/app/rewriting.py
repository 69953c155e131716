"""Files of people rewritten: edited in place, read back in a copy, written all or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from monitor_sync.app import scratch
from monitor_sync.diagnostics import Severity
from monitor_sync.errors import FilesInvalid
from monitor_sync.project import load
from monitor_sync.project.editing import Edit, EditRefused, edited
from monitor_sync.project.files import ProjectFile, find, find_tests
from monitor_sync.project.parsed import ParsedFile, parse

if TYPE_CHECKING:
    from monitor_sync.project.load import Loaded

_PARTS: Final = 4
"""Steps of a path that a person needs to find a value that was not edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """One file of the project with its text before and after. ``shown`` is how messages name it."""

    path: Path
    shown: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """An edit that a person must make, and why: at ``shown:line``."""

    shown: str
    line: int
    what: str
    reason: str


def parsed_files(root: Path, *, tests: bool = False) -> list[ParsedFile]:
    """
    Return every file of a project as it stands, without a cache; with ``tests`` those too.

    Raises as ``load`` does, and FilesInvalid where one cannot be read.
    """
    project_files = [*find(root).files, *(find_tests(root) if tests else [])]
    return [_parsed(file) for file in project_files]


def _parsed(file: ProjectFile) -> ParsedFile:
    parsed, findings = parse(file)
    if parsed.written is None:
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        what = errors[0].message if errors else "it cannot be read"
        raise FilesInvalid(f"{file.shown}: {what}", hint="`monitor-sync validate` shows all errors")
    return parsed


def rewrite(
    root: Path, edits: Mapping[str, Sequence[Edit]]
) -> tuple[list[Rewritten], list[ByHand]]:
    """
    Edit files in memory. ``edits`` are by the path below the project's folder.

    A file in which an edit cannot be made is left out, and the edit returned.
    """
    files: list[Rewritten] = []
    by_hand: list[ByHand] = []
    for name, steps in edits.items():
        path = root / name
        before = path.read_bytes().decode("utf-8")
        after = edited(before, steps)
        if isinstance(after, EditRefused):
            by_hand.append(_by_hand(path, before, after))
        elif after != before:
            files.append(Rewritten(path=path, shown=path.as_posix(), before=before, after=after))
    return files, by_hand


def _by_hand(path: Path, text: str, refused: EditRefused) -> ByHand:
    from monitor_sync.project.document import read

    where = refused.edit.where if refused.edit is not None else ()
    document = read(path.as_posix(), text.encode("utf-8", "surrogatepass"))[0]
    what = ".".join(str(part) for part in where[-_PARTS:])
    line = document.key_span(where).line if where else 1
    return ByHand(shown=path.as_posix(), line=line, what=what, reason=refused.reason)


def rewrite_copy(copy: Path, edits: Mapping[str, Sequence[Edit]]) -> tuple[int, list[ByHand]]:
    """Edit the files of a copy; return how many now differ, and the edits that cannot be made."""
    rewritten, by_hand = rewrite(copy, edits)
    _write_below(copy, copy, rewritten)
    return len(rewritten), by_hand


def _write_below(copy: Path, root: Path, files: Sequence[Rewritten]) -> None:
    for file in files:
        (copy / file.path.relative_to(root)).write_bytes(file.after.encode("utf-8"))


@contextmanager
def reloaded(root: Path, files: Sequence[Rewritten]) -> Iterator[Loaded]:
    """Give the project as it would be with these files, read from a copy of its folder."""
    with copied(root) as copy:
        _write_below(copy, root, files)
        yield read_copy(copy, root)


def read_copy(copy: Path, root: Path) -> Loaded:
    """Read a copy of a project; its diagnostics name the files of the project itself."""
    loaded = load.load(copy)
    diagnostics = (scratch.told_of(finding, copy, root) for finding in loaded.diagnostics)
    return replace(loaded, diagnostics=tuple(diagnostics))


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """Give a copy of a project's files in a folder of the same name, which is gone afterwards."""
    contents = (
        (file.path.relative_to(root).as_posix(), file.path.read_bytes())
        for file in [*find(root).files, *find_tests(root)]
    )
    with scratch.written(root.resolve().name, contents) as copy:
        yield copy


def differing(root: Path, copy: Path) -> list[Rewritten]:
    """Return the files of a project that differ from those of a copy of it by now."""
    result = []
    for file in [*find(copy).files, *find_tests(copy)]:
        path = root / file.path.relative_to(copy)
        before = path.read_bytes().decode("utf-8")
        after = file.path.read_bytes().decode("utf-8")
        if before != after:
            shown = path.as_posix()
            result.append(Rewritten(path=path, shown=shown, before=before, after=after))
    return result


def write(files: Sequence[Rewritten]) -> None:
    """Write all these files or none. Raises Refused where one was changed meanwhile, UsageError."""
    from monitor_sync.app.landing import land

    land(
        {file.path.resolve(): file.after for file in files},  # not a link in its place
        {file.path.resolve(): file.before.encode("utf-8") for file in files},
    )
