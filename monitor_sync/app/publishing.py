"""A folder of pages: written over the one of last time, and over nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from monitor_sync import regular_file
from monitor_sync.errors import AppliedInPart, UsageError, system_failure

MANIFEST: Final = ".monitor-sync-site.json"
"""The list of our files in a folder of pages: without it a folder is somebody else's."""


def publish(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    """
    Write files into a folder, remove those of last time that are no longer there; count them.

    Raises UsageError for a folder or a file that is not ours, and for what cannot be written;
    AppliedInPart where a person interrupts after the first file. A file is listed before it is
    written, so that it is ours after a kill too.
    """
    ours = _ours(folder)
    written: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _keep(folder / MANIFEST, json.dumps(sorted(ours)))
        for name, text in files:
            place = _place(folder, name)
            if name not in ours:
                _refuse_other(place)
                ours.add(name)
                _keep(folder / MANIFEST, json.dumps(sorted(ours)))
            place.parent.mkdir(parents=True, exist_ok=True)
            _keep(place, text)
            written.append(name)
        for name in ours.difference(written):
            _place(folder, name).unlink(missing_ok=True)
        _keep(folder / MANIFEST, json.dumps(sorted(written)))
    except OSError as error:
        raise UsageError(
            f"the site is not written: {system_failure(error)}",
            hint="name a folder that is yours to write to, or one that does not exist yet",
        ) from None
    except KeyboardInterrupt:
        if not written:
            raise
        raise AppliedInPart(
            f"interrupted: {folder} holds pages of this run beside those of the one before",
            hint="run it again: each page is whole, and the rest is written then",
        ) from None
    return len(written)


def refuse_others(folder: Path) -> None:
    """Raise UsageError for a folder that holds what is not ours, before anything is made."""
    _ours(folder)


def _ours(folder: Path) -> set[str]:
    """Return the files that we wrote into a folder last time, by their paths in it."""
    try:
        if not any(folder.iterdir()):
            return set()
        names = json.loads(regular_file.content(folder / MANIFEST))
    except FileNotFoundError:
        if not folder.exists():
            return set()
        names = None
    except (OSError, ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(_inside(name) for name in names):
        raise UsageError(
            f"{folder} holds what is not a site of monitor-sync, so nothing is written there",
            hint="name an empty folder, or one that does not exist yet",
        )
    return set(names)


def _refuse_other(place: Path) -> None:
    if place.exists():
        raise UsageError(
            f"{place} is no page of the site that was written here before, so it is left as it is",
            hint="move it away, or name another folder",
        )


def _inside(name: object) -> bool:
    """Return whether it is the path of a file below the folder, as we write them."""
    if not isinstance(name, str) or not name.isprintable():
        return False
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _place(folder: Path, name: str) -> Path:
    """Return where a file stands. Raises UsageError where a link leads out of the folder there."""
    for parent in Path(name).parents[:-1]:
        if (folder / parent).is_symlink():
            raise UsageError(
                f"the site is not written: {folder / parent} is a link",
                hint="remove the link, or name an empty folder",
            )
    return folder / name


def _keep(path: Path, text: str) -> None:
    """Write a file beside its place and rename it: whoever reads sees the old one or the new."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with draft.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    draft.replace(path)
