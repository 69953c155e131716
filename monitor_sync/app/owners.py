"""What ``codeowners`` needs: the project, and the CODEOWNERS file that GitHub reads, as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync import regular_file
from monitor_sync.app import files
from monitor_sync.diagnostics import tally
from monitor_sync.errors import FilesInvalid, UsageError, system_reason
from monitor_sync.git import commits

if TYPE_CHECKING:
    from monitor_sync.model import Project

PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in this order; it reads the first that it finds (its page on code owners)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersFile:
    """
    A project and the CODEOWNERS file of its repository.

    ``place`` is the file's path below the repository, ``folder`` that of the project (empty for
    the repository itself). ``text`` is what the file says now, None where there is none.
    """

    project: Project
    path: Path
    place: str
    folder: str
    text: str | None


def owners_file(root: Path) -> OwnersFile:
    """Read the files and the CODEOWNERS file. Raises FilesInvalid where the files have errors."""
    loaded = files.read(root)
    if loaded.failed:
        raise FilesInvalid(
            f"the files have {tally(loaded.diagnostics)}, so owners are not known",
            hint="`monitor-sync validate` shows them",
        )
    resolved = root.resolve()
    repository = commits.repository(resolved) or resolved.parent
    place = next((place for place in PLACES if (repository / place).is_file()), PLACES[0])
    folder = resolved.relative_to(repository).as_posix()
    return OwnersFile(
        project=loaded.project,
        path=repository / place,
        place=place,
        folder="" if folder == "." else folder,
        text=_read(repository / place),
    )


def _read(path: Path) -> str | None:
    try:
        return regular_file.content(path).decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise FilesInvalid(f"{path} is not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {system_reason(error)}") from None
