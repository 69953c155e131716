"""
A second kind of resource, for tests alone: downtimes, known by a line of their message.

Invariant 6 holds for the product, which never writes a downtime. This kind only shows that plan and
apply work for one whose identity is no tag and that names monitors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from monitor_sync.errors import NotFound, Rejected
from monitor_sync.model import Address, Body, Id, LiveId, LiveResource, Project
from monitor_sync.resources.kind import Declared, Kind

MARK = "monitor-sync: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Downtime:
    """A declared downtime of one monitor."""

    key: str
    body: Body
    references: tuple[str, ...] = ()
    business_unit: str = "payments"
    team: str = "payments-core"
    path: str = "monitors/payments/downtimes.yaml"
    line: int = 3
    moved_from: tuple[str, ...] = ()
    adopt: Any = None

    @property
    def name(self) -> str:
        return str(self.body["message"]).partition("\n")[0]


def downtime(key: str, monitor: str, text: str = "Deploys", scope: str = "env:test") -> Downtime:
    """Declare a downtime of the monitor with a key."""
    body = {
        "message": f"{text}\n{MARK}acme {key}",
        "monitor_id": f"${{id:{monitor}}}",
        "scope": [scope],
    }
    return Downtime(key=key, body=body, references=(monitor,))


class DowntimeKind(Kind):
    """Downtimes of the first API; their identity is the last line of their message."""

    name = "downtime"
    order = 1

    def __init__(self, *declared: Downtime) -> None:
        self._declared = {downtime.key: downtime for downtime in declared}

    def declared(self, project: Project) -> Mapping[str, Declared]:
        assert project.name
        return self._declared

    def read(self, raw: Any) -> LiveResource | None:
        if raw.get("canceled") is not None:
            return None
        project = key = ""
        last = str(raw["message"] or "").rpartition("\n")[2]
        if last.startswith(MARK):
            project, _, key = last.removeprefix(MARK).partition(" ")
        return LiveResource(
            kind=self.name,
            id=raw["id"],
            body={name: raw[name] for name in ("message", "monitor_id", "scope")},
            project=project,
            key=key,
            created=raw["created"] * 1000,
        )

    def label(self, body: Body) -> str:
        return str(body["message"]).partition("\n")[0]

    def resolved(self, body: Body, ids: Mapping[Address, Id]) -> dict[str, Any]:
        known = super().resolved(body, ids)
        monitor = known.get("monitor_id")
        if isinstance(monitor, str) and monitor.isdigit():
            known["monitor_id"] = int(monitor)
        return known

    def ids_in(self, body: Body) -> tuple[LiveId, ...]:
        monitor = body.get("monitor_id")
        return (LiveId("monitor", monitor),) if isinstance(monitor, int) else ()


class Downtimes:
    """The emulator's downtimes over HTTP, as apply wants an endpoint."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v1/downtime"
        self.written: list[str] = []

    def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Any]]:
        assert not tags
        yield self._send("GET", "")

    def find(self, project: str, key: str) -> Sequence[Any]:
        assert project
        assert key
        listing: list[Any] = self._send("GET", "")
        return listing

    def get(self, id: Any, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        assert not with_assets
        raw = self._send("GET", f"/{id}")
        if raw["canceled"] is not None:
            raise NotFound(f"downtime {id} was cancelled")
        return raw

    def create(self, body: Body) -> Any:
        self.written.append("create")
        return self._send("POST", "", body)

    def update(self, id: Any, body: Body) -> Any:  # noqa: A002 - Datadog's word
        self.written.append("update")
        return self._send("PUT", f"/{id}", body)

    def delete(self, id: Any, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        assert not force
        self.written.append("delete")
        self._send("DELETE", f"/{id}")

    def last_editor(self, id: Any) -> str:  # noqa: A002 - Datadog's word
        assert id
        return ""

    def _send(self, method: str, path: str, body: Body | None = None) -> Any:
        request = Request(  # noqa: S310 - loopback
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"DD-API-KEY": "k", "DD-APPLICATION-KEY": "a"},
        )
        try:
            with urlopen(request) as answer:  # noqa: S310 - loopback
                content = answer.read()
        except HTTPError as error:
            with error:
                said = error.read().decode()
            raise (NotFound if error.code == 404 else Rejected)(said) from error
        return json.loads(content) if content else None
