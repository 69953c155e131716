"""What ``plan`` and ``apply`` do alike: read the files, list what is live, compare the two."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor_sync.cli import console, files
from monitor_sync.cli.base import Base
from monitor_sync.errors import RemoteError

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import LiveMonitor, Project
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How Datadog is to be asked: by so many threads at once, for so many seconds in all."""

    workers: int = 1
    deadline: float | None = None

    @property
    def host(self) -> str:
        """The host that will be asked. Raises UsageError."""
        from monitor_sync.datadog.settings import from_environment

        return from_environment(os.environ).host

    def client(self) -> Client:
        """A client for the environment. Raises UsageError."""
        from monitor_sync.datadog.client import Client

        return Client.from_environment(
            os.environ, workers=self.workers, deadline=self.deadline, on_wait=_tell
        )


def _tell(what: str, seconds: float) -> None:
    """A person who waits is told for what."""
    console.say(f"Waiting {seconds:.0f} s for {what}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The files, the door to Datadog, and what differs."""

    project: Project
    client: Client
    plan: Plan


class _Listing(threading.Thread):
    """The live monitors, fetched while this process reads files: the network costs no time then."""

    def __init__(self, door: Door) -> None:
        super().__init__(name="listing", daemon=True)
        self._door = door
        self._client: Client | None = None
        self._live: list[LiveMonitor] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Fetch every page. What goes wrong is kept for ``result``."""
        try:
            from monitor_sync.resources.monitor import live

            self._client = self._door.client()
            for page in self._client.pages():
                self._live += live.read(page)
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            self._error = error

    def result(self) -> tuple[Client, list[LiveMonitor]]:
        """The client and all live monitors, or whatever went wrong."""
        self.join()
        if self._error is not None:
            raise self._error
        assert self._client is not None  # noqa: S101 - run() sets it or an error
        return self._client, self._live


def compare(
    notify_only: str = "",
    base: str = "",
    *,
    door: Door | None = None,
    loaded: Loaded | None = None,
    reports: bool = False,
) -> Comparison:
    """
    Read, list and compare. ``base`` is a revision: the plan is then of what changed since alone.
    ``loaded`` are the files, where somebody has read them already. ``reports`` says that drift is
    only told, whatever the policy.

    Raises FilesInvalid where the files are wrong, before anything that Datadog may have said; and
    where a rule has an error about a monitor that would be written.
    """
    began = int(time.time() * 1000)
    start = Base.find(base, notify_only, reports=reports) if base else None
    with files.uncollected():
        listing = _Listing(door or Door())
        listing.start()
        loaded = loaded or files.whole(notify_only)
        client, monitors = listing.result()
        plan = _plan(loaded.project, client, monitors, start)
        written = {each.key for each in plan.changes if each.action != "delete"}
        if written:
            files.sound(files.load() if notify_only else loaded, written)
        return Comparison(project=loaded.project, client=client, plan=replace(plan, made=began))


def _plan(
    project: Project, client: Client, monitors: Sequence[LiveMonitor], base: Base | None
) -> Plan:
    from monitor_sync.sync import assets
    from monitor_sync.sync.plan import make_plan

    wanting = assets.needs_assets(project, monitors)
    if wanting:
        answers = {each: client.get(each, with_assets=True) for each in wanting}
        monitors = assets.with_assets(monitors, answers)
    plan = make_plan(project, monitors, site=client.site)
    return _asked(client, base.split(plan, project, monitors) if base else plan)


def _asked(client: Client, plan: Plan) -> Plan:
    """The same plan, with what Datadog says refers to the monitors that would go away."""
    going = plan.going
    if not going:
        return plan
    try:
        return plan.blocked(client.can_delete(going))
    except RemoteError as error:
        return replace(plan, unchecked=(*plan.unchecked, f"what refers to deleted ones: {error}"))
