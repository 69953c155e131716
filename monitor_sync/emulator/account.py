"""One Datadog organisation: what it holds, its clock, and where new ids come from."""

from __future__ import annotations

import json
import secrets
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from monitor_sync.emulator.answers import Json, encoded, refused
from monitor_sync.emulator.fields import FIELDS
from monitor_sync.emulator.history.made import PastHistory
from monitor_sync.emulator.inventory import Inventory
from monitor_sync.emulator.metrics.history import MetricHistory
from monitor_sync.emulator.normalise import definition, enriched_assets
from monitor_sync.emulator.people import USER, Person
from monitor_sync.emulator.store import BadState, Kind, Store

Remembered = TypeVar("Remembered")

CREATOR = USER.creator
CREATOR_UUID = USER.uuid

_ORGANISATIONS = uuid.UUID("00000000-0000-4000-8000-0000000000aa")
_FIRST_ID = 10_000_001
# The file is told of a whole block of ids at once: a create costs one write less, and a process
# that is killed leaves a gap rather than give an id twice.
_ID_BLOCK = 1000
_SEEDED_AT_ONCE = 1000
_REMEMBERED = 10_000  # how many entries the audit trail holds; it is not kept in the state file
_LOGS = 100_000  # how many logs are counted; they are not kept in the state file either


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something somebody did to a monitor: `action` is created, modified or deleted."""

    number: int
    when: float
    action: str
    monitor_id: int
    monitor_name: str
    person: Person
    method: str
    path: str


class Documents:
    """Things other than monitors, by id: kept in memory, and each change in the store."""

    def __init__(self, store: Store, kind: Kind) -> None:
        self._store = store
        self._kind: Kind = kind
        self._held: dict[str, dict[str, Any]] = {}
        for identifier, body in store.all(kind):
            document = json.loads(body)
            if not isinstance(document, dict):
                raise BadState(f"a document of kind {kind} is damaged")
            self._held[identifier] = document

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(list(self._held.values()))

    def __len__(self) -> int:
        return len(self._held)

    def get(self, identifier: int | str) -> dict[str, Any] | None:
        """Return one document, or None. Put it back after changing it."""
        return self._held.get(str(identifier))

    def named(self, identifier: int | str, missing: str) -> dict[str, Any]:
        """Return one document as `get` does; refuse (404) in these words where there is none."""
        document = self.get(identifier)
        if document is None:
            raise refused(missing, status=404)
        return document

    def put(self, identifier: int | str, document: dict[str, Any]) -> None:
        """Hold a document, new or changed."""
        self._held[str(identifier)] = document
        self._store.put(self._kind, identifier, encoded(document))

    def remove(self, identifier: int | str) -> None:
        """Let go of a document that is held."""
        del self._held[str(identifier)]
        self._store.remove(self._kind, identifier)


class Account:
    """The whole state behind the API. Not thread-safe: the core holds one lock."""

    def __init__(self, store: Store, clock: Callable[[], float], org_id: int | None = None) -> None:
        """Take up what `store` holds.

        Args:
            store: where every change is written through to.
            clock: Unix seconds.
            org_id: the organisation of a state that has none yet. None makes one up, so that no
                two fresh emulators pass for one estate.
        """
        self.store = store
        self.clock = clock
        self.monitors = Inventory(store, clock)
        kept = store.counter("org_id", 0) or self.monitors.org_id()
        self._org_is_made_up = not kept and org_id is None
        self.org_id = kept or org_id or _made_up_org_id()
        store.keep_counter("org_id", self.org_id)
        self.downtimes = Documents(store, "downtime")
        self.downtimes_v2 = Documents(store, "downtime_v2")
        self.notification_rules = Documents(store, "notification_rule")
        self.policies = Documents(store, "policy")
        self.slos = Documents(store, "slo")
        self.roles = Documents(store, "role")
        self.teams = Documents(store, "team")
        self.webhooks = Documents(store, "webhook")
        self.pagerduty_services = Documents(store, "pagerduty_service")
        self.opsgenie_services = Documents(store, "opsgenie_service")
        self.slack_channels = Documents(store, "slack_channel")
        self.lacking: frozenset[str] = frozenset()  # permissions that the keys do not have
        self.audit: deque[AuditEntry] = deque(maxlen=_REMEMBERED)
        # When each log came in, and its facets.
        self.logs: deque[tuple[float, dict[str, str]]] = deque(maxlen=_LOGS)
        self._remembered: dict[str, tuple[object, Any]] = {}
        self.metrics = MetricHistory(self.monitors)
        self.history: PastHistory | None = None
        self.last_alerts: Mapping[int, int] = {}  # by monitor, in UNIX seconds: of the history
        self._next_id = store.counter("next_id", _FIRST_ID)
        self._reserved = self._next_id

    @property
    def org_uuid(self) -> str:
        """The organisation as the second API names it."""
        return str(uuid.uuid5(_ORGANISATIONS, str(self.org_id)))

    def new_id(self) -> int:
        """Return an id that no monitor or downtime ever had, larger than all before it."""
        given = self._next_id
        self._next_id += 1
        if given >= self._reserved:
            self._reserved = given + _ID_BLOCK
            self.store.keep_counter("next_id", self._reserved)
        return given

    def remembered(self, name: str, question: object, work: Callable[[], Remembered]) -> Remembered:
        """Return what `work` gives; it is done anew where something else was asked last."""
        known = self._remembered.get(name)
        if known is None or known[0] != question:
            known = self._remembered[name] = (question, work())
        given: Remembered = known[1]
        return given

    def keep_clear_of(self, identifier: int) -> None:
        """Skip this id and all below it: they are in use."""
        if identifier >= self._next_id:
            self._next_id = identifier + 1

    def timestamp(self) -> str:
        """Return the time now, as monitors show it."""
        return timestamp(self.clock())

    def new_monitor(
        self, body: Json, monitor_id: int, creator: Mapping[str, Json] = CREATOR
    ) -> dict[str, Any]:
        """Return the monitor that a create makes from a body, not yet held."""
        now = self.clock()
        written = timestamp(now)
        parts = definition(body)
        return {
            "id": monitor_id,
            "org_id": self.org_id,
            **{name: parts[name] for name in _FIRST},
            "created_at": int(now) * 1000,
            "created": written,
            "modified": written,
            "deleted": None,
            **{name: value for name, value in parts.items() if name not in _FIRST},
            "assets": enriched_assets(parts["assets"], monitor_id),
            "overall_state_modified": None,
            "overall_state": "No Data",
            "creator": creator,
        }

    def seed(self, monitors: Iterable[Json]) -> int:
        """Hold monitors as a live account lists them, unchecked, and return how many were new.

        An organisation that was made up, and holds nothing yet, becomes that of the first monitor
        that names one. What a monitor lacks is filled in as a create would. One whose id is already
        held stays as it is, and one without an id is taken to be its exact copy where that is held,
        so that starting again with the same data and state changes nothing.
        """
        before = len(self.monitors)
        fresh: list[dict[str, Any]] = []
        for body in monitors:
            self._belong_to(body.get("org_id"))
            monitor_id = body.get("id")
            if monitor_id is None:
                if before and self.monitors.copies_of(definition(body)):
                    continue
                monitor_id = self.new_id()
            elif monitor_id in self.monitors:
                continue
            self.keep_clear_of(monitor_id)
            monitor = self.new_monitor(body, monitor_id)
            monitor.update((name, body[name]) for name in _AS_LISTED if _is_listed(name, body))
            if "silenced" in (body.get("options") or {}):
                monitor["options"] = body["options"]  # every recorded answer has it: a listed one
            fresh.append(monitor)
            if len(fresh) == _SEEDED_AT_ONCE:
                self.monitors.put_all(fresh)
                fresh = []
        self.monitors.put_all(fresh)
        self.store.keep_counter("next_id", self._next_id)
        self._reserved = self._next_id
        return len(self.monitors) - before

    def _belong_to(self, org_id: Json) -> None:
        """Take the organisation of seeded monitors in place of one that was made up."""
        if self._org_is_made_up and not len(self.monitors) and isinstance(org_id, int) and org_id:
            self.org_id = org_id
            self._org_is_made_up = False
            self.store.keep_counter("org_id", org_id)


def _made_up_org_id() -> int:
    """Return a random number of ten digits, as recorded organisations of today have."""
    return 1_000_000_000 + secrets.randbelow(1_000_000_000)


_FIRST = ("type", "name", "message", "tags", "query", "options", "multi")
"""What an answer says of the definition before it says when it was made."""

# What a listing knows better than we would make up; its options and assets are looked at apart.
_AS_LISTED = (
    *(FIELDS.keys() - {"options", "assets"}), "org_id", "multi", "created_at", "created",
    "modified", "deleted", "overall_state_modified", "overall_state", "creator",
)  # fmt: skip

_NEVER_NULL = {"type", "name", "message", "tags", "query", "org_id"}


def _is_listed(name: str, body: Json) -> bool:
    """Return True if a seeded monitor has this field; null is as absent where no answer has it."""
    return name in body and (body[name] is not None or name not in _NEVER_NULL)


def timestamp(seconds: float) -> str:
    """Return a Unix time as Datadog writes it: microseconds, `+00:00`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
