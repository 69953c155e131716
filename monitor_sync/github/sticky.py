"""The one comment that stays: found by its marker and its author, edited, never doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from monitor_sync.github import AUTHOR, marker
from monitor_sync.github.marker import Kind, Marker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor_sync.github.client import Comment, GitHub

_TRIES: Final = 3


class Put(Struct, frozen=True, kw_only=True):
    """Which comment stands now, what was done for it, and how many stale ones are gone."""

    url: str
    done: Literal["posted", "edited", "left as it was"]
    removed: int = 0


def ours(comments: Sequence[Comment], author: str, kind: Kind) -> list[tuple[Comment, Marker]]:
    """
    Return our comments of a kind, oldest first, each with what its marker says.

    Anybody can type a marker, so one in somebody else's comment means nothing.
    """
    written = [comment for comment in comments if comment.author == author]
    marked = [(comment, marker.read(comment.body)) for comment in written]
    return [(comment, read) for comment, read in marked if read is not None and read.kind == kind]


def put(
    github: GitHub, number: int, text: str, *, author: str = AUTHOR, kind: Kind = "plan"
) -> Put:
    """
    Make ``text`` our only comment of its kind on a pull request or issue.

    The oldest is edited, so that it stays where people have seen it, and all others are deleted.
    Looks before it posts, also after a post that got no answer. Raises RemoteError.
    """
    from monitor_sync.github import client  # PyGithub, which only its extra installs

    return client.persistently(_TRIES, lambda: _put(github, number, text, author, kind))


def _put(github: GitHub, number: int, text: str, author: str, kind: Kind) -> Put:
    comments = [comment for comment, _ in ours(github.comments(number), author, kind)]
    if not comments:
        return Put(url=github.add_comment(number, text).url, done="posted")
    kept, *stale = comments
    same = kept.body.replace("\r\n", "\n").rstrip() == text.rstrip()
    if not same:
        github.edit_comment(number, kept.id, text)
    for comment in stale:
        github.delete_comment(number, comment.id)
    return Put(url=kept.url, done="left as it was" if same else "edited", removed=len(stale))
