"""One issue a subject: opened when there is something, kept up to date, closed when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from monitor_sync.github import AUTHOR, client, marker

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub, Issue

Subject = Literal["drift", "on-call"]
"""What an issue is about: the label by which people, and we, find it, and the kind of marker."""

_TEAM: Final = "team:"
"""What the label of an owner starts with. GitHub takes fifty characters for a label."""

_LONGEST_LABEL: Final = 50
_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueUpdate:
    """What was done with the issue, and its page; empty where there is none."""

    done: Literal["opened", "updated", "closed", "not needed"]
    url: str = ""


def report(
    github: GitHub,
    title: str,
    text: str,
    teams: Sequence[str],
    *,
    author: str = AUTHOR,
    subject: Subject = "drift",
) -> IssueUpdate:
    """
    Say in the one issue what there is. Labels it with the owners; other labels stay.

    Raises RemoteError.
    """
    return client.persistently(_TRIES, lambda: _report(github, title, text, teams, author, subject))


def settle(github: GitHub, *, author: str = AUTHOR, subject: Subject = "drift") -> IssueUpdate:
    """Close the issue: somebody looked, and there is nothing. Raises RemoteError."""
    issues = _ours(github, author, subject)
    for issue in issues:
        github.close_issue(issue.number)
    return (
        IssueUpdate(done="closed", url=issues[0].url) if issues else IssueUpdate(done="not needed")
    )


def _report(
    github: GitHub, title: str, text: str, teams: Sequence[str], author: str, subject: Subject
) -> IssueUpdate:
    owners = [f"{_TEAM}{team}"[:_LONGEST_LABEL] for team in teams]
    issues = _ours(github, author, subject)
    if not issues:
        made = github.open_issue(title, text, [subject, *owners])
        return IssueUpdate(done="opened", url=made.url)
    kept, *stale = issues
    others = [label for label in kept.labels if label != subject and not label.startswith(_TEAM)]
    github.edit_issue(kept.number, title, text, [subject, *owners, *others])
    for issue in stale:
        github.close_issue(issue.number)
    return IssueUpdate(done="updated", url=kept.url)


def _ours(github: GitHub, author: str, subject: Subject) -> list[Issue]:
    """Return our open issues about a subject, oldest first: by label, author and marker."""
    return [
        issue
        for issue in github.issues(subject)
        if issue.author == author
        and (read := marker.read(issue.body)) is not None
        and read.kind == subject
    ]
