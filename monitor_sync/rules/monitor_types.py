"""Groups of monitor types that have the same thresholds and options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

METRIC: Final = frozenset({"query alert", "metric alert"})
CHECK: Final = "service check"
SLO: Final = "slo alert"
COMPOSITE: Final = "composite"
SYNTHETICS: Final = "synthetics alert"
CI: Final = frozenset({"ci-pipelines alert", "ci-tests alert"})

RETAINING: Final = CI | {
    "audit alert", "error-tracking alert", "event-v2 alert", "log alert", "rum alert",
    "trace-analytics alert",
}  # fmt: skip
"""Event types for which Datadog documents how long a group without events is kept."""

EVENTS: Final = RETAINING | {
    "database-monitoring alert", "llm-observability alert", "network-path alert",
    "network-performance alert",
}  # fmt: skip
"""Types that count events: logs, spans, RUM, …"""

MISSING_DATA: Final = METRIC | EVENTS | {"cost alert", "data-quality alert", "data-jobs alert"}
"""Types that have ``on_missing_data``."""

NO_MISSING_DATA: Final = frozenset({CHECK, SLO, COMPOSITE})
"""Types that certainly do not have it."""

UNKNOWN_GROUPS: Final = frozenset({COMPOSITE, SLO, SYNTHETICS})
"""Types whose groups are not in the query but come from members, the SLO or the locations."""


def article(type: str) -> str:  # noqa: A002 - Datadog's own word, as in the monitor's body
    """Return the type with its article: ``a log alert``, ``an audit alert``, ``an slo alert``."""
    return f"an {type}" if type[:1] in "aeiou" or type == SLO else f"a {type}"


def scheduling_part(options: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return ``evaluation_window`` or ``custom_schedule``, None if absent or no mapping."""
    given = options.get("scheduling_options")
    part = given.get(name) if isinstance(given, dict) else None
    return part if isinstance(part, dict) and part else None
