"""Reading from a tool's API: lists in pages, each once a run, and why something was not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from msgspec.structs import replace

from monitor_sync.errors import NotSent
from monitor_sync.http import pipeline
from monitor_sync.http.connection import Connections, JsonEndpoint
from monitor_sync.http.error_messages import reason
from monitor_sync.http.failure import Failure
from monitor_sync.http.reading import Fields, flag, objects, text
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.http.service import Service

_MOST_PAGES: Final = 200

_MOST_SILENCES: Final = 5
"""After so many requests in a row that failed in all their tries, the tool counts as down."""

_MOST_THROTTLED: Final = 2
"""After so many refusals of a rate limit, each with its wait, nothing more is sent."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why something could not be read, as the end of a sentence; it holds no text of the tool's."""

    reason: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class ListPage:
    """The objects of one page, and the query of the page after it: None after the last."""

    items: tuple[Fields, ...]
    following: dict[str, str] | NotRead | None


class Reader:
    """
    Reads lists of objects from one tool. Safe from one thread at a time.

    Every list is read once a run. Where a limit stays used up, or the tool fails several times in a
    row, nothing more is sent, and what is left is ``NotRead`` for that reason.
    """

    def __init__(
        self, service: Service, endpoint: JsonEndpoint, gate: RequestGate, retry: RetryPolicy
    ) -> None:
        self._service = service
        self._endpoint = endpoint
        self._connections = Connections(endpoint)
        self._gate = gate
        self._retry = retry
        self._read: dict[tuple[Any, ...], tuple[Fields, ...] | NotRead] = {}
        self._documents: dict[tuple[Any, ...], Fields | NotRead] = {}
        self._silences = 0
        self._throttled = 0
        self._given_up: NotRead | None = None

    @property
    def host(self) -> str:
        """The host of the tool."""
        return self._service.host

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def listing(
        self,
        path: str,
        subject: str,
        *,
        name: str = "results",
        query: Mapping[str, str] | None = None,
        keep: bool = True,
        **path_params: str,
    ) -> tuple[Fields, ...] | NotRead:
        """
        Return all objects of a list, over all its pages. ``subject`` names it in messages.

        A page is a list, or an object that has it under ``name``, and ``next`` (an address, also
        under ``paging``) or ``more`` (true) where another page follows: that begins at the
        ``offset`` after this one. Pages with a number in the query follow while they are full.
        ``keep`` is False for a list that will not be asked for again.
        """
        request = _get("list", path, subject, query, path_params)
        if not keep:
            return self._pages(request, name)
        key = _key(request)
        if key not in self._read:
            self._read[key] = self._pages(request, name)
        return self._read[key]

    def document(
        self,
        path: str,
        subject: str,
        *,
        query: Mapping[str, str] | None = None,
        **path_params: str,
    ) -> Fields | NotRead:
        """Return one object as it is answered. ``subject`` names it in messages."""
        request = _get("read", path, subject, query, path_params)
        key = _key(request)
        if key not in self._documents:
            self._documents[key] = self.answer(request)
        return self._documents[key]

    def _pages(self, first: ApiRequest, name: str) -> tuple[Fields, ...] | NotRead:
        items: list[Fields] = []
        query = dict(first.query)
        sent_queries: list[dict[str, str]] = []
        while query not in sent_queries and len(sent_queries) < _MOST_PAGES:
            sent_queries.append(query)
            page = self.page(replace(first, query=query), name)
            if isinstance(page, NotRead):
                return page
            items += page.items
            if page.following is None:
                return tuple(items)
            if isinstance(page.following, NotRead):
                return page.following
            query = page.following
        return NotRead(f"{self._service.name} gives pages without end")

    def page(self, request: ApiRequest, name: str = "results") -> ListPage | NotRead:
        """Return one page of a list, as ``listing`` reads them; nothing of it is kept."""
        page = self._send(request)
        if isinstance(page, NotRead):
            return page
        items = page if isinstance(page, list) else page.get(name)
        if not isinstance(items, list):
            return NotRead(f"{self._service.name} answered with something that is no list")
        return ListPage(objects(items), self._following(page, name, request.query))

    def answer(self, request: ApiRequest) -> Fields | NotRead:
        """Return the object that one request is answered with; nothing of it is kept."""
        answered = self._send(request)
        if isinstance(answered, list):
            return NotRead(f"{self._service.name} answered with a list in place of an object")
        known: Fields | NotRead = answered
        return known

    def _following(
        self, page: Any, name: str, query: Mapping[str, str]
    ) -> dict[str, str] | NotRead | None:
        """Return the query of the page after this one; None after the last."""
        if isinstance(page, list):
            return None
        if "page[number]" in query:
            full = len(page[name]) >= int(query["page[size]"])
            return {**query, "page[number]": str(int(query["page[number]"]) + 1)} if full else None
        if flag(page.get("more"), default=False):
            return {**query, "offset": str(int(query.get("offset", "0")) + len(page[name]))}
        paging = page.get("paging")
        address = text((paging if isinstance(paging, dict) else page).get("next"))
        if not address:
            return None
        own = self._own_query(address)
        if own is None:
            return NotRead(f"{self._service.name} gives the next page at another address")
        return own

    def _send(self, request: ApiRequest) -> Any:
        """Return the JSON of one request, an object or a list; or NotRead."""
        if self._given_up is not None:
            return self._given_up
        try:
            answer = pipeline.send(
                request,
                self._connections.send,
                service=self._service,
                gate=self._gate,
                retry=self._retry,
            )
        except NotSent:
            self._given_up = NotRead("there was no time left to ask")
            return self._given_up
        if isinstance(answer, Failure):
            return self._failed(answer)
        self._silences = 0
        return answer.value

    def _failed(self, failure: Failure) -> NotRead:
        not_read = NotRead(_why(failure, self._service), absent=failure.status == 404)
        self._silences += failure.transient or failure.page
        self._throttled += failure.kind == "throttled"
        if self._silences >= _MOST_SILENCES or self._throttled >= _MOST_THROTTLED:
            self._given_up = not_read
        return not_read

    def _own_query(self, following: str) -> dict[str, str] | None:
        """Return the query of the next page; None if it is on another host or has our key."""
        base_url = self._endpoint.base_url
        try:
            parts = urlsplit(urljoin(base_url + "/", following))
            same_host = _host(parts) == _host(urlsplit(base_url))
        except ValueError:
            return None
        if not same_host or any(secret in following for secret in self._endpoint.secrets):
            return None
        return dict(parse_qsl(parts.query))


