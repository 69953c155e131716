"""Where the history of a project is kept: in the state folder of its organisation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from monitor_sync.app import organisation
from monitor_sync.datadog.settings import host_named
from monitor_sync.errors import RemoteError, UsageError
from monitor_sync.store.history import FILE
from monitor_sync.store.state import State, Workspace

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client


def folder(target: Target, client: Client | None, project: str, say: Callable[[str], None]) -> Path:
    """
    Return the folder, made where there is none.

    Datadog is asked which organisation this is. Without a ``client``, or if Datadog does not answer
    (a note says so), it is the only one that has a history. Raises UsageError if several have one.
    """
    place = Workspace(home=target.state, project=project, host=host_named(target.environ))
    if target.organisation:
        place = replace(place, organisations=(target.organisation,))
    named = place
    if client is not None:
        try:
            named = organisation.estate(target, client, project)
        except RemoteError as error:
            say(
                f"Datadog did not tell which organisation this is ({error.problem}):"
                " the history that is known here is used"
            )
    if not named.organisations:
        return _with_history(place)
    home = named.folder
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in named.organisations:
        State(folder=home).also_called(name)
    return home


def _with_history(place: Workspace) -> Path:
    folders = {path.parent.resolve() for path in place.shared.glob(f"org-*/{FILE}")}
    if (place.shared / FILE).exists() or not folders:
        folders.add(place.shared.resolve())
    if len(folders) > 1:
        raise UsageError(
            f"{len(folders)} organisations have a history of {place.project} here,"
            " and Datadog was not asked which one is meant",
            hint="run without --offline, with the keys of the organisation",
        )
    return folders.pop()
