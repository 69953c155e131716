"""A release under a kill, a lag and a second runner: nothing is deleted, and it happens once."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.faults.account import Account
from tests.faults.estate import Machine, Spec, changed, write
from tests.faults.matrix import BEFORE
from tests.faults.recording_emulator import DELETE, UPDATE

GOING = "payments/core/going"
WITHOUT = changed(BEFORE, payments__core__going=None)


def release(machine: Machine, *, also: Spec | None = None) -> None:
    """The files without the monitor, and with the reason why it leaves."""
    write(machine.root, changed(WITHOUT, motor__flow__changed=also) if also else WITHOUT)
    path = machine.root / "payments" / "core.yaml"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "released": {"going": "another project has it"}}))


def kept(there: Account) -> bool:
    """Whether it lives, nobody's, and nothing was deleted."""
    number = there.before[GOING][0]
    tags = there.emulator.monitors()[number]["tags"]
    assert not any(write.route == DELETE for write in there.emulator.writes)
    return not any(tag.startswith("monitor_sync") for tag in tags)


def test_the_line_may_go_at_once_although_listings_lag(there: Account, machine: Machine) -> None:
    """The listing shows our tags still, and no file names the monitor: it looks undeclared."""
    release(machine)
    first = machine.run("apply", "--yes")
    there.emulator.inject([{"kind": "lagging", "seconds": 60, "times": None}])
    write(machine.root, WITHOUT)

    second = machine.run("apply", "--yes")

    assert first.code == 0, first.said
    assert kept(there), second.said


def test_a_run_killed_after_its_release_is_resumed_and_releases_nothing_twice(
    there: Account, machine: Machine
) -> None:
    release(machine, also=Spec(threshold=7))
    process = machine.start("apply", "--yes", "--workers", "1")
    there.emulator.at(1, process.kill)
    said, _ = process.communicate(timeout=40)
    assert process.returncode == -signal.SIGKILL, said

    resumed = machine.run("apply", "--yes", "--resume")
    after = machine.run("plan", "--fail-on-changes")

    assert resumed.code == 0, resumed.said
    assert kept(there)
    number = there.before[GOING][0]
    assert sum(w.route == UPDATE and w.id == number for w in there.emulator.writes) == 1
    assert after.code == 0, after.said


def test_another_runner_that_does_not_know_of_the_release_deletes_nothing(
    there: Account, machine: Machine, tmp_path: Path
) -> None:
    """Its plan was made before: what it meant to delete is nobody's by now."""
    other = there.machine(tmp_path / "other")
    write(other.root, WITHOUT)
    reviewed = str(other.folder / "plan.json")
    planned = other.run("plan", "--out", reviewed)
    release(machine)
    first = machine.run("apply", "--yes")

    second = other.run("apply", reviewed, "--yes")

    assert (planned.code, first.code) == (0, 0), planned.said + first.said
    assert second.code in (5, 6), second.said
    assert kept(there)
