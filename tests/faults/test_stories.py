"""Ways in which apply once went wrong, or could: each a story of a few steps."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.faults.account import Account
from tests.faults.estate import Machine, Project, Spec, changed, write
from tests.faults.matrix import AFTER, BEFORE
from tests.faults.recording_emulator import CREATE, DELETE, UPDATE

pytestmark = pytest.mark.early

SHORT = {"kind": "truncated", "count": 4, "times": None}
NEW = "payments/core/new"
WITH_NEW = changed(BEFORE, payments__core__new=Spec())


def killed(there: Account, machine: Machine, *arguments: str, at: int) -> None:
    """The command, killed right after Datadog carried out its n-th write."""
    process = machine.start(*arguments)
    there.emulator.at(at, process.kill)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, said


def clone(there: Account, key: str) -> int:
    """What a person makes with Datadog's clone button."""
    monitor = there.emulator.monitors()[there.emulator.keyed()[key][0]]
    fields = ("type", "query", "message", "tags", "options")
    copy = {name: monitor[name] for name in fields} | {"name": "Errors (copy)"}
    made: int = there.emulator.by_hand("POST", "/api/v1/monitor", copy)["id"]
    return made


def test_a_listing_that_stays_short_makes_nothing_anew_however_often_one_tries(
    there: Account, machine: Machine
) -> None:
    write(machine.root, WITH_NEW)
    there.emulator.inject([SHORT])

    for arguments in (["--yes"], ["--yes"], ["--yes", "--resume"], ["--yes"]):
        ran = machine.run("apply", *arguments)
        assert ran.code == 5, ran.said

    assert not there.emulator.writes
    there.emulator.inject([])
    assert machine.run("apply", "--yes").code == 0
    assert [written.key for written in there.emulator.writes] == [NEW]


def test_a_run_of_updates_under_a_short_listing_is_stopped_and_forgets_nothing(
    there: Account, machine: Machine
) -> None:
    there.emulator.inject([SHORT])
    only_live = {
        key: ids[0]
        for key, ids in there.before.items()
        if ids[0] in [*there.emulator.monitors()][:4]
    }
    edited = {key: Spec(kind=BEFORE[key].kind, threshold=9) for key in only_live}
    write(machine.root, edited)
    assert machine.run("apply", "--yes").code == 5
    assert not there.emulator.writes

    write(machine.root, BEFORE)
    ran = machine.run("apply", "--yes")

    assert ran.code == 5, ran.said
    assert CREATE not in {written.route for written in there.emulator.writes}


def test_a_plan_file_of_a_short_listing_moves_nothing_to_a_new_monitor(
    there: Account, machine: Machine
) -> None:
    write(machine.root, AFTER["update"])
    file = str(machine.folder / "plan.json")
    there.emulator.inject([SHORT])
    assert machine.run("plan", "--out", file).code == 0
    there.emulator.inject([])

    ran = machine.run("apply", file, "--yes")

    assert ran.code == 5, ran.said
    assert "the listing behind the plan lacked" in ran.said
    assert not there.emulator.writes


def test_a_create_without_an_outcome_is_known_also_after_a_run_that_was_refused(
    there: Account, machine: Machine
) -> None:
    write(machine.root, WITH_NEW)
    killed(there, machine, "apply", "--yes", at=1)
    there.emulator.inject([{"kind": "error-before", "route": "GET /api/v1/monitor", "times": None}])
    assert machine.run("apply", "--yes").code == 1
    there.emulator.inject([{"kind": "lagging", "seconds": 3, "times": 2}])
    ran = machine.run("apply", "--yes")
    assert ran.code == 0, ran.said

    assert [written.key for written in there.emulator.writes if written.route == CREATE] == [NEW]


def test_a_create_without_an_outcome_is_known_also_after_a_run_of_something_else(
    there: Account, machine: Machine
) -> None:
    write(machine.root, WITH_NEW)
    killed(there, machine, "apply", "--yes", at=1)
    there.emulator.inject([{"kind": "lagging", "seconds": 3600, "times": None}])
    write(machine.root, AFTER["update"])  # without the new one, which no listing shows yet
    assert machine.run("apply", "--yes").code == 0
    write(machine.root, {**AFTER["update"], NEW: Spec()})
    there.emulator.inject([{"kind": "lagging", "seconds": 3600, "times": 2}])

    ran = machine.run("apply", "--yes")

    assert ran.code == 0, ran.said
    assert [written.key for written in there.emulator.writes if written.route == CREATE] == [NEW]


