"""The conversation of an apply on a terminal or in a job's log: the plan, the question, signals."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NoReturn

from monitor_sync import app
from monitor_sync.cli import console
from monitor_sync.cli.progress import progress
from monitor_sync.counting import count
from monitor_sync.errors import AppliedInPart
from monitor_sync.interruption import INTERRUPTION

if TYPE_CHECKING:
    from monitor_sync.app import Conversation, Prepared
    from monitor_sync.app.prepare import OrganisationCheck
    from monitor_sync.sync.apply import Stopped


_UNCHECKED: Final[Mapping[OrganisationCheck, str]] = {
    "none live now": "is live",
    "none live then": "was live when the plan was made",
}


def conversation(*, aloud: bool, asks: bool) -> Conversation:
    """
    Return the conversation of one apply.

    The plan is shown on standard output where that is for people (``aloud``), else beside it.
    ``asks`` for a person at the terminal who has to agree.
    """
    return app.Conversation(
        show=lambda prepared: _show(prepared, aloud=aloud),
        confirm=_agreed if asks else None,
        progress=progress,
        interrupted=_interrupted,
        stopped=_leave,
        sending=_sent.set,
        written=_written,
    )


_ENDING: Final = (signal.SIGINT, signal.SIGTERM)
"""Ctrl-C, and what a build server ends a job with."""


@contextlib.contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """
    Take SIGTERM for Ctrl-C: a build server ends a job with it, and writes are finished then.

    The first interrupts, and the next one only after it was told that what is on its way is
    finished: that one stops at once. Once something was written both stay ignored to the end of
    the process: the exit code follows from what was sent, whenever they come. Raises AppliedInPart
    where one comes between two steps of an apply that has sent something.
    """
    before = {number: signal.getsignal(number) for number in _ENDING}
    _sent.clear()
    interruptible()
    try:
        with _told_by_what_was_sent():
            yield
    finally:
        INTERRUPTION.needed = False
        for number, handler in before.items():
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, handler)


_sent: Final = threading.Event()
"""Whether something was sent of which nobody knows yet what became of it."""


@contextlib.contextmanager
def _told_by_what_was_sent() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        if not _sent.is_set():
            raise
        _undisturbed()
        raise _stopped_at_once() from None


def _stopped_at_once() -> AppliedInPart:
    return AppliedInPart(
        "stopped at once, with writes under way",
        hint="`monitor-sync apply --resume` looks up what became of them and does the rest",
    )


def interruptible() -> None:
    """Let the next signal interrupt, and no later one end the report of what was done."""
    INTERRUPTION.needed = True
    INTERRUPTION.arm()
    for number in _ENDING:
        signal.signal(number, INTERRUPTION.take)


def _show(prepared: Prepared, *, aloud: bool) -> None:
    from monitor_sync.render import plan as plan_text
    from monitor_sync.render.text import wrapped

    if prepared.organisation in _UNCHECKED:
        when = _UNCHECKED[prepared.organisation]
        console.say(f"The organisation is not checked: no monitor {when} to tell which it is.")
    if prepared.organisation_unknown:
        console.say(
            "Datadog does not tell this key its organisation, and no monitor does: the journal is"
            f" kept for all of {prepared.client.host}."
        )
    if not prepared.kept and not prepared.past.ended:
        console.say("An earlier apply was cut short; what it made is known, and is made once.")
    console.warn_of_files(prepared.warnings)
    if prepared.loosened:
        console.say("Weaker than when something was last applied here:")
        for entry in prepared.loosened:
            for line in wrapped(f"  {plan_text.loosening(entry)}", console.err().width, 6):
                console.say(line)
    if aloud:
        console.answer(plan_text.text(prepared.plan, console.out()))
    else:
        console.say(plan_text.text(prepared.plan, console.err()).rstrip("\n"))
    if prepared.resumed:
        done = len(prepared.past.settled)
        console.say(f"Resuming: {count(done, 'write')} of it {'is' if done == 1 else 'are'} done.")


def _agreed(_: Prepared) -> bool:
    """Ask on the terminal; anything but yes means no."""
    sys.stderr.write("\nApply these changes? [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        console.say("")  # Ctrl-D leaves the question's line open
    return answer.strip().lower() in {"y", "yes"}


def _interrupted() -> None:
    console.say("\nInterrupted: finishing the requests under way. Interrupt again to stop at once.")
    INTERRUPTION.arm()


def _leave(stopped: Stopped, prepared: Prepared) -> NoReturn:
    """Say what was done and end the process, threads and all; the journal has every step."""
    _undisturbed()
    from monitor_sync.render import outcomes as outcomes_text

    fingerprint = prepared.plan.fingerprint
    console.answer("\n" + outcomes_text.text(stopped.outcomes, fingerprint, console.out()))
    console.complain(_stopped_at_once())
    os._exit(AppliedInPart.exit_code)


def _written() -> None:
    """Take note that each change has its outcome: from here on the exit code follows from these."""
    _undisturbed()
    _sent.clear()


def _undisturbed() -> None:
    """
    Ignore Ctrl-C and SIGTERM from here on: all that is left is to say what was done, and to end.

    One that comes this late was meant for the writes, and would have it said that none was made.
    """
    for number in _ENDING:
        # Python tells of a signal that waits for its handler when it becomes ignored: an empty
        # handler takes it first
        signal.signal(number, lambda *_: None)
        signal.signal(number, signal.SIG_IGN)
