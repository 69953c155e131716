"""What history is read from: the incidents of the teams' on-call tools, the alerts of Datadog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from monitor_sync.app.history_reading import Source, Unread
from monitor_sync.errors import AccessDenied, NotFound, Rejected, RemoteError
from monitor_sync.incidents import HistoryPage, Seconds, TimeSpan
from monitor_sync.oncall.incidents import IncidentTool, connect_incidents
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.tool import Connection

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Project

ALERTS: Final = "alerts"
"""What the names of sources of alerts begin with; those of incidents begin with a tool's word."""

_DAY: Final[Seconds] = 86_400.0


def words(project: Project) -> list[str]:
    """Return the words of the tools that page the teams of a project."""
    return sorted({team.tool.casefold() for team in project.teams.values() if team.tool})


@contextmanager
def connected(word: str, target: Target, budget: Seconds | None = None) -> Iterator[IncidentTool]:
    """Give a tool that sends nothing more past the deadline or the budget. Raises Unusable."""
    limits = [limit for limit in (target.time_left, budget) if limit is not None]
    connection = Connection(
        environ=target.environ, deadline=min(limits, default=None), on_wait=target.on_wait
    )
    with closing(connect_incidents(word, connection)) as tool:
        yield tool


def incidents_of(tool: IncidentTool) -> Source:
    """
    Return the incidents of a tool.

    Within a week people still acknowledge, merge, tag and review; what is open is read again later
    too.
    """
    return Source(
        name=tool.source,
        title=tool.title,
        item="incident",
        pages=lambda span, cursor: _read(tool.pages(span, cursor)),
        open_pages=lambda span: _read(tool.open_pages(span)),
        settles=7 * _DAY,
        longest=tool.longest,
    )


def alerts_of(client: Client) -> Source:
    """
    Return the alerts of all monitors: an event never changes, and may come late by hours.

    It is kept for 15 months (Datadog's page on data retention periods).
    """
    return Source(
        name=f"{ALERTS}@{client.host}",
        title="Datadog",
        item="event",
        pages=lambda span, cursor: _alerts(client, span, cursor),
        settles=_DAY,
        keeps=456 * _DAY,
    )


def _read(pages: Iterable[HistoryPage | NotRead]) -> Iterator[HistoryPage]:
    for page in pages:
        if isinstance(page, NotRead):
            raise Unread(page.reason)
        yield page


def _alerts(client: Client, span: TimeSpan, cursor: str) -> Iterator[HistoryPage]:
    """Yield pages of the search; where the key may not search, of the first version's list."""
    from monitor_sync.datadog.events import OLDER

    try:
        if not cursor.startswith(OLDER):
            try:
                yield from client.events.alerts(span, cursor)
                return
            except (AccessDenied, NotFound, Rejected):
                if cursor:
                    raise  # the place is no longer valid, or the right was taken away meanwhile
        yield from client.events.older_alerts(span, cursor)
    except AccessDenied:
        raise Unread("the keys may not read events, which needs events_read") from None
    except RemoteError as error:
        raise Unread(error.problem) from None
