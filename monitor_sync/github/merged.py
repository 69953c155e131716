"""
Which pull requests were merged since the last apply, and which plan of each was reviewed.

Every way to merge leaves commits on the first-parent line of the branch: a merge commit, a squash
and each entry of a merge queue one, a rebase several. GitHub says of each commit which pull request
brought it, and the fingerprint stands in the marker of our own comment there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from monitor_sync.github import AUTHOR, sticky

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub, Pull


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeStep:
    """
    What one merge brought: the commits after ``base`` up to ``head``.

    ``number`` is the pull request's, 0 for a push without one. ``fingerprint`` is that of the plan
    which was on it when it was merged; where it is empty, ``why`` says what is missing.
    """

    base: str
    head: str
    number: int = 0
    fingerprint: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit of the branch and its first parent."""

    sha: str
    parent: str


def steps(
    github: GitHub, commits: Sequence[Commit], branch: str, *, author: str = AUTHOR
) -> list[MergeStep]:
    """
    Group commits into merges, in their order; those that one pull request brought are one merge.

    ``commits`` are on the first-parent line, oldest first. Raises RemoteError.
    """
    brought = [
        (commit, _pull(github.pulls_of(commit.sha), commit.sha, branch)) for commit in commits
    ]
    made = []
    for _, group in groupby(brought, key=_merge):
        same = list(group)
        (first, pull), (last, _) = same[0], same[-1]
        made.append(_step(github, first.parent, last.sha, pull, author))
    return made


def _merge(brought: tuple[Commit, Pull | None]) -> object:
    """Return what the commits of one merge share; a push without a pull request stands alone."""
    commit, pull = brought
    return pull.number if pull is not None else commit.sha


def _pull(pulls: Sequence[Pull], commit: str, branch: str) -> Pull | None:
    """
    Return the pull request that brought a commit to the branch; None where there is none.

    Where a pull request went into another branch that was merged in turn, there are several. Then
    it is the one whose merge made this very commit, else the newest into this branch.
    """
    here = [pull for pull in pulls if pull.branch == branch]
    exact = [pull for pull in here if pull.merge_commit == commit]
    return max(exact or here, key=lambda pull: pull.number, default=None)


def _step(github: GitHub, base: str, head: str, pull: Pull | None, author: str) -> MergeStep:
    if pull is None:
        return MergeStep(base=base, head=head, why="it was pushed without a pull request")
    ours = sticky.ours(github.comments(pull.number), author, "plan")
    fingerprint = next((read.fingerprint for _, read in ours if read.fingerprint), "")
    why = "" if fingerprint else "no plan stands on it"
    if pull.fork and not fingerprint:
        why += ": it came from a fork"
    return MergeStep(base=base, head=head, number=pull.number, fingerprint=fingerprint, why=why)
