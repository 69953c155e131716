"""The points that somebody submitted: kept in memory, by metric and tags."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 2_000_000
"""Points that are kept; what comes after that is refused."""


class Full(Exception):
    """No more points are kept."""


@dataclass(slots=True)
class Source:
    """What one source submitted, in the order of time."""

    metric: str
    tags: frozenset[str]
    kind: str
    points: list[tuple[float, float]] = field(default_factory=list)

    def value_of(self, key: str) -> str | None:
        """Return the value of the tag with this key, None where it has none."""
        start = f"{key}:"
        values = sorted(tag[len(start) :] for tag in self.tags if tag.startswith(start))
        return values[0] if values else None


@dataclass(slots=True)
class Submitted:
    """All sources by metric and tags."""

    by_metric: dict[str, dict[frozenset[str], Source]] = field(default_factory=dict)
    count: int = 0

    def of(self, metric: str) -> list[Source]:
        """Return the sources of a metric."""
        return list(self.by_metric.get(metric, {}).values())

    def add(self, source: Source) -> None:
        """Take in the points of a source, beside those it has. Raises `Full`."""
        self.count += len(source.points)
        if self.count > MOST:
            self.count -= len(source.points)
            raise Full
        sources = self.by_metric.setdefault(source.metric, {})
        known = sources.setdefault(source.tags, Source(source.metric, source.tags, source.kind))
        known.kind = source.kind
        for point in source.points:
            insort(known.points, point)
