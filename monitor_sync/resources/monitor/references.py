"""How the query of a composite names other monitors: by key in the files, by id in Datadog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from monitor_sync.language.syntax import composite

_BY_KEY: Final = re.compile(r"\$\{id:([^}]*)\}")
"""Our own holes, no part of Datadog's language: a pattern finds them in whatever text."""


def resolved_query(query: str, ids: Mapping[str, int]) -> str:
    """A query with each ``${id:KEY}`` whose id is known put in; the others still stand."""
    return _BY_KEY.sub(lambda found: str(ids.get(found[1], found[0])), query)


def keys_in(query: Any) -> list[str]:
    """The keys that still stand in a query, in order."""
    return _BY_KEY.findall(query) if isinstance(query, str) else []


def ids_in(query: Any) -> list[int]:
    """The ids of other monitors in a composite's query, in order."""
    return composite.ids_in(query) if isinstance(query, str) else []
