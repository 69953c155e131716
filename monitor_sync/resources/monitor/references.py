"""How the query of a composite names other monitors in Datadog: by id."""

from __future__ import annotations

from typing import Any

from monitor_sync.language.syntax import monitor_ids


def ids_in(query: Any) -> list[int]:
    """Return the ids of other monitors in a composite's query, in order."""
    return monitor_ids.ids_in(query) if isinstance(query, str) else []
