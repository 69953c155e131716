"""A project tried out before it is written: its files in a folder that is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.errors import UsageError, system_failure


@contextmanager
def written(name: str, files: Iterable[tuple[str, bytes]]) -> Iterator[Path]:
    """
    Give a folder called ``name``, as footers name it, with these files by their path below it.

    Raises UsageError where the disk does not take them, or what they are made of is not read.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="monitor-sync-") as outer:
            folder = Path(outer) / name
            for below, content in files:
                path = folder / below
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            yield folder
    except OSError as error:
        raise UsageError(
            f"what would be written cannot be tried: {system_failure(error)}",
            hint="nothing was changed; TMPDIR names another folder to try it in",
        ) from None


def shown(path: str, folder: Path, root: Path) -> str:
    """Return how messages name a file: one in the scratch folder as the file of the project."""
    if not Path(path).is_relative_to(folder):
        return path
    return (root / Path(path).relative_to(folder)).as_posix()


def told_of(diagnostic: Diagnostic, folder: Path, root: Path) -> Diagnostic:
    """Return a diagnostic about a file in the scratch folder as one about the project's file."""
    path = shown(diagnostic.span.path, folder, root)
    return replace(diagnostic, span=replace(diagnostic.span, path=path))
