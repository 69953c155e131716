"""What an apply has done so far, written down before and after each write: it survives a kill."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Protocol, Self

from monitor_sync.errors import NotSent, Refused
from monitor_sync.sync.plan import Plan

Part = Literal["create", "update", "delete"]
"""One write of a change; a replace has a create and a delete."""

_FORMAT: Final = 1
_REMEMBERED: Final = 24 * 3600
"""For so many seconds the next journals remember what one apply made: listings lag far less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A monitor that an apply made: its id, and when, in milliseconds since 1970."""

    id: int
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """
    What the journal of an earlier apply says.

    ``fingerprint`` is that of its plan, ``digest`` that of its plan file. ``ours`` are the ids of
    our monitors when it began, with those that earlier runs knew and nobody has asked for since.
    ``made`` are the monitors that it, or one shortly before it, made, by key; ``removed`` the ids
    it deleted. ``settled`` are the writes that surely happened; ``unknown`` the keys of creates
    that were sent, by it or before it, and have no outcome. ``ended`` is False where the run was
    cut short.
    """

    fingerprint: str = ""
    digest: str = ""
    ours: frozenset[int] = frozenset()
    made: Mapping[str, Made] = field(default_factory=dict)
    removed: frozenset[int] = frozenset()
    settled: frozenset[tuple[str, Part]] = frozenset()
    unknown: frozenset[str] = frozenset()
    ended: bool = True

    @property
    def expected(self) -> frozenset[int]:
        """The ids of our monitors that should be live, as far as that run knows."""
        return (self.ours | {each.id for each in self.made.values()}) - self.removed


class Log(Protocol):
    """Where a run writes down what it does. Called from several threads."""

    def sending(self, key: str, part: Part) -> None:
        """A write is about to be sent. Raises NotSent where it must not be."""
        ...

    def done(self, key: str, part: Part, id: int, created: int = 0) -> None:  # noqa: A002 - Datadog's word
        """A write has happened."""
        ...

    def undone(self, key: str, part: Part) -> None:
        """A write failed: a create has surely not happened."""
        ...

    def listed(self, ids: Collection[int]) -> None:
        """These are all our monitors: a listing that agrees with what was known before."""
        ...

    def end(self) -> None:
        """Every change has an outcome, and no twin was left behind."""
        ...


class Unwritten:
    """A log that forgets everything."""

    def sending(self, key: str, part: Part) -> None:
        """Forget it."""

    def done(self, key: str, part: Part, id: int, created: int = 0) -> None:  # noqa: A002 - Datadog's word
        """Forget it."""

    def undone(self, key: str, part: Part) -> None:
        """Forget it."""

    def listed(self, ids: Collection[int]) -> None:
        """Forget it."""

    def end(self) -> None:
        """Forget it."""


class Journal:
    """
    A file of JSON lines, one for each step, each handed to the system before the next is taken.

    A killed process loses nothing of it; only a machine that loses power may lose the last lines.
    Where a disk is full nothing is sent any more, and what was sent counts as unknown. Use it as a
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
            ours=sorted(plan.ours | past.expected),
            unknown=sorted(past.unknown),
            made={
                key: [made.id, made.created]
                for key, made in past.made.items()
                if now - made.created < _REMEMBERED * 1000 and made.id not in past.removed
            },
        )
        os.fsync(self._file)

    def sending(self, key: str, part: Part) -> None:
        """A write is about to be sent. Raises NotSent where that cannot be written down."""
        try:
            self._in_place()
            self._write(step="sending", key=key, part=part)
        except OSError as error:
            raise NotSent(
                f"the journal cannot be written: {(error.strerror or str(error)).lower()}",
                hint="make room, or set XDG_STATE_HOME to a folder that has it; then run again",
            ) from error

    def done(self, key: str, part: Part, id: int, created: int = 0) -> None:  # noqa: A002 - Datadog's word
        """A write has happened."""
        self._note(step="done", key=key, part=part, id=id, created=created)

    def undone(self, key: str, part: Part) -> None:
        """A write failed: a create has surely not happened."""
        self._note(step="undone", key=key, part=part)

    def listed(self, ids: Collection[int]) -> None:
        """These are all our monitors: a listing that agrees with what was known before."""
        self._note(step="listed", ours=sorted(ids))

    def end(self) -> None:
        """Every change has an outcome, and no twin was left behind."""
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
    What the journal at this path says; None where there is none, or none of a run.

    Lines that cannot be read are passed over: a killed machine may leave half of one.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    entries = [entry for line in lines if (entry := _entry(line)) is not None]
    if not entries or entries[0].get("journal") != _FORMAT:
        return None
    try:
        return _told(entries[0], entries[1:])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(
            f"the journal {path} is not as an apply writes it: {error!r}",
            hint="see what it says was made, then move it away",
        ) from error


def _entry(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _told(head: Mapping[str, Any], entries: list[dict[str, Any]]) -> Past:
    made = {key: Made(id=id, created=at) for key, (id, at) in (head.get("made") or {}).items()}  # noqa: A001 - Datadog's word
    ours = head.get("ours") or ()
    removed: set[int] = set()
    settled: set[tuple[str, Part]] = set()
    unknown = set(head.get("unknown") or ())
    for entry in entries:
        key, part, step = entry.get("key", ""), entry.get("part"), entry.get("step")
        if step == "listed":
            ours = entry["ours"]
        elif step == "done" and part is not None:
            settled.add((key, part))
            if part == "create":
                made[key] = Made(id=entry["id"], created=entry["created"])
            elif part == "delete":
                removed.add(entry["id"])
        if part == "create":
            (unknown.add if step == "sending" else unknown.discard)(key)
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