class ToolLists:
    """What a tool holds, as its lists have it. What could not be read is ``NotRead``."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()


_Lists = TypeVar("_Lists", bound=ToolLists)


class ListedTool(Generic[_Lists]):
    """What the adapters of all tools share: their lists. Asked from one thread at a time."""

    def __init__(self, lists: _Lists) -> None:
        self._lists = lists

    def close(self) -> None:
        """Close the connections."""
        self._lists.close()


def _get(
    operation: Literal["list", "read"],
    path: str,
    subject: str,
    query: Mapping[str, str] | None,
    path_params: Mapping[str, str],
) -> ApiRequest:
    return ApiRequest(
        method="GET", path=path, kind="list", operation=operation, subject=subject,
        repeatable=True, path_params=path_params, query=query or {},
    )  # fmt: skip


def _key(request: ApiRequest) -> tuple[Any, ...]:
    """Return what makes two reads the same: the path, what fills it, the query."""
    filled, query = sorted(request.path_params.items()), sorted(request.query.items())
    return request.path, tuple(filled), tuple(query)


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    """Return host and port; no port where it is the usual one, behind whatever ends TLS."""
    return parts.hostname, None if parts.port in (80, 443) else parts.port


def _why(failure: Failure, service: Service) -> str:
    """Return why a request failed, without the tool's own words: they may name people."""
    match failure.kind:
        case "denied":
            return f"{service.name} refused {service.credentials} ({failure.status})"
        case "throttled":
            return f"{service.name} takes no more requests for now (429)"
        case _ if failure.page:
            return f"{service.name} answered with a web page ({failure.status})"
        case "unreadable" if 200 <= failure.status < 300:
            return f"{service.name} answered with something that is no JSON"
        case _ if failure.status:
            return f"{service.name} answered {failure.status}"
        case _:
            return reason(failure, service)
