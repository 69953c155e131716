"""The journal of an apply: a line before and after each write, so that it survives a kill."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Protocol, Self

from msgspec import Struct, field

from monitor_sync.errors import NotSent, Refused, system_reason
from monitor_sync.model import Address, Id, LiveId
from monitor_sync.sync.plan import Plan

Part = Literal["create", "update", "delete", "release"]
"""One write of a change; a replace has a create and a delete."""

_FORMAT: Final = 2
_MONITORS_ONLY: Final = 1
"""The format that knew no other kind than monitors: its entries are read as theirs."""

_REMEMBERED: Final = 24 * 3600
"""Later journals remember for so many seconds what an apply made. Listings lag far less."""


class Made(Struct, frozen=True, kw_only=True):
    """A resource that an apply made: its id, and when, in milliseconds since 1970."""

    id: Id
    created: int = 0


class Past(Struct, frozen=True, kw_only=True):
    """What the journal of an earlier apply says."""

    fingerprint: str = ""
    """The fingerprint of its plan."""
    digest: str = ""
    """The digest of its plan file."""
    ours: frozenset[LiveId] = frozenset()
    """Our live resources when it began, and those that earlier runs knew and nobody saw since."""
    made: Mapping[Address, Made] = field(default_factory=dict)
    """What it, or a run shortly before it, made."""
    removed: frozenset[LiveId] = frozenset()
    """What it deleted or released."""
    settled: frozenset[tuple[Address, Part]] = frozenset()
    """The writes that surely happened."""
    unknown: frozenset[Address] = frozenset()
    """Creates that were sent, by it or before it, and have no outcome."""
    ended: bool = True
    """False where the run was cut short."""

    @property
    def expected(self) -> frozenset[LiveId]:
        """Our resources that should be live, as far as that run knows."""
        made = {LiveId(address.kind, made.id) for address, made in self.made.items()}
        return (self.ours | made) - self.removed


class Log(Protocol):
    """Where a run writes down what it does. It is called from several threads."""

    def sending(self, address: Address, part: Part) -> None:
        """Note that a write is about to be sent. Raises NotSent if it must not be."""
        ...

    def done(self, address: Address, part: Part, id: Id, created: int = 0) -> None:  # noqa: A002 - Datadog's word
        """Note that a write has happened."""
        ...

    def undone(self, address: Address, part: Part) -> None:
        """Note that a write failed: a create has surely not happened."""
        ...

    def listed(self, kind: str, ids: Collection[Id]) -> None:
        """Note all our resources of a kind, from a listing that agrees with what was known."""
        ...

    def end(self) -> None:
        """Note that every change has an outcome and no duplicate was left behind."""
        ...


class Unwritten:
    """A log that forgets everything."""

    def sending(self, address: Address, part: Part) -> None:
        """Forget it."""

    def done(self, address: Address, part: Part, id: Id, created: int = 0) -> None:  # noqa: A002 - Datadog's word
        """Forget it."""

    def undone(self, address: Address, part: Part) -> None:
        """Forget it."""

    def listed(self, kind: str, ids: Collection[Id]) -> None:
        """Forget it."""

    def end(self) -> None:
        """Forget it."""


class Journal:
    """
    A file of JSON lines, one for each step, each written before the next step begins.

    A killed process loses none of them; only a machine that loses power may lose the last lines.
    Where the disk is full nothing more is sent, and what was sent counts as unknown. Use it as a
    context.
    """

    def __init__(
        self, path: Path, *, again: bool = False, on_first: Callable[[], None] | None = None
    ) -> None:
        """
        Open the file: anew, or ``again`` to go on where an earlier run stopped.

        ``on_first`` is called before the first write is noted, or the end where there was none: a
        run that is refused before that is not to take the place of the one before. Raises OSError.
        """
        self._on_first = on_first
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if again else os.O_TRUNC)
        self._file = os.open(path, flags, 0o600)
        self._lock = threading.Lock()
        self._torn = again  # the last line may have been cut short

    def begin(self, plan: Plan, past: Past, *, tool: str, digest: str) -> None:
        """
        Write the head: whose plan this is, and what is known of the runs before.

        ``digest`` is that of the plan file which is carried out. Raises OSError.
        """
        now = time.time() * 1000
        self._write(
            journal=_FORMAT,
            tool=tool,
            project=plan.project,
            fingerprint=plan.fingerprint,
            digest=digest,
            ours=sorted(plan.ours | past.expected, key=str),
            unknown=sorted(past.unknown),
            made=[
                [*address, made.id, made.created]
                for address, made in past.made.items()
                if now - made.created < _REMEMBERED * 1000
                and LiveId(address.kind, made.id) not in past.removed
            ],
        )
        os.fsync(self._file)

    def sending(self, address: Address, part: Part) -> None:
        """Note that a write is about to be sent. Raises NotSent if that cannot be written down."""
        try:
            self._in_place()
            self._write(step="sending", kind=address.kind, key=address.key, part=part)
        except OSError as error:
            raise NotSent(
                f"the journal cannot be written: {system_reason(error)}",
                hint="make room, or set XDG_STATE_HOME to a folder that has it; then run again",
            ) from error

    def done(self, address: Address, part: Part, id: Id, created: int = 0) -> None:  # noqa: A002 - Datadog's word
        """Note that a write has happened."""
        self._note(
            step="done", kind=address.kind, key=address.key, part=part, id=id, created=created
        )

    def undone(self, address: Address, part: Part) -> None:
        """Note that a write failed: a create has surely not happened."""
        self._note(step="undone", kind=address.kind, key=address.key, part=part)

    def listed(self, kind: str, ids: Collection[Id]) -> None:
        """Note all our resources of a kind, from a listing that agrees with what was known."""
        self._note(step="listed", kind=kind, ours=sorted(ids, key=str))

    def end(self) -> None:
        """Note that every change has an outcome and no duplicate was left behind."""
        with contextlib.suppress(OSError):
            self._in_place()
            self._write(step="ended")
            os.fsync(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def _in_place(self) -> None:
        with self._lock:
            if self._on_first is not None:
                self._on_first()
                self._on_first = None

    def _note(self, **entry: Any) -> None:
        """Write down what has happened. Where that fails, the next run finds out by itself."""
        with contextlib.suppress(OSError):
            self._write(**entry)

    def _write(self, **entry: Any) -> None:
        line = (json.dumps({**entry, "at": round(time.time(), 3)}) + "\n").encode()
        with self._lock:
            line = b"\n" + line if self._torn else line
            self._torn = True
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._torn = False


def read(path: Path) -> Past | None:
    """
    Return what the journal at this path says; None if there is none, or none of a run.

    Lines that cannot be read are passed over: a killed machine may leave half of one.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    entries = [entry for line in lines if (entry := _entry(line)) is not None]
    if not entries or entries[0].get("journal") not in (_MONITORS_ONLY, _FORMAT):
        return None
    try:
        return _past(_with_kinds(entries[0]), entries[1:])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(
            f"the journal {path} is not as an apply writes it: {error!r}",
            hint="see what it says was made, then move it away",
        ) from error


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _with_kinds(head: dict[str, Any]) -> dict[str, Any]:
    """Return the head of a journal in today's format."""
    if head["journal"] == _FORMAT:
        return head
    return {
        **head,
        "ours": [["monitor", number] for number in head.get("ours") or ()],
        "unknown": [["monitor", key] for key in head.get("unknown") or ()],
        "made": [["monitor", key, *made] for key, made in (head.get("made") or {}).items()],
    }


