"""How the query of a composite names other monitors: by key in the files, by id in Datadog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.language.syntax import monitor_ids
from monitor_sync.model import Address, Id

_BY_KEY: Final = re.compile(r"\$\{id:([^}]*)\}")
"""A reference by key: no part of Datadog's language, so a pattern finds it in any text."""


def resolved_query(query: str, ids: Mapping[Address, Id]) -> str:
    """Return a query with each ``${id:KEY}`` replaced whose id is known; the others still stand."""
    return _BY_KEY.sub(lambda hole: str(ids.get(Address("monitor", hole[1]), hole[0])), query)


def keys_in(query: Any) -> list[str]:
    """Return the keys that still stand in a query, in order."""
    return _BY_KEY.findall(query) if isinstance(query, str) else []


def ids_in(query: Any) -> list[int]:
    """Return the ids of other monitors in a composite's query, in order."""
    return monitor_ids.ids_in(query) if isinstance(query, str) else []
