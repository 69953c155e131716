"""The files as earlier revisions had them, out of git, with no checkout touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor_sync.cli.git import git, last_words
from monitor_sync.errors import UsageError

DEPTH: Final = 20
"""Revisions that changed the files, at most, in which an explanation is looked for."""

_SHARED: Final = "templates"
_LINK: Final = "120000"
_BLOBS: Final = ("100644", "100755", _LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A commit, and that of its first-parent followers which changed the files after it."""

    commit: str
    """Empty for the time before the files' first commit."""
    follower: str
    newer: bool = False
    """Whether it comes after the base: then it is its own explanation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    The git history of one folder.

    ``base`` is the commit at which this branch and the revision asked for parted, ``tip`` that
    revision. ``prefix`` is the folder below the top of the repository, with a slash at its end;
    empty for the top itself.
    """

    root: Path
    revision: str
    prefix: str
    tip: str
    base: str

    @classmethod
    def find(cls, root: Path, revision: str) -> History:
        """
        The history behind ``root``, to be compared from ``revision``.

        Raises UsageError where there is no git, no such revision, or nothing in common with it.
        """
        prefix = _ask(root, "rev-parse", "--show-prefix")
        if prefix is None:
            raise UsageError(
                f"--base {revision}: the folder {str(root)!r} is in no git repository",
                hint="--base compares with a revision in git; leave it out, or `git init`",
            )
        tip = _ask(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if not tip:
            raise UsageError(
                f"--base {revision}: git knows no such revision here",
                hint=_FETCH if _shallow(root) else "`git fetch` may bring it; see `git log`",
            )
        base = _ask(root, "merge-base", tip, "HEAD")
        if not base:
            raise UsageError(
                f"--base {revision}: it has no commit in common with what is checked out",
                hint=_FETCH if _shallow(root) else "name a revision of this branch's history",
            )
        return cls(root=root, revision=revision, prefix=prefix, tip=tip, base=base)

    @property
    def short(self) -> bool:
        """Whether this clone lacks the beginning of the history."""
        return _shallow(self.root)

    def past(self, units: Collection[str]) -> Iterator[Past]:
        """
        States that may explain what is live: newer ones of the base's branch, then earlier ones.

        ``units`` are the folders of business units that it is about. The newest come first.
        """
        where = [f":/{self.prefix}{name}" for name in ("*.yaml", _SHARED, *sorted(units))]
        where[0] = f":(top,glob){self.prefix}*.yaml"
        for commit in self._log(where, f"{self.base}..{self.tip}"):
            yield Past(commit=commit, follower=commit, newer=True)
        commits = self._log(where, self.base)
        for commit, follower in zip(commits[1:], commits, strict=False):
            yield Past(commit=commit, follower=follower)
        if commits and len(commits) < DEPTH and not self.short:
            yield Past(commit="", follower=commits[-1])

    def _log(self, where: list[str], span: str) -> list[str]:
        listed = _ask(
            self.root, "rev-list", "--first-parent", f"--max-count={DEPTH}", span, "--", *where
        )
        return (listed or "").split()

    def write(self, commit: str, into: Path, only: Collection[str] | None = None) -> int:
        """
        Write the folder as it was at a commit below another one, and count its files.

        ``only`` are the folders of business units that are wanted; what all units share is written
        in any case. Raises UsageError where git does not give them.
        """
        found = []
        listing = _run(self.root, "ls-tree", "-r", "-z", "--full-tree", commit)
        for entry in listing.decode(errors="surrogateescape").split("\0"):
            facts, _, path = entry.partition("\t")
            if not path.startswith(self.prefix):
                continue
            path = path.removeprefix(self.prefix)
            mode, _, name = facts.split(" ")
            unit, slash, _ = path.partition("/")
            if mode in _BLOBS and (only is None or not slash or unit in {_SHARED, *only}):
                found.append((mode, name, path))
        contents = _run(
            self.root, "cat-file", "--batch", sent="".join(f"{name}\n" for _, name, _ in found)
        )
        at = 0
        for mode, _, path in found:
            end = contents.index(b"\n", at)
            size = int(contents[at:end].rsplit(b" ", 1)[1])
            _put(into / path, contents[end + 1 : end + 1 + size], link=mode == _LINK, root=into)
            at = end + 1 + size + 1
        return len(found)


_FETCH: Final = "this clone is shallow: fetch all of its history (`fetch-depth: 0` in a workflow)"


def _put(path: Path, content: bytes, *, link: bool, root: Path) -> None:
    """Write one file. A link that leads out of the folder is left out, as it is when reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not link:
        path.write_bytes(content)
        return
    target = os.fsdecode(content)
    led = Path(os.path.normpath(path.parent / target))
    if led.is_relative_to(root):
        path.symlink_to(target)


def _shallow(root: Path) -> bool:
    return _ask(root, "rev-parse", "--is-shallow-repository") == "true"


def _ask(root: Path, *arguments: str) -> str | None:
    """What git answers, None where it fails."""
    answer = _git(root, arguments, b"")
    if answer.returncode != 0:
        return None
    return answer.stdout.decode(errors="surrogateescape").rstrip("\n")


def _run(root: Path, *arguments: str, sent: str = "") -> bytes:
    """What git answers. Raises UsageError with git's own last words."""
    answer = _git(root, arguments, sent.encode())
    if answer.returncode != 0:
        raise UsageError(
            f"git {arguments[0]} failed: {last_words(answer) or 'it says nothing'}",
            hint="--base reads an earlier revision of the files out of git",
        )
    return answer.stdout


def _git(root: Path, arguments: tuple[str, ...], sent: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return git(root, *arguments, sent=sent)
    except OSError:
        raise UsageError(
            "--base needs git, and there is none here", hint="install git, or leave out --base"
        ) from None
