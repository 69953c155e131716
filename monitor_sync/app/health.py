"""``doctor``: would plan and apply work from here? Reads only."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from monitor_sync import __version__
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.health import Check


def doctor(target: Target, *, writing: bool = True) -> tuple[Check, ...]:
    """
    Check versions, connection, keys, identity, permissions and clock.

    Without ``writing`` the permission to write is left out. Needs no files.
    """
    return (*_here(), *_there(target, writing=writing))


def _here() -> Iterator[Check]:
    """Give what can be said without Datadog."""
    import yaml  # with its C part, if it has one

    from monitor_sync.datadog.health import Check

    library = importlib.metadata.version("datadog-api-client")
    python = platform.python_version()
    text = f"monitor-sync {__version__}, Python {python}, datadog-api-client {library}"
    yield Check(name="version", state="passed", text=text)
    if yaml.__with_libyaml__:
        yield Check(name="libyaml", state="passed", text="PyYAML uses it")
    else:
        text = "PyYAML lacks it: reading files takes twenty times as long"
        hint = "install PyYAML from a wheel"
        yield Check(name="libyaml", state="warning", text=text, hint=hint)


def _there(target: Target, *, writing: bool) -> Iterator[Check]:
    """Give what Datadog says, if the environment leads there at all."""
    from monitor_sync.datadog import health

    try:
        client = target.connect()
    except UsageError as error:
        yield health.Check(
            name="environment", state="failed", text=str(error), hint=error.hint, side="ours"
        )
        text = "Datadog was not asked"
        yield health.Check(name="connection", state="not checked", text=text)
        return
    with closing(client):
        yield from health.checks(client, writing=writing)
