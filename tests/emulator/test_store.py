"""Seeding, and what survives a restart."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import Caller, monitor


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    emulator = Emulator(state=state)
    call = Caller(emulator)
    kept = call.created(assets=[{"category": "runbook", "name": "R", "url": "/r"}])
    gone = call.created(name="Gone")
    both = call.created(type="composite", name="Both", query=str(kept["id"]), options={})
    call("PUT", f"/v1/monitor/{kept['id']}", {"name": "Renamed"})
    call("DELETE", f"/v1/monitor/{gone['id']}")
    _, downtime = call("POST", "/v1/downtime", {"scope": "a:b", "monitor_id": kept["id"]})
    before = call.read(kept["id"], "with_assets=true&with_downtimes=true")
    listing = call("GET", "/v1/monitor")
    emulator.close()

    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite"]
    again = Emulator(state=state)
    call = Caller(again)
    assert call("GET", "/v1/monitor") == listing
    assert call.read(kept["id"], "with_assets=true&with_downtimes=true") == before
    assert call("GET", f"/v1/downtime/{downtime['id']}")[0] == 200
    assert call("DELETE", f"/v1/monitor/{kept['id']}")[0] == 400
    copy = {name: before[name] for name in ("type", "name", "query", "message", "tags", "options")}
    copy["options"]["silenced"] = {}
    assert "Duplicate" in call("POST", "/v1/monitor", copy)[1]["errors"][0]
    assert call.listed("monitor_tags=team:motor-quotes") == [kept["id"], both["id"]]
    assert call.created(name="New")["id"] > max(gone["id"], downtime["id"])
    again.close()


def test_a_killed_process_loses_nothing_it_answered(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    script = """if True:
        import os, sys
        from pathlib import Path
        from monitor_sync.emulator.core import Emulator
        from tests.emulator.conftest import Caller
        print(Caller(Emulator(state=Path(sys.argv[1]))).created()["id"], flush=True)
        os._exit(9)
    """
    killed = subprocess.run(
        [sys.executable, "-c", script, str(state)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        check=False,
    )
    assert killed.returncode == 9
    again = Emulator(state=state)
    assert Caller(again).listed() == [int(killed.stdout)]
    assert Caller(again).created(name="New")["id"] > int(killed.stdout)
    again.close()


def test_two_emulators_never_share_a_state(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    first = Emulator(state=state)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Emulator(state=state)
    first.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    state.write_text("monitors:\n" * 100, encoding="utf-8")
    with pytest.raises(sqlite3.DatabaseError):
        Emulator(state=state)


DAMAGE = {
    "other tables": "DROP TABLE documents; CREATE TABLE documents (a, b)",
    "no JSON": "UPDATE documents SET body = x'7b'",
    "no monitor": "UPDATE documents SET body = '[]'",
    "no fields": "UPDATE documents SET body = x'7b7d'",
    "no id": "UPDATE documents SET id = 'abc'",
    "no text": "UPDATE documents SET body = NULL WHERE 0; PRAGMA user_version = 1;"
    "UPDATE documents SET body = 5",
    "no counter": "UPDATE counters SET value = 'many'",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_state_file_that_is_damaged_is_refused_and_left_as_it_is(
    tmp_path: Path, damage: str
) -> None:
    state = tmp_path / "state.sqlite"
    emulator = Emulator(state=state)
    Caller(emulator).created()
    emulator.close()
    database = sqlite3.connect(state)
    database.executescript(DAMAGE[damage])
    database.close()

    for _ in range(2):  # the second time too: the first has let go of the file
        with pytest.raises(sqlite3.DatabaseError):
            Emulator(state=state)


def test_a_state_file_whose_pages_are_torn_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    emulator = Emulator(state=state)
    emulator.seed([{"id": number, **monitor(message="x" * 2000)} for number in range(1, 50)])
    emulator.close()
    content = state.read_bytes()
    state.write_bytes(content[: len(content) // 2])
    with pytest.raises(sqlite3.DatabaseError):
        Emulator(state=state)


def test_a_disk_that_is_full_is_said_and_ends_nothing(tmp_path: Path) -> None:
    emulator = Emulator(state=tmp_path / "state.sqlite")
    call = Caller(emulator)
    database = emulator._store._database  # nothing else can fill a disk here
    assert database is not None
    database.execute("PRAGMA max_page_count = 1")
    status, answer = call("POST", "/v1/monitor", monitor(message="x" * 100_000))
    assert (status, answer["errors"][0][:35]) == (500, "The emulator cannot write its state")
    assert call("GET", "/v1/validate")[0] == 200
    emulator.close()


def test_seeded_monitors_keep_their_ids_and_get_what_they_lack(call: Caller) -> None:
    assert call.emulator.seed([{"id": 42, **monitor()}, monitor(name="No id")]) == 2
    seeded = call.read(42)
    assert seeded["options"]["notify_audit"] is False
    assert repr(seeded["options"]["thresholds"]["critical"]) == "5.0"
    assert (seeded["overall_state"], seeded["multi"]) == ("No Data", True)
    assert call.created(name="Next")["id"] > 42


def test_a_listed_monitor_is_seeded_as_it_was_listed(call: Caller) -> None:
    listed = {
        "id": 50_000_000, "org_id": 7, "type": "metric alert", "name": "Live", "message": "",
        "tags": [], "query": "avg(last_5m):avg:a{*} > 1", "options": {"silenced": {"*": None}},
        "multi": False, "created_at": 1_500_000_000_000, "created": "2017-07-14T02:40:00+00:00",
        "modified": "2017-07-14T02:40:00+00:00", "deleted": None, "priority": 3,
        "restricted_roles": None, "draft_status": "published", "overall_state_modified": None,
        "overall_state": "Alert", "creator": {"name": "A", "handle": "a", "email": "a", "id": 1},
    }  # fmt: skip
    call.emulator.seed([listed])
    assert call.read(50_000_000) == listed
    assert call.created()["id"] == 50_000_001


def test_seeding_again_changes_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    first = Emulator(state=state)
    assert first.seed([{"id": 42, **monitor()}, monitor(name="No id")]) == 2
    Caller(first)("PUT", "/v1/monitor/42", {"name": "Changed in the UI"})
    first.close()
    second = Emulator(state=state)
    assert second.seed([{"id": 42, **monitor()}, monitor(name="No id")]) == 0
    assert Caller(second).read(42)["name"] == "Changed in the UI"
    assert second.monitor_count == 2
    second.close()


def test_copies_may_be_seeded_and_the_oldest_is_named(call: Caller) -> None:
    call.emulator.seed([{"id": 9, **monitor()}, {"id": 8, **monitor()}])
    error = call("POST", "/v1/monitor", monitor())[1]["errors"][0]
    assert error.startswith("Duplicate of an existing monitor_id:8 ")