def _past(head: Mapping[str, Any], entries: list[dict[str, Any]]) -> Past:
    made = {
        Address(kind, key): Made(id=number, created=created)
        for kind, key, number, created in head["made"]
    }
    ours = {LiveId(kind, number) for kind, number in head["ours"]}
    removed: set[LiveId] = set()
    settled: set[tuple[Address, Part]] = set()
    unknown = {Address(kind, key) for kind, key in head["unknown"]}
    for entry in entries:
        kind, part, step = entry.get("kind", "monitor"), entry.get("part"), entry.get("step")
        address = Address(kind, entry.get("key", ""))
        if step == "listed":
            ours = {live for live in ours if live.kind != kind}
            ours |= {LiveId(kind, number) for number in entry["ours"]}
        elif step == "done" and part is not None:
            settled.add((address, part))
            if part == "create":
                made[address] = Made(id=entry["id"], created=entry["created"])
            elif part in ("delete", "release"):
                removed.add(LiveId(kind, entry["id"]))
        if part == "create":
            (unknown.add if step == "sending" else unknown.discard)(address)
    return Past(
        fingerprint=head.get("fingerprint", ""),
        digest=head.get("digest", ""),
        ours=frozenset(ours),
        made=made,
        removed=frozenset(removed),
        settled=frozenset(settled),
        unknown=frozenset(unknown),
        ended=bool(entries) and entries[-1].get("step") == "ended",
    )
