"""The endpoints of events: https://docs.datadoghq.com/api/latest/events/"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from monitor_sync.datadog import answers
from monitor_sync.datadog.alert_events import NoTransition, older_transition, transition
from monitor_sync.datadog.api import Api, read_request
from monitor_sync.http.request import ApiRequest
from monitor_sync.incidents import AlertTransition, HistoryPage, TimeSpan

OLDER: Final = "v1:"
"""What cursors of the first version of the API begin with."""

_SIZE: Final = 1000
"""Events a page, the most that both endpoints give."""

_MOST_PAGES: Final = 1000
"""Pages of one span: a million events."""

_ENDLESS: Final = "it gives pages without end"


class Events:
    """Events of alerts, of all monitors at once. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def alerts(self, span: TimeSpan, cursor: str = "") -> Iterator[HistoryPage]:
        """
        Yield what monitors went into within a span, a page a request, the oldest first.

        ``cursor`` goes on after an earlier page. Datadog keeps events for 15 months. Needs
        ``events_read``. A page that repeats the one before it, a full one after which no other
        can be asked for, and more than ``_MOST_PAGES``, are an error.
        """
        before: list[Any] = []
        for number in itertools.count(1):
            request = _search(span, cursor)
            answer = self._api.send(request)
            events = self._listed(request, answer, "data")
            after = _cursor(answer)
            stands_still = after == cursor
            if not events or (stands_still and len(events) < _SIZE):
                after = ""
            elif after and (stands_still or events == before or number > _MOST_PAGES):
                raise self._api.error(answers.unexpected(request, answer, _ENDLESS))
            yield _page(map(transition, events), after)
            if not after:
                return
            cursor, before = after, events

    def older_alerts(self, span: TimeSpan, cursor: str = "") -> Iterator[HistoryPage]:
        """Yield the same from the first version of the API, which tells less."""
        page = int(cursor.removeprefix(OLDER) or 0)
        before: list[Any] = []
        for number in itertools.count(1):
            request = _listing(span, page)
            answer = self._api.send(request)
            events = self._listed(request, answer, "events")
            full = len(events) >= _SIZE
            if full and (events == before or number > _MOST_PAGES):
                raise self._api.error(answers.unexpected(request, answer, _ENDLESS))
            yield _page(map(older_transition, events), f"{OLDER}{page + 1}" if full else "")
            if not full:
                return
            page, before = page + 1, events

    def _listed(self, request: ApiRequest, answer: Any, name: str) -> list[Any]:
        events = answer.get(name)
        if not isinstance(events, list):
            raise self._api.error(answers.unexpected(request, answer, "it has no list"))
        return events


def _page(kept: Iterable[AlertTransition | NoTransition], cursor: str) -> HistoryPage:
    changes = list(kept)
    return HistoryPage(
        transitions=tuple(change for change in changes if not isinstance(change, str)),
        cursor=cursor,
        unreadable=changes.count("unreadable"),
    )


def _search(span: TimeSpan, cursor: str) -> ApiRequest:
    return ApiRequest(
        method="POST",
        path="/api/v2/events/search",
        kind="event",
        operation="look up",
        subject="the events of alerts",
        scope="events_read",
        repeatable=True,  # it only reads
        body={
            "filter": {
                "query": "source:alert",
                "from": _iso(span.start),
                "to": _iso(span.end),
            },
            "sort": "timestamp",
            "page": {"limit": _SIZE, **({"cursor": cursor} if cursor else {})},
        },
    )


def _listing(span: TimeSpan, page: int) -> ApiRequest:
    return read_request(
        path="/api/v1/events",
        kind="event",
        operation="list",
        subject="the events of alerts",
        scope="events_read",
        query={
            "start": int(span.start),
            "end": int(span.end) + 1,
            "sources": "alert",
            "unaggregated": "true",
            "page": page,
        },
    )


def _cursor(answer: Mapping[str, Any]) -> str:
    meta = answer.get("meta")
    page = meta.get("page") if isinstance(meta, Mapping) else None
    after = page.get("after") if isinstance(page, Mapping) else None
    return after if isinstance(after, str) else ""


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
