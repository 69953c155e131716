"""Handles with their places: in the author's texts, and among the recipients."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.audience.audience import Routes
from monitor_sync.language.handles import Handle, handles
from monitor_sync.language.nodes import Frozen

Field = tuple[str | int, ...]


class Mention(Frozen):
    """A handle and its place; without ``end`` the place is the whole value."""

    handle: Handle
    field: Field
    start: int = 0
    end: int | None = None


_NONE: Final = Handle("", 0, 0, "user", "")
"""Stands for a recipient that Datadog does not read as a handle at all."""


def written(field: Field, text: str) -> Iterator[Mention]:
    """Yield every handle in a text of the author."""
    for handle in handles(text):
        yield Mention(handle, field, handle.start, handle.end)


@functools.lru_cache(maxsize=8192)
def routed(routes: Routes) -> tuple[Mention, ...]:
    """Return every handle that routing adds, once, at the first state that has it."""
    first_fields = {
        text: ("recipients", state, text)
        for state, recipients in reversed(routes)
        for text in recipients
    }
    return tuple(
        Mention(handle, field)
        for text, field in first_fields.items()
        for handle in handles(text) or (_NONE,)
    )


_ORDINARY: Final = re.compile(
    r"@(?:slack|teams|webhook|pagerduty|oncall|team|workflow|sns|victorops|jira|case|servicenow)"
    r"-[A-Za-z0-9][\w-]*\w|@[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.ASCII,
)
_SUSPECT: Final = re.compile(
    r"example|\.invalid|\.test|company\.com|change-?me|placeholder|todo|fixme|xx|your",
    re.IGNORECASE,
)


def is_doubtful(mention: Mention) -> bool:
    """Return whether some rule may object to a handle; ordinary handles are certainly right."""
    handle = mention.handle
    as_routed = mention.field[-1] if mention.field[0] == "recipients" else handle.text
    return (
        handle.parenthesis
        or handle.text != as_routed
        or _ORDINARY.fullmatch(handle.text) is None
        or _SUSPECT.search(handle.text) is not None
    )


@functools.lru_cache(maxsize=8192)
def routed_doubtful(routes: Routes) -> tuple[Mention, ...]:
    """Return the doubtful handles among those that routing adds."""
    return tuple(filter(is_doubtful, routed(routes)))
