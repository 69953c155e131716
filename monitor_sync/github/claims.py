"""
What only one run may do: claimed by a git ref that GitHub makes once, before it is done.

The ref lies outside of branches and tags, so that nobody sees or fetches it: it says that
somebody has begun. What fails afterwards stays claimed, as nobody knows how far it came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from monitor_sync.github.client import GitHub

_START: Final = "refs/monitor-sync"


def claim(github: GitHub, *parts: str) -> bool:
    """
    Claim something for this run: ``weekly``, a project, a week, a team. False if it is taken.

    Raises RemoteError where GitHub did not say that it is ours: then it must not be done.
    """
    ref = "/".join((_START, *map(_written, parts)))
    return github.make_ref(ref)


def _written(part: str) -> str:
    """Return a part as a ref may hold it: no dot, since some places of dots are forbidden."""
    return part.replace("%", "%25").replace(".", "%2E")
