"""The one module that knows Datadog's own client library: it sends, and gives raw answers back."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import unquote

import urllib3
from datadog_api_client import ApiClient, Configuration, rest
from datadog_api_client.exceptions import ApiException
from urllib3 import exceptions as http

from monitor_sync import __version__
from monitor_sync.datadog import network
from monitor_sync.datadog.problems import Failure
from monitor_sync.datadog.sending import Reply
from monitor_sync.datadog.settings import Settings

_CONNECT: Final = 10.0
"""Seconds to connect."""


class Wire:
    """
    Connections to one Datadog, kept open. Safe to use from several threads.

    ``connections`` is how many requests may be on their way at once.
    """

    def __init__(self, settings: Settings, *, connections: int) -> None:
        self._settings = settings
        self._heard: tuple[str, float] | None = None
        configuration = _configuration(settings, settings.timeout)
        # the default keeps 4 connections and throws away each further one after one request
        self._pool = rest.RESTClientObject(  # type: ignore[no-untyped-call] # library
            configuration, maxsize=connections
        )
        self._http = self._client(configuration)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def api(self, name: str, *, timeout: float = 0.0) -> Any:
        """
        One of the library's classes of endpoints, such as ``v1.monitors_api.MonitorsApi``.

        Its module is imported now: all of them would take longer than most commands run.
        ``timeout`` is for answers worth no longer wait.
        """
        version, module, kind = name.split(".")
        endpoints = importlib.import_module(f"datadog_api_client.{version}.api.{module}")
        client = self._http
        if timeout:
            shorter = min(timeout, self._settings.timeout)
            client = self._client(_configuration(self._settings, shorter))
        return getattr(endpoints, kind)(client)

    def once(self, operation: str, call: Callable[[], Any], expected: type) -> Reply | Failure:
        """Send one request a single time."""
        try:
            answer = call()
            self._hear(answer.headers)
            return _decoded(operation, answer, expected)
        except ApiException as error:
            if not error.status:  # the library's name for a TLS error, early or late
                return network.tls(operation, str(error.reason))
            self._hear(error.headers)
            return Failure(
                operation=operation,
                status=int(error.status),
                body=error.body,
                headers=error.headers,
            )
        except (http.HTTPError, UnicodeDecodeError) as error:
            return network.failure(operation, error)

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
        try:
            theirs = parsedate_to_datetime(self._heard[0]).timestamp()
        except ValueError:
            return None
        return self._heard[1] - theirs

    def _client(self, configuration: Configuration) -> Any:
        """The library's client, on our connections."""
        api: Any = ApiClient(configuration)
        api.user_agent = f"monitor-sync/{__version__} {api.user_agent}"
        api.rest_client = self._pool
        return api


def _configuration(settings: Settings, timeout: float) -> Configuration:
    keys = {"apiKeyAuth": settings.api_key, "appKeyAuth": settings.app_key}
    configuration = Configuration(  # type: ignore[no-untyped-call] # the library is untyped
        host=settings.base_url,
        access_token=settings.bearer_token or None,
        preload_content=False,  # raw answers: models cost 60 times the time and refuse odd monitors
        check_input_type=False,
        request_timeout=(min(_CONNECT, timeout), timeout),
        retry_policy=urllib3.Retry(False),  # errors as they are; ours are in `sending`
        is_iac=True,
    )
    # The library fills these from the environment where they are empty: a token goes alone
    configuration.api_key = {} if settings.bearer_token else keys
    if settings.proxy:
        user, _, place = settings.proxy.rpartition("@")
        scheme, _, user = user.rpartition("://")
        configuration.proxy = f"{scheme}://{place}" if user else settings.proxy
        if user:  # urllib3 does not read them from the address
            basic = unquote(user)
            configuration.proxy_headers = urllib3.make_headers(proxy_basic_auth=basic)
    return configuration


def _decoded(operation: str, answer: Any, expected: type) -> Reply | Failure:
    """The JSON of an answer. One of another shape, such as a login page, is a failure."""
    data = answer.data
    try:
        value = json.loads(data)
    except ValueError:
        value = data.decode("utf-8", "replace")[:200]
    if isinstance(value, expected):
        return Reply(value=value, headers=answer.headers)
    return Failure(operation=operation, status=answer.status, body=value, headers=answer.headers)
