"""
Where output goes: answers to standard output or a file, conversation to standard error.

A closed pipe (``monitor-sync list | head``) is nobody's mistake: what nobody reads is dropped, and
the run goes on, so that an apply never stops halfway because its output was cut off.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from monitor_sync.app.failures import LimitsExceeded, WrongFiles
from monitor_sync.diagnostics import Severity, tally
from monitor_sync.errors import MonitorSyncError, UsageError

if TYPE_CHECKING:
    from monitor_sync.app import Target
    from monitor_sync.diagnostics import Diagnostic
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
    """Print the answer, or write it to a file. Raises UsageError where that cannot be written."""
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
    """Print one line of conversation, on standard error."""
    _write(sys.stderr, text + "\n")


def warn(text: str, hint: str) -> None:
    """Print a warning: the command succeeded but may not do what the user wants."""
    shown = err()
    say(f"{shown('warning:', 'yellow', bold=True)} {text}")
    say(f"{shown('   help:', 'cyan', bold=True)} {hint}")


def warn_of_files(diagnostics: Sequence[Diagnostic]) -> None:
    """Print one line about problems of the files that stop nothing; notes are no problems."""
    problems = [each for each in diagnostics if each.severity > Severity.NOTE]
    if problems:
        say(f"The files have {tally(problems)}; `monitor-sync validate` shows what.")


def complain(error: MonitorSyncError) -> None:
    """Print an error and its hint, aligned; before it what it carries."""
    if isinstance(error, LimitsExceeded):
        for refusal in error.refusals:
            complain(refusal)
        return
    if isinstance(error, WrongFiles):
        from monitor_sync.render import diagnostics

        say(diagnostics.text(error.diagnostics, err()).rstrip("\n") + "\n")
    say(_worded(error))


def _worded(error: MonitorSyncError) -> str:
    """Return ``error: …`` and `` help: …``, with further lines below the first of each."""
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
    return "\n".join(lines)


def target(*, workers: int = 8, deadline: float | None = None) -> Target:
    """Return the Datadog that the environment names; who waits for it is told for what."""
    from monitor_sync.app import Target

    return Target(
        environ=os.environ,
        workers=workers,
        deadline=deadline,
        on_wait=lambda what, seconds: say(f"Waiting {seconds:.0f} s for {what}."),
    )


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _drop(stream)


def _drop(stream: TextIO) -> None:
    """Discard what is still to come for a stream that nobody reads."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def finish() -> None:
    """Flush what click itself printed (help, version)."""
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "")