def test_a_type_is_not_changed_while_a_clone_has_the_key(there: Account, machine: Machine) -> None:
    key = "motor/flow/retyped"
    copy = clone(there, key)
    write(machine.root, AFTER["replace"])

    for _ in range(3):
        machine.run("apply", "--yes")

    live = there.emulator.monitors()
    assert copy in live, "the clone is a person's"
    assert there.before[key][0] in live, "with it gone the clone would be taken for ours"
    assert there.emulator.keyed()[key] == [there.before[key][0], copy]
    ran = machine.run("apply", "--yes")
    assert (ran.code, f"#{copy}" in ran.said) == (5, True), ran.said
    there.emulator.by_hand("DELETE", f"/api/v1/monitor/{copy}")
    assert machine.run("apply", "--yes").code == 0
    assert machine.plan()[0] == set()


def test_a_replace_that_was_cut_short_is_finished_unless_a_clone_has_the_key(
    there: Account, machine: Machine
) -> None:
    key = "motor/flow/retyped"
    write(machine.root, changed(BEFORE, motor__flow__retyped=Spec(kind="log")))
    killed(there, machine, "apply", "--yes", at=1)
    (old, new) = there.emulator.keyed()[key]
    copy = dict(there.emulator.monitors()[old])
    there.emulator.seed([{**copy, "id": old + 500, "created_at": copy.get("created_at", 0) + 1}])

    ran = machine.run("apply", "--yes")

    assert ran.code in (5, 6), ran.said
    assert {old, new, old + 500} <= there.emulator.monitors().keys()
    there.emulator.by_hand("DELETE", f"/api/v1/monitor/{old + 500}")
    assert machine.run("apply", "--yes").code == 0
    assert there.emulator.keyed()[key] == [new]


def test_a_monitor_that_moved_to_another_key_is_no_twin_of_the_one_that_has_its_former(
    there: Account, machine: Machine
) -> None:
    first = {"motor/a/one": Spec(title="One"), **BEFORE}
    write(machine.root, first)
    assert machine.run("apply", "--yes").code == 0
    made = there.emulator.keyed()["motor/a/one"][0]
    old = there.before["payments/core/old-name"][0]
    rest = {key: spec for key, spec in BEFORE.items() if key != "payments/core/old-name"}
    moved: Project = {**rest, "motor/a/two": Spec(title="One", moved_from="motor/a/one")}
    write(machine.root, moved)
    killed(there, machine, "apply", "--yes", at=1)
    third = {
        **rest,
        "motor/a/one": Spec(title="Old"),
        "motor/a/two": Spec(title="One"),
        "motor/a/three": Spec(),
    }
    there.emulator.by_hand(
        "PUT", f"/api/v1/monitor/{old}", {"tags": _tags(there, old, "motor/a/one")}
    )
    write(machine.root, third)

    ran = machine.run("apply", "--yes")

    assert ran.code in (0, 6), ran.said
    assert made in there.emulator.monitors(), f"deleted as a twin\n{ran.said}"


def _tags(there: Account, number: int, key: str) -> list[str]:
    monitor = there.emulator.monitors()[number]
    rest = [text for text in monitor["tags"] if not text.startswith("monitor_sync_key:")]
    return [*rest, f"monitor_sync_key:{key}"]


def rival(there: Account, key: str, machine: Machine) -> int:
    """What another machine makes of a key: the very body that the files say, made first."""
    shown = json.loads(machine.run("show", key, "--format", "json").said)
    made: int = there.emulator.by_hand(
        "POST", "/api/v1/monitor", {**shown, "message": shown["message"] + " "}
    )["id"]
    return made


def test_a_twin_of_a_run_that_was_interrupted_goes_with_the_next(
    there: Account, machine: Machine
) -> None:
    write(machine.root, WITH_NEW)
    process = machine.start("apply", "--yes")
    elder: list[int] = []

    def happen() -> None:
        elder.append(_elder(there))
        process.send_signal(signal.SIGINT)

    there.emulator.at(1, happen)
    said, _ = process.communicate(timeout=120)
    assert len(there.emulator.keyed()[NEW]) == 2, said

    ran = machine.run("apply", "--yes", "--resume")

    assert ran.code == 0, ran.said
    assert there.emulator.keyed()[NEW] == elder, ran.said


@pytest.mark.parametrize("end", ["the answer is lost", "we are killed"])
def test_of_two_twins_ours_goes_also_where_nobody_heard_that_it_was_made(
    there: Account, machine: Machine, end: str
) -> None:
    write(machine.root, WITH_NEW)
    elder: list[int] = []
    if end == "we are killed":
        process = machine.start("apply", "--yes")

        def happen() -> None:
            elder.append(_elder(there, name="Of another revision"))
            process.kill()

        there.emulator.at(1, happen)
        process.communicate(timeout=120)
        ran = machine.run("apply", "--yes", "--resume")
    else:
        there.emulator.inject([{"kind": "dropped-after", "route": CREATE}])
        there.emulator.at(1, lambda: elder.append(_elder(there, name="Of another revision")))
        ran = machine.run("apply", "--yes")

    assert there.emulator.keyed()[NEW] == elder, ran.said


