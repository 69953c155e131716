"""What a rule looks at: one monitor with its query and message taken apart, once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from monitor_sync.language import query
from monitor_sync.language.query import Parsed
from monitor_sync.model import Monitor, Project, Team


class Subject:
    """
    One monitor and what it belongs to.

    The query and the author's message are parsed when the first rule asks. ``options`` and
    ``thresholds`` are Datadog's, as they would be sent.
    """

    def __init__(self, monitor: Monitor, project: Project) -> None:
        self.monitor = monitor
        self.project = project
        self.type = monitor.type
        self.options: Mapping[str, Any] = monitor.body["options"]
        self.thresholds: Mapping[str, Any] = self.options.get("thresholds") or {}

    @property
    def team(self) -> Team:
        """The team that owns the monitor."""
        return self.project.teams[self.monitor.team]

    @cached_property
    def text(self) -> str:
        """The author's part of the message."""
        return self.monitor.text

    @cached_property
    def parsed(self) -> Parsed:
        """The query, and the formula variables, taken apart."""
        return query.parse(self.type, self.monitor.query, self.options.get("variables"))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What the monitor alerts apart by; empty where it is one alert."""
        return query.group_keys(self.parsed)
