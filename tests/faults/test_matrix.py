"""Every action, fault and end: nothing twice, nothing lost, and a true next plan."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.account import Account
from tests.faults.estate import Machine, Ran, remaining, write
from tests.faults.matrix import AFTER, BEFORE, LAG, Cell, pairwise, whole
from tests.faults.recording_emulator import CREATE, DELETE
from tests.preloaded import Command

pytestmark = pytest.mark.early

_PATIENCE = 300.0
"""Seconds that a command may take on a busy machine before the test calls it stuck."""


@pytest.mark.parametrize("cell", pairwise(), ids=str)
def test_nothing_is_made_twice_lost_or_wrongly_deleted(
    cell: Cell, there: Account, tmp_path: Path
) -> None:
    _play(cell, there, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("cell", whole(), ids=str)
def test_nothing_is_made_twice_lost_or_wrongly_deleted_in_any_cell(
    cell: Cell, there: Account, tmp_path: Path
) -> None:
    _play(cell, there, tmp_path)


def test_the_small_choice_of_cells_has_every_fault_with_every_action_and_every_end() -> None:
    seen = {(cell.action, cell.fault) for cell in pairwise()}
    assert seen == {(cell.action, cell.fault) for cell in whole()}
    assert {(cell.fault, cell.end) for cell in pairwise()} == {
        (cell.fault, cell.end) for cell in whole()
    }


def _play(cell: Cell, there: Account, folder: Path) -> None:
    """Run the cell to its end, and look at what is there after each step."""
    machine = there.machine(folder, timeout=0.3 if cell.stalls else 3.0)
    write(machine.root, AFTER[cell.action])
    there.emulator.inject(cell.faults)
    file = folder / "plan.json"
    arguments = ["apply", "--yes", "--workers", str(cell.workers), "--deadline", cell.deadline]
    if cell.way == "a plan file":
        arguments.insert(1, str(file))
        planned = machine.run("plan", "--out", str(file))
        assert planned.code in (0, 1), f"{cell}: {planned.said}"
        if planned.code:
            return  # no plan, nothing to apply: what a fault may well do

    ran = _ended(cell, there, machine, arguments)
    runs = [f"{cell}\nfirst run, exit {ran.code}:\n{ran.said}"]
    _safe(cell, there, runs, ran)
    if cell.must_succeed:
        assert ran.code == 0, runs[0]

    if cell.again == "resume":
        arguments.append("--resume")
    elif cell.way == "a plan file":
        arguments.pop(1)
    ran = machine.run(*arguments)
    runs.append(f"second run, exit {ran.code}:\n{ran.said}")
    _safe(cell, there, runs, ran)

    there.emulator.inject([])
    time.sleep(LAG if cell.fault == "listing behind" else 0)
    _converges(cell, there, machine, runs)


def _ended(cell: Cell, there: Account, machine: Machine, arguments: list[str]) -> Ran:
    """Run the command to the end that the cell wants."""
    if cell.end == "finish":
        return machine.run(*arguments)
    process = machine.start(*arguments)
    if cell.end == "kill -9":
        there.emulator.at(cell.at, process.kill)
    else:
        there.emulator.at(cell.at, lambda: process.send_signal(signal.SIGINT))
    if cell.end == "Ctrl-C twice":
        threading.Thread(target=_again, args=(process, there), daemon=True).start()
    try:
        said, _ = process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
        pytest.fail(f"{cell}: did not end\n{said}")
    there.emulator.disarm()
    return Ran(code=process.returncode, said=said)


def _again(process: Command, there: Account) -> None:
    """A second Ctrl-C, as soon as a person could."""
    while process.poll() is None and there.emulator.armed:
        time.sleep(0.005)
    time.sleep(0.02)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)


def _safe(cell: Cell, there: Account, runs: list[str], ran: Ran) -> None:
    """What must hold at any time, whatever went wrong."""
    story = "\n".join(runs)
    emulator, project = there.emulator, AFTER[cell.action]
    exits = {0, 1, 2, 5, 6, 130}
    exits |= {"kill -9": {-signal.SIGKILL}, "Ctrl-C twice": {-signal.SIGINT}}.get(cell.end, set())
    assert ran.code in exits, f"{story}: no such exit"
    assert "Traceback" not in ran.said, story
    live = emulator.monitors()
    for number, monitor in there.foreign.items():
        assert live.get(number) == monitor, f"#{number} is not ours and was touched\n{story}"
    made = Counter(write.key for write in emulator.writes if write.route == CREATE)
    assert not [key for key, times in made.items() if times > 1], f"made twice: {made}\n{story}"
    wrong = [
        write.key
        for write in emulator.writes
        if write.route == DELETE
        and write.key in project
        and project[write.key].type == BEFORE[write.key].type
    ]
    assert not wrong, f"deleted although declared: {wrong}\n{story}"
    keyed = emulator.keyed()
    for key, ids in there.before.items():
        kept = [name for name, spec in project.items() if key in (name, spec.moved_from)]
        if kept and project[kept[0]].type == BEFORE[key].type:
            assert ids[0] in {*keyed.get(key, ()), *keyed.get(kept[0], ())}, f"{key} lost\n{story}"
    for key, spec in project.items():
        if key in there.before and spec.type != BEFORE[key].type:
            assert keyed.get(key), f"{key} lost in its replacement\n{story}"


def _converges(cell: Cell, there: Account, machine: Machine, runs: list[str]) -> None:
    """Without faults: a plan of what remains and nothing else, and an apply that does it."""
    story = "\n".join(runs)
    project = AFTER[cell.action]
    seen, plan = machine.plan()
    assert seen == remaining(project, there.emulator), f"the next plan is not what remains\n{story}"
    assert not plan["refused"], story
    if seen:
        ran = machine.run("apply", "--yes")
        assert ran.code == 0, f"{story}\nlast run, exit {ran.code}:\n{ran.said}"
        _safe(cell, there, [*runs, f"last run:\n{ran.said}"], ran)
        assert machine.plan()[0] == set(), story
    keyed = there.emulator.keyed()
    twice = {key for key, ids in keyed.items() if len(ids) > 1}
    assert twice == {"motor/flow/keep"}, f"{twice} more than once; only keep has a clone\n{story}"
    assert keyed.keys() == project.keys(), story
