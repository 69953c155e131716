"""Options that several commands share, each with one meaning."""

from __future__ import annotations

import errno
import functools
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from monitor_sync.cli import completion, console
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.model import Limit

_F = TypeVar("_F", bound=Callable[..., Any])


def _remember_color(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta["monitor_sync.color"] = value


def root(function: _F) -> _F:
    """Pass ``--root``, which stands before the command, as the argument ``root``."""

    @functools.wraps(function)
    def with_root(*arguments: Any, **given: Any) -> Any:
        folder = click.get_current_context().meta["monitor_sync.root"]
        return function(*arguments, root=folder, **given)

    return cast("_F", with_root)


def color(function: _F) -> _F:
    """Add ``--color``, which may stand before or after the command."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        is_eager=True,
        callback=_remember_color,
        help="Colours; auto is the default and heeds NO_COLOR and FORCE_COLOR.",
    )(function)


_STANDARD_OUTPUT: Final = Path("/dev/stdout")


def _check_writable(path: Path) -> None:
    """Raise OSError where a file cannot be written, or a link stands in its place."""
    folder = path.parent
    error = None
    if path.is_symlink():
        error = errno.ELOOP
    elif not folder.is_dir():
        error = errno.ENOTDIR if folder.exists() else errno.ENOENT
    elif not os.access(path if path.exists() else folder, os.W_OK):
        error = errno.EACCES
    if error is not None:
        raise OSError(error, os.strerror(error))


def writable(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """
    Return the file that an answer goes to, once it is sure that it can be written.

    What is found out only afterwards would lose the answer of what was done meanwhile. A file of
    the project is not written over: it is what the command reads.
    """
    if path == _STANDARD_OUTPUT:
        return None  # a link to what an answer goes to anyway
    if path is not None:
        try:
            _check_writable(path)
        except OSError as error:
            raise console.unwritable(path, error) from None
        if _is_read(path, context.meta.get("monitor_sync.root")):
            raise UsageError(
                f"cannot write {path}: it is a file of the project", hint="name another file"
            )
    return path


def _is_read(path: Path, folder: Path | None) -> bool:
    """Return whether a file that is there is one that the command reads."""
    if folder is None or path.suffix not in (".yaml", ".yml") or not path.exists():
        return False
    return path.resolve().is_relative_to(folder.resolve())


def output(*formats: str) -> Callable[[_F], _F]:
    """Add ``--format`` with these choices, the first the default, and ``--output``."""

    def decorate(function: _F) -> _F:
        function = click.option(
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            callback=writable,
            help="Write the answer to this file instead of standard output.",
        )(function)
        return click.option(
            "--format",
            "form",
            type=click.Choice(formats),
            default=formats[0],
            show_default=True,
            help="How to print the answer.",
        )(color(function))

    return decorate


def comparison(*, full: str, fails: str, kept: str) -> Callable[[_F], _F]:
    """Add ``--full``, ``--fail-on-changes`` and ``--out``, with these helps."""

    def decorate(function: _F) -> _F:
        function = click.option(
            "--out",
            "planfile",
            type=click.Path(path_type=Path, dir_okay=False),
            callback=writable,
            help=kept,
        )(function)
        function = click.option("--fail-on-changes", is_flag=True, help=fails)(function)
        return click.option("--full", is_flag=True, help=full)(function)

    return decorate


def selectors(function: _F) -> _F:
    """Add ``[SELECTOR]…``: which monitors are shown."""
    return click.argument(
        "selectors", nargs=-1, metavar="[SELECTOR]...", shell_complete=completion.selectors
    )(function)


def _handle(_: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and (not value.startswith("@") or len(value) < 2 or any(map(str.isspace, value))):
        raise click.BadParameter(
            f"{value!r} is no handle: one starts with @, as in @slack-quiet-channel",
            param=parameter,
        )
    return value


def github(function: _F) -> _F:
    """Add ``--github``, which changes nothing: there is no other place yet."""
    return click.option(
        "--github",
        is_flag=True,
        expose_value=False,
        help="Changes nothing: GitHub is the only place so far.",
    )(function)


def notify_only(function: _F) -> _F:
    """Add ``--notify-only``: one handle in place of every recipient of every monitor."""
    return click.option(
        "--notify-only",
        default="",
        metavar="HANDLE",
        callback=_handle,
        help="Notify this handle (@slack-quiet) and nobody else, whatever the files say.",
    )(function)


def _limit(_: click.Context, parameter: click.Parameter, value: str | None) -> Limit | None:
    if value is None:
        return None
    from monitor_sync.model import Limit

    try:
        return Limit.read(value)
    except ValueError as error:
        raise click.BadParameter(str(error), param=parameter) from None


_LIMITS: Final = {
    "deletes": "Allow this many deletes and replaces: 12, or 40% of the live monitors.",
    "changes": "Allow this many changes of live monitors.",
    "labels": "Allow this many changes of nothing but tags and the footer.",
    "unpaged": "Allow this many monitors to lose their last pager.",
    "lookalikes": "Allow this many new monitors beside live ones that look the same.",
}


def limits(function: _F) -> _F:
    """Add ``--max-deletes N`` and its like; they arrive as one mapping called ``overrides``."""

    @functools.wraps(function)
    def gathered(**given: Any) -> Any:
        limits = {what: given.pop(f"max_{what}") for what in _LIMITS}
        return function(
            overrides={what: limit for what, limit in limits.items() if limit is not None}, **given
        )

    for what, text in reversed(_LIMITS.items()):
        gathered = click.option(f"--max-{what}", metavar="N|N%", callback=_limit, help=text)(
            gathered
        )
    return cast("_F", gathered)


def base(function: _F) -> _F:
    """Add ``--base REV``: this change alone."""
    return click.option(
        "--base",
        default="",
        metavar="REV",
        help="Plan only what changed in the files since a git revision: main, HEAD^1, a commit.",
    )(function)


_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}


def _duration(_: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh]?)", value)
    if match is None or not float(match[1]):
        raise click.BadParameter(f"{value!r} is no duration: write 90s, 15m or 1h", param=parameter)
    return float(match[1]) * _SECONDS[match[2]]


def _day(_: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    from monitor_sync.incidents import YEARS  # --help need not import it

    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no day: write 2026-11-30", param=parameter
        ) from None
    if day.year not in YEARS:
        years = f"{YEARS.start} to {YEARS.stop - 1}"
        raise click.BadParameter(f"{value} is no day of the years {years}", param=parameter)
    return day


def days(function: _F) -> _F:
    """Add ``--from`` and ``--to``: the days a report is about; they arrive as start and end."""
    function = click.option(
        "--to",
        "end",
        metavar="DAY",
        callback=_day,
        help="The day after the last one; until now if not given.",
    )(function)
    return click.option(
        "--from",
        "start",
        metavar="DAY",
        callback=_day,
        help="The first day (2026-11-01), in the time zone of project.yaml.",
    )(function)


def duration(name: str, text: str) -> Callable[[_F], _F]:
    """Add an option that takes a time (90s, 15m, 1h), which arrives as seconds."""
    return click.option(name, metavar="T", callback=_duration, help=text)


def deadline(function: _F) -> _F:
    """Add ``--deadline T``: how long the whole command may take."""
    return click.option(
        "--deadline",
        metavar="T",
        callback=_duration,
        help="Send no further request after this time (90s, 15m, 1h); finish those under way.",
    )(function)


def history(function: _F) -> _F:
    """Add ``--offline`` and ``--budget T``: what may be asked for the history of response."""
    return click.option(
        "--offline", is_flag=True, help="Ask nobody: use the history that is there."
    )(budget(function))


def budget(function: _F) -> _F:
    """Add ``--budget T``: how long single incidents may be read."""
    return duration(
        "--budget", "Also read the alerts of single incidents, the newest first, for so long (5m)."
    )(function)
