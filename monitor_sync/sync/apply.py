"""Carry out a plan: creates, then updates, deletes last; nothing twice, nothing unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from monitor_sync.errors import MonitorSyncError, OutcomeUnknown
from monitor_sync.resources.monitor.references import ids_in
from monitor_sync.sync import duplicates, preflight
from monitor_sync.sync.executor import Steps, Terms, by_key
from monitor_sync.sync.journal import Log, Past, Unwritten
from monitor_sync.sync.operations import Monitors, Patience, Written
from monitor_sync.sync.outcome import Outcome, Status, Stopped, held
from monitor_sync.sync.plan import Change, Plan
from monitor_sync.sync.worker_pool import Crew, waves

__all__ = ["Monitors", "Outcome", "Patience", "Status", "Stopped", "Terms", "carry_out"]

_FRESH: Final = Past()


def carry_out(
    plan: Plan,
    monitors: Monitors,
    *,
    terms: Terms | None = None,
    log: Log | None = None,
    past: Past = _FRESH,
    resume: bool = False,
    on_progress: Callable[[Outcome], None] | None = None,
    on_interrupt: Callable[[], None] | None = None,
) -> tuple[Outcome, ...]:
    """
    Make the changes of a plan and say what became of each, in the plan's order.

    ``log`` is told before and after each write, and of the end unless the run was cut short.
    ``past`` is what an earlier run knew; to ``resume`` is to carry out the rest of its very plan.
    ``on_progress`` is called from this thread as each change is finished. A failure stops what
    depends on it and the deletes of its business unit, and nothing else. After KeyboardInterrupt
    ``on_interrupt`` is called, what is in flight is finished and the rest is not attempted; after
    a second one Stopped is raised at once. Raises Refused, with nothing written, where a second
    listing disagrees with the plan; and RemoteError where that listing cannot be had.
    """
    terms = terms or Terms()
    pool = ThreadPoolExecutor(terms.workers, thread_name_prefix="monitor-sync-write")
    log = log or Unwritten()
    steps = Steps(plan, monitors, terms, log, past)
    run = _Run(plan, monitors, steps, Crew(pool, on_interrupt), on_progress)
    try:
        if resume:
            run.take_up(past)
        outcomes = run.all(past, saved=terms.saved, log=log)
    except Stopped:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
    return outcomes


class _Run:
    """One run: what became of each change, by key."""

    def __init__(
        self,
        plan: Plan,
        monitors: Monitors,
        steps: Steps,
        crew: Crew[Change, Outcome],
        on_progress: Callable[[Outcome], None] | None,
    ) -> None:
        self._plan = plan
        self._monitors = monitors
        self._steps = steps
        self._crew = crew
        self._on_progress = on_progress
        self._outcomes: dict[str, Outcome] = {}
        self._halves: dict[str, Outcome] = {}  # replaces whose new monitor is there

    def take_up(self, past: Past) -> None:
        """Count as done what the journal of the same plan says is done."""
        for change in self._plan.changes:
            made = past.made.get(change.key)
            if _creates(change) and made and (change.key, "create") in past.settled:
                written = Written(id=made.id, created=made.created)
                self._steps.made[change.key] = written
                self._first_half(change, _earlier(change, made.id))
            elif change.action in ("update", "adopt") and (change.key, "update") in past.settled:
                self._finish(_earlier(change, change.id))
            if change.action in ("delete", "replace") and (change.key, "delete") in past.settled:
                self._finish(self._halves.get(change.key) or _earlier(change, None))

    def all(self, past: Past, *, saved: bool, log: Log) -> tuple[Outcome, ...]:
        """The whole run. Raises KeyboardInterrupt only where nothing was written yet."""
        try:
            sound = self._steps_in_order(past, saved=saved, log=log)
            told = self._told()
            if sound and not any(each.status == "not attempted" for each in told):
                log.end()
        except KeyboardInterrupt:
            if self._crew.interrupted:
                raise Stopped(self._told()) from None
            if not self._outcomes and not self._halves:
                raise
            return self._told()
        return told

    def _told(self) -> tuple[Outcome, ...]:
        return tuple(
            self._outcomes.get(each.key) or self._unfinished(each) for each in self._plan.changes
        )

    def _unfinished(self, change: Change) -> Outcome:
        if change.key not in self._steps.under_way:
            return self._not_deleted(change, "not attempted")
        unknown = OutcomeUnknown("it was under way when the run was stopped")
        return self._not_deleted(change, "failed", error=unknown)

    def _steps_in_order(self, past: Past, *, saved: bool, log: Log) -> bool:
        """All writes, in the only safe order. Whether the next run need not look for twins."""
        changes = [each for each in self._plan.changes if each.key not in self._outcomes]
        creating = [each for each in changes if _creates(each) and each.key not in self._halves]
        if creating or saved:
            now = preflight.second_listing(self._plan, self._monitors, past, saved=saved)
            self._steps.listed = by_key(now)
            log.listed({each.id for each in now})
        self._create(creating)
        sound = self._undo_twins(past)
        updating = [each for each in changes if not _creates(each) and each.action != "delete"]
        self._crew.do(updating, self._steps.update, self._first_half)
        self._delete([each for each in changes if each.action in ("delete", "replace")])
        return sound and not self._crew.interrupted

    def _create(self, changes: Sequence[Change]) -> None:
        """Creates and first halves of replaces, members before the composites that name them."""
        keyed = {change.key: change for change in changes}
        order, circle = waves({key: keyed[key].references for key in keyed})
        for wave in order:
            self._crew.do([keyed[key] for key in wave], self._steps.create, self._first_half)
        for key in circle:
            self._finish(held(keyed[key], "its references go in a circle"))

    def _undo_twins(self, past: Past) -> bool:
        """
        Also those of a run that was cut short before it could look for them.

        Whether that could be done.
        """
        made = dict(self._steps.made)
        if not past.ended:
            made |= {
                key: Written(id=each.id, created=each.created)
                for key, each in past.made.items()
                if key not in made
            }
        if not made or self._crew.interrupted:
            return not made
        return duplicates.undo(self._plan, self._monitors, made, self._steps.ids, self._annotate)

    def _annotate(self, key: str, note: str, number: int | None = None) -> None:
        for kept in (self._outcomes, self._halves):
            if key in kept:
                kept[key] = replace(kept[key], note=note, id=number or kept[key].id)

    def _delete(self, changes: Sequence[Change]) -> None:
        """Deletes and second halves of replaces, composites before the members they name."""
        if self._crew.interrupted:
            return
        keyed = {each.key: each for each in changes if each.key not in self._outcomes}
        troubled = {
            each.change.business_unit for each in self._outcomes.values() if each.status != "done"
        }
        referrers = _referrers(self._plan.changes, keyed)
        order, circle = waves(referrers)
        for wave in (*order, circle):
            ready = []
            for key in wave:
                why = self._why_kept(keyed[key], troubled, referrers[key])
                if why:
                    self._finish(self._not_deleted(keyed[key], "held back", why=why))
                else:
                    ready.append(keyed[key])
            self._crew.do(ready, self._delete_one, self._second_half)

    def _why_kept(self, change: Change, troubled: set[str], referrers: Sequence[str]) -> str:
        """Why a monitor is not deleted now: empty where it may go."""
        if change.business_unit in troubled:
            unit = change.business_unit or "it"
            return f"deletes wait until all else of {unit} has succeeded"
        for key in referrers:
            if key in self._outcomes and self._outcomes[key].status != "done":
                return f"{key} still refers to it"
        return ""

    def _delete_one(self, change: Change) -> Outcome:
        outcome = self._steps.delete(change)
        half = self._halves.get(change.key)
        if outcome.status == "done":
            return half or replace(outcome, id=None)
        return self._not_deleted(change, outcome.status, why=outcome.note, error=outcome.error)

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
            self._steps.ids[change.key] = outcome.id
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


def _earlier(change: Change, number: int | None) -> Outcome:
    return Outcome(
        change=change, status="done", id=number, already=True, note="done by the earlier run"
    )


def _referrers(changes: Sequence[Change], going: dict[str, Change]) -> dict[str, list[str]]:
    """For each monitor that goes away, the composites of this plan whose live query names it."""
    keys = {change.id: key for key, change in going.items()}
    referrers: dict[str, list[str]] = {key: [] for key in going}
    for change in changes:
        if change.live is None or change.live.body.get("type") != "composite":
            continue
        for member in ids_in(change.live.body.get("query")):
            if keys.get(member, change.key) != change.key:
                referrers[keys[member]].append(change.key)
    return referrers
