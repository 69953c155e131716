"""Carry out a plan: creates, then updates, deletes last; nothing twice, nothing unseen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from monitor_sync.errors import MonitorSyncError, OutcomeUnknown
from monitor_sync.model import Address, Id, LiveId
from monitor_sync.resources.kind import Kind
from monitor_sync.resources.kinds import KINDS
from monitor_sync.sync import duplicates, preflight
from monitor_sync.sync.change import GOING, Change
from monitor_sync.sync.duplicates import DuplicateSearch, Note
from monitor_sync.sync.executor import Steps, Terms, by_address
from monitor_sync.sync.journal import Log, Past, Unwritten
from monitor_sync.sync.operations import Endpoint, Endpoints, Patience, WriteResult
from monitor_sync.sync.outcome import Outcome, Status, Stopped, held
from monitor_sync.sync.plan import Plan
from monitor_sync.sync.preflight import Preflight
from monitor_sync.sync.worker_pool import WorkerPool, started, waves

__all__ = [
    "Endpoint",
    "Endpoints",
    "Outcome",
    "Patience",
    "Status",
    "Stopped",
    "Terms",
    "carry_out",
]

_FRESH: Final = Past()


def carry_out(
    plan: Plan,
    endpoints: Endpoints,
    *,
    terms: Terms | None = None,
    log: Log | None = None,
    past: Past = _FRESH,
    resume: bool = False,
    on_progress: Callable[[Outcome], None] | None = None,
    on_interrupt: Callable[[], None] | None = None,
    on_send: Callable[[], None] | None = None,
) -> tuple[Outcome, ...]:
    """
    Make the changes of a plan and say what became of each, in the plan's order.

    ``endpoints`` has the way to Datadog for each kind that the plan changes.
    ``log`` is told before and after each write, and of the end unless the run was cut short.
    ``past`` is what an earlier run knew; to ``resume`` is to carry out the rest of its very plan.
    ``on_progress`` is called from this thread as each change is finished, ``on_send`` from others
    before each write. A failure stops what
    depends on it and the deletes of its business unit, and nothing else. After KeyboardInterrupt
    ``on_interrupt`` is called, what is in flight is finished and the rest is not attempted; after
    a second one Stopped is raised at once. Raises Refused, with nothing written, where a second
    listing disagrees with the plan; and RemoteError where that listing cannot be had.
    """
    terms = terms or Terms()
    pool = started(terms.workers)
    log = log or Unwritten()
    steps = Steps(plan, endpoints, terms, log, past, on_send)
    run = _ApplyRun(
        plan, endpoints, steps, WorkerPool(pool, on_interrupt), on_progress, terms.patience
    )
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
    try:
        pool.shutdown()
    except KeyboardInterrupt:  # everything has an outcome by now
        raise Stopped(outcomes) from None
    return outcomes


class _ApplyRun:
    """One run: what became of each change."""

    def __init__(
        self,
        plan: Plan,
        endpoints: Endpoints,
        steps: Steps,
        writers: WorkerPool[Change, Outcome],
        on_progress: Callable[[Outcome], None] | None,
        patience: Patience,
    ) -> None:
        self._plan = plan
        self._endpoints = endpoints
        kinds = dict.fromkeys((*_kinds(plan.changes), *KINDS))
        self._known = [kind for kind in kinds if kind.name in endpoints]
        self._steps = steps
        self._writers = writers
        self._on_progress = on_progress
        self._patience = patience
        self._outcomes: dict[Address, Outcome] = {}
        self._halves: dict[Address, Outcome] = {}  # replaces whose new resource is there

    def take_up(self, past: Past) -> None:
        """Count as done what the journal of the same plan says is done."""
        for change in self._plan.changes:
            address, made = change.address, past.made.get(change.address)
            if _creates(change) and made and (address, "create") in past.settled:
                written = WriteResult(id=made.id, created=made.created)
                self._steps.made[address] = written
                self._first_half(change, _earlier(change, made.id))
            elif (address, _in_place(change)) in past.settled:
                self._finish(_earlier(change, change.id))
            if (
                change.action in ("delete", "replace")
                and (change.address, "delete") in past.settled
            ):
                self._finish(self._halves.get(change.address) or _earlier(change, None))

    def all(self, past: Past, *, saved: bool, log: Log) -> tuple[Outcome, ...]:
        """Carry out the whole run. Raises KeyboardInterrupt only if nothing was written yet."""
        try:
            sound = self._steps_in_order(past, saved=saved, log=log)
            outcomes = self._told()
            if sound and not any(outcome.status == "not attempted" for outcome in outcomes):
                log.end()
        except KeyboardInterrupt:
            self._writers.give_up()
            if not (self._outcomes or self._halves or self._steps.sent):
                raise
            outcomes = self._told_for_sure()
            under_way = self._steps.sent - self._outcomes.keys() - self._halves.keys()
            if self._writers.interrupted or under_way:
                raise Stopped(outcomes) from None
        return outcomes

    def _told(self) -> tuple[Outcome, ...]:
        return tuple(
            self._outcomes.get(change.address) or self._unfinished(change)
            for change in self._plan.changes
        )

    def _told_for_sure(self) -> tuple[Outcome, ...]:
        """Return what became of the changes, also where one more interrupt comes meanwhile."""
        while True:
            with contextlib.suppress(KeyboardInterrupt):
                return self._told()

    def _unfinished(self, change: Change) -> Outcome:
        if change.address not in self._steps.sent:
            return self._not_deleted(change, "not attempted")
        unknown = OutcomeUnknown("it was under way when the run was stopped")
        return self._not_deleted(change, "failed", error=unknown)

    def _steps_in_order(self, past: Past, *, saved: bool, log: Log) -> bool:
        """
        Make all writes, in the only safe order.

        Return True if no duplicate can exist, so that the next run can skip the search.
        """
        changes = [change for change in self._plan.changes if change.address not in self._outcomes]
        creating = [
            change for change in changes if _creates(change) and change.address not in self._halves
        ]
        for kind in _kinds(changes):
            creates = any(change.kind is kind for change in creating)
            now = preflight.second_listing(
                Preflight(self._plan, kind, self._endpoints[kind.name], past),
                saved=saved,
                creates=creates,
            )
            self._steps.listed |= by_address(now)
            log.listed(kind.name, {live.id for live in now if live.key})
        for batch in _in_order(creating):
            self._create(batch)
        sound = self._undo_twins(past)
        updating = [
            change for change in changes if not _creates(change) and change.action != "delete"
        ]
        self._writers.do(updating, self._steps.update, self._first_half)
        going = [change for change in changes if change.action in GOING]
        for batch in reversed(_in_order(going)):
            self._delete(batch)
        return sound and not self._writers.interrupted

    def _create(self, changes: Sequence[Change]) -> None:
        """Make creates and first halves of replaces, each after what it refers to."""
        by_address = {change.address: change for change in changes}
        order, circle = waves({address: by_address[address].references for address in by_address})
        for wave in order:
            ready = [by_address[address] for address in wave]
            self._writers.do(ready, self._steps.create, self._first_half)
        for address in circle:
            self._finish(held(by_address[address], "its references go in a circle"))

    def _undo_twins(self, past: Past) -> bool:
        """
        Delete twins of what this run made, and of what a run made that was cut short.

        Return False where a twin may be left behind.
        """
        made = dict(self._steps.made)
        if not past.ended:
            made |= {
                address: WriteResult(id=earlier.id, created=earlier.created)
                for address, earlier in past.made.items()
                if address not in made
            }
        if not made or self._writers.interrupted:
            return not made
        kinds = [kind for kind in self._known if any(address.kind == kind.name for address in made)]
        return duplicates.undo(
            DuplicateSearch(
                plan=self._plan,
                kinds=kinds,
                endpoints=self._endpoints,
                made=made,
                own=self._steps.made,
                ids=self._steps.ids,
                patience=self._patience,
                annotate=self._annotate,
            )
        )

    def _annotate(self, address: Address, note: Note) -> None:
        for kept in (self._outcomes, self._halves):
            if address in kept:
                outcome = kept[address]
                kept[address] = replace(
                    outcome, note=note.text, id=note.id or outcome.id, in_doubt=note.in_doubt
                )

    def _delete(self, changes: Sequence[Change]) -> None:
        """Make deletes and second halves of replaces, each after what refers to it."""
        if self._writers.interrupted:
            return
        going = {
            change.address: change for change in changes if change.address not in self._outcomes
        }
        troubled = {
            outcome.change.business_unit
            for outcome in self._outcomes.values()
            if outcome.status != "done"
        }
        referrers = _referrers(self._plan.changes, going)
        order, circle = waves(referrers)
        for wave in (*order, circle):
            ready = []
            for address in wave:
                why = self._why_kept(going[address], troubled, referrers[address])
                if why:
                    self._finish(self._not_deleted(going[address], "held back", why=why))
                else:
                    ready.append(going[address])
            self._writers.do(ready, self._delete_one, self._second_half)

    def _why_kept(self, change: Change, troubled: set[str], referrers: Sequence[Address]) -> str:
        """Return why a resource is not deleted now; empty where it may go."""
        if change.business_unit in troubled:
            unit = change.business_unit or "it"
            return f"deletes wait until all else of {unit} has succeeded"
        for referrer in referrers:
            if referrer in self._outcomes and self._outcomes[referrer].status != "done":
                return f"{referrer.key} still refers to it"
        return ""

    def _delete_one(self, change: Change) -> Outcome:
        outcome = self._steps.delete(change)
        half = self._halves.get(change.address)
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
        """Return what became of a change of which the delete, or all of it, was not made."""
        half = self._halves.get(change.address)
        if half is None:
            return Outcome(change=change, status=status, id=change.id, error=error, note=why)
        note = f"the new #{half.id} is there, and the old #{change.id} still is"
        return replace(half, status=status, error=error, note=f"{note}: {why}" if why else note)

    def _first_half(self, change: Change, outcome: Outcome) -> None:
        """Keep what became of a create or an update; a replace goes on with its delete."""
        if outcome.status == "done" and outcome.id is not None:
            self._steps.ids[change.address] = outcome.id
        if change.action == "replace" and outcome.status == "done":
            self._halves[change.address] = outcome
        else:
            self._finish(outcome)

    def _second_half(self, _: Change, outcome: Outcome) -> None:
        self._finish(outcome)

    def _finish(self, outcome: Outcome) -> None:
        self._outcomes[outcome.change.address] = outcome
        if self._on_progress is not None:
            self._on_progress(outcome)


def _creates(change: Change) -> bool:
    """Return whether it makes a new resource: a replace whose successor lives does not."""
    return change.action == "create" or (change.action == "replace" and change.successor is None)


def _in_place(change: Change) -> str:
    """Return what the journal calls a change that keeps the resource; empty for any other."""
    if change.action in ("update", "adopt"):
        return "update"
    return "release" if change.action == "release" else ""


def _earlier(change: Change, number: Id | None) -> Outcome:
    return Outcome(
        change=change, status="done", id=number, already=True, note="done by the earlier run"
    )


def _kinds(changes: Iterable[Change]) -> list[Kind]:
    """Return the kinds of these changes, each once, in the order in which they are made."""
    return sorted(
        dict.fromkeys(change.kind for change in changes), key=lambda kind: (kind.order, kind.name)
    )


def _in_order(changes: Sequence[Change]) -> list[list[Change]]:
    """Split changes by the order of their kinds, those to be made first in front."""
    return [
        [change for change in changes if change.kind.order == order]
        for order in sorted({change.kind.order for change in changes})
    ]


def _referrers(
    changes: Sequence[Change], going: Mapping[Address, Change]
) -> dict[Address, list[Address]]:
    """Map each resource that goes away to those of this plan whose live body names it."""
    by_id = {
        LiveId(address.kind, change.id): address
        for address, change in going.items()
        if change.id is not None
    }
    referrers: dict[Address, list[Address]] = {address: [] for address in going}
    for change in changes:
        if change.live is None:
            continue
        for target in change.kind.ids_in(change.live.body):
            if by_id.get(target, change.address) != change.address:
                referrers[by_id[target]].append(change.address)
    return referrers
