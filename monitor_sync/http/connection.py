"""Connections to a service that speaks plain JSON and knows us by a header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

import urllib3

from monitor_sync import __version__
from monitor_sync.http import addresses, answers, bounded, network
from monitor_sync.http.failure import Failure, Reply
from monitor_sync.http.redaction import Redaction
from monitor_sync.http.request import ApiRequest
from monitor_sync.http.service import RateLimitHeaders

_CONNECT: Final = 10.0
"""Seconds to connect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonEndpoint:
    """
    Where requests go and what they carry; ``repr`` shows no secret.

    ``headers`` say who we are, ``secrets`` is what of them nobody may see. ``sentences`` returns
    the service's own words in an answer that says no. ``limits`` are its headers about limits.
    """

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    sentences: answers.Sentences
    limits: RateLimitHeaders = field(default_factory=RateLimitHeaders)
    proxy: str = field(default="", repr=False)
    timeout: float = 60.0


class Connections:
    """Connections to one service, kept open. No redirect is followed. Safe for threads."""

    def __init__(self, endpoint: JsonEndpoint) -> None:
        self._endpoint = endpoint
        self._redaction = Redaction(endpoint.secrets)
        retries = urllib3.Retry(False)  # errors as they are; ours are in `http/retry`
        self._manager: urllib3.PoolManager
        if endpoint.proxy:
            url, proxy_headers = addresses.without_user(endpoint.proxy)
            self._manager = urllib3.ProxyManager(url, proxy_headers=proxy_headers, retries=retries)
        else:
            self._manager = urllib3.PoolManager(retries=retries)
        bounded.bound(self._manager)

    def close(self) -> None:
        """Close the connections."""
        self._manager.clear()

    def send(self, request: ApiRequest) -> Reply | Failure:
        """Send one request a single time. Its answer is an object or an array of JSON."""
        endpoint = self._endpoint
        exchanged = network.exchange(request, self._call, self._redaction)
        if isinstance(exchanged, Failure):
            return exchanged
        response, content = exchanged
        return answers.outcome(
            request,
            response.status,
            content,
            response.headers,
            expected=(dict, list),
            redaction=self._redaction,
            sentences=endpoint.sentences,
            limits=endpoint.limits,
        )

    def _call(self, request: ApiRequest) -> urllib3.BaseHTTPResponse:
        """Return the response, whose body is not read yet."""
        timeout = self._endpoint.timeout
        headers = {
            "Accept": "application/json",
            "User-Agent": f"monitor-sync/{__version__}",
            **self._endpoint.headers,
        }
        body = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(request.body).encode()
        return self._manager.request(
            request.method,
            self._url(request),
            headers=headers,
            body=body,
            timeout=urllib3.Timeout(connect=min(_CONNECT, timeout), read=timeout),
            preload_content=False,
            redirect=False,
        )

    def _url(self, request: ApiRequest) -> str:
        path = request.path
        for name, value in request.path_params.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = f"?{urlencode(request.query)}" if request.query else ""
        return f"{self._endpoint.base_url}{path}{query}"
