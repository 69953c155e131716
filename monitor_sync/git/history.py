"""The files as earlier revisions had them, read out of git; no checkout is touched."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor_sync.errors import UsageError
from monitor_sync.git import command

DEPTH: Final = 20
"""The most revisions that are read to explain why a live monitor differs."""

_FETCH: Final = "this clone is shallow: fetch all of its history (`fetch-depth: 0` in a workflow)"
_READING: Final = "--base reads an earlier revision of the files out of git"
_SHARED: Final = "templates"
_LINK: Final = "120000"
_BLOBS: Final = ("100644", "100755", _LINK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """
    A revision of the files that Datadog may still hold.

    ``commit`` is empty for the time before the first commit of the files. ``follower`` is the
    next commit on the first-parent line that changed them: what it changed is not applied yet.
    ``newer`` is True for a commit after the base; it is then its own ``follower``.
    """

    commit: str
    follower: str
    newer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """
    The git history of one folder, to be compared from a revision.

    ``revision`` is as the user typed it and ``tip`` is its commit. ``base`` is the commit at which
    this branch and that revision parted. ``prefix`` is the folder below the top of the
    repository, with a slash at its end; empty for the top itself.
    """

    root: Path
    revision: str
    prefix: str
    tip: str
    base: str

    @classmethod
    def find(cls, root: Path, revision: str) -> History:
        """
        Read the history behind ``root``, to be compared from ``revision``.

        Raises UsageError where there is no git, no such revision, or no commit in common with it.
        """
        prefix = command.ask(root, "rev-parse", "--show-prefix")
        if prefix is None:
            raise UsageError(
                f"--base {revision}: the folder {str(root)!r} is in no git repository",
                hint="--base compares with a revision in git; leave it out, or `git init`",
            )
        tip = command.ask(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        if not tip:
            raise UsageError(
                f"--base {revision}: git knows no such revision here",
                hint=_FETCH if _shallow(root) else "`git fetch` may bring it; see `git log`",
            )
        base = command.ask(root, "merge-base", tip, "HEAD")
        if not base:
            raise UsageError(
                f"--base {revision}: it has no commit in common with what is checked out",
                hint=_FETCH if _shallow(root) else "name a revision of this branch's history",
            )
        return cls(root=root, revision=revision, prefix=prefix, tip=tip, base=base)

    @property
    def short(self) -> bool:
        """True if this clone lacks the beginning of the history."""
        return _shallow(self.root)

    def same(self) -> bool:
        """Return whether the folder holds the files of the base and no other."""
        inside = ("--", ".")
        unlike = command.ask(self.root, "diff", "--quiet", "--no-ext-diff", self.base, *inside)
        return unlike == "" and command.ask(self.root, "ls-files", "--others", *inside) == ""

    def candidates(self, units: Collection[str]) -> Iterator[Revision]:
        """
        Give the revisions that Datadog may still hold: newer ones of the base's branch, then
        earlier ones, the newest first.

        ``units`` are the folders of the business units whose files matter.
        """
        paths = [f":(top,glob){self.prefix}*.yaml"]
        paths += [f":/{self.prefix}{name}" for name in (_SHARED, *sorted(units))]
        for commit in self._log(paths, f"{self.base}..{self.tip}"):
            yield Revision(commit=commit, follower=commit, newer=True)
        commits = self._log(paths, self.base)
        for commit, follower in zip(commits[1:], commits, strict=False):
            yield Revision(commit=commit, follower=follower)
        if commits and len(commits) < DEPTH and not self.short:
            yield Revision(commit="", follower=commits[-1])

    def _log(self, paths: list[str], span: str) -> list[str]:
        listed = command.ask(
            self.root, "rev-list", "--first-parent", f"--max-count={DEPTH}", span, "--", *paths
        )
        return (listed or "").split()

    def write(self, commit: str, into: Path, only: Collection[str] | None = None) -> int:
        """
        Write the folder as it was at a commit below another one, and count its files.

        ``only`` are the folders of the business units that are wanted; what all units share is
        written in any case. Raises UsageError where git does not give them.
        """
        blobs = self._blobs(commit, only)
        names = "".join(f"{name}\n" for _, name, _ in blobs)
        contents = command.require(
            self.root, "cat-file", "--batch", stdin=names.encode(), hint=_READING
        )
        at = 0
        for mode, _, path in blobs:
            end = contents.index(b"\n", at)
            head = contents[at:end].rsplit(b" ", 1)[-1]
            if not head.isdigit():
                raise UsageError(
                    f"{path} at {commit[:12]} is not in this clone",
                    hint="fetch all of its files: a partial clone (`--filter`) lacks some",
                )
            size = int(head)
            _put(into / path, contents[end + 1 : end + 1 + size], link=mode == _LINK, root=into)
            at = end + 1 + size + 1
        return len(blobs)

    def _blobs(self, commit: str, only: Collection[str] | None) -> list[tuple[str, str, str]]:
        """Return mode, object name and path below the folder of each file that is wanted."""
        blobs = []
        listing = command.require(
            self.root, "ls-tree", "-r", "-z", "--full-tree", commit, hint=_READING
        )
        for entry in listing.decode(errors="surrogateescape").split("\0"):
            facts, _, path = entry.partition("\t")
            if not path.startswith(self.prefix):
                continue
            path = path.removeprefix(self.prefix)
            mode, _, name = facts.split(" ")
            unit, slash, _ = path.partition("/")
            if mode in _BLOBS and (only is None or not slash or unit in {_SHARED, *only}):
                blobs.append((mode, name, path))
        return blobs


def _put(path: Path, content: bytes, *, link: bool, root: Path) -> None:
    """
    Write one file below ``root``, which has no links in it.

    Left out is what would stand elsewhere: a forged tree may name ``..``, or lead there through a
    link of its own. A link that leads out of the folder is left out as it is when reading.
    """
    if ".." in path.parts or not path.parent.resolve().is_relative_to(root) or path.is_symlink():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not link:
        path.write_bytes(content)
        return
    target = os.fsdecode(content)
    led = Path(os.path.normpath(path.parent / target))
    if led.is_relative_to(root):
        path.symlink_to(target)


def _shallow(root: Path) -> bool:
    return command.ask(root, "rev-parse", "--is-shallow-repository") == "true"
