"""Carry out a plan: creates, then updates, deletes last; each answer is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from monitor_sync.errors import MonitorSyncError
from monitor_sync.model import Body
from monitor_sync.sync.difference import FieldChange
from monitor_sync.sync.plan import Change, Plan

Status = Literal["done", "failed", "held back", "not attempted"]


class Monitors(Protocol):
    """What we ask of Datadog. Bodies are JSON as Datadog has it; errors are those of ``errors``."""

    def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Body]]:
        """The live monitors that carry all these tags, a page at a time."""
        ...

    def find(self, project: str, key: str) -> Sequence[Body]:
        """The live monitors that carry both our tags."""
        ...

    def get(self, id: int, *, with_assets: bool = False) -> Body:  # noqa: A002 - Datadog's word
        """One monitor. Raises NotFound."""
        ...

    def create(self, body: Body) -> Body:
        """Make a monitor. Raises OutcomeUnknown where it may have happened all the same."""
        ...

    def update(self, id: int, body: Body) -> Body:  # noqa: A002 - Datadog's word
        """Change a monitor in place."""
        ...

    def delete(self, id: int) -> None:  # noqa: A002 - Datadog's word
        """Delete a monitor. Raises NotFound where it is gone already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What became of one change.

    ``failed`` has its ``error``. ``held back`` was not sent because something it depends on did
    not succeed; ``not attempted`` because the run was interrupted before its turn. ``id`` is the
    monitor that now carries the key, None where there is none. ``altered`` are the fields that
    Datadog stored differently (``new``) from what was sent (``old``). ``note`` is one more thing
    to know, in words; empty mostly.
    """

    change: Change
    status: Status
    id: int | None = None
    error: MonitorSyncError | None = None
    altered: tuple[FieldChange, ...] = ()
    note: str = ""


def carry_out(
    plan: Plan,
    monitors: Monitors,
    *,
    workers: int = 8,
    on_progress: Callable[[Outcome], None] | None = None,
) -> tuple[Outcome, ...]:
    """
    Make the changes of a plan and say what became of each, in the plan's order.

    ``on_progress`` is called from this thread as each change is finished. Raises Refused, with
    nothing written, where a second listing disagrees with the one the plan was made from.
    """
    raise NotImplementedError(plan, monitors, workers, on_progress)
