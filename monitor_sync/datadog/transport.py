"""The one module that knows Datadog's own client library: it sends, and gives raw answers back."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode

import urllib3
from datadog_api_client import ApiClient, Configuration, rest

from monitor_sync import __version__
from monitor_sync.datadog import answers
from monitor_sync.datadog.settings import Settings
from monitor_sync.http import addresses, bounded, network
from monitor_sync.http.failure import Failure, Reply
from monitor_sync.http.redaction import Redaction
from monitor_sync.http.request import ApiRequest

_CONNECT: Final = 10.0
"""Seconds to connect."""

_API_KEY_ALONE: Final = frozenset({"GET /api/v1/validate"})
"""Routes that take no application key, as the library's table of endpoints has it."""


class Transport:
    """
    Connections to one Datadog, kept open. Safe to use from several threads.

    ``connections`` is how many requests may be on their way at once.
    """

    def __init__(self, settings: Settings, *, connections: int) -> None:
        self._settings = settings
        self._redaction = Redaction(settings.secrets)
        self._heard: tuple[str, float] | None = None
        configuration = _configuration(settings)
        self._http: Any = ApiClient(configuration)
        self._http.user_agent = f"monitor-sync/{__version__} {self._http.user_agent}"
        self._http.rest_client = _Connections(configuration, connections)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: ApiRequest, expected: type) -> Reply | Failure:
        """Send one request a single time. ``expected`` is what its JSON is: a dict, or a list."""
        exchanged = network.exchange(request, self._call, self._redaction)
        if isinstance(exchanged, Failure):
            return exchanged
        response, content = exchanged
        self._hear(response.headers)
        return answers.outcome(
            request, response.status, content, response.headers, expected, self._redaction
        )

    def _call(self, request: ApiRequest) -> Any:
        """Return the response, whose body is not read yet."""
        timeout = self._settings.timeout
        if request.timeout:
            timeout = min(request.timeout, timeout)
        return self._http.call_api(
            request.path,
            request.method,
            path_params=dict(request.path_params),
            query_params=list(request.query.items()),
            header_params={"Accept": "application/json", **self._credentials(request)},
            body=request.body,
            preload_content=False,  # raw answers: models cost 60 times the time
            request_timeout=(min(_CONNECT, timeout), timeout),
        )

    def _credentials(self, request: ApiRequest) -> dict[str, str]:
        """Return the headers that say who we are. A token goes alone."""
        settings = self._settings
        if settings.bearer_token:
            return {"Authorization": f"Bearer {settings.bearer_token}"}
        if request.route in _API_KEY_ALONE:
            return {"DD-API-KEY": settings.api_key}
        return {"DD-API-KEY": settings.api_key, "DD-APPLICATION-KEY": settings.app_key}

    def _hear(self, headers: Mapping[str, str]) -> None:
        """Remember what time it is at Datadog's, by its latest answer."""
        date = next((headers[name] for name in headers if name.lower() == "date"), "")
        if date:
            self._heard = (date, time.time())

    @property
    def clock_ahead(self) -> float | None:
        """By how many seconds this machine's clock is ahead of Datadog's; None where unknown."""
        if self._heard is None:
            return None
        date, received = self._heard
        try:
            return received - parsedate_to_datetime(date).timestamp()
        except (ValueError, OverflowError):
            return None


class _Connections(rest.RESTClientObject):
    """
    The library's connections, with answers as they are: bounded, unread, and none an exception.

    The library's own ``request`` reads the whole body of an answer that is no success.
    """

    def __init__(self, configuration: Configuration, connections: int) -> None:
        # the default keeps 4 connections and throws away each further one after one request
        super().__init__(configuration, maxsize=connections)  # type: ignore[no-untyped-call] # library
        bounded.bound(self.pool_manager)

    def request(
        self,
        method: str,
        url: str,
        query_params: Sequence[tuple[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        post_params: None = None,  # noqa: ARG002 - the library's signature
        preload_content: bool = False,
        request_timeout: tuple[float, float] = (_CONNECT, _CONNECT),
    ) -> urllib3.BaseHTTPResponse:
        """Send one JSON request. Raises urllib3's HTTPErrors only. No redirect is followed."""
        connect, answer = request_timeout
        response: urllib3.BaseHTTPResponse = self.pool_manager.request(
            method,
            f"{url}?{urlencode(query_params)}" if query_params else url,
            headers={**(headers or {}), **({} if body is None else _JSON)},
            body=None if body is None else json.dumps(body),
            timeout=urllib3.Timeout(connect=connect, read=answer),
            preload_content=preload_content,
            redirect=False,
        )
        return response


_JSON: Final = {"Content-Type": "application/json"}


def _configuration(settings: Settings) -> Configuration:
    configuration = Configuration(  # type: ignore[no-untyped-call] # the library is untyped
        host=settings.base_url,
        retry_policy=urllib3.Retry(False),  # errors as they are; ours are in `http/retry`
        is_iac=True,
    )
    if settings.proxy:
        configuration.proxy, configuration.proxy_headers = addresses.without_user(settings.proxy)
    return configuration
