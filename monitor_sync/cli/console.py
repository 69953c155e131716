"""
Where output goes: answers to standard output or a file, conversation to standard error.

A closed pipe (``monitor-sync list | head``) is nobody's mistake: what nobody reads is dropped, and
the run goes on, so that an apply never stops halfway because its output was cut off.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from monitor_sync.errors import MonitorSyncError, UsageError

if TYPE_CHECKING:
    from monitor_sync.render.style import Style


def prepare_streams() -> None:
    """Print any text whatever the locale says: a name in Japanese must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def style(stream: TextIO) -> Style:
    """
    Colours and width for one stream.

    ``--color`` beats ``NO_COLOR``, that beats ``FORCE_COLOR``, that beats what the stream is.
    """
    from monitor_sync.render.style import Style  # --version prints without

    context = click.get_current_context(silent=True)
    choice = context.meta.get("monitor_sync.color", "auto") if context else "auto"
    terminal = stream.isatty()
    if choice == "auto" and os.environ.get("NO_COLOR"):
        choice = "never"
    elif choice == "auto" and os.environ.get("FORCE_COLOR"):
        choice = "always"
    colour = choice == "always" or (choice == "auto" and terminal and _capable())
    return Style(colour=colour, width=_width() if terminal else 0)


def _capable() -> bool:
    return os.environ.get("TERM") != "dumb"


def _width() -> int:
    import shutil  # only a terminal has a width

    return shutil.get_terminal_size((100, 24)).columns


def out() -> Style:
    """The style of standard output."""
    return style(sys.stdout)


def err() -> Style:
    """The style of standard error."""
    return style(sys.stderr)


def answer(text: str, output: Path | None = None) -> None:
    """Print what was asked for, or write it to the file that was named."""
    if output is None:
        _write(sys.stdout, text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {output}: {(error.strerror or str(error)).lower()}",
            hint="name a file in a folder that exists and is yours to write to",
        ) from None


def answer_style(output: Path | None) -> Style:
    """The style of the answer: never coloured or cut in a file."""
    from monitor_sync.render.style import PLAIN

    return PLAIN if output is not None else out()


def say(text: str) -> None:
    """One line of conversation."""
    _write(sys.stderr, text + "\n")


def warn(text: str, hint: str) -> None:
    """Something that is done, though it may not be what was meant."""
    shown = err()
    say(f"{shown('warning:', 'yellow', bold=True)} {text}")
    say(f"{shown('   help:', 'cyan', bold=True)} {hint}")


def complain(error: MonitorSyncError) -> None:
    """An error and its hint, aligned: ``error: …`` and `` help: …``."""
    from monitor_sync.render.text import plain  # its tables of characters, only for an error

    shown = err()
    first, *rest = plain(str(error)).split("\n")
    lines = [f"{shown('error:', 'red', bold=True)} {first}", *(f"       {line}" for line in rest)]
    if error.hint:
        first, *rest = plain(error.hint).split("\n")
        lines += [
            f"{shown(' help:', 'cyan', bold=True)} {first}",
            *(f"       {line}" for line in rest),
        ]
    say("\n".join(lines))


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _drop(stream)


def _drop(stream: TextIO) -> None:
    """Send what is still to come for a stream that nobody reads to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def finish() -> None:
    """Flush what click itself printed (help, version)."""
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "")


def closest(word: str, words: Iterable[str]) -> str:
    """The one of ``words`` that was probably meant, or an empty string."""
    import difflib  # only somebody who mistyped waits for it

    return next(iter(difflib.get_close_matches(word, list(words), n=1)), "")


def root() -> Path:
    """The folder of files, as ``--root`` says."""
    path: Any = click.get_current_context().meta["monitor_sync.root"]
    return Path(path)
