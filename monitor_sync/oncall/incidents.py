"""
What an on-call tool must be able to do so that its incidents are known, and how one is found.

A tool is its name in teams.yaml, as in ``tool.py``. It may follow pages and tell no incidents.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, Protocol, runtime_checkable

from monitor_sync.counting import listed
from monitor_sync.incidents import HistoryPage, Incident, Seconds, TimeSpan, ToolFigures
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.tool import Connection, Unusable, title_of

BUILT_IN: Final[Mapping[str, str]] = {
    "pagerduty": "monitor_sync.oncall.pagerduty",
    "zenduty": "monitor_sync.oncall.zenduty",
}
"""The module of each tool of ours that tells incidents. It has a ``connect_incidents``."""

ON_CALL: Final = "datadog"
"""
Datadog On-Call's word. Its API makes, acknowledges and resolves pages and lists none; the data
source ``on_call_events`` of Datadog's metric queries counts them.
"""


class IncidentTool(Protocol):
    """A tool's incidents, read page by page within its limits. It writes nothing."""

    @property
    def title(self) -> str:
        """Its name, for people."""

    @property
    def source(self) -> str:
        """The name under which its history is kept: its word in teams.yaml, ``@`` and its host."""

    @property
    def longest(self) -> Seconds:
        """The longest span that is read in one go."""

    def pages(self, span: TimeSpan, cursor: str) -> Iterator[HistoryPage | NotRead]:
        """
        Yield the incidents created in a span, page by page, from the cursor of an earlier page on.

        Some may be from outside the span. If a page cannot be read, its ``NotRead`` comes last.
        """

    def open_pages(self, span: TimeSpan, /) -> Iterator[HistoryPage | NotRead]:
        """Yield the incidents created in a span that are open now, as ``pages`` does."""

    def detail(self, incident: Incident) -> Incident | NotRead:
        """Return the incident with what only its own alerts tell: one request."""

    def close(self) -> None:
        """Close its connections."""


@runtime_checkable
class ComputesFigures(Protocol):
    """A tool that computes its own means, with which ours can be compared."""

    def figures(self, first: date, end: date) -> ToolFigures | NotRead:
        """Return what it computes of the incidents from a day up to ``end``: one request."""


ConnectIncidents = Callable[[Connection], IncidentTool]


def connect_incidents(name: str, connection: Connection) -> IncidentTool:
    """Return the incidents of a tool. Raises Unusable, and UsageError for its address."""
    word = name.casefold()
    if word == ON_CALL:
        raise Unusable("Datadog's API has no list of its pages", "they are not in these figures")
    if word not in BUILT_IN:
        known = listed([title_of(tool) for tool in sorted(BUILT_IN)])
        reason = f"this version reads no incidents of {title_of(name)}"
        raise Unusable(reason, f"it reads those of {known}")
    connect: ConnectIncidents = importlib.import_module(BUILT_IN[word]).connect_incidents
    return connect(connection)
