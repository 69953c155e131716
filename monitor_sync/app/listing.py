"""The live monitors, fetched while the files are read."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor_sync.errors import UsageError
from monitor_sync.resources.monitor import live
from monitor_sync.sync.interrupts import held_back

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import LiveResource, Project


class Listing(threading.Thread):
    """
    The listing of all live monitors, in a thread of its own: the network costs no time then.

    ``connect`` makes the client before the thread begins, and whoever reads files meanwhile has
    imported what that takes: a thread that imports beside one that decodes costs a plan of 1,000
    monitors a tenth of its time. Where ``connect`` says what is wrong with the environment,
    ``result`` does, as wrong files are told first. Where the block of the listing ends with an
    error, nobody waits for the answers.
    """

    def __init__(self, connect: Callable[[], Client]) -> None:
        super().__init__(name="listing", daemon=True)
        self._connect = connect
        self._client: Client | None = None
        self._live: list[LiveResource] = []
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        """Begin to list."""
        try:
            self._client = self._connect()
        except UsageError as error:
            self._error = error
        else:
            with held_back(signal.SIGINT, signal.SIGTERM):  # start() waits for a lock
                self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Send nothing more after an error."""
        if kind is not None and self._client is not None:
            self._client.stop()

    def run(self) -> None:
        """Fetch every page. What goes wrong is kept for ``result``."""
        assert self._client is not None  # noqa: S101 - __enter__ starts no thread without
        try:
            self._live = list_live(self._client)
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            self._error = error

    def result(self) -> tuple[Client, list[LiveResource]]:
        """Wait for the end; return the client and all live monitors, or raise what went wrong."""
        if self._client is not None:
            self.join()
        if self._error is not None:
            raise self._error
        assert self._client is not None  # noqa: S101 - __enter__ sets it or an error
        return self._client, self._live


def list_live(client: Client) -> list[LiveResource]:
    """Return every live monitor. Raises RemoteError."""
    return [monitor for page in client.monitors.pages() for monitor in live.read(page)]


def with_assets(
    project: Project, client: Client, monitors: Sequence[LiveResource]
) -> Sequence[LiveResource]:
    """Return the same monitors; those whose assets are declared are read once more, with them."""
    from monitor_sync.sync import assets

    wanting = assets.needs_assets(project, monitors)
    if not wanting:
        return monitors
    answers = {number: client.monitors.get(number, with_assets=True) for number in wanting}
    return assets.with_assets(monitors, answers)
