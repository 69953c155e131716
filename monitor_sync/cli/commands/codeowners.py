"""``codeowners``: GitHub's list of reviewers, made of teams and business units."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.counting import count, listed
from monitor_sync.errors import FilesInvalid, Refused, UsageError, system_reason


@click.command("codeowners")
@click.option("--check", is_flag=True, help="Write nothing; exit 3 if the file is out of date.")
@options.color
@options.root
def command(root: Path, check: bool) -> None:
    """
    Write .github/CODEOWNERS from teams and business units. Offline, without a key.

    The GitHub team of a unit's owner reviews the unit's files; a file with monitors of other teams
    is reviewed by these too. The `owner` in project.yaml reviews what all units share. Lines above
    the generated part of the file stay as they are.
    """
    from monitor_sync.render import codeowners
    from monitor_sync.render.text import plain

    current = app.owners_file(root)
    owners = codeowners.owners(current.project)
    place, old = current.place, current.text
    new = _merged(place, old, codeowners.text(owners, current.folder, place))
    if owners.unknown:
        console.warn(
            f"{listed(owners.unknown)}: no `github` in teams.yaml, so"
            f" {owners.shared or 'nobody'} reviews what is theirs alone",
            'give each team in teams.yaml its `github: "@organisation/team"`',
        )
    counted = (
        f"{count(len(owners.units), 'business unit')}, {count(len(owners.files), 'file')} of others"
    )
    if old == new:
        console.answer(f"{place} is up to date: {counted}.\n")
    elif check:
        console.answer("".join(f"{plain(line)}\n" for line in _difference(old or "", new)))
        raise FilesInvalid(
            f"{place} is {'missing' if old is None else 'out of date'}",
            hint=f"`{_command(root)}` writes it; commit what it changed",
        )
    else:
        _write(current.path, new)
        console.answer(f"{place} is written: {counted}.\n")


def _command(root: Path) -> str:
    """Return what was typed, without ``--check``."""
    named = "" if root == Path("monitors") else f"--root {shlex.quote(str(root))} "
    return f"monitor-sync {named}codeowners"


def _merged(place: str, old: str | None, part: str) -> str:
    from monitor_sync.render import codeowners

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
    """Give the lines that go, after ``-``, and those that come, after ``+``."""
    import difflib  # only --check looks for what differs

    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return (line for line in lines if not line.startswith(("---", "+++", "@@")))


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {path.parent}: {system_reason(error)}") from None
    console.answer(text, path)