def _elder(there: Account, **otherwise: str) -> int:
    """Another run's monitor of the same key, made a moment before ours."""
    number = there.emulator.keyed()[NEW][0]
    made = there.emulator.monitors()[number]
    born = {"id": number - 400, "created_at": made.get("created_at", 1) - 50}
    there.emulator.seed([{**made, **otherwise, **born}])
    return number - 400


def test_what_another_run_made_a_moment_ago_is_not_deleted_by_a_resumed_one_that_nobody_saw(
    there: Account, machine: Machine, tmp_path: Path
) -> None:
    other = there.machine(tmp_path / "other")
    write(other.root, WITH_NEW)
    assert other.run("apply", "--yes").code == 0
    write(machine.root, changed(BEFORE, motor__flow__changed=Spec(threshold=8)))
    killed(there, machine, "apply", "--yes", at=1)

    ran = machine.run("apply", "--yes", "--resume")

    assert NEW in there.emulator.keyed(), ran.said


def test_a_person_who_takes_our_tags_off_keeps_the_monitor_although_listings_lag(
    there: Account, machine: Machine
) -> None:
    """Invariant 1 names no exception for listings that are behind."""
    key = "payments/core/going"
    number = there.before[key][0]
    there.emulator.by_hand("PUT", f"/api/v1/monitor/{number}", {"tags": ["team:payments"]})
    there.emulator.inject([{"kind": "lagging", "seconds": 60, "times": None}])
    write(machine.root, changed(BEFORE, payments__core__going=None))

    ran = machine.run("apply", "--yes")

    assert number in there.emulator.monitors(), ran.said


def test_a_lost_tag_of_ours_does_not_stop_every_later_run(there: Account, machine: Machine) -> None:
    key = "payments/core/keep"
    number = there.before[key][0]
    tags = [
        text
        for text in there.emulator.monitors()[number]["tags"]
        if not text.startswith("monitor_sync_key")
    ]
    there.emulator.by_hand("PUT", f"/api/v1/monitor/{number}", {"tags": tags})
    write(machine.root, WITH_NEW)

    ran = machine.run("apply", "--yes")

    assert ran.code == 0, ran.said
    assert len(there.emulator.keyed()[key]) == 1


def test_a_journal_that_was_cut_short_by_the_kill_loses_no_create(
    there: Account, machine: Machine
) -> None:
    write(machine.root, AFTER["create"])
    killed(there, machine, "apply", "--yes", "--workers", "8", at=3)
    whole = machine.journal.read_text()
    machine.journal.write_text(whole[:-7])

    ran = machine.run("apply", "--yes", "--resume")

    assert ran.code == 0, ran.said
    assert all(len(ids) == 1 for key, ids in there.emulator.keyed().items() if "new" in key)


@pytest.mark.parametrize("route", [CREATE, UPDATE, DELETE])
def test_a_second_resume_writes_nothing(there: Account, machine: Machine, route: str) -> None:
    action = {CREATE: "create", UPDATE: "update", DELETE: "delete"}[route]
    write(machine.root, AFTER[action])
    killed(there, machine, "apply", "--yes", at=2)
    assert machine.run("apply", "--yes", "--resume").code == 0
    done = len(there.emulator.writes)

    ran = machine.run("apply", "--yes", "--resume")

    assert len(there.emulator.writes) == done, ran.said


def test_a_plan_file_takes_over_nothing_that_the_files_do_not_adopt(
    there: Account, machine: Machine
) -> None:
    """Whoever can write a plan file could else rewrite any monitor that is nobody's."""
    live = there.emulator.monitors()
    nobodys = next(key for key in there.foreign if live[key]["tags"] == ["team:payments"])
    write(machine.root, BEFORE)
    taken = machine.root / "motor" / "taken.yaml"
    declared = {**Spec(title="Taken").declared("motor/taken/x"), "adopt": nobodys}
    taken.write_text(json.dumps({"monitors": {"x": declared}}))
    file = str(machine.folder / "plan.json")
    assert machine.run("plan", "--out", file).code == 0
    taken.unlink()

    ran = machine.run("apply", file, "--yes")

    assert (ran.code, f"the plan takes over #{nobodys}" in ran.said) == (5, True), ran.said
    assert there.emulator.monitors() == live
