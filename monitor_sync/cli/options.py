"""Options that several commands share, each with one meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def _remember_color(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta["monitor_sync.color"] = value


def color(function: _F) -> _F:
    """``--color``: before the command or after it."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        expose_value=False,
        is_eager=True,
        callback=_remember_color,
        help="Colours; auto is the default and heeds NO_COLOR and FORCE_COLOR.",
    )(function)


def output(*formats: str) -> Callable[[_F], _F]:
    """``--format`` with these choices, the first one the default, and ``--output``."""

    def decorate(function: _F) -> _F:
        function = click.option(
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
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


def selectors(function: _F) -> _F:
    """``[SELECTOR]…``: which monitors are shown."""
    return click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")(function)


def _handle(_: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and (not value.startswith("@") or len(value) < 2 or any(map(str.isspace, value))):
        raise click.BadParameter(
            f"{value!r} is no handle: one starts with @, as in @slack-quiet-channel",
            param=parameter,
        )
    return value


def notify_only(function: _F) -> _F:
    """``--notify-only``: every recipient of every monitor replaced by one."""
    return click.option(
        "--notify-only",
        default="",
        metavar="HANDLE",
        callback=_handle,
        help="Notify this handle (@slack-quiet) and nobody else, whatever the files say.",
    )(function)
