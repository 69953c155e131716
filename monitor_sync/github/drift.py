"""The one issue about drift: opened when live monitors differ, kept up to date, closed after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from monitor_sync.github import client, marker
from monitor_sync.github.sticky import AUTHOR

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub, Issue

LABEL: Final = "drift"
"""The label by which people, and we, find the issue."""

_TEAM: Final = "team:"
"""What the label of an owner starts with. GitHub takes fifty characters for a label."""

_LONGEST_LABEL: Final = 50
_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was done with the issue, and its page; empty where there is none."""

    done: Literal["opened", "updated", "closed", "not needed"]
    url: str = ""


def report(
    github: GitHub, title: str, text: str, teams: Sequence[str], *, author: str = AUTHOR
) -> Kept:
    """
    Say in the one issue what differs. Labels it with the owners; other labels stay.

    Raises RemoteError.
    """
    return client.persistently(_TRIES, lambda: _report(github, title, text, teams, author))


def settle(github: GitHub, *, author: str = AUTHOR) -> Kept:
    """Close the issue: somebody looked, and nothing differs. Raises RemoteError."""
    found = _ours(github, author)
    for each in found:
        github.close_issue(each.number)
    return Kept(done="closed", url=found[0].url) if found else Kept(done="not needed")


def _report(github: GitHub, title: str, text: str, teams: Sequence[str], author: str) -> Kept:
    owners = [f"{_TEAM}{each}"[:_LONGEST_LABEL] for each in teams]
    found = _ours(github, author)
    if not found:
        made = github.open_issue(title, text, [LABEL, *owners])
        return Kept(done="opened", url=made.url)
    kept, *stale = found
    others = [each for each in kept.labels if each != LABEL and not each.startswith(_TEAM)]
    github.edit_issue(kept.number, title, text, [LABEL, *owners, *others])
    for each in stale:
        github.close_issue(each.number)
    return Kept(done="updated", url=kept.url)


def _ours(github: GitHub, author: str) -> list[Issue]:
    """Our open issues about drift, oldest first: by label, author and marker."""
    return [
        each
        for each in github.issues(LABEL)
        if each.author == author
        and (read := marker.read(each.body)) is not None
        and read.kind == "drift"
    ]
