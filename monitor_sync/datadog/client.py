"""Datadog over HTTP: one attribute for each kind of resource, raw JSON in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Self

from monitor_sync.datadog import paging
from monitor_sync.datadog.api import Api
from monitor_sync.datadog.events import Events
from monitor_sync.datadog.integrations import Integrations
from monitor_sync.datadog.logs import Logs
from monitor_sync.datadog.metric_types import MetricTypes
from monitor_sync.datadog.monitors import Monitors
from monitor_sync.datadog.notified_by_tags import NotifiedByTags
from monitor_sync.datadog.on_call_pages import OnCallPages
from monitor_sync.datadog.policies import Policies
from monitor_sync.datadog.service import datadog
from monitor_sync.datadog.settings import Settings, from_environment
from monitor_sync.datadog.slos import Slos
from monitor_sync.datadog.teams import Teams
from monitor_sync.datadog.timeseries import Timeseries
from monitor_sync.datadog.transport import Transport
from monitor_sync.datadog.users import Users
from monitor_sync.http.rate_limit import Wait
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.http.retry import RetryPolicy
from monitor_sync.model import WORKERS


class Client:
    """
    One Datadog organisation, with an attribute for each kind: ``monitors``, ``logs``, ``slos``, ….

    Safe to use from several threads. All methods raise RemoteError and its kinds, never anything
    of the libraries underneath. Nothing it raises or shows holds a key.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        workers: int = WORKERS,
        retry: RetryPolicy | None = None,
        gate: RequestGate | None = None,
    ) -> None:
        service = datadog(settings)
        self.settings = settings
        self._gate = gate or RequestGate(service, backoff=settings.backoff)
        self._transport = Transport(settings, connections=max(workers, paging.WAVE))
        retry = retry or RetryPolicy(first_wait=settings.backoff)
        self.api = Api(settings, service, self._transport, self._gate, retry)
        self.metric_types = MetricTypes(self.api)
        self.monitors = Monitors(self.api)
        self.events = Events(self.api)
        self.integrations = Integrations(self.api)
        self.notified_by_tags = NotifiedByTags(self.api)
        self.logs = Logs(self.api)
        self.on_call_pages = OnCallPages(self.api)
        self.policies = Policies(self.api)
        self.slos = Slos(self.api)
        self.teams = Teams(self.api)
        self.timeseries = Timeseries(self.api)
        self.users = Users(self.api)

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        workers: int = WORKERS,
        deadline: float | None = None,
        begun: float | None = None,
        on_wait: Callable[[str, float], None] | None = None,
    ) -> Self:
        """
        Return a client for the ``DD_…`` variables of an environment. Opens no connection yet.

        ``workers`` is how many threads will write at once; after ``deadline`` seconds from
        ``begun`` on the monotonic clock (None: from now) nothing more is sent. ``on_wait`` is told
        the reason and the seconds of each wait of more than a second when it begins; once, however
        many threads wait for it. Raises UsageError.
        """
        settings = from_environment(environ)
        gate = RequestGate(
            datadog(settings),
            backoff=settings.backoff,
            deadline=deadline,
            begun=begun,
            on_wait=on_wait,
        )
        return cls(settings, workers=workers, gate=gate)

    def __repr__(self) -> str:
        return f"<Client of {self.settings.host}>"

    @property
    def site(self) -> str:
        """The Datadog site, such as ``datadoghq.eu``."""
        return self.settings.site

    @property
    def host(self) -> str:
        """The host that is asked, with its port, such as ``api.datadoghq.eu``."""
        return self.settings.host

    @property
    def clock_ahead(self) -> float | None:
        """By how many seconds this machine's clock is ahead of Datadog's; None where unknown."""
        return self._transport.clock_ahead

    def stop(self) -> None:
        """
        Send nothing more. Every wait ends at once with NotSent, and so does every new request.

        A request that is on its way is finished. Safe from any thread, any number of times.
        """
        self._gate.stop()

    def sleep(self, seconds: float) -> None:
        """Wait, and no longer than anything is sent at all. Raises NotSent."""
        self._gate.pause("look again", Wait(seconds=seconds, reason=""))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
