"""The three writes of a run: what is asked before each one, and what is noted around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from monitor_sync.errors import Conflict, Interrupted, NotSent, OutcomeUnknown, RemoteError
from monitor_sync.model import Body, LiveMonitor
from monitor_sync.resources.monitor.difference import field_changes
from monitor_sync.resources.monitor.live import read_one
from monitor_sync.resources.monitor.references import keys_in
from monitor_sync.sync import operations
from monitor_sync.sync.conflict import still
from monitor_sync.sync.journal import Log, Part, Past
from monitor_sync.sync.operations import Monitors, Patience, Written
from monitor_sync.sync.outcome import Outcome, done, held
from monitor_sync.sync.plan import Change, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """
    How a plan is carried out.

    ``workers`` writes are under way at once. ``saved`` says that time has passed since the plan
    was made (it was read from a file, or a person was asked), so that others may have overtaken
    it. ``forced`` are the keys that are deleted although others refer to them. A monitor that
    somebody else made less than ``settle`` seconds ago is not deleted.
    """

    workers: int = 8
    saved: bool = False
    forced: frozenset[str] = frozenset()
    settle: float = 0.0
    patience: Patience = field(default_factory=Patience)


class Steps:
    """
    The writes of one run, each for one change. Called from several threads.

    What is written or deleted is read before: a listing may be behind, and what somebody edited or
    took our tags off a moment ago is not ours to write.
    """

    def __init__(self, plan: Plan, monitors: Monitors, terms: Terms, log: Log, past: Past) -> None:
        self._plan = plan
        self._monitors = monitors
        self._terms = terms
        self._log = log
        self._past = past
        self._known = {each.id for each in past.made.values()}
        self.ids = {each.key: each.successor.id for each in plan.changes if each.successor}
        """The ids known by now, by key."""

        self.made: dict[str, Written] = {}
        """What this run created, in order."""

        self.under_way: set[str] = set()
        """Keys whose write was sent and has no outcome yet."""

        self.listed: dict[str, list[LiveMonitor]] = {}
        """Our live monitors by key, from the second listing."""

    def create(self, change: Change) -> Outcome:
        """Make the new monitor of a create or of a replace."""

        def make(body: Body) -> Written:
            if change.id is not None:
                still(self._monitors, change, None)
            there = self._already(change, body)
            if there is not None:
                return there
            create = partial(
                operations.create,
                self._monitors,
                body,
                project=self._plan.project,
                key=change.key,
                old=change.id,
                patience=self._terms.patience,
            )
            made = self.made[change.key] = self._write(change, "create", create)
            return made

        return self._outcome(change, change.id, make)

    def update(self, change: Change) -> Outcome:
        """Change a monitor in place; also one that an interrupted replace made."""
        number = change.successor.id if change.successor else change.id or 0

        def make(body: Body) -> Written:
            made = change.successor is not None
            there = still(self._monitors, change, body, successor=made)
            if there is not None:
                return there
            update = partial(operations.update, self._monitors, number, body)
            return self._write(change, "update", update)

        return self._outcome(change, number, make)

    def delete(self, change: Change) -> Outcome:
        """Delete the monitor of a delete, or the old one of a replace."""
        if change.action == "delete" and self._too_young(change):
            return held(
                change,
                "it was made a moment ago, perhaps by a run that is still going;"
                " a later run deletes it",
            )

        def make(_: Body) -> Written:
            there = still(self._monitors, change, None)
            if there is not None:
                return there
            forced = change.key in self._terms.forced
            delete = partial(operations.delete, self._monitors, change.id or 0, force=forced)
            return self._write(change, "delete", delete)

        return self._outcome(change, change.id, make)

    def _outcome(
        self, change: Change, number: int | None, make: Callable[[Body], Written]
    ) -> Outcome:
        """Put the known ids into the body, write it, and say what came of it."""
        body = operations.with_ids(change.body or {}, self.ids)
        if missing := keys_in(body.get("query")):
            return held(change, f"{missing[0]}, which it refers to, was not made")
        try:
            return done(change, make(body))
        except Interrupted:
            return Outcome(change=change, status="not attempted", id=number)
        except NotSent as error:
            return Outcome(change=change, status="not attempted", id=number, error=error)
        except Conflict as error:
            return Outcome(change=change, status="conflict", id=number, error=error)
        except RemoteError as error:
            return Outcome(change=change, status="failed", id=number, error=error)

    def _already(self, change: Change, body: Body) -> Written | None:
        """The monitor that somebody, or a run that was cut short, made in the meantime."""
        planned = self._plan.ours
        new = [each for each in self.listed.get(change.key, ()) if each.id not in planned]
        if change.key in self._past.unknown and not new:
            found = operations.look_for(
                self._monitors,
                self._plan.project,
                change.key,
                change.id,
                body,
                self._terms.patience,
            )
            new = [found] if found else []
        if not new:
            return None
        new.sort(key=lambda each: (each.created, each.id))
        if change.key in self._past.unknown:
            for each in new:
                if (ours := self._same(body, each.id)) is not None:
                    self.made[change.key] = ours  # others may have made an older twin
                    return ours
        return self._as_wanted(change, body, new[0].id)

    def _as_wanted(self, change: Change, body: Body, number: int) -> Written:
        """What carries the key already, where it is what was to be made. Raises Conflict."""
        there = self._same(body, number)
        if there is None:
            raise Conflict(
                f"{change.key} was made since the plan, as #{number}, and otherwise",
                hint="plan again: it would be changed in place",
            )
        return there

    def _same(self, body: Body, number: int) -> Written | None:
        """A live monitor that is what was to be made, None where it is another."""
        there = read_one(self._monitors.get(number, with_assets="assets" in body))
        if there is None or field_changes(there.body, body):
            return None
        return operations.written(body, there, "was there already, the same", already=True)

    def _too_young(self, change: Change) -> bool:
        """Whether another run may have made it just now, so that it only looks undeclared."""
        if not self._terms.settle or change.live is None or change.id in self._known:
            return False
        return time.time() - change.live.created / 1000 < self._terms.settle

    def _write(self, change: Change, part: Part, send: Callable[[], Written]) -> Written:
        """Send one write, noted before it is sent and after it what came of it."""
        self._log.sending(change.key, part)
        self.under_way.add(change.key)
        try:
            made = send()
        except OutcomeUnknown:
            raise  # the log has it as sent: the next run looks for it
        except RemoteError:
            self._log.undone(change.key, part)
            raise
        finally:
            self.under_way.discard(change.key)
        self._log.done(change.key, part, made.id, made.created)
        return made


def by_key(live: Sequence[LiveMonitor]) -> dict[str, list[LiveMonitor]]:
    """Monitors by the key that they carry."""
    found: dict[str, list[LiveMonitor]] = {}
    for each in live:
        found.setdefault(each.key, []).append(each)
    return found
