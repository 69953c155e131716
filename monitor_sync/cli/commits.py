"""The commits of a branch, and the files as one of them has them, from git."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor_sync.cli.git import git, last_words
from monitor_sync.errors import UsageError

_FETCH: Final = "check out with `fetch-depth: 0`, or `git fetch --unshallow`"


def commit(folder: Path, revision: str) -> str:
    """The whole name of a commit. Raises UsageError where there is none."""
    return _asked(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")


def branch(folder: Path) -> str:
    """The branch that is checked out; empty where none is."""
    return _git(folder, "branch", "--show-current").stdout.decode(errors="surrogateescape").strip()


def contains(folder: Path, revision: str) -> bool:
    """Whether what is checked out has this commit in its history."""
    return _git(folder, "merge-base", "--is-ancestor", revision, "HEAD").returncode == 0


def first_parents(folder: Path, since: str) -> list[tuple[str, str]]:
    """
    The commits after ``since``, oldest first, each with its first parent.

    Only those that changed something below ``folder``.
    """
    lines = _asked(
        folder, "log", "--first-parent", "--reverse", "--format=%H %P", f"{since}..HEAD", "--", "."
    ).splitlines()
    found = (line.split() for line in lines)
    return [(each[0], each[1]) for each in found if len(each) > 1]


@contextlib.contextmanager
def checked_out(folder: Path, revision: str) -> Iterator[Path]:
    """The folder as a commit has it, in a working tree of its own that goes away again."""
    below = _asked(folder, "rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "files"
        _asked(folder, "worktree", "add", "--quiet", "--detach", str(tree), revision)
        try:
            yield tree / below
        finally:
            _git(folder, "worktree", "remove", "--force", str(tree))


def _asked(folder: Path, *arguments: str) -> str:
    """What git answers. Raises UsageError with its words where it fails."""
    done = _git(folder, *arguments)
    if done.returncode != 0:
        raise UsageError(
            f"git {arguments[0]} failed: {last_words(done) or arguments[-1]}", hint=_FETCH
        )
    return done.stdout.decode(errors="surrogateescape").strip()


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return git(folder, *arguments)
    except OSError as error:
        raise UsageError(f"cannot run git: {error}", hint="install git") from None
