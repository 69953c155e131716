"""Two applies at once, of the same and of different revisions, on one machine and on two."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.account import Account, account
from tests.faults.estate import Machine, Project, Ran, Spec, changed, remaining, write
from tests.faults.matrix import AFTER, BEFORE
from tests.faults.recording_emulator import CREATE, DELETE

_FEW, _MANY = 2, 50
_PATIENCE = 60.0

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
        there.witness.inject([{**slow, "route": CREATE}] if chance.random() < 0.6 else [])

        ran = _both(machines, chance, spread=0.12)

        told = f"{revisions} revisions, round {number}\n" + "\n".join(
            f"exit {each.code}:\n{each.said}" for each in ran
        )
        there.witness.inject([])
        _sound(there, projects, ran, told)
        _goes_on(there, machines, projects, told)


def _one_machine(number: int, folder: Path) -> None:
    chance = random.Random(number)
    with account() as there:
        machines = [there.machine(folder / "first", state=folder / "state")]
        machines.append(Machine(folder=folder / "second", url=there.url, state=folder / "state"))
        for machine, project in zip(machines, (_OLDER, _NEWER), strict=True):
            write(machine.root, project)
        there.witness.inject(
            [{"kind": "latency", "seconds": 0.7, "times": None, "route": "PUT /api/v1/monitor/*"}]
        )

        ran = _both(machines, chance, spread=0.3)

        told = "\n".join(f"exit {each.code}:\n{each.said}" for each in ran)
        assert sorted(each.code for each in ran) == [0, 5], told
        (refused,) = (each for each in ran if each.code == 5)
        assert "another apply of acme" in refused.said, told
        there.witness.inject([])
        _sound(there, (_OLDER, _NEWER), ran, told)


def _both(machines: list[Machine], chance: random.Random, *, spread: float) -> list[Ran]:
    """Both applies, begun one a moment after the other; which is first, chance says."""
    order = chance.sample(range(2), 2)
    processes: dict[int, subprocess.Popen[str]] = {}
    for which in order:
        workers = str(chance.choice([1, 8]))
        processes[which] = machines[which].start("apply", "--yes", "--workers", workers)
        time.sleep(chance.random() * spread)
    ended = []
    for which in range(2):
        said, _ = processes[which].communicate(timeout=_PATIENCE)
        ended.append(Ran(code=processes[which].returncode, said=said))
    return ended


def _sound(there: Account, projects: tuple[Project, Project], ran: list[Ran], told: str) -> None:
    """No twin, nothing of other people's touched, nothing that one made deleted by the other."""
    for one in ran:
        assert one.code in (0, 1, 5, 6), told
        assert "Traceback" not in one.said, told
    live = there.witness.monitors()
    keyed = there.witness.keyed()
    for number, each in there.foreign.items():
        assert live.get(number) == each, f"#{number} is not ours and was touched\n{told}"
    for key, ids in keyed.items():
        types = Counter(live[each]["type"] for each in ids)
        twins = [kind for kind, times in types.items() if times > 1 and key != "motor/flow/keep"]
        assert not twins, f"{key} is there twice: {ids}\n{told}"
    made = {each.key for each in there.witness.writes if each.route == CREATE}
    assert made <= keyed.keys(), f"made and gone: {made - keyed.keys()}\n{told}"
    for key in projects[0].keys() & projects[1].keys() & there.before.keys():
        assert key in keyed, f"{key} lost\n{told}"
    for done in there.witness.writes:
        if done.route == DELETE and done.key in projects[0].keys() & projects[1].keys():
            assert keyed.get(done.key), f"#{done.id} of {done.key} deleted\n{told}"


def _goes_on(
    there: Account, machines: list[Machine], projects: tuple[Project, Project], told: str
) -> None:
    """The newer revision's next plan says what remains, and its next applies do it."""
    newer = machines[1]
    seen, _ = newer.plan()
    assert seen == remaining(projects[1], there.witness), f"the next plan is another\n{told}"
    if seen:
        again = newer.run("apply", "--yes")
        told += f"\nagain, exit {again.code}:\n{again.said}"
        held = {("delete", key) for key in projects[0].keys() - projects[1].keys()}
        left, _ = newer.plan()
        assert left <= held, f"{left} left\n{told}"
        assert (again.code == 0) == (not left), told
    assert remaining(projects[1], there.witness) <= {
        ("delete", key) for key in projects[0].keys() - projects[1].keys() - BEFORE.keys()
    }, told
