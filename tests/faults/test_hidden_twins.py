"""A listing that hides the older of two twins: the other is a person's clone and stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.account import Account
from tests.faults.estate import Project, Spec, write
from tests.faults.matrix import BEFORE
from tests.faults.test_stories import clone

KEY = "payments/core/keep"
_REST = {key: spec for key, spec in BEFORE.items() if key != KEY}
CHANGES: dict[str, Project] = {
    "update": {**_REST, KEY: Spec(threshold=9)},
    "delete": _REST,
    "replace": {**_REST, KEY: Spec(kind="log")},
    "move": {**_REST, "payments/core/kept": Spec(moved_from=KEY)},
}


@pytest.mark.parametrize("way", ["planned now", "a plan file"])
@pytest.mark.parametrize(("times", "known"), [(1, True), (2, True), (1, False), (99, True)])
@pytest.mark.parametrize("change", CHANGES)
def test_a_clone_stays_as_it_is_while_the_original_is_hidden(
    there: Account, tmp_path: Path, change: str, times: int, way: str, *, known: bool
) -> None:
    """``known`` says whether the journal knows the original; how often it is hidden, ``times``."""
    copy = clone(there, KEY)
    before = there.emulator.monitors()[copy]
    machine = there.machine(tmp_path)
    if not known:
        machine.journal.unlink()
    write(machine.root, CHANGES[change])
    there.emulator.hide(there.emulator.keyed()[KEY][0], times)
    arguments = ["apply", "--yes"]
    if way == "a plan file":
        file = str(tmp_path / "plan.json")
        assert machine.run("plan", "--out", file).code in (0, 1, 5)
        arguments.insert(1, file)

    ran = machine.run(*arguments)

    assert there.emulator.monitors().get(copy) == before, ran.said
