"""``import``: live monitors become files."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.cli.progress import progress
from monitor_sync.errors import UsageError, system_reason

_AGO: Final = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


def _since(_: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    """Return a time in milliseconds since 1970: 7d ago, or a date with or without a time."""
    if value is None:
        return None
    if match := _AGO.fullmatch(value):
        moment = datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})
        return int(moment.timestamp() * 1000)
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is no time: write 7d, 12h, 2026-11-29 or 2026-11-29T08:00:00Z",
            param=parameter,
        ) from None


_LARGEST_STATE = 256_000_000
"""Bytes; of more only these are read, which are no JSON then."""


def _state(_: click.Context, parameter: click.Parameter, path: Path | None) -> Any:
    """Return the JSON of a file, in which another tool says what it manages."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:  # also a pipe from the other tool
            return json.loads(file.read(_LARGEST_STATE))
    except OSError as error:
        wrong = system_reason(error)
    except (ValueError, RecursionError):
        wrong = "it is not JSON"
    raise click.BadParameter(f"{path}: {wrong}", param=parameter)


@click.command("import")
@click.option(
    "--id", "ids", type=click.IntRange(1), multiple=True, help="Import this monitor; repeatable."
)
@click.option("--query", metavar="Q", help="Import what Datadog's search finds: 'tag:team:motor'.")
@click.option("--all", "everything", is_flag=True, help="Import every live monitor.")
@click.option(
    "--since",
    metavar="TIME",
    callback=_since,
    help="Import what was created since: 7d, 12h, 2026-11-29.",
)
@click.option(
    "--project", metavar="NAME", default="", help="Begin a project of this name if there is none."
)
@click.option(
    "--take-over",
    is_flag=True,
    help="Import also what another tool manages, and say what to do there.",
)
@click.option(
    "--state",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_state,
    help="State of the other tool; prints what makes it let go of these monitors.",
)
@click.option("--templates", is_flag=True, help="Write what monitors have in common once.")
@click.option(
    "--suggest",
    is_flag=True,
    help="Show what the files' own monitors have in common, and write nothing. Offline.",
)
@click.option(
    "--tests", is_flag=True, help="Also write first unit tests, where their answer is certain."
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=options.writable,
    help="Add the findings to this file, for `validate --baseline`.",
)
@options.deadline
@options.output("text", "json")
@options.root
def command(
    root: Path,
    ids: Sequence[int],
    query: str | None,
    everything: bool,
    since: int | None,
    suggest: bool,
    deadline: float | None,
    form: str,
    output: Path | None,
    **how: Any,
) -> None:
    """
    Write live monitors as files that plan nothing but their adoption.

    Before a file is touched, the new files are read back and compared with the live monitors. A
    monitor for which they do not agree stays out, with the reason. Existing files are added to and
    keep their lines. Nothing in Datadog is changed: `apply` adds the tags.
    """
    _one_of(ids, query, everything, since, suggest=suggest)
    if suggest:
        _suggest(root, form, output)
        return
    imported = app.import_monitors(
        root,
        console.target(deadline=deadline),
        app.ImportOptions(ids=ids, query=query or "", everything=everything, since=since, **how),
        app.Conversation(progress=progress),
    )
    from monitor_sync.render import importing

    if form == "json":
        console.answer(importing.json(imported), output)
    else:
        console.answer(importing.text(imported, console.answer_style(output)), output)


def _suggest(root: Path, form: str, output: Path | None) -> None:
    """Print what monitors that are written out could share."""
    suggested = app.suggest(root)
    from monitor_sync.render import suggesting

    if form == "json":
        console.answer(suggesting.json(suggested), output)
    else:
        console.answer(suggesting.text(suggested, console.answer_style(output)), output)


def _one_of(
    ids: Sequence[int],
    query: str | None,
    everything: bool,
    since: int | None,
    *,
    suggest: bool,
) -> None:
    given = [bool(ids), query is not None, everything, since is not None, suggest]
    if sum(given) == 1:
        return
    raise UsageError(
        "nothing says which monitors are meant"
        if not any(given)
        else "several options say which monitors are meant",
        hint="give one of --id N, --query Q, --since TIME and --all",
    )
