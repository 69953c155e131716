"""What a rule looks at: one monitor with its query and message taken apart, once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from monitor_sync.language import message, query, transitions
from monitor_sync.language.message_tree import Message
from monitor_sync.language.notified import Recipients, notified
from monitor_sync.language.query import Parsed
from monitor_sync.language.transitions import Reach
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
        thresholds = self.options.get("thresholds")
        # raw_options may bring anything
        self.thresholds: Mapping[str, Any] = thresholds if isinstance(thresholds, dict) else {}

    @property
    def team(self) -> Team:
        """The team that owns the monitor."""
        return self.project.teams[self.monitor.team]

    @cached_property
    def text(self) -> str:
        """The author's part of the message."""
        return self.monitor.text

    @cached_property
    def message(self) -> Message:
        """The author's part of the message, taken apart."""
        return message.parse(self.text)

    @cached_property
    def templates(self) -> tuple[tuple[tuple[str, ...], Message], ...]:
        """
        The texts with tags in them: name, message and escalation message, by field.

        A text without a brace has neither variables nor mistakes and is left out.
        """
        found: list[tuple[tuple[str, ...], Message]] = []
        if "{" in self.monitor.name:
            found.append((("name",), message.parse(self.monitor.name)))
        if "{" in self.text:
            found.append((("message",), self.message))
        escalation = self.options.get("escalation_message")
        if escalation and "{" in escalation:
            found.append((("options", "escalation_message"), message.parse(escalation)))
        return tuple(found)

    @cached_property
    def reach(self) -> Reach:
        """The transitions at which the monitor can notify."""
        return transitions.reach(self.type, self.options, self.monitor.priority)

    @cached_property
    def notified(self) -> Mapping[str, Recipients]:
        """
        Who is notified at each transition, by the message as it would be sent.

        Where the author's part holds neither a handle nor a mistake, the lines that routing adds
        decide alone; most monitors of a team share them.
        """
        sent = str(self.monitor.body["message"])
        if "@" not in self.text and not ("{" in self.text and self.message.problems):
            lines = sum(1 for handles in self.monitor.recipients.values() if handles)
            sent = "\n".join(sent.rsplit("\n", lines)[-lines:]) if lines else ""
        escalation = str(self.options.get("escalation_message") or "")
        return _notified(sent, escalation if "@" in escalation else "", self.reach)

    @cached_property
    def parsed(self) -> Parsed:
        """The query, and the formula variables, taken apart."""
        variables = self.options.get("variables")
        return query.parse(
            self.type, self.monitor.query, variables if isinstance(variables, list) else ()
        )

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What the monitor alerts apart by; empty where it is one alert."""
        return query.group_keys(self.parsed)


@functools.lru_cache(maxsize=4096)
def _notified(sent: str, escalation: str, reach: Reach) -> Mapping[str, Recipients]:
    return notified(sent, escalation, reach=reach)
