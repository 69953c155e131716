"""``codeowners``: GitHub's list of reviewers, made of teams and business units."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from monitor_sync.cli import console, files, options
from monitor_sync.errors import FilesInvalid, Refused, UsageError
from monitor_sync.render import codeowners, diagnostics
from monitor_sync.render.text import count, listed, plain

_PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in this order; it reads the first that it finds."""


@click.command("codeowners")
@click.option("--check", is_flag=True, help="Write nothing; exit 3 where it is out of date.")
@options.color
def command(check: bool) -> None:
    """
    Write .github/CODEOWNERS from teams and business units. Offline, without a key.

    A unit's files are reviewed by the GitHub team of its owner, a file with monitors of other
    teams by these too, and what all units share by the `owner` in project.yaml. Lines that people
    wrote above our part of the file stay as they are.
    """
    loaded = files.load()
    if loaded.failed:
        raise FilesInvalid(
            f"the files have {diagnostics.tally(loaded.diagnostics)}, so owners are not known",
            hint="`monitor-sync validate` shows them",
        )
    owners = codeowners.owners(loaded.project)
    repository = _repository(console.root().resolve())
    place = next((each for each in _PLACES if (repository / each).is_file()), _PLACES[0])
    folder = console.root().resolve().relative_to(repository).as_posix()
    old = _read(repository / place)
    new = _merged(place, old, codeowners.text(owners, "" if folder == "." else folder, place))
    if owners.unknown:
        console.warn(
            f"{listed(owners.unknown)}: no GitHub team, so others review their files",
            'give each team in teams.yaml its `github: "@organisation/team"`',
        )
    has = (
        f"{count(len(owners.units), 'business unit')}, {count(len(owners.files), 'file')} of others"
    )
    if old == new:
        console.answer(f"{place} is up to date: {has}.\n")
    elif check:
        console.answer("".join(f"{plain(line)}\n" for line in _difference(old or "", new)))
        raise FilesInvalid(
            f"{place} is {'missing' if old is None else 'out of date'}",
            hint=f"`{_command()}` writes it; commit what it changed",
        )
    else:
        _write(repository / place, new)
        console.answer(f"{place} is written: {has}.\n")


def _repository(root: Path) -> Path:
    """The folder that git keeps; the one above the monitors where there is no git."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    return root.parent


def _command() -> str:
    """What was typed, without ``--check``."""
    root = console.root()
    named = "" if root == Path("monitors") else f"--root {shlex.quote(str(root))} "
    return f"monitor-sync {named}codeowners"


def _read(path: Path) -> str | None:
    """What the file says now; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise FilesInvalid(f"{path} is not UTF-8", hint="save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {(error.strerror or '').lower()}") from None


def _merged(place: str, old: str | None, part: str) -> str:
    try:
        new = codeowners.merged(old or "", part)
    except ValueError as error:
        raise FilesInvalid(
            f"{place}: {error}", hint="delete our part of it with both marks, and try again"
        ) from None
    size = len(new.encode())
    if size > codeowners.LARGEST:
        raise Refused(
            f"{place} would have {size:,} bytes, and GitHub reads none of more than"
            f" {codeowners.LARGEST:,}",
            hint="give the monitors of a file to one team, its unit's: such a file needs no line",
        )
    return new


def _difference(old: str, new: str) -> Iterator[str]:
    """The lines that go, after ``-``, and those that come, after ``+``."""
    import difflib  # only --check looks for what differs

    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return (line for line in lines if not line.startswith(("---", "+++", "@@")))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {path.parent}: {(error.strerror or '').lower()}") from None
    console.answer(text, path)
