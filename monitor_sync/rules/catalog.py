"""The modules that hold rules, one a subject."""

from __future__ import annotations

import importlib
from typing import Final

MODULES: Final[tuple[str, ...]] = (
    "algorithms",
    "anomalies",
    "chains",
    "check_thresholds",
    "delays",
    "divisions",
    "duplicates",
    "dynamic_thresholds",
    "grouping",
    "handles",
    "hygiene",
    "limits",
    "lints",
    "message",
    "missing_data",
    "options",
    "ownership",
    "query",
    "references",
    "renotify",
    "retired",
    "routing",
    "schedules",
    "tags",
    "thresholds",
    "variables",
    "windows",
)

BY_QUERY: Final = frozenset(
    {
        "anomalies",
        "check_thresholds",
        "delays",
        "divisions",
        "dynamic_thresholds",
        "grouping",
        "limits",
        "missing_data",
        "problems",
        "renotify",
        "retired",
        "schedules",
        "thresholds",
        "windows",
    }
)
"""
Modules whose rules look at nothing but type, query, options and priority, and in the query at no
plain value of a tag: what they find of one monitor they find of all its siblings.
"""

BY_TEXT: Final = frozenset({"handles", "message", "ownership", "routing", "variables"})
"""
Modules whose rules look besides at the owner, the recipients, and what Datadog fills in or
notifies in the texts, but at no word between these.
"""

BY_TAGS: Final = frozenset({"tags"})
"""Modules whose rules look at the tags but the key's, the service and the policy, nothing else."""


def load() -> None:
    """Import every module of rules, so that its rules are registered."""
    for name in MODULES:
        importlib.import_module(f"monitor_sync.rules.{name}")
