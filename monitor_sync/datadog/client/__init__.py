"""Datadog over HTTP: raw JSON in and out, retries of our own, errors in our words."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Self

from monitor_sync.datadog import audit, can_delete, paging, sending
from monitor_sync.datadog.client.transport import Wire
from monitor_sync.datadog.problems import Failure, error_for, refusals, says_absent
from monitor_sync.datadog.rate_limit import Wait
from monitor_sync.datadog.request_gate import Traffic
from monitor_sync.datadog.retry import RetryPolicy
from monitor_sync.datadog.sending import Reply
from monitor_sync.datadog.settings import Settings, from_environment
from monitor_sync.errors import RemoteError
from monitor_sync.model import KEY_TAG, PROJECT_TAG, Body

PAGE_SIZE: Final = 1000
"""The most that Datadog gives in one page."""

TEAMS_PAGE: Final = 100
"""The most teams that Datadog gives in one page."""

KEYS_PAGE: Final = 100
"""Application keys asked for: hardly anybody owns more."""

_ASIDE: Final = 5.0
"""Seconds for a question whose answer is nice to have."""

_LIST, _ONE, _ANY = "GET /api/v1/monitor", "/api/v1/monitor/{id}", "elsewhere"


class Client:
    """
    The monitors of one Datadog organisation.

    Safe to use from several threads. All methods raise RemoteError and its kinds, never anything
    of the libraries underneath. Nothing it raises or shows holds a key.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        workers: int = 8,
        retry: RetryPolicy | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self._settings = settings
        self._retry = retry or RetryPolicy(first_wait=settings.backoff)
        self._traffic = traffic or Traffic(backoff=settings.backoff)
        self._wire = Wire(settings, connections=max(workers, paging.WAVE))
        self._monitors = self._wire.api("v1.monitors_api.MonitorsApi")

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        workers: int = 8,
        deadline: float | None = None,
        on_wait: Callable[[str, float], None] | None = None,
    ) -> Self:
        """
        A client for the ``DD_…`` variables of an environment. Opens no connection yet.

        ``workers`` is how many threads will write at once; ``deadline`` is when to send nothing
        more, in seconds from now. ``on_wait`` is told for what, and for how many seconds, when a
        wait of more than a second begins; once, however many threads wait for it. Raises
        UsageError.
        """
        settings = from_environment(environ)
        traffic = Traffic(backoff=settings.backoff, deadline=deadline, on_wait=on_wait)
        return cls(settings, workers=workers, traffic=traffic)

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

    @property
    def settings(self) -> Settings:
        """Where requests go, and the waits between them."""
        return self._settings

    @property
    def clock_ahead(self) -> float | None:
        """By how many seconds this machine's clock is ahead of Datadog's; None where unknown."""
        return self._wire.clock_ahead

    def stop(self) -> None:
        """
        Send nothing more. Every wait ends at once with NotSent, and so does every new request.

        What is on the wire is finished. Safe from any thread, any number of times.
        """
        self._traffic.stop()

    def sleep(self, seconds: float) -> None:
        """Wait, and no longer than anything is sent at all. Raises NotSent."""
        self._traffic.pause("look again", Wait(seconds=seconds, reason=""))

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def pages(
        self, *, tags: Sequence[str] = (), on_page: Callable[[int], None] | None = None
    ) -> Iterator[list[Any]]:
        """
        Every monitor that carries all these tags, or every one there is, a page at a time.

        The first page alone; where it is full, the next ones four at once. A monitor that slid
        from one page to the next meanwhile is given once. ``on_page`` is told how many there are
        so far.
        """
        known = 0
        page = functools.partial(self._page, tags=",".join(tags))
        for each in paging.pages(page, size=PAGE_SIZE):
            known += len(each)
            if on_page is not None:
                on_page(known)
            yield each

    def find(self, project: str, key: str) -> list[Any]:
        """The monitors that carry our two tags, wherever Datadog's index has them by now."""
        tags = (f"{PROJECT_TAG}:{project}", f"{KEY_TAG}:{key}")
        return [each for page in self.pages(tags=tags) for each in page]

    def get(self, id: int, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        """One monitor. Raises NotFound."""
        asked = {"with_assets": True} if with_assets else {}
        call = functools.partial(self._monitors.get_monitor, id, **asked)
        return self._send(f"GET {_ONE}", f"read monitor {id}", call, dict)

    def create(self, body: Body) -> Any:
        """
        Make a monitor, and return it as Datadog stored it.

        Sent once: raises OutcomeUnknown where it may have happened without an answer. Only where
        it surely did not (throttled, or never connected) is it sent again.
        """
        call = functools.partial(self._monitors.create_monitor, body)
        return self._send("POST /api/v1/monitor", "create a monitor", call, dict)

    def update(self, id: int, body: Body) -> Any:  # noqa: A002 - Datadog's word
        """Change a monitor in place, and return it as Datadog stored it."""
        call = functools.partial(self._monitors.update_monitor, id, body)
        return self._send(f"PUT {_ONE}", f"update monitor {id}", call, dict)

    def delete(self, id: int, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        """
        Delete a monitor. Raises Rejected, with what refers to it, unless ``force``.

        Forced, what refers to it stays as it is and points to nothing.
        """
        asked = {"force": "true"} if force else {}
        call = functools.partial(self._monitors.delete_monitor, id, **asked)
        self._send(f"DELETE {_ONE}", f"delete monitor {id}", call, dict)

    def can_delete(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """
        Of these monitors, those that Datadog would not delete, with what it says refers to them.

        Needs ``monitors_read`` alone. Raises AccessDenied, Unreachable.
        """
        return can_delete.blocked(ids, self._can_delete)

    def _can_delete(self, ids: Sequence[int]) -> Any:
        """What Datadog says about some monitors: 409 is an answer here."""
        call = functools.partial(self._monitors.check_can_delete_monitor, list(ids))
        route, what = "GET /api/v1/monitor/can_delete", "check what refers to monitors"
        answer = self._tried(route, what, call, dict)
        if not isinstance(answer, Failure):
            return answer
        if answer.status == 409:
            return answer.body
        raise error_for(answer, self._settings)

    def last_editor(self, id: int) -> str:  # noqa: A002 - Datadog's word
        """
        Who changed a monitor last, and when: ``ani@acme.example, 2026-11-22 10:31 UTC``.

        From the audit trail, which needs ``audit_logs_read`` and to be kept at all. Empty where it
        does not say, whatever the reason; asked once, and not for long.
        """
        api = self._wire.api("v2.audit_api.AuditApi", timeout=_ASIDE)
        call = functools.partial(api.search_audit_logs, body=audit.question(id))
        try:
            answer = self._tried(
                "POST /api/v2/audit/events/search", "ask who changed it", call, dict, tries=1
            )
        except RemoteError:
            return ""
        return "" if isinstance(answer, Failure) else audit.editor(answer)

    def current_user(self) -> Any:
        """Who we are to Datadog: user or service account, organisation, roles, permissions."""
        api = self._wire.api("v2.users_api.UsersApi")
        route = "GET /api/v2/current_user"
        return self._send(route, "read the current user", api.get_current_user, dict)

    def application_keys(self) -> list[Any]:
        """The application keys of the current user, without their secrets."""
        api = self._wire.api("v2.key_management_api.KeyManagementApi")
        call = functools.partial(api.list_current_user_application_keys, page_size=KEYS_PAGE)
        return self._listed("list the application keys", call)

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
            route, what = "POST /api/v1/monitor/validate", "validate a monitor"
            call = functools.partial(api.validate_monitor, body)
        else:
            route, what = f"POST {_ONE}/validate", f"validate monitor {id}"
            call = functools.partial(api.validate_existing_monitor, id, body)
        answer = self._tried(route, what, call, dict)
        if not isinstance(answer, Failure):
            return ()
        refused = refusals(answer)
        if not refused:
            raise error_for(answer, self._settings)
        return refused

    def webhook(self, name: str) -> Any:
        """A webhook of the Webhooks integration, None where there is none of this name."""
        api = self._wire.api("v1.webhooks_integration_api.WebhooksIntegrationApi")
        return self._found(
            f"look up the webhook {name}", lambda: api.get_webhooks_integration(name)
        )

    def pagerduty_service(self, name: str) -> Any:
        """A service of the PagerDuty integration, None where there is none of this name."""
        api = self._wire.api("v1.pager_duty_integration_api.PagerDutyIntegrationApi")
        return self._found(
            f"look up the PagerDuty service {name}",
            lambda: api.get_pager_duty_integration_service(name),
        )

    def opsgenie_services(self) -> list[Any]:
        """All services of the Opsgenie integration."""
        api = self._wire.api("v2.opsgenie_integration_api.OpsgenieIntegrationApi")
        return self._listed("look up the Opsgenie services", api.list_opsgenie_services)

    def slack_channels(self, account: str) -> list[Any]:
        """All channels of one account of the Slack integration. Raises NotFound for no account."""
        api = self._wire.api("v1.slack_integration_api.SlackIntegrationApi")
        channels: list[Any] = self._send(
            _ANY,
            f"look up the Slack channels of {account}",
            lambda: api.get_slack_integration_channels(account),
            list,
        )
        return channels

    def teams(self) -> list[Any]:
        """All of Datadog's teams."""
        api = self._wire.api("v2.teams_api.TeamsApi")
        teams: dict[Any, Any] = {}
        for number in itertools.count():
            asked = {"page_number": number, "page_size": TEAMS_PAGE}
            page = self._listed("look up the teams", functools.partial(api.list_teams, **asked))
            known = len(teams)
            teams.update((paging.identity(each), each) for each in page)
            if len(page) < TEAMS_PAGE or len(teams) == known:
                break
        return list(teams.values())

    def validate_key(self) -> None:
        """Ask whether the API key is one of this site. Raises AccessDenied where it is not."""
        keys = self._wire.api("v1.authentication_api.AuthenticationApi")
        self._send("GET /api/v1/validate", "check the API key", keys.validate, dict)

    def reads(self) -> None:
        """Ask for one monitor of all: can monitors be read? Raises AccessDenied, Unreachable."""
        self._page(0, "", size=1)

    def organisation(self) -> int:
        """The number of the organisation, from any monitor; 0 where there is none."""
        number = next((each.get("org_id") for each in self._page(0, "", size=1)), 0)
        return number if isinstance(number, int) else 0

    def _page(self, number: int, tags: str, size: int = PAGE_SIZE) -> list[Any]:
        asked: dict[str, Any] = {"page": number, "page_size": size, "with_downtimes": False}
        if tags:
            asked["monitor_tags"] = tags
        call = functools.partial(self._monitors.list_monitors, **asked)
        page: list[Any] = self._send(_LIST, "list monitors", call, list)
        return page

    def _found(self, operation: str, call: Callable[[], Any]) -> Any:
        """One object, None where Datadog says that there is none."""
        answer = self._tried(_ANY, operation, call, dict)
        if not isinstance(answer, Failure):
            return answer
        if says_absent(answer):
            return None
        raise error_for(answer, self._settings)

    def _listed(self, operation: str, call: Callable[[], Any]) -> list[Any]:
        """The list that an answer of the second API wraps; none would read as an empty one."""
        answer = self._send(_ANY, operation, call, dict)
        data = answer.get("data")
        if not isinstance(data, list):
            raise error_for(Failure(operation=operation, status=200, body=answer), self._settings)
        return data

    def _send(self, route: str, operation: str, call: Callable[[], Any], expected: type) -> Any:
        """Send one request, again where that is right, and decode its answer."""
        answer = self._tried(route, operation, call, expected)
        if isinstance(answer, Failure):
            raise error_for(answer, self._settings)
        return answer

    def _tried(
        self, route: str, operation: str, call: Callable[[], Any], expected: type, tries: int = 0
    ) -> Any:
        """The decoded answer of one request, or the Failure it came to after all tries."""
        answer = sending.send(
            functools.partial(self._wire.once, operation, call, expected),
            route=route,
            operation=operation,
            host=self._settings.host,
            traffic=self._traffic,
            retry=replace(self._retry, tries=tries) if tries else self._retry,
        )
        return answer.value if isinstance(answer, Reply) else answer
