"""What became of each change of a plan that was carried out."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from monitor_sync.errors import MonitorSyncError
from monitor_sync.model import Id
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.change import Change
from monitor_sync.sync.operations import WriteResult

Status = Literal["done", "failed", "conflict", "held back", "not attempted"]


class Outcome(Struct, frozen=True, kw_only=True):
    """
    What became of one change.

    ``failed`` has its ``error``, and so has ``conflict``: the resource was not as planned and is
    left alone. ``held back`` was not sent because something it depends on did not succeed; ``not
    attempted`` because the run was interrupted before its turn, or else has an ``error``, such as
    that time was up. ``id`` is the resource that now carries the key, None where there is none.
    ``already`` says that nothing had to be written: somebody, or an earlier run, had done it.
    ``altered`` are the fields that Datadog stored differently (``new``) from what was sent
    (``old``). ``note`` is one more thing to know, in words; empty mostly.
    ``in_doubt`` says that it was made and that another run may have made it too.
    """

    change: Change
    status: Status
    id: Id | None = None
    error: MonitorSyncError | None = None
    already: bool = False
    altered: tuple[FieldChange, ...] = ()
    note: str = ""
    in_doubt: bool = False


def done(change: Change, written: WriteResult) -> Outcome:
    """Return the outcome of a change that was made."""
    return Outcome(
        change=change,
        status="done",
        id=written.id,
        already=written.already,
        altered=written.altered,
        note=written.note,
    )


def held(change: Change, why: str) -> Outcome:
    """Return the outcome of a change that was not sent because of another."""
    return Outcome(change=change, status="held back", id=change.id, note=why)


class Stopped(KeyboardInterrupt):
    """A second interruption: writes may still be on their way. Has what became of the changes."""

    def __init__(self, outcomes: tuple[Outcome, ...]) -> None:
        super().__init__()
        self.outcomes = outcomes
