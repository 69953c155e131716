"""The monitors an account holds, encoded once, with the indexes that keep requests cheap.

A monitor is kept as the JSON text a read answers, so that a page of a listing is a join. Whoever
changes one decodes it, changes the copy and puts it back.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from monitor_sync.emulator.answers import Json, encoded
from monitor_sync.emulator.queries import METRIC_TYPES, composite_members
from monitor_sync.emulator.store import Store

Key = TypeVar("Key", int, str, bytes)

# Two monitors equal in these are copies (30 recorded refusals; each was equal in all of them).
_COPIED = ("name", "query", "message", "tags", "options", "priority", "restricted_roles")

# How many changes are remembered, for listings that lag behind.
_REMEMBERED = 10_000


class Inventory:
    """Monitors by id. Not thread-safe: the core holds one lock around each request."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        # When each of the last changes was, of which id, and its row before (None: not held).
        self._past: deque[tuple[float, int, bytes | None]] = deque(maxlen=_REMEMBERED)
        self._rows: dict[int, bytes] = {}
        self._assets: dict[int, list[Any]] = {}
        self._by_tag: dict[str, set[int]] = {}
        self._by_copy: dict[bytes, set[int]] = {}
        self._composites: dict[int, set[int]] = {}  # member id to the composites that name it
        self._sorted: list[int] | None = []
        self.version = 0  # grows with every change, so that answers to listings can be kept
        for identifier, body in store.all("monitor"):
            self._admit(int(identifier), body, json.loads(body))
        for identifier, body in store.all("assets"):
            self._assets[int(identifier)] = json.loads(body)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, monitor_id: object) -> bool:
        return monitor_id in self._rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield copies of all monitors without assets, by ascending id."""
        return (json.loads(self._rows[monitor_id]) for monitor_id in self.ids())

    def ids(self) -> list[int]:
        """Return all ids, ascending. The caller must not change the list."""
        if self._sorted is None:
            self._sorted = sorted(self._rows)
        return self._sorted

    def org_id(self) -> int:
        """Return the organisation of the oldest monitor, 0 where none is held."""
        return json.loads(self._rows[self.ids()[0]])["org_id"] if self._rows else 0

    def row(self, monitor_id: int) -> bytes:
        """Return the JSON text of a monitor as a read answers it, without assets."""
        return self._rows[monitor_id]

    def get(self, monitor_id: int) -> dict[str, Any] | None:
        """Return a copy of a monitor, with its assets, or None."""
        row = self._rows.get(monitor_id)
        if row is None:
            return None
        monitor: dict[str, Any] = json.loads(row)
        monitor["assets"] = self._assets.get(monitor_id, [])
        return monitor

    def with_tags(self, tags: Iterable[str]) -> list[int]:
        """Return the ids of the monitors that carry all these tags, ascending."""
        holders = sorted((self._by_tag.get(tag, set()) for tag in tags), key=len)
        return sorted(set.intersection(*holders)) if holders else self.ids()

    def copies_of(self, definition: Json) -> list[int]:
        """Return the ids of the monitors with exactly this definition, ascending."""
        return sorted(self._by_copy.get(_copy_key(definition), ()))

    def composites_of(self, monitor_id: int) -> list[int]:
        """Return the ids of the composites that name this monitor in their query, ascending."""
        return sorted(self._composites.get(monitor_id, ()))

    def rows_at(self, moment: float) -> dict[int, bytes | None]:
        """Return the rows changed since `moment` (Unix seconds) as they were; None for absent."""
        rows: dict[int, bytes | None] = {}
        for changed, monitor_id, row in reversed(self._past):
            if changed <= moment:
                break
            rows[monitor_id] = row
        return rows

    def put(self, monitor: dict[str, Any]) -> None:
        """Hold a monitor, new or changed, and write it through."""
        monitor_id: int = monitor["id"]
        self._past.append((self._clock(), monitor_id, self._rows.get(monitor_id)))
        had_assets = monitor_id in self._assets
        assets = self._place(monitor)
        if assets:
            self._store.put("assets", monitor_id, encoded(assets))
        elif had_assets:
            self._store.remove("assets", monitor_id)
        self._store.put("monitor", monitor_id, self._rows[monitor_id])

    def put_all(self, monitors: Iterable[dict[str, Any]]) -> None:
        """Hold many new monitors, written through together."""
        placed = [(monitor["id"], self._place(monitor)) for monitor in monitors]
        self._store.put_all("monitor", ((which, self._rows[which]) for which, _ in placed))
        self._store.put_all(
            "assets", ((which, encoded(assets)) for which, assets in placed if assets)
        )

    def remove(self, monitor_id: int) -> None:
        """Let go of a monitor that is held."""
        self._past.append((self._clock(), monitor_id, self._rows[monitor_id]))
        self._dismiss(monitor_id)
        if self._assets.pop(monitor_id, None):
            self._store.remove("assets", monitor_id)
        self._store.remove("monitor", monitor_id)

    def _place(self, monitor: dict[str, Any]) -> list[Any]:
        """Put a monitor into memory, and return its assets, which are kept apart."""
        monitor_id: int = monitor["id"]
        if monitor_id in self._rows:
            self._dismiss(monitor_id)
        assets: list[Any] = monitor.get("assets") or []
        held = {
            name: value
            for name, value in monitor.items()
            if name not in {"assets", "restriction_policy", "matching_downtimes"}
        }
        self._admit(monitor_id, encoded(held), held)
        if assets:
            self._assets[monitor_id] = assets
        else:
            self._assets.pop(monitor_id, None)
        return assets

    def _admit(self, monitor_id: int, row: bytes, monitor: dict[str, Any]) -> None:
        self._rows[monitor_id] = row
        for tag in monitor["tags"]:
            self._by_tag.setdefault(tag, set()).add(monitor_id)
        self._by_copy.setdefault(_copy_key(monitor), set()).add(monitor_id)
        for member in _members(monitor):
            self._composites.setdefault(member, set()).add(monitor_id)
        self.version += 1
        if self._sorted and monitor_id > self._sorted[-1]:
            self._sorted.append(monitor_id)
        else:
            self._sorted = None

    def _dismiss(self, monitor_id: int) -> None:
        monitor = json.loads(self._rows.pop(monitor_id))
        for tag in set(monitor["tags"]):
            _discard(self._by_tag, tag, monitor_id)
        _discard(self._by_copy, _copy_key(monitor), monitor_id)
        for member in _members(monitor):
            _discard(self._composites, member, monitor_id)
        self.version += 1
        self._sorted = None


def _members(monitor: dict[str, Any]) -> Iterator[int]:
    if monitor["type"] == "composite":
        yield from composite_members(monitor["query"])


def _discard(index: dict[Key, set[int]], key: Key, monitor_id: int) -> None:
    holders = index[key]
    holders.discard(monitor_id)
    if not holders:
        del index[key]


def _copy_key(definition: Json) -> bytes:
    """Return what makes two monitors copies of each other, as 16 bytes."""
    kind = definition["type"]
    compared = ["metric or query alert" if kind in METRIC_TYPES else kind]
    compared += [definition.get(name) for name in _COPIED]
    text = json.dumps(compared, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
