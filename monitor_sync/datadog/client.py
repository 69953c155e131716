"""Datadog over HTTP: raw JSON in and out, retries of our own, errors in our words."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self

import urllib3
from datadog_api_client import ApiClient, Configuration, rest
from datadog_api_client.exceptions import ApiException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.monitors_api import MonitorsApi
from urllib3 import exceptions as http

from monitor_sync import __version__
from monitor_sync.datadog.problems import Failure, error_for, refusals, says_absent
from monitor_sync.datadog.retry import RetryPolicy
from monitor_sync.datadog.settings import Settings, from_environment
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Body

PAGE_SIZE: Final = 1000
"""The most that Datadog gives in one page."""

WAVE: Final = 4
"""Pages asked for at once, from the second on."""

TEAMS_PAGE: Final = 100
"""The most teams that Datadog gives in one page."""

_TIMEOUT: Final = (10.0, 60.0)
"""Seconds to connect and to read. A tenth of the recorded creates took more than 5 s."""

_HANDSHAKE: Final = ("CERTIFICATE_VERIFY_FAILED", "WRONG_VERSION_NUMBER", "HANDSHAKE", "Hostname")
"""Words of TLS errors that come before anything is sent."""


class Client:
    """
    The monitors of one Datadog organisation.

    Safe to use from several threads. All methods raise RemoteError and its kinds, never anything
    of the libraries underneath. Nothing it raises or shows holds a key.
    """

    def __init__(
        self, settings: Settings, *, workers: int = 8, retry: RetryPolicy | None = None
    ) -> None:
        self._settings = settings
        self._retry = retry or RetryPolicy()
        configuration = _configuration(settings)
        self._http: Any = ApiClient(configuration)
        self._http.user_agent = f"monitor-sync/{__version__} {self._http.user_agent}"
        # the default keeps 4 connections and throws away each further one after one request
        self._http.rest_client = rest.RESTClientObject(  # type: ignore[no-untyped-call] # library
            configuration, maxsize=max(workers, WAVE)
        )
        self._monitors: Any = MonitorsApi(self._http)  # type: ignore[no-untyped-call] # library
        self._keys: Any = AuthenticationApi(self._http)  # type: ignore[no-untyped-call] # library

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], *, workers: int = 8) -> Self:
        """
        A client for the ``DD_…`` variables of an environment. Opens no connection yet.

        ``workers`` is how many threads will write at once. Raises UsageError.
        """
        return cls(from_environment(environ), workers=workers)

    def __repr__(self) -> str:
        return f"<Client of {self._settings.host}>"

    @property
    def site(self) -> str:
        """The Datadog site, such as ``datadoghq.eu``."""
        return self._settings.site

    @property
    def host(self) -> str:
        """The host that is asked, with its port, such as ``api.datadoghq.eu``."""
        return self._settings.host

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def pages(
        self, *, tags: Sequence[str] = (), on_page: Callable[[int], None] | None = None
    ) -> Iterator[list[Any]]:
        """
        Every monitor that carries all these tags, or every one there is, a page at a time.

        The first page alone; where it is full, the next ones four at once. A monitor that slid
        from one page to the next meanwhile is given once. ``on_page`` is told how many there are
        so far.
        """
        seen: set[Any] = set()
        for page in self._raw_pages(",".join(tags)):
            fresh = []
            for each in page:
                if (number := _id(each)) not in seen:
                    seen.add(number)
                    fresh.append(each)
            if on_page is not None:
                on_page(len(seen))
            yield fresh

    def find(self, project: str, key: str) -> list[Any]:
        """The monitors that carry our two tags, wherever Datadog's index has them by now."""
        tags = (f"{PROJECT_TAG}:{project}", f"{KEY_TAG}:{key}")
        return [each for page in self.pages(tags=tags) for each in page]

    def get(self, id: int, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        """One monitor. Raises NotFound."""
        asked = {"with_assets": True} if with_assets else {}
        return self._send(
            f"read monitor {id}", lambda: self._monitors.get_monitor(id, **asked), dict
        )

    def create(self, body: Body) -> Any:
        """
        Make a monitor, and return it as Datadog stored it.

        Sent once: raises OutcomeUnknown where it may have happened without an answer. Only where
        it surely did not (throttled, or never connected) is it sent again.
        """
        return self._send("create a monitor", lambda: self._monitors.create_monitor(body), dict)

    def update(self, id: int, body: Body) -> Any:  # noqa: A002 - Datadog's word
        """Change a monitor in place, and return it as Datadog stored it."""
        return self._send(
            f"update monitor {id}", lambda: self._monitors.update_monitor(id, body), dict
        )

    def delete(self, id: int) -> None:  # noqa: A002 - Datadog's word
        """Delete a monitor, never by force: what others refer to is refused with Rejected."""
        self._send(f"delete monitor {id}", lambda: self._monitors.delete_monitor(id), dict)

    def validate(
        self,
        body: Body,
        id: int | None = None,  # noqa: A002 - Datadog's word
    ) -> tuple[str, ...]:
        """
        What Datadog would refuse in a monitor, in its own words; empty where it would take it.

        ``id`` is the live monitor that the body would change. Writes nothing, is tried again like
        a read, and needs ``monitors_read`` alone.
        """
        api = self._monitors
        if id is None:
            what, call = "validate a monitor", functools.partial(api.validate_monitor, body)
        else:
            what = f"validate monitor {id}"
            call = functools.partial(api.validate_existing_monitor, id, body)
        answer = self._tried(what, call, dict)
        if not isinstance(answer, Failure):
            return ()
        refused = refusals(answer)
        if not refused:
            raise error_for(answer, self._settings)
        return refused

    def webhook(self, name: str) -> Any:
        """A webhook of the Webhooks integration, None where there is none of this name."""
        from datadog_api_client.v1.api.webhooks_integration_api import WebhooksIntegrationApi

        api: Any = WebhooksIntegrationApi(self._http)  # type: ignore[no-untyped-call] # library
        return self._found(
            f"look up the webhook {name}", lambda: api.get_webhooks_integration(name)
        )

    def pagerduty_service(self, name: str) -> Any:
        """A service of the PagerDuty integration, None where there is none of this name."""
        from datadog_api_client.v1.api.pager_duty_integration_api import PagerDutyIntegrationApi

        api: Any = PagerDutyIntegrationApi(self._http)  # type: ignore[no-untyped-call] # library
        return self._found(
            f"look up the PagerDuty service {name}",
            lambda: api.get_pager_duty_integration_service(name),
        )

    def opsgenie_services(self) -> list[Any]:
        """All services of the Opsgenie integration."""
        from datadog_api_client.v2.api.opsgenie_integration_api import OpsgenieIntegrationApi

        api: Any = OpsgenieIntegrationApi(self._http)  # type: ignore[no-untyped-call] # library
        return self._listed("look up the Opsgenie services", api.list_opsgenie_services)

    def slack_channels(self, account: str) -> list[Any]:
        """All channels of one account of the Slack integration. Raises NotFound for no account."""
        from datadog_api_client.v1.api.slack_integration_api import SlackIntegrationApi

        api: Any = SlackIntegrationApi(self._http)  # type: ignore[no-untyped-call] # library
        channels: list[Any] = self._send(
            f"look up the Slack channels of {account}",
            lambda: api.get_slack_integration_channels(account),
            list,
        )
        return channels

    def teams(self) -> list[Any]:
        """All of Datadog's teams."""
        from datadog_api_client.v2.api.teams_api import TeamsApi

        api: Any = TeamsApi(self._http)  # type: ignore[no-untyped-call] # library
        teams: dict[Any, Any] = {}
        for number in itertools.count():
            asked = {"page_number": number, "page_size": TEAMS_PAGE}
            page = self._listed("look up the teams", functools.partial(api.list_teams, **asked))
            known = len(teams)
            teams.update((_id(each), each) for each in page)
            if len(page) < TEAMS_PAGE or len(teams) == known:
                break
        return list(teams.values())

    def validate_key(self) -> None:
        """Ask whether the API key is one of this site. Raises AccessDenied where it is not."""
        self._send("check the keys", self._keys.validate, dict)

    def _raw_pages(self, tags: str) -> Iterator[list[Any]]:
        first = self._page(0, tags)
        yield first
        if len(first) < PAGE_SIZE:
            return
        del first
        start = 1
        with ThreadPoolExecutor(WAVE, thread_name_prefix="monitor-sync-list") as pool:
            while True:
                numbers = range(start, start + WAVE)
                wave = [pool.submit(self._page, number, tags) for number in numbers]
                full = True
                while wave:
                    page = wave.pop(0).result()
                    full = full and len(page) == PAGE_SIZE
                    if page:
                        yield page
                if not full:
                    return
                start += WAVE

    def _page(self, number: int, tags: str) -> list[Any]:
        asked: dict[str, Any] = {"page": number, "page_size": PAGE_SIZE, "with_downtimes": False}
        if tags:
            asked["monitor_tags"] = tags
        page: list[Any] = self._send(
            "list monitors", lambda: self._monitors.list_monitors(**asked), list
        )
        return page

    def _found(self, operation: str, call: Callable[[], Any]) -> Any:
        """One object, None where Datadog says that there is none."""
        answer = self._tried(operation, call, dict)
        if not isinstance(answer, Failure):
            return answer
        if says_absent(answer):
            return None
        raise error_for(answer, self._settings)

    def _listed(self, operation: str, call: Callable[[], Any]) -> list[Any]:
        """The list that an answer of the second API wraps; none would read as an empty one."""
        answer = self._send(operation, call, dict)
        data = answer.get("data")
        if not isinstance(data, list):
            raise error_for(Failure(operation=operation, status=200, body=answer), self._settings)
        return data

    def _send(self, operation: str, call: Callable[[], Any], expected: type) -> Any:
        """Send one request, again where that is right, and decode its answer."""
        answer = self._tried(operation, call, expected)
        if isinstance(answer, Failure):
            raise error_for(answer, self._settings)
        return answer

    def _tried(self, operation: str, call: Callable[[], Any], expected: type) -> Any:
        """The decoded answer of one request, or the Failure it came to after all tries."""
        failed, throttled = 0, 0.0
        while True:
            try:
                return _decoded(operation, call(), expected)
            except _Failed as found:
                failure = found.failure
            except (ApiException, http.HTTPError, UnicodeDecodeError) as error:
                failure = _failure(operation, error)
            failed += not failure.throttled
            wait = self._retry.wait_before_next(failure, failed, throttled)
            if wait is None:
                return failure
            throttled += wait if failure.throttled else 0.0
            self._retry.sleep(wait)


class _Failed(Exception):
    """An answer of status 200 that is no answer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.operation)
        self.failure = failure


def _configuration(settings: Settings) -> Configuration:
    keys = {"apiKeyAuth": settings.api_key, "appKeyAuth": settings.app_key}
    configuration = Configuration(  # type: ignore[no-untyped-call] # the library is untyped
        host=settings.base_url,
        access_token=settings.bearer_token or None,
        preload_content=False,  # raw answers: models cost 60 times the time and refuse odd monitors
        check_input_type=False,
        request_timeout=_TIMEOUT,
        retry_policy=urllib3.Retry(False),  # errors as they are; the policy of ours is in `_send`
        is_iac=True,
    )
    # The library fills these from the environment where they are empty: a token goes alone
    configuration.api_key = {} if settings.bearer_token else keys
    if settings.proxy:
        configuration.proxy = settings.proxy
    return configuration


def _decoded(operation: str, answer: Any, expected: type) -> Any:
    """The JSON of an answer. One of another shape, such as a login page, is a failure."""
    data = answer.data
    try:
        value = json.loads(data)
    except ValueError:
        value = data.decode("utf-8", "replace")[:200]
    if isinstance(value, expected):
        return value
    raise _Failed(Failure(operation=operation, status=answer.status, body=value))


def _failure(operation: str, error: Exception) -> Failure:
    """What an exception of the libraries means."""
    if isinstance(error, ApiException) and error.status:
        return Failure(
            operation=operation,
            status=int(error.status),
            body=error.body,
            headers=error.headers,
        )
    kind, sent = _kind(error)
    detail = str(error.reason) if isinstance(error, ApiException) else ""
    return Failure(operation=operation, kind=kind, sent=sent, detail=" ".join(detail.split()))


def _kind(error: Exception) -> tuple[str, bool]:
    """Why no answer came, and whether the request may have been read all the same."""
    if isinstance(error, ApiException):  # the library's name for a TLS error, early or late
        early = any(word in str(error.reason) for word in _HANDSHAKE)
        return ("tls", False) if early else ("dropped", True)
    if isinstance(error, http.NameResolutionError):
        return "name", False
    if isinstance(error, (http.NewConnectionError, http.ProxyError)):
        return "refused", False
    if isinstance(error, http.ConnectTimeoutError):  # the kinds above are kinds of this one
        return "timeout", False
    if isinstance(error, http.TimeoutError):
        return "timeout", True
    return "dropped", True


def _id(monitor: Any) -> Any:
    """What tells monitors apart in a listing; something that is none is only itself."""
    return monitor.get("id") if isinstance(monitor, dict) else id(monitor)
