"""Which handles may be wrong: all but the ordinary ones that nobody can object to."""

from __future__ import annotations

import functools
import re
from typing import Final

from monitor_sync.audience.audience import Routes
from monitor_sync.audience.places import HandlePlace, routed_places

_ORDINARY: Final = re.compile(
    r"@(?:slack|teams|webhook|pagerduty|oncall|team|workflow|sns|victorops|jira|case|servicenow)"
    r"-[A-Za-z0-9][\w-]*\w|@[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.ASCII,
)
_SUSPECT: Final = re.compile(
    r"example|\.invalid|\.test|company\.com|change-?me|placeholder|todo|fixme|xx|your",
    re.IGNORECASE,
)


def is_doubtful(place: HandlePlace) -> bool:
    """Return whether some rule may object to a handle; ordinary handles are certainly right."""
    handle = place.handle
    as_routed = place.field[-1] if place.field[0] == "recipients" else handle.text
    return (
        handle.parenthesis
        or handle.text != as_routed
        or _ORDINARY.fullmatch(handle.text) is None
        or _SUSPECT.search(handle.text) is not None
    )


@functools.lru_cache(maxsize=8192)
def routed_doubtful(routes: Routes) -> tuple[HandlePlace, ...]:
    """Return the doubtful handles among those that routing adds."""
    return tuple(filter(is_doubtful, routed_places(routes)))
