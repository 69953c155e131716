"""The three writes of a run: what is asked before each one, and what is noted around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain

from msgspec import Struct, field

from monitor_sync.counting import in_units
from monitor_sync.errors import Conflict, Interrupted, NotSent, OutcomeUnknown, RemoteError
from monitor_sync.model import WORKERS, Address, Body, Id, LiveId, LiveResource
from monitor_sync.sync import operations
from monitor_sync.sync.change import Change
from monitor_sync.sync.conflict import still
from monitor_sync.sync.journal import Log, Part, Past
from monitor_sync.sync.operations import Creation, Endpoint, Endpoints, Patience, WriteResult
from monitor_sync.sync.outcome import Outcome, done, held
from monitor_sync.sync.plan import Plan


class Terms(Struct, frozen=True, kw_only=True):
    """
    How a plan is carried out.

    ``workers`` writes are under way at once. ``saved`` says that time has passed since the plan
    was made (it was read from a file, or a person was asked), so that others may have overtaken
    it. ``forced`` are the keys that are deleted although others refer to them. A monitor that
    somebody else made less than ``settle`` seconds ago is not deleted.
    """

    workers: int = WORKERS
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

    def __init__(
        self,
        plan: Plan,
        endpoints: Endpoints,
        terms: Terms,
        log: Log,
        past: Past,
        on_send: Callable[[], None] | None = None,
    ) -> None:
        self._plan = plan
        self._projects = (plan.project, *plan.moved_from)
        self._endpoints = endpoints
        self._terms = terms
        self._log = log
        self._past = past
        self._on_send = on_send
        self._known = {LiveId(address.kind, made.id) for address, made in past.made.items()}
        self.ids: dict[Address, Id] = {
            change.address: change.successor.id for change in plan.changes if change.successor
        }
        """The ids known by now."""

        self._over: dict[Part, NotSent | None] = {}
        """For each kind of write why none of it is sent any more; None after an interrupt."""

        self.made: dict[Address, WriteResult] = {}
        """What this run created, in order."""

        self.sent: set[Address] = set()
        """What was sent, whatever came of it: an interrupted run says so of what has no outcome."""

        self.listed: dict[Address, list[LiveResource]] = {}
        """Our live resources by the key that they carry, from the second listing."""

    def create(self, change: Change) -> Outcome:
        """Make the new resource of a create or of a replace."""

        def make(body: Body) -> WriteResult:
            if change.id is not None:
                still(self._endpoint(change), change, None, projects=self._projects)
            existing = self._already(change, body)
            if existing is not None:
                return existing
            create = partial(operations.create, self._creation(change, body))
            made = self.made[change.address] = self._write(change, "create", create)
            return made

        return self._outcome("create", change, change.id, make)

    def update(self, change: Change) -> Outcome:
        """Change or release a resource in place; also one that an interrupted replace made."""
        part: Part = "release" if change.action == "release" else "update"
        number = change.successor.id if change.successor else change.id
        endpoint = self._endpoint(change)

        def make(body: Body) -> WriteResult:
            self._check_alone(change)
            replaced = change.successor is not None
            live = still(endpoint, change, body, projects=self._projects, successor=replaced)
            if isinstance(live, WriteResult):
                return live
            update = partial(operations.update, change.kind, endpoint, live, body)
            return self._write(change, part, update)

        return self._outcome(part, change, number, make)

    def delete(self, change: Change) -> Outcome:
        """Delete the resource of a delete, or the old one of a replace."""
        if change.action == "delete" and self._too_young(change):
            age = in_units(60 * round(self._terms.settle / 60))
            return held(
                change,
                f"made less than {age} ago, perhaps by a run that is still going;"
                " a later run deletes what no file declares by then",
            )
        endpoint = self._endpoint(change)

        def make(_: Body) -> WriteResult:
            self._check_alone(change)
            live = still(endpoint, change, None, projects=self._projects)
            if isinstance(live, WriteResult):
                return live
            forced = change.key in self._terms.forced
            delete = partial(operations.delete, endpoint, live.id, force=forced)
            return self._write(change, "delete", delete)

        return self._outcome("delete", change, change.id, make)

    def _endpoint(self, change: Change) -> Endpoint:
        return self._endpoints[change.kind.name]

    def _creation(self, change: Change, body: Body) -> Creation:
        return Creation(
            kind=change.kind,
            endpoint=self._endpoint(change),
            project=self._plan.project,
            key=change.key,
            body=body,
            old=change.id,
            patience=self._terms.patience,
        )

    def _outcome(
        self, part: Part, change: Change, number: Id | None, make: Callable[[Body], WriteResult]
    ) -> Outcome:
        """Put the known ids into the body, write it, and say what came of it."""
        if part in self._over:  # without a line in the journal for each of many
            error = self._over[part]
            return Outcome(change=change, status="not attempted", id=number, error=error)
        body = change.kind.resolved(change.body or {}, self.ids)
        if missing := change.kind.unresolved(body):
            return held(change, f"{missing[0].key}, which it refers to, was not made")
        try:
            return done(change, make(body))
        except Interrupted:
            self._over[part] = None
            return Outcome(change=change, status="not attempted", id=number)
        except NotSent as error:
            if error.final:
                self._over[part] = NotSent(error.summary, hint=error.hint)
            return Outcome(change=change, status="not attempted", id=number, error=error)
        except Conflict as error:
            return Outcome(change=change, status="conflict", id=number, error=error)
        except RemoteError as error:
            return Outcome(change=change, status="failed", id=number, error=error)

    def _already(self, change: Change, body: Body) -> WriteResult | None:
        """Return what somebody, or a run that was cut short, made in the meantime."""
        planned = self._plan.ours
        carriers = self.listed.get(change.address, ())
        new = [live for live in carriers if live.live_id not in planned]
        unknown = change.address in self._past.unknown
        if unknown and not new:
            made = operations.look_for(self._creation(change, body))
            new = [made] if made else []
        if not new:
            return None
        new.sort(key=lambda live: (live.created, live.id))
        if unknown:
            for live in new:
                if (mine := self._same(change, body, live.id)) is not None:
                    self.made[change.address] = mine  # others may have made an older twin
                    return mine
        return self._as_wanted(change, body, new[0].id)

    def _check_alone(self, change: Change) -> None:
        """
        Raise Conflict where something carries the key that the plan knew nothing of.

        Or its former key, of what moves. The plan's listing lacked it, or it was made since: which
        of the two is ours, and which is a clone, only a new plan can tell.
        """
        mine = {self.ids.get(change.address), change.id}
        if change.address in self.made:
            mine.add(self.made[change.address].id)
        former = {Address(change.kind.name, change.live.key)} if change.live else set()
        carriers = (self.listed.get(address, ()) for address in {change.address, *former})
        for live in chain.from_iterable(carriers):
            if live.live_id not in self._plan.ours and live.id not in mine:
                raise Conflict(
                    f"{change.key} (#{change.id}) is also carried by #{live.id}, which the listing"
                    " that the plan was made of did not have",
                    hint="plan again to learn which of the two is a clone",
                )

    def _as_wanted(self, change: Change, body: Body, number: Id) -> WriteResult:
        """Return what carries the key already, where it is what was to be made, else Conflict."""
        existing = self._same(change, body, number)
        if existing is None:
            raise Conflict(
                f"{change.key} was created after the plan was made, as #{number}, and otherwise",
                hint="plan again: it would be changed in place",
            )
        return existing

    def _same(self, change: Change, body: Body, number: Id) -> WriteResult | None:
        """Return a live resource that is what was to be made, None where it is another."""
        kind = change.kind
        raw = self._endpoint(change).get(number, with_assets=kind.needs_assets(body))
        live = kind.read(raw)
        if live is None or kind.field_changes(live.body, body):
            return None
        return operations.written(kind, body, live, "was there already, the same", already=True)

    def _too_young(self, change: Change) -> bool:
        """Return whether another run may have made it just now, so that it looks undeclared."""
        live = change.live
        if not self._terms.settle or live is None or live.live_id in self._known:
            return False
        return time.time() - live.created / 1000 < self._terms.settle

    def _write(self, change: Change, part: Part, send: Callable[[], WriteResult]) -> WriteResult:
        """Send one write, noted before it is sent and after it what came of it."""
        self._log.sending(change.address, part)
        self.sent.add(change.address)
        if self._on_send is not None:
            self._on_send()
        try:
            made = send()
        except OutcomeUnknown:
            raise  # the log has it as sent: the next run looks for it
        except RemoteError:
            self._log.undone(change.address, part)
            raise
        self._log.done(change.address, part, made.id, made.created)
        return made


def by_address(live: Iterable[LiveResource]) -> dict[Address, list[LiveResource]]:
    """Group live resources by the keys that they carry."""
    carriers: dict[Address, list[LiveResource]] = {}
    for resource in live:
        keys = [key for _, key in resource.claims] or [resource.key]
        for key in keys:
            carriers.setdefault(Address(resource.kind, key), []).append(resource)
    return carriers
