"""An account before a test: a project applied an hour ago, and other people's monitors."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor_sync.emulator.server import running
from tests.faults.estate import Machine, Project, write
from tests.faults.matrix import BEFORE
from tests.faults.recording_emulator import RecordingEmulator

HOUR = 3600.0
_CLONED = "motor/flow/keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """What is live, oldest first, and the journal of the run that made it."""

    monitors: tuple[dict[str, Any], ...]
    journal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An emulated account over HTTP. ``foreign`` are the monitors that nobody may touch."""

    emulator: RecordingEmulator
    url: str
    foreign: dict[int, dict[str, Any]]
    before: dict[str, list[int]]
    journal: str

    def machine(self, folder: Path, **options: Any) -> Machine:
        """A computer that knows the last run."""
        made = Machine(folder=folder, url=self.url, **options)
        made.journal.parent.mkdir(parents=True, exist_ok=True)
        made.journal.write_text(self.journal)
        return made


@contextmanager
def account() -> Iterator[Account]:
    """``BEFORE``, applied an hour ago; with a clone, strangers, and another project's monitors."""
    kept = _snapshot()
    emulator = RecordingEmulator()
    emulator.seed(kept.monitors)
    live = emulator.monitors()
    before = emulator.keyed()
    ours = {ids[0] for ids in before.values()}
    with running(emulator) as url:
        yield Account(
            emulator=emulator,
            url=url,
            foreign={number: monitor for number, monitor in live.items() if number not in ours},
            before=before,
            journal=kept.journal,
        )
    emulator.close()


@functools.cache
def _snapshot() -> _Snapshot:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    emulator = RecordingEmulator()
    emulator.clock.offset = -HOUR
    try:
        with running(emulator) as url:
            machine = Machine(folder=folder, url=url)
            apply(machine, BEFORE)
            _strangers(emulator)
            return _Snapshot(
                monitors=tuple(emulator.monitors().values()), journal=machine.journal.read_text()
            )
    finally:
        emulator.close()
        shutil.rmtree(folder)


def apply(machine: Machine, project: Project) -> None:
    """Write the files and apply them in one order; nothing may go wrong."""
    write(machine.root, project)
    ran = machine.run("apply", "--yes", "--workers", "1")
    assert ran.code == 0, ran.said


def _strangers(emulator: RecordingEmulator) -> None:
    """What people made: a clone, namesakes without our tags, and another project's namesake."""
    live = emulator.monitors()
    keyed = emulator.keyed()
    clone = live[keyed[_CLONED][0]]
    emulator.by_hand("POST", "/api/v1/monitor", {**_copied(clone), "name": "Errors (copy)"})
    for key in ("motor/flow/going", "payments/core/changed"):
        like = live[keyed[key][0]]
        emulator.by_hand("POST", "/api/v1/monitor", {**_copied(like), "tags": ["team:payments"]})
        theirs = [tag.replace("project:acme", "project:other") for tag in like["tags"]]
        emulator.by_hand("POST", "/api/v1/monitor", {**_copied(like), "tags": theirs})


def _copied(monitor: dict[str, Any]) -> dict[str, Any]:
    return {name: monitor[name] for name in ("name", "type", "query", "message", "tags", "options")}
