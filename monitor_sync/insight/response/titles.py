"""What titles of incidents say: Datadog's monitor and group, and what lasts of other titles."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class DatadogTitle(NamedTuple):
    """A title as Datadog writes it: the monitor's name, and the group, sorted, empty for none."""

    name: str
    group: str


_DATADOG: Final = re.compile(
    r"(?:\[P[1-5]\] )?"
    r"\[(?:Re-)?(?:Triggered|Warn|Warning|No Data|Recovered)(?: on \{(?P<group>[^}]*)\})?\] "
    r"(?P<name>.+)",
    re.IGNORECASE | re.DOTALL,
)
"""Datadog's title of an alert: ``[P1] [Triggered on {host:a}] NAME``, as its events have it."""

_CHANGING: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
    r"|\b(?:\d{1,3}\.){3}\d{1,3}\b"  # addresses
    r"|\b[a-z0-9-]*\d[a-z0-9-]*(?:\.[a-z0-9-]+)+\b"  # hosts with a number in them
    r"|(?<=[a-z0-9]-)(?=[a-z]*\d)[a-z0-9]{5,}(?:-[a-z0-9]+)*\b"  # what a pod is called, or an id
    r"|\b(?=[a-z]*\d)[a-z0-9]{12,}\b"  # hashes
    r"|\d+(?:[.,:]\d+)*",
    re.IGNORECASE,
)


def datadog_title(title: str) -> DatadogTitle | None:
    """Return what a title of Datadog's says, None for another title."""
    match = _DATADOG.fullmatch(title.strip())
    if match is None:
        return None
    tags = sorted(tag.strip() for tag in (match["group"] or "").split(",") if tag.strip())
    return DatadogTitle(match["name"].strip(), ",".join(tags))


def lasting_title(title: str) -> str:
    """Return a title without what changes: numbers, ids, addresses, hosts, as ``<*>``."""
    return " ".join(_CHANGING.sub("<*>", title.casefold()).split())


def short_title(title: str) -> str:
    """Return a title for people, without the state in which Datadog sent it."""
    parts = datadog_title(title)
    if parts is None:
        return title
    return f"{parts.name} ({parts.group})" if parts.group else parts.name
