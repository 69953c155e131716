"""
The endpoints of monitors: https://docs.datadoghq.com/api/latest/monitors/

An endpoint is one method: it builds its Request and sends it. For another kind of resource write
a module like this one, and give ``Client`` an attribute for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from monitor_sync.datadog import answers, audit, can_delete, paging
from monitor_sync.datadog.api import Api, read_request
from monitor_sync.http.failure import Failure
from monitor_sync.http.request import ApiRequest
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Body, Deletion

PAGE_SIZE: Final = 1000
"""The most monitors that Datadog gives in one page."""

SEARCH_SIZE: Final = 100
"""Results of a search in one page."""

_ALL, _ONE = "/api/v1/monitor", "/api/v1/monitor/{id}"

_request = functools.partial(ApiRequest, kind="monitor", scope="monitors_read and monitors_write")
_question = functools.partial(read_request, kind="monitor", scope="monitors_read")


class Monitors:
    """The monitors of one Datadog organisation. All methods raise RemoteError and its kinds."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def pages(
        self, *, tags: Sequence[str] = (), on_page: Callable[[int], None] | None = None
    ) -> Iterator[list[Any]]:
        """
        Yield every monitor that carries all these tags (every one there is) a page at a time.

        The first page is read alone; if it is full, the next ones four at once. A monitor that
        slid from one page to the next meanwhile is given once. ``on_page`` gets the number so far.
        """
        total = 0
        for monitors in paging.pages(functools.partial(self._page, tags=tags), size=PAGE_SIZE):
            total += len(monitors)
            if on_page is not None:
                on_page(total)
            yield monitors

    def find(self, project: str, key: str) -> list[Any]:
        """Return the monitors that carry our two tags, as far as Datadog's index has them."""
        tags = (f"{PROJECT_TAG}:{project}", f"{KEY_TAG}:{key}")
        return [monitor for page in self.pages(tags=tags) for monitor in page]

    def search(self, query: str) -> Iterator[Mapping[str, Any]]:
        """
        Yield what Datadog's search for monitors finds, the best first; an empty query finds all.

        Each result has ``id``, ``creator`` and ``quality_issues``. Pages are read as those of
        ``pages``. Raises Rejected with the server's words where the query cannot be read.
        """
        page = functools.partial(self._results, query)
        for results in paging.pages(page, size=SEARCH_SIZE):
            yield from (result for result in results if isinstance(result, Mapping))

    def get(self, id: int, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        """Return one monitor. Raises NotFound."""
        return self._api.object(
            _question(
                path=_ONE,
                operation="read",
                subject=f"monitor {id}",
                path_params={"id": id},
                query={"with_assets": True} if with_assets else {},
            )
        )

    def create(self, body: Body) -> Any:
        """
        Make a monitor, and return it as Datadog stored it.

        Raises OutcomeUnknown where it may have happened without an answer: it is sent again only
        where it surely did not happen (throttled, or never connected).
        """
        return self._api.object(
            _request(
                method="POST",
                path=_ALL,
                operation="create",
                subject="a monitor",
                repeatable=False,
                body=body,
            )
        )

    def update(self, id: int, body: Body) -> Any:  # noqa: A002 - Datadog's word
        """Change a monitor in place, and return it as Datadog stored it."""
        return self._api.send(
            _request(
                method="PUT",
                path=_ONE,
                operation="update",
                subject=f"monitor {id}",
                repeatable=True,
                path_params={"id": id},
                body=body,
            )
        )

    def delete(self, id: int, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        """
        Delete a monitor. Raises Rejected, with what refers to it, unless ``force``.

        Forced, what refers to it stays as it is and points to nothing.
        """
        self._api.send(
            _request(
                method="DELETE",
                path=_ONE,
                operation="delete",
                subject=f"monitor {id}",
                repeatable=True,
                path_params={"id": id},
                query={"force": "true"} if force else {},
            )
        )

    def can_delete(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """
        Return those of these monitors that Datadog would not delete, with what refers to them.

        Needs ``monitors_read`` alone. Raises AccessDenied, Unreachable.
        """
        return can_delete.blocked(ids, self._can_delete)

    def validate(
        self,
        body: Body,
        id: int | None = None,  # noqa: A002 - Datadog's word
    ) -> tuple[str, ...]:
        """
        Return what Datadog would refuse in a monitor, in its words; empty where it would take it.

        ``id`` is the live monitor that the body would change. Writes nothing and needs
        ``monitors_read`` alone.
        """
        answer = self._api.outcome(
            _question(
                method="POST",
                path=f"{_ALL}/validate" if id is None else f"{_ONE}/validate",
                operation="validate",
                subject="a monitor" if id is None else f"monitor {id}",
                path_params={} if id is None else {"id": id},
                body=body,
            )
        )
        if not isinstance(answer, Failure):
            return ()
        if refused := answers.refusals(answer):
            return refused
        raise self._api.error(answer)

    def last_editor(self, id: int) -> str:  # noqa: A002 - Datadog's word
        """Return who changed a monitor last, and when; see ``audit.last_editor``."""
        return audit.last_editor(self._api, id)

    def deletions(self) -> tuple[Deletion, ...] | None:
        """Return which monitors were deleted lately; see ``audit.deletions``."""
        return audit.deletions(self._api)

    def check_readable(self) -> None:
        """Ask for one monitor of all. Raises AccessDenied, Unreachable where that fails."""
        self._page(0, (), size=1)

    def organisation(self) -> int:
        """Return the number of the organisation, from any monitor; 0 where there is none."""
        for monitor in self._page(0, (), size=1):
            number = monitor.get("org_id") if isinstance(monitor, dict) else 0
            return number if isinstance(number, int) else 0
        return 0

    def _page(self, number: int, tags: Sequence[str], size: int = PAGE_SIZE) -> list[Any]:
        query: dict[str, Any] = {"page": number, "page_size": size, "with_downtimes": False}
        if tags:
            query["monitor_tags"] = ",".join(tags)
        request = _question(path=_ALL, operation="list", subject="monitors", query=query)
        page: list[Any] = self._api.send(request, list)
        return page

    def _results(self, query: str, number: int) -> list[Any]:
        answer = self._api.send(
            _question(
                path=f"{_ALL}/search",
                operation="look up",
                subject="monitors",
                query={"query": query, "page": number, "per_page": SEARCH_SIZE},
            )
        )
        results = answer.get("monitors")
        return results if isinstance(results, list) else []

    def _can_delete(self, ids: Sequence[int]) -> Any:
        """Return what Datadog says about some monitors: 409 is an answer here."""
        answer = self._api.outcome(
            _question(
                path=f"{_ALL}/can_delete",
                operation="check",
                subject="what refers to monitors",
                query={"monitor_ids": ",".join(map(str, ids))},
            )
        )
        if not isinstance(answer, Failure):
            return answer
        if answer.status == 409:
            return answer.body
        raise self._api.error(answer)
