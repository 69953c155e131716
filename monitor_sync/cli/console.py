"""
Where output goes: answers to standard output or a file, conversation to standard error.

A closed pipe (``monitor-sync list | head``) is nobody's mistake: what nobody reads is dropped, and
the run goes on, so that an apply never stops halfway because its output was cut off.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from monitor_sync import jsontext
from monitor_sync.app.failures import LimitsExceeded, NotProven, WrongFiles
from monitor_sync.errors import MonitorSyncError, UsageError, system_reason

if TYPE_CHECKING:
    from monitor_sync.app import Target
    from monitor_sync.diagnostics import Diagnostic
    from monitor_sync.render.style import Style


def prepare_streams() -> None:
    """
    Print any text whatever the locale says: a name in Japanese must not end a run.

    A stream that is closed (``>&-``) prints nowhere; no file that is opened later takes its place.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115 - stays open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def style(stream: TextIO) -> Style:
    """
    Return colours and width for a stream.

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
    """Return the style of standard output."""
    return style(sys.stdout)


def err() -> Style:
    """Return the style of standard error."""
    return style(sys.stderr)


def answer(text: str, output: Path | None = None, *, as_it_is: bool = False) -> None:
    """
    Print the answer, or write it to a file, so that nothing in it acts on a terminal or a log.

    ``as_it_is``: of a plan file every byte counts, and workflow commands for GitHub are to act.
    Raises UsageError where the file cannot be written.
    """
    if not as_it_is:
        text = harmless(text, answer_style(output))
    if output is None:
        _write(sys.stdout, text)
        return
    try:
        with open(output, "w", encoding="utf-8", opener=_unlinked) as file:
            file.write(text)
    except OSError as error:
        raise unwritable(output, error) from None


def _unlinked(path: str, flags: int) -> int:
    """
    Open a file, but none that a link leads to: it would be somebody else's.

    A pipe that nobody reads is an error at once: to wait for a reader may be to wait for ever.
    """
    file = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    os.set_blocking(file, True)
    return file


def unwritable(path: Path, error: OSError) -> UsageError:
    """Return what to say of a file that cannot be written."""
    reason = "it is a link" if error.errno == errno.ELOOP else system_reason(error)
    if error.errno == errno.ENXIO:
        reason = "it is a pipe that nobody reads"
    return UsageError(
        f"cannot write {path}: {reason}",
        hint="name a file in a folder that exists and is yours to write to",
    )


def answer_style(output: Path | None) -> Style:
    """Return the style of the answer; in a file nothing is coloured or cut."""
    from monitor_sync.render.style import PLAIN

    return PLAIN if output is not None else out()


def say(text: str) -> None:
    """Print one line of conversation, on standard error."""
    _write(sys.stderr, harmless(text, err()) + "\n")


def warn(text: str, hint: str) -> None:
    """Print a warning: the command succeeded but may not do what the user wants."""
    from monitor_sync.render.text import hanging  # its tables of characters, only for a warning

    shown = err()
    for mark, colour, words in (("warning:", "yellow", text), ("   help:", "cyan", hint)):
        first, *rest = hanging(words, shown.width, len(mark) + 1)
        say(f"{shown(mark, colour, bold=True)} {first}")
        for line in rest:
            say(line)


def warn_of_files(
    diagnostics: Sequence[Diagnostic], subject: str = "The monitors that change"
) -> None:
    """Print one line about problems that stop nothing, and whose they are; notes are none."""
    from monitor_sync.diagnostics import Severity, tally

    problems = [diagnostic for diagnostic in diagnostics if diagnostic.severity > Severity.NOTE]
    if problems:
        say(f"{subject} have {tally(problems)}; `monitor-sync validate` shows what.")


def complain(error: MonitorSyncError) -> None:
    """Print an error and its hint, aligned; before it what it carries."""
    if isinstance(error, LimitsExceeded):
        for refusal in error.refusals:
            complain(refusal)
        return
    if isinstance(error, WrongFiles | NotProven) and error.diagnostics:
        from monitor_sync.render import diagnostics

        say(diagnostics.text(error.diagnostics, err()).rstrip("\n") + "\n")
    say(_worded(error))


def _worded(error: MonitorSyncError) -> str:
    """Return ``error: …`` and `` help: …``, with further lines below the first of each."""
    from monitor_sync.render.text import hanging, plain  # tables of characters, only for errors

    shown = err()
    lines = []
    for mark, colour, words in (("error:", "red", str(error)), (" help:", "cyan", error.hint)):
        if words or mark == "error:":
            first, *rest = hanging(plain(words), shown.width, len(mark) + 1)
            lines += [f"{shown(mark, colour, bold=True)} {first}", *rest]
    return "\n".join(lines)


def target(*, deadline: float | None = None) -> Target:
    """Return the Datadog that the environment names; who waits for it is told for what."""
    from monitor_sync.app import Target
    from monitor_sync.cli import heap

    heap.share()  # here and not in app: it is for the process, which a Python program owns
    return Target(
        environ=os.environ,
        deadline=deadline,
        on_wait=lambda what, seconds: say(f"Waiting {seconds:.0f} s for {what}."),
    )


def harmless(text: str, style: Style) -> str:
    """
    Return text that changes no terminal and gives no build log a command.

    Every value is made so where it is printed; this is the door that all of them pass, for the one
    that was forgotten. Colours pass where ``style`` has some: then they are our own.
    """
    from monitor_sync.render.text import plain  # its tables of characters, only for an answer

    if text.startswith(("{", "[")):  # JSON has escapes of its own
        text = jsontext.defused(text)
    pieces = _COLOURS.split(text) if style.colour else [text]
    return "".join(piece if place % 2 else plain(piece) for place, piece in enumerate(pieces))


_COLOURS: Final = re.compile("(\x1b\\[(?:0|[12]|3[1-6])(?:;[12])*m)")
_unwritten: list[OSError] = []
"""Why standard output or standard error could not be written, but for a closed pipe."""


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            _unwritten.append(error)
        _drop(stream)


def _drop(stream: TextIO) -> None:
    """Discard what is still to come for a stream that nobody reads."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def finish() -> None:
    """
    Flush what click itself printed (help, version).

    Raises UsageError where an answer could not be written: a full disk must not look like one
    that was.
    """
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "")
    if _unwritten:
        error = _unwritten[0]
        _unwritten.clear()
        raise disk_full(error)


def disk_full(error: OSError) -> UsageError:
    """Return what to say where an answer could not be written; what is left of it is dropped."""
    _drop(sys.stdout)
    return UsageError(
        f"the answer could not be written: {system_reason(error)}",
        hint="the command itself was done; run it again with room to write to",
    )
