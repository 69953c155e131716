"""A local Datadog over HTTP, and the real client that talks to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.settings import Settings
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from monitor_sync.model import LiveResource, Monitor
from monitor_sync.resources.monitor import live as reading
from monitor_sync.sync.apply import Outcome, Patience, Terms, carry_out
from monitor_sync.sync.plan import Plan, make_plan
from tests.sync.builders import project


class Datadog:
    """An emulated account: what a person could do in it, and what our tool does."""

    def __init__(self, url: str) -> None:
        self.url = url
        settings = Settings(site="datadoghq.eu", base_url=url, api_key="k", app_key="a")
        self._connected = Client(settings)
        self.client = self._connected.monitors

    def close(self) -> None:
        self._connected.close()

    def listing(self) -> list[LiveResource]:
        return [resource for page in self.client.pages() for resource in reading.read(page)]

    def plan(self, *monitors: Monitor) -> Plan:
        return make_plan(project(*monitors), self.listing(), site="datadoghq.eu")

    def apply(self, *monitors: Monitor, **options: Any) -> tuple[Outcome, ...]:
        quick = Terms(patience=Patience(pauses=(0.0,), sleep=lambda _: None))
        options.setdefault("terms", quick)
        return carry_out(self.plan(*monitors), {"monitor": self.client}, **options)

    def by_key(self) -> dict[str, Any]:
        return {resource.key: resource.id for resource in self.listing()}

    def post(self, path: str, body: dict[str, Any] | None = None) -> None:
        """What a person does in the UI: a request that our client never sends."""
        request = Request(  # noqa: S310 - loopback
            f"{self.url}{path}",
            data=json.dumps(body or {}).encode(),
            headers={
                "DD-API-KEY": "k",
                "DD-APPLICATION-KEY": "a",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request):  # noqa: S310 - loopback
            pass

    def inject(self, *faults: dict[str, Any]) -> None:
        """Let the account misbehave from now on; without faults it behaves again."""
        request = Request(  # noqa: S310 - loopback
            f"{self.url}/__emulator/faults", method="PUT", data=json.dumps(list(faults)).encode()
        )
        with urlopen(request):  # noqa: S310 - loopback
            pass

    def requests(self) -> dict[str, int]:
        """How many requests of each kind since the last ``forget_requests``."""
        with urlopen(f"{self.url}/__emulator/requests") as answer:  # noqa: S310 - loopback
            counted: dict[str, int] = json.load(answer)
        return counted

    def forget_requests(self) -> None:
        with urlopen(Request(f"{self.url}/__emulator/requests", method="DELETE")):  # noqa: S310 - loopback
            pass


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with running(Emulator()) as url:
        account = Datadog(url)
        yield account
        account.close()
