"""Somebody deletes a monitor of ours, and perhaps restores it, at the worst moments."""

from __future__ import annotations

import json
from typing import Any

from tests.emulator.calls import requests
from tests.faults.account import Account
from tests.faults.estate import Machine, Spec, changed, write
from tests.faults.matrix import BEFORE
from tests.faults.recording_emulator import CREATE, DELETE

FIRST, GONE, GOING = "motor/flow/changed", "payments/core/keep", "payments/core/going"
EDITED = Spec(threshold=7)
CHANGED = changed(BEFORE, motor__flow__changed=EDITED, payments__core__keep=EDITED)


def delete(there: Account, key: str) -> dict[str, Any]:
    """Delete a monitor in Datadog's own pages; it is kept there for a while."""
    number = there.before[key][0]
    kept = there.emulator.monitors()[number]
    there.emulator.by_hand("DELETE", f"/api/v1/monitor/{number}")
    return dict(kept)


def gone(there: Account, key: str) -> None:
    delete(there, key)


def restore(there: Account, kept: dict[str, Any]) -> None:
    """Bring it back as it was, under the same id."""
    there.emulator.seed([kept])


def audit_searches(there: Account) -> int:
    """How often the audit trail was asked."""
    return requests(there.emulator).get("POST /api/v2/audit/events/search", 0)


def made(there: Account, key: str) -> list[int]:
    return [
        write.id for write in there.emulator.writes if (write.route, write.key) == (CREATE, key)
    ]


def test_a_monitor_deleted_while_applying_is_a_conflict_and_the_rest_is_done(
    there: Account, machine: Machine
) -> None:
    write(machine.root, CHANGED)
    there.emulator.at(1, lambda: gone(there, GONE))

    first = machine.run("apply", "--yes", "--workers", "1")
    second = machine.run("apply", "--yes")

    assert first.code == 6, first.said
    assert "was deleted since the plan was made" in first.said
    assert made(there, FIRST) == []
    assert second.code == 0, second.said
    assert len(made(there, GONE)) == 1
    assert len(there.emulator.keyed()[GONE]) == 1


def test_what_was_to_be_deleted_and_is_deleted_by_hand_meanwhile_is_done(
    there: Account, machine: Machine
) -> None:
    write(machine.root, changed(CHANGED, payments__core__going=None))
    there.emulator.at(1, lambda: gone(there, GOING))

    ran = machine.run("apply", "--yes", "--workers", "1")

    assert ran.code == 0, ran.said
    assert GOING not in there.emulator.keyed()


def test_a_deleted_monitor_is_made_anew_once_and_the_plan_says_who_deleted_it(
    there: Account, machine: Machine
) -> None:
    write(machine.root, BEFORE)
    number = delete(there, GONE)["id"]

    planned = machine.run("plan")
    ran = machine.run("apply", "--yes")
    again = machine.run("apply", "--yes")

    assert f"#{number} deleted in Datadog by user@emulator.example at " in planned.said
    assert (ran.code, again.code) == (0, 0), ran.said
    assert len(made(there, GONE)) == 1


def adopting(machine: Machine, key: str, number: int) -> None:
    """Name the monitor in its file as it was when it was taken over."""
    unit, file, name = key.split("/")
    path = machine.root / unit / f"{file}.yaml"
    written = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"adopt": {name: number}, **written}), encoding="utf-8")


def test_a_deleted_monitor_that_was_taken_over_once_is_made_anew_too(
    there: Account, machine: Machine
) -> None:
    write(machine.root, BEFORE)
    adopting(machine, GONE, there.before[GONE][0])
    assert machine.run("plan").code == 0
    number = delete(there, GONE)["id"]

    before = audit_searches(there)
    planned = machine.run("plan")
    assert audit_searches(there) == before + 1
    ran = machine.run("apply", "--yes")
    again = machine.run("plan", "--fail-on-changes")

    assert f"#{number} deleted in Datadog by user@emulator.example at " in planned.said
    assert (ran.code, again.code) == (0, 0), ran.said + again.said
    assert len(made(there, GONE)) == 1


def test_an_adoption_of_a_number_that_never_was_stays_refused(
    there: Account, machine: Machine
) -> None:
    write(machine.root, BEFORE)
    delete(there, GONE)
    adopting(machine, GONE, 123)

    ran = machine.run("apply", "--yes")

    assert ran.code == 5, ran.said
    assert "cannot adopt #123: Datadog has no such monitor" in ran.said
    assert made(there, GONE) == []


def test_one_that_is_restored_before_the_apply_is_simply_there(
    there: Account, machine: Machine
) -> None:
    write(machine.root, BEFORE)
    kept = delete(there, GONE)
    restore(there, kept)

    ran = machine.run("apply", "--yes")

    assert ran.code == 0, ran.said
    assert "deleted in Datadog" not in ran.said
    assert there.emulator.keyed()[GONE][0] == kept["id"]
    assert made(there, GONE) == []


def test_one_that_is_restored_while_it_is_made_anew_leaves_no_twin(
    there: Account, machine: Machine
) -> None:
    """Of the two the restored one is older: it stays, with its id and its history."""
    write(machine.root, BEFORE)
    kept = delete(there, GONE)
    there.emulator.at(1, lambda: restore(there, kept))

    ran = machine.run("apply", "--yes")
    after = machine.run("plan", "--fail-on-changes")

    assert there.emulator.keyed()[GONE] == [kept["id"]], ran.said
    assert len(made(there, GONE)) == 1
    assert after.code == 0, after.said


def test_one_that_is_restored_after_it_was_made_anew_is_ours_again_and_nothing_is_deleted(
    there: Account, machine: Machine
) -> None:
    write(machine.root, BEFORE)
    kept = delete(there, GONE)
    assert machine.run("apply", "--yes").code == 0
    (anew,) = made(there, GONE)
    restore(there, kept)
    deletes = sum(write.route == DELETE for write in there.emulator.writes)

    ran = machine.run("apply", "--yes")

    assert ran.code == 0, ran.said
    assert there.emulator.keyed()[GONE] == [kept["id"], anew]
    assert sum(write.route == DELETE for write in there.emulator.writes) == deletes
    assert f"clone #{anew}" in ran.said
    assert "its original was restored after it was made anew" in ran.said
