"""
Which files make a project, and what kind each is.

A file that would be passed over in silence is a monitor that nobody notices is missing, so
everything that looks like one of ours and stands in the wrong place is a problem.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.errors import FilesInvalid, UsageError

PROJECT: Final = "project.yaml"
TEAMS: Final = "teams.yaml"
UNIT: Final = "business-unit.yaml"
TEMPLATES: Final = "templates"
TESTS: Final = ".tests.yaml"
"""The end of a file of tests. Reading monitors never reads it."""

_PART: Final = re.compile(r"[a-z0-9._-]+\Z")


class ProjectFile(Struct, frozen=True, kw_only=True):
    """One file: what schema it follows, how messages name it, and where it is."""

    kind: str
    shown: str
    path: Path
    unit: str = ""
    name: str = ""

    def key_of(self, where: tuple[str | int, ...]) -> str:
        """Return the key of the monitor that a path leads into, empty where it leads into none."""
        if self.kind == "monitors" and len(where) > 1 and where[0] == "monitors":
            return f"{self.unit}/{self.name}/{where[1]}"
        return ""


class FileTree(Struct):
    """All files of a project in a stable order, and what stands in the wrong place."""

    files: list[ProjectFile] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


def find(root: Path) -> FileTree:
    """
    Walk a project's folder.

    Raises:
        UsageError: ``root`` is no folder.
        FilesInvalid: it cannot be read.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise UsageError(f"the folder {str(root)!r} {what}", hint=_where(root))
    walk = _Walk(root)
    try:
        walk.top()
    except OSError as error:
        raise FilesInvalid(f"{error.filename}: {error.strerror}") from error
    return walk.tree


def find_tests(root: Path) -> list[ProjectFile]:
    """Return the files of tests below a project's folder, in a stable order."""
    real = Path(os.path.realpath(root))
    return [
        ProjectFile(
            kind="tests",
            shown=entry.as_posix(),
            path=entry,
            unit=entry.parent.name,
            name=entry.name.removesuffix(TESTS),
        )
        for entry in sorted(root.glob(f"*/*{TESTS}"))
        if Path(os.path.realpath(entry)).is_relative_to(real)
    ]


def _where(root: Path) -> str:
    """Return what to type where the folder of files was not found."""
    here = Path.cwd()
    above = (folder for parent in (here, *here.parents) for folder in (parent, parent / root.name))
    beside = sorted(project.parent for project in here.glob(f"*/{PROJECT}"))
    for folder in (*above, *beside):
        if (folder / PROJECT).is_file():
            return f"did you mean `monitor-sync --root {os.path.relpath(folder, here)} …`?"
    return (
        f"`monitor-sync init` makes a project; one that is there has {PROJECT}, and"
        " `monitor-sync --root FOLDER …` names its folder"
    )


class _Walk:
    def __init__(self, root: Path) -> None:
        self.tree = FileTree()
        self._root = root
        self._real = Path(os.path.realpath(root))

    def top(self) -> None:
        for entry, is_folder in self._entries(self._root):
            if is_folder:
                self._folder(entry)
            elif entry.name == PROJECT:
                self._add("project", entry)
            elif entry.name == TEAMS:
                self._add("teams", entry)
            elif entry.suffix == ".yaml":
                self._say(
                    entry,
                    "file/misplaced",
                    f"{entry.name} does not belong at the top",
                    "move it into the folder of a business unit, or into templates/",
                )

    def _folder(self, folder: Path) -> None:
        inner = list(self._entries(folder))
        if folder.name == TEMPLATES:
            for entry, _ in inner:
                if entry.suffix == ".yaml" and self._named(entry, entry.stem):
                    self._add("template", entry, name=entry.stem)
            return
        if not any(is_folder or entry.suffix == ".yaml" for entry, is_folder in inner):
            return
        if not self._named(folder, folder.name):
            return
        for entry, is_folder in inner:
            if is_folder:
                self._nested(entry)
            elif entry.name == UNIT:
                self._add("business-unit", entry, unit=folder.name)
            elif entry.suffix == ".yaml" and self._named(entry, entry.stem):
                self._add("monitors", entry, unit=folder.name, name=entry.stem)

    def _entries(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """
        Yield visible entries by name, and whether each is a folder.

        Those that cannot be read as ours are left out.
        """
        with os.scandir(folder) as listing:  # it says what each is: none is looked at by itself
            listed = sorted(listing, key=lambda entry: entry.name)
        for status in listed:
            entry = folder / status.name
            if entry.name.startswith("."):
                continue
            if status.is_symlink() and not self._inside(entry):
                self._say(
                    entry,
                    "file/outside-root",
                    f"{entry.name} leads out of {self._root.name}/",
                    "copy the file, or remove the link",
                )
            elif entry.suffix == ".yml":
                self._say(
                    entry,
                    "file/misplaced",
                    f"{entry.name} is not read: it ends in .yml",
                    f"rename it to {entry.stem}.yaml",
                )
            elif entry.name.endswith(TESTS):
                self._tests(entry)
            elif entry.suffix == ".yaml" and not (status.is_file() or status.is_dir()):
                self._say(
                    entry,
                    "file/unreadable",
                    f"{entry.name} is no regular file, so it is not read",
                    "remove it, or write a file of this name",
                )
            else:
                yield entry, status.is_dir()

    def _tests(self, entry: Path) -> None:
        """Pass over a file of tests; say so where it stands beside no file of monitors."""
        tested = entry.with_name(entry.name.removesuffix(TESTS) + ".yaml")
        if entry.parent.parent != self._root or entry.parent.name == TEMPLATES:
            message = f"{entry.name} is not run: tests stand beside a file of monitors"
        elif tested.name == UNIT or not tested.is_file():
            message = (
                f"{entry.name} is not run: there is no file of monitors {tested.name} beside it"
            )
        else:
            return
        hint = f"move it beside the file that it tests, and call it that file's name with {TESTS}"
        self._say(entry, "file/tests-apart", message, hint)

    def _inside(self, entry: Path) -> bool:
        real = Path(os.path.realpath(entry))
        return real.is_relative_to(self._real) and real.exists()

    def _nested(self, folder: Path) -> None:
        deep = next((file for file in folder.rglob("*.yaml") if not _is_tests(file)), None)
        if deep is not None:
            self._say(
                deep,
                "file/misplaced",
                f"{folder.name}/ is a folder inside a business unit",
                "move its files one folder up",
            )

    def _named(self, entry: Path, name: str) -> bool:
        if _PART.match(name):
            return True
        self._say(
            entry,
            "schema/bad-name",
            f"`{name}` becomes part of a tag: only a-z, 0-9, `.`, `_` and `-` are allowed",
            f"rename it to {re.sub('[^a-z0-9._-]+', '-', name.lower()).strip('-')}",
        )
        return False

    def _add(self, kind: str, path: Path, *, unit: str = "", name: str = "") -> None:
        self.tree.files.append(
            ProjectFile(kind=kind, shown=path.as_posix(), path=path, unit=unit, name=name)
        )

    def _say(self, entry: Path, rule: str, message: str, hint: str) -> None:
        """Report one entry: as an error; tests as a note, since no monitor is missing."""
        self.tree.diagnostics.append(
            Diagnostic(
                rule=rule,
                severity=Severity.NOTE if _is_tests(entry) else Severity.ERROR,
                message=message,
                hint=hint,
                span=Span(entry.as_posix(), 1),
            )
        )


def _is_tests(entry: Path) -> bool:
    return entry.name.endswith((TESTS, ".tests.yml"))
