"""The journal of an apply in its state folder: what the last run knew, and that of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor_sync import __version__
from monitor_sync.store.state import State, unusable
from monitor_sync.sync import journal, plan_file
from monitor_sync.sync.journal import Journal, Past

if TYPE_CHECKING:
    from monitor_sync.sync.plan import Plan


def past(state: State) -> Past:
    """Return what the last apply knew; nothing where there was none. Raises Refused, UsageError."""
    try:
        return journal.read(state.journal) or Past()
    except OSError as error:
        raise unusable(state.journal, error) from None


def begin(state: State, plan: Plan, past: Past, text: str) -> Journal:
    """
    Return a new journal, with ``text``, the plan file, beside it.

    Both take the place of the last run's when the first write is noted, not before: a run that
    is refused until then did nothing that could be resumed, and knows less than the last one.
    Raises UsageError.
    """
    try:
        state.new_plan.write_text(text, encoding="utf-8")
        log = Journal(state.new_journal, on_first=state.replace)
        log.begin(plan, past, tool=__version__, digest=plan_file.digest_of(text))
    except OSError as error:
        raise unusable(state.folder, error) from None
    return log


def resume(state: State) -> Journal:
    """Return the journal of the run that was cut short, to go on with. Raises UsageError."""
    try:
        return Journal(state.journal, again=True)
    except OSError as error:
        raise unusable(state.journal, error) from None
