"""What ``plan`` and ``apply`` do alike: read the files, list what is live, compare the two."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor_sync.cli import files

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import LiveMonitor, Project
    from monitor_sync.sync.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The files, the door to Datadog, and what differs."""

    project: Project
    client: Client
    plan: Plan


class _Listing(threading.Thread):
    """The live monitors, fetched while this process reads files: the network costs no time then."""

    def __init__(self, workers: int) -> None:
        super().__init__(name="listing", daemon=True)
        self._workers = workers
        self._client: Client | None = None
        self._live: list[LiveMonitor] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Fetch every page. What goes wrong is kept for ``result``."""
        try:
            from monitor_sync.datadog.client import Client
            from monitor_sync.sync import live

            self._client = Client.from_environment(os.environ, workers=self._workers)
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


def compare(notify_only: str = "", *, workers: int = 1) -> Comparison:
    """
    Read, list and compare.

    Raises FilesInvalid where the files are wrong, before anything that Datadog may have said; and
    where a rule has an error about a monitor that would be written.
    """
    with files.uncollected():
        listing = _Listing(workers)
        listing.start()
        loaded = files.whole(notify_only)
        client, monitors = listing.result()
        plan = _plan(loaded.project, client, monitors)
        written = {each.key for each in plan.changes if each.action != "delete"}
        if written:
            files.sound(files.load() if notify_only else loaded, written)
        return Comparison(project=loaded.project, client=client, plan=plan)


def _plan(project: Project, client: Client, monitors: Sequence[LiveMonitor]) -> Plan:
    from monitor_sync.sync import live
    from monitor_sync.sync.plan import make_plan

    wanting = live.needs_assets(project, monitors)
    if wanting:
        answers = {each: client.get(each, with_assets=True) for each in wanting}
        monitors = live.with_assets(monitors, answers)
    return make_plan(project, monitors, site=client.site)
