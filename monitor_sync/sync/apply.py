"""Carry out a plan: creates, then updates, deletes last; each answer is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Literal

from monitor_sync.errors import MonitorSyncError, Refused, RemoteError
from monitor_sync.sync import writing
from monitor_sync.sync.crew import Crew, waves
from monitor_sync.sync.difference import FieldChange
from monitor_sync.sync.plan import Change, Plan
from monitor_sync.sync.references import ids_in, keys_in
from monitor_sync.sync.writing import Monitors, Patience, Written

__all__ = ["Monitors", "Outcome", "Patience", "Status", "carry_out"]

Status = Literal["done", "failed", "held back", "not attempted"]

_INCOMPLETE: Final = "deletes wait until all else has succeeded"


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
    patience: Patience | None = None,
) -> tuple[Outcome, ...]:
    """
    Make the changes of a plan and say what became of each, in the plan's order.

    ``workers`` writes are under way at once. ``on_progress`` is called from this thread as each
    change is finished. A failure stops what depends on it and every delete, and nothing else.
    After KeyboardInterrupt what is in flight is finished and the rest is not attempted. Raises
    Refused, with nothing written, where a second listing disagrees with the plan's own; and
    RemoteError where that listing cannot be had.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="monitor-sync-write") as pool:
        run = _Run(plan, monitors, Crew(pool), on_progress, patience or Patience())
        return run.all()


