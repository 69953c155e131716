"""Two applies at once, of the same and of different revisions, on one machine and on two."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.account import Account, account
from tests.faults.estate import Machine, Project, Ran, Spec, changed, remaining, write
from tests.faults.matrix import AFTER, BEFORE
from tests.faults.recording_emulator import CREATE, DELETE
from tests.preloaded import Command

pytestmark = pytest.mark.early

_FEW, _MANY = 2, 50
_PATIENCE = 300.0

_OLDER = changed(
    AFTER["all of them"],
    payments__core__only_older=Spec(),
    motor__flow__both=Spec(threshold=3),
    motor__flow__both_pair=Spec(kind="composite", members=("motor/flow/both", "motor/flow/keep")),
)
_NEWER = changed(
    _OLDER,
    payments__core__only_older=None,
    payments__core__only_newer=Spec(),
    motor__flow__both=Spec(threshold=4),
    motor__flow__new_a=Spec(threshold=6),
    motor__flow__changed=Spec(threshold=8),
)
REVISIONS: Mapping[str, tuple[Project, Project]] = {
    "the same": (AFTER["all of them"], AFTER["all of them"]),
    "different": (_OLDER, _NEWER),
}


@pytest.mark.parametrize("number", range(_FEW))
@pytest.mark.parametrize("revisions", REVISIONS)
def test_two_applies_at_once_leave_no_twin_and_lose_nothing(
    revisions: str, number: int, tmp_path: Path
) -> None:
    _round(revisions, number, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("number", range(_FEW, _MANY + _FEW))
@pytest.mark.parametrize("revisions", REVISIONS)
def test_two_applies_at_once_leave_no_twin_and_lose_nothing_fifty_times(
    revisions: str, number: int, tmp_path: Path
) -> None:
    _round(revisions, number, tmp_path)


@pytest.mark.parametrize("number", range(_FEW))
def test_on_one_machine_the_second_of_two_applies_is_refused(number: int, tmp_path: Path) -> None:
    _one_machine(number, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("number", range(_FEW, _MANY + _FEW))
def test_on_one_machine_the_second_of_two_applies_is_refused_fifty_times(
    number: int, tmp_path: Path
) -> None:
    _one_machine(number, tmp_path)


def _round(revisions: str, number: int, folder: Path) -> None:
    chance = random.Random(f"{revisions} {number}")
    with account() as there:
        machines = [there.machine(folder / name) for name in ("first", "second")]
        projects = REVISIONS[revisions]
        for machine, project in zip(machines, projects, strict=True):
            write(machine.root, project)
        slow = {"kind": "latency", "seconds": chance.choice([0.01, 0.05]), "times": None}
        there.emulator.inject([{**slow, "route": CREATE}] if chance.random() < 0.6 else [])

        ran = _both(machines, chance, spread=0.12)

        story = f"{revisions} revisions, round {number}\n" + "\n".join(
            f"exit {run.code}:\n{run.said}" for run in ran
        )
        there.emulator.inject([])
        _sound(there, projects, ran, story)
        _goes_on(there, machines, projects, story)


def _one_machine(number: int, folder: Path) -> None:
    chance = random.Random(number)
    with account() as there:
        machines = [there.machine(folder / "first", state=folder / "state")]
        machines.append(Machine(folder=folder / "second", url=there.url, state=folder / "state"))
        for machine, project in zip(machines, (_OLDER, _NEWER), strict=True):
            write(machine.root, project)
        there.emulator.inject(
            [{"kind": "latency", "seconds": 0.7, "times": None, "route": "PUT /api/v1/monitor/*"}]
        )

        ran = _both(machines, chance, spread=0.3)

        story = "\n".join(f"exit {run.code}:\n{run.said}" for run in ran)
        assert sorted(run.code for run in ran) == [0, 5], story
        (refused,) = (run for run in ran if run.code == 5)
        assert "another apply of acme" in refused.said, story
        there.emulator.inject([])
        _sound(there, (_OLDER, _NEWER), ran, story)


def _both(machines: list[Machine], chance: random.Random, *, spread: float) -> list[Ran]:
    """Both applies, begun one a moment after the other; which is first, chance says."""
    order = chance.sample(range(2), 2)
    processes: dict[int, Command] = {}
    for which in order:
        workers = str(chance.choice([1, 8]))
        processes[which] = machines[which].start("apply", "--yes", "--workers", workers)
        time.sleep(chance.random() * spread)
    ended = []
    for which in range(2):
        said, _ = processes[which].communicate(timeout=_PATIENCE)
        ended.append(Ran(code=processes[which].returncode, said=said))
    return ended


def _sound(there: Account, projects: tuple[Project, Project], ran: list[Ran], story: str) -> None:
    """No twin, nothing of other people's touched, nothing that one made deleted by the other."""
    for run in ran:
        assert run.code in (0, 1, 5, 6), story
        assert "Traceback" not in run.said, story
    live = there.emulator.monitors()
    keyed = there.emulator.keyed()
    for number, monitor in there.foreign.items():
        assert live.get(number) == monitor, f"#{number} is not ours and was touched\n{story}"
    for key, ids in keyed.items():
        types = Counter(live[number]["type"] for number in ids)
        twins = [kind for kind, times in types.items() if times > 1 and key != "motor/flow/keep"]
        assert not twins, f"{key} is there twice: {ids}\n{story}"
    made = {write.key for write in there.emulator.writes if write.route == CREATE}
    assert made <= keyed.keys(), f"made and gone: {made - keyed.keys()}\n{story}"
    for key in projects[0].keys() & projects[1].keys() & there.before.keys():
        assert key in keyed, f"{key} lost\n{story}"
    for done in there.emulator.writes:
        if done.route == DELETE and done.key in projects[0].keys() & projects[1].keys():
            assert keyed.get(done.key), f"#{done.id} of {done.key} deleted\n{story}"


def _goes_on(
    there: Account, machines: list[Machine], projects: tuple[Project, Project], story: str
) -> None:
    """The newer revision's next plan says what remains, and its next applies do it."""
    newer = machines[1]
    seen, _ = newer.plan()
    assert seen == remaining(projects[1], there.emulator), f"the next plan is another\n{story}"
    if seen:
        again = newer.run("apply", "--yes")
        story += f"\nagain, exit {again.code}:\n{again.said}"
        held = {("delete", key) for key in projects[0].keys() - projects[1].keys()}
        left, _ = newer.plan()
        assert left <= held, f"{left} left\n{story}"
        assert (again.code == 0) == (not left), story
    assert remaining(projects[1], there.emulator) <= {
        ("delete", key) for key in projects[0].keys() - projects[1].keys() - BEFORE.keys()
    }, story
