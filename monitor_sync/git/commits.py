"""Which commits there are, and the files as one of them has them."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from monitor_sync.errors import UsageError
from monitor_sync.git import command

_FETCH: Final = "check out with `fetch-depth: 0`, or `git fetch --unshallow`"


def commit(folder: Path, revision: str) -> str:
    """Return the whole name of a commit. Raises UsageError where there is none."""
    return _require(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")


def checked_out(folder: Path) -> str:
    """
    Return the commit that is checked out around a folder, for people to read.

    It ends in ``-dirty`` where files of the folder differ from it. Empty where there is no git or
    no commit.
    """
    with contextlib.suppress(UsageError):
        head = command.ask(folder, "rev-parse", "HEAD", timeout=10)
        if head:
            changed = command.ask(folder, "status", "--porcelain", "--", ".", timeout=10)
            return f"{head}-dirty" if changed else head
    return ""


def branch(folder: Path) -> str:
    """Return the branch that is checked out; empty where none is."""
    return command.ask(folder, "branch", "--show-current") or ""


def contains(folder: Path, revision: str, within: str = "HEAD") -> bool:
    """Return whether a revision, or what is checked out, has this commit in its history."""
    return command.ask(folder, "merge-base", "--is-ancestor", revision, within) is not None


def time(folder: Path, revision: str) -> int:
    """Return when a commit was made, in milliseconds since 1970; 0 where git does not say."""
    seconds = command.ask(folder, "show", "--no-patch", "--format=%ct", revision) or ""
    return int(seconds) * 1000 if seconds.isdigit() else 0


def first_parents(folder: Path, since: str) -> list[tuple[str, str]]:
    """
    Return the commits after ``since``, oldest first, each with its first parent.

    Only those that changed something below ``folder``.
    """
    lines = _require(
        folder, "log", "--first-parent", "--reverse", "--format=%H %P", f"{since}..HEAD", "--", "."
    ).splitlines()
    names = (line.split() for line in lines)
    return [(commit[0], commit[1]) for commit in names if len(commit) > 1]


@contextlib.contextmanager
def worktree(folder: Path, revision: str) -> Iterator[Path]:
    """Give the folder as a commit has it, in a working tree of its own that goes away again."""
    below = _require(folder, "rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "files"
        _require(folder, "worktree", "add", "--quiet", "--detach", str(tree), revision)
        try:
            yield tree / below
        finally:
            command.run(folder, "worktree", "remove", "--force", str(tree))


def repository(folder: Path) -> Path | None:
    """Return the folder that git keeps and that ``folder`` is in; None where there is no git."""
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return None


def _require(folder: Path, *arguments: str) -> str:
    output = command.require(folder, *arguments, hint=_FETCH)
    return output.decode(errors="surrogateescape").strip()
