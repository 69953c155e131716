"""``emulate``: a local Datadog over HTTP, for trying things out and for other people's tests."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync.cli import console
from monitor_sync.cli.extras import lacking
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.emulator.core import Emulator

_HOST = "127.0.0.1"  # the emulator takes any key, so it is nobody else's to reach


@click.command("emulate")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8520,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Start with the monitors of this JSON array.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep everything in this SQLite file; without it, nothing is kept.",
)
def command(port: int, data: Path | None, state: Path | None) -> None:
    """
    Run a local Datadog over HTTP, for trials and tests.

    Monitors, downtimes, search, errors and limits are as recorded from the real one.

    Prints its address on standard output once it answers. Point any client at it with
    DD_HOST=http://127.0.0.1:PORT and any DD_API_KEY and DD_APP_KEY. Ctrl-C ends it.
    """
    try:
        from monitor_sync.emulator.server import serve
    except ImportError as error:
        raise lacking(error) from None
    emulator = _emulator(data, state)

    def ready(url: str) -> None:
        console.answer(url + "\n")
        console.say(f"Holding {emulator.monitor_count} monitors. To use it, in another terminal:")
        console.say(f"  export DD_HOST={url} DD_API_KEY=any DD_APP_KEY=any")

    try:
        serve(emulator, _HOST, port, on_ready=ready)
    except OSError as error:
        raise UsageError(
            f"cannot listen on {_HOST}:{port}: {(error.strerror or str(error)).lower()}",
            hint="`monitor-sync emulate --port 0` takes a free port",
        ) from None


def _emulator(data: Path | None, state: Path | None) -> Emulator:
    from monitor_sync.emulator.core import Emulator, seedable

    try:
        emulator = Emulator(state=state)
    except sqlite3.Error as error:
        raise UsageError(f"cannot keep state in {state}: {error}") from None
    if data is not None:
        try:
            emulator.seed(seedable(json.loads(data.read_bytes())))
        except OSError as error:
            raise UsageError(f"cannot read {data}: {(error.strerror or '').lower()}") from None
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{data} is no JSON array of monitors: {error}") from None
    return emulator
