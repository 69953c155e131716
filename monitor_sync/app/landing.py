"""Several files written at once: all of them or none, and never over what somebody changed."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from monitor_sync.errors import Refused, UsageError, system_failure
from monitor_sync.sync.interrupts import held_back

_HELD: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def land(texts: Mapping[Path, str], before: Mapping[Path, bytes]) -> None:
    """
    Write all these files, or none.

    ``before`` has the bytes of those that were there when the texts were made. Each text is
    written beside its file and kept on disk first; then all are renamed, in which no Ctrl-C breaks
    in. Only a machine that stops in that instant leaves some of them, each whole.

    Raises:
        Refused: a file has appeared or was changed meanwhile.
        UsageError: one cannot be written.
    """
    with contextlib.ExitStack() as undo:
        try:
            drafts = [(path, _draft(path, text, undo)) for path, text in texts.items()]
            with held_back(*_HELD):
                _refuse_changed(texts, before)
                for path, draft in drafts:
                    undo.callback(_restore, path, before.get(path))
                    draft.replace(path)
                undo.pop_all()
        except OSError as error:
            raise UsageError(
                f"nothing is written: {system_failure(error)}",
                hint="nothing was changed; mend it and run the command again",
            ) from None


def _draft(path: Path, text: str, undo: contextlib.ExitStack) -> Path:
    """Write a text to a hidden file beside its place, down to the disk; return that file."""
    for folder in missing_folders(path.parent):
        folder.mkdir()
        undo.callback(_remove_folder, folder)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    draft = Path(name)
    undo.callback(draft.unlink, missing_ok=True)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
    return draft


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def missing_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders that are missing, the outermost first."""
    for outer in (*reversed(folder.parents), folder):
        if not outer.is_dir():
            yield outer


def _remove_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # somebody has put something into it meanwhile
        folder.rmdir()


def _refuse_changed(texts: Mapping[Path, str], before: Mapping[Path, bytes]) -> None:
    for path in texts:
        now = path.read_bytes() if path.exists() else None
        if now != before.get(path):
            raise Refused(
                f"nothing is written, for {path} was changed meanwhile",
                hint="run the command again",
            )


def _restore(path: Path, content: bytes | None) -> None:
    """Put back the bytes that were there, or remove the file where there was none."""
    if content is None:
        path.unlink(missing_ok=True)
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
