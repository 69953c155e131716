"""How the query of a composite names other monitors in Datadog: by id."""

from __future__ import annotations

from typing import Any


def ids_in(query: Any) -> list[int]:
    """Return the ids of other monitors in a composite's query, in order."""
    if not isinstance(query, str):
        return []
    from monitor_sync.language.syntax import monitor_ids  # the grammar, for composites alone

    return monitor_ids.ids_in(query)