class _Run:
    """One run: the ids known by now, and what became of each change, by key."""

    def __init__(
        self,
        plan: Plan,
        monitors: Monitors,
        crew: Crew[Change, Outcome],
        on_progress: Callable[[Outcome], None] | None,
        patience: Patience,
    ) -> None:
        self._plan = plan
        self._monitors = monitors
        self._crew = crew
        self._on_progress = on_progress
        self._patience = patience
        self._outcomes: dict[str, Outcome] = {}
        self._halves: dict[str, Outcome] = {}  # replaces whose new monitor is there
        self._made: dict[str, Written] = {}  # what this run created, in order
        self._ids = {each.key: each.successor.id for each in plan.changes if each.successor}

    def all(self) -> tuple[Outcome, ...]:
        """The whole run. Raises KeyboardInterrupt only where nothing was written yet."""
        try:
            self._steps(self._plan.changes)
        except KeyboardInterrupt:
            if not self._outcomes and not self._halves:
                raise
        return tuple(
            self._outcomes.get(each.key) or self._not_deleted(each, "not attempted")
            for each in self._plan.changes
        )

    def _steps(self, changes: Sequence[Change]) -> None:
        """All writes, in the only safe order."""
        creating = [each for each in changes if _creates(each)]
        if creating:
            self._compare_listings()
            self._create(creating)
        if self._made and not self._crew.interrupted:
            self._undo_twins()
        updating = [each for each in changes if not _creates(each) and each.action != "delete"]
        self._crew.do(updating, self._update_one, self._first_half)
        self._delete([each for each in changes if each.action in ("delete", "replace")])

    def _compare_listings(self) -> None:
        """Refuse to create on the word of one listing: both must name the same monitors of ours."""
        again = {each.id for each in writing.owned(self._monitors, self._plan.project)}
        gone, new = self._plan.ours - again, again - self._plan.ours
        if not gone and not new:
            return
        seen = [f"without {_numbers(gone)}"] if gone else []
        seen += [f"with {_numbers(new)}"] if new else []
        raise Refused(
            f"a second listing came {' and '.join(seen)}: nothing was written",
            hint="run again; if it stays so, somebody else applies this project at the same time",
        )

    def _create(self, changes: Sequence[Change]) -> None:
        """Creates and first halves of replaces, members before the composites that name them."""
        by_key = {change.key: change for change in changes}
        order, circle = waves({key: by_key[key].references for key in by_key})
        for wave in order:
            self._crew.do([by_key[key] for key in wave], self._create_one, self._first_half)
        for key in circle:
            self._finish(_held(by_key[key], "its references go in a circle"))

    def _create_one(self, change: Change) -> Outcome:
        body = writing.with_ids(change.body or {}, self._ids)
        if missing := keys_in(body["query"]):
            return _held(change, f"{missing[0]}, which it refers to, was not made")
        try:
            made = writing.create(
                self._monitors,
                body,
                project=self._plan.project,
                key=change.key,
                old=change.id,
                patience=self._patience,
            )
        except RemoteError as error:
            return Outcome(change=change, status="failed", id=change.id, error=error)
        self._made[change.key] = made
        return _done(change, made)

    def _update_one(self, change: Change) -> Outcome:
        number = change.successor.id if change.successor else change.id
        body = writing.with_ids(change.body or {}, self._ids)
        if missing := keys_in(body["query"]):
            return _held(change, f"{missing[0]}, which it refers to, was not made")
        try:
            return _done(change, writing.update(self._monitors, number or 0, body))
        except RemoteError as error:
            return Outcome(change=change, status="failed", id=number, error=error)

    def _undo_twins(self) -> None:
        """
        List once more, and delete what this run made where an older twin has the same key.

        So two runs at once leave none behind. Monitors that the plan knew are no twins: a
        replaced one goes by its own delete. Composites of this run that named a twin are pointed
        to its elder first.
        """
        try:
            now = writing.owned(self._monitors, self._plan.project)
        except RemoteError as error:
            for key in self._made:
                self._annotate(key, f"not checked for a twin: {error}")
            return
        elders = writing.elders(
            self._made, [each for each in now if each.id not in self._plan.ours]
        )
        if not elders:
            return
        self._ids.update(elders)
        for change in self._plan.changes:
            if change.key in self._made and change.key not in elders:
                self._repoint(change, elders)
        for key in reversed([key for key in self._made if key in elders]):
            self._undo(key, elders[key])

    def _repoint(self, change: Change, elders: Mapping[str, int]) -> None:
        """Let a composite of this run name the elders of the members that are deleted again."""
        if elders.keys().isdisjoint(change.references) or change.body is None:
            return
        query = writing.with_ids(change.body, self._ids)["query"]
        try:
            self._monitors.update(self._made[change.key].id, {"query": query})
        except RemoteError as error:
            self._annotate(change.key, f"refers to a twin that is deleted: {error}")

    def _undo(self, key: str, elder: int) -> None:
        mine = self._made[key].id
        try:
            writing.delete(self._monitors, mine)
            note = f"somebody else made #{elder} at the same time; #{mine} was deleted again"
        except RemoteError as error:
            note = f"#{elder} is older and has the same key; #{mine} is left over: {error}"
        self._annotate(key, note, elder)

    def _annotate(self, key: str, note: str, number: int | None = None) -> None:
        for kept in (self._outcomes, self._halves):
            if key in kept:
                kept[key] = replace(kept[key], note=note, id=number or kept[key].id)

    def _delete(self, changes: Sequence[Change]) -> None:
        """Deletes and second halves of replaces, composites before the members they name."""
        if self._crew.interrupted:
            return
        changes = [each for each in changes if each.key not in self._outcomes]
        if any(each.status != "done" for each in self._outcomes.values()):
            for change in changes:
                self._finish(self._not_deleted(change, "held back", why=_INCOMPLETE))
            return
        by_key = {change.key: change for change in changes}
        referrers = _referrers(changes)
        order, circle = waves(referrers)
        for wave in (*order, circle):
            ready = []
            for key in wave:
                left = [each for each in referrers[key] if each in self._outcomes]
                left = [each for each in left if self._outcomes[each].status != "done"]
                if left:
                    why = f"{left[0]} still refers to it"
                    self._finish(self._not_deleted(by_key[key], "held back", why=why))
                else:
                    ready.append(by_key[key])
            self._crew.do(ready, self._delete_one, self._second_half)

    def _delete_one(self, change: Change) -> Outcome:
        try:
            gone = writing.delete(self._monitors, change.id or 0)
        except RemoteError as error:
            return self._not_deleted(change, "failed", error=error)
        half = self._halves.get(change.key)
        return half or Outcome(change=change, status="done", note=gone.note)

    def _not_deleted(
        self,
        change: Change,
        status: Status,
        *,
        why: str = "",
        error: MonitorSyncError | None = None,
    ) -> Outcome:
        """What became of a change whose delete, or whose all, was not made."""
        half = self._halves.get(change.key)
        if half is None:
            return Outcome(change=change, status=status, id=change.id, error=error, note=why)
        note = f"the new #{half.id} is there, and the old #{change.id} still is"
        return replace(half, status=status, error=error, note=f"{note}: {why}" if why else note)

    def _first_half(self, change: Change, outcome: Outcome) -> None:
        """Keep what became of a create or an update; a replace goes on with its delete."""
        if outcome.status == "done" and outcome.id is not None:
            self._ids[change.key] = outcome.id
        if change.action == "replace" and outcome.status == "done":
            self._halves[change.key] = outcome
        else:
            self._finish(outcome)

    def _second_half(self, _: Change, outcome: Outcome) -> None:
        self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        self._outcomes[outcome.change.key] = outcome
        if self._on_progress is not None:
            self._on_progress(outcome)


def _creates(change: Change) -> bool:
    """Whether it makes a new monitor: a replace does, unless an earlier run made it already."""
    return change.action == "create" or (change.action == "replace" and change.successor is None)


def _done(change: Change, written: Written) -> Outcome:
    return Outcome(
        change=change,
        status="done",
        id=written.id,
        altered=written.altered,
        note=written.note,
    )


def _held(change: Change, why: str) -> Outcome:
    return Outcome(change=change, status="held back", id=change.id, note=why)


def _referrers(changes: Sequence[Change]) -> dict[str, list[str]]:
    """For each monitor that goes away, the composites that go away too and name it."""
    keys = {change.id: change.key for change in changes}
    referrers: dict[str, list[str]] = {change.key: [] for change in changes}
    for change in changes:
        if change.live is None or change.live.body.get("type") != "composite":
            continue
        for member in ids_in(change.live.body.get("query")):
            if keys.get(member, change.key) != change.key:
                referrers[keys[member]].append(change.key)
    return referrers


def _numbers(ids: Iterable[int]) -> str:
    """Ids as people read them, the first few."""
    ordered = sorted(ids)
    shown = ", ".join(f"#{each}" for each in ordered[:5])
    return shown if len(ordered) <= 5 else f"{shown} and {len(ordered) - 5} more"
