"""The organisation that an emulator is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitor_sync.emulator.core import Emulator
from tests.emulator.conftest import Caller, monitor


def organisations(emulator: Emulator) -> dict[str, Any]:
    """Everything that names the organisation to a client."""
    call = Caller(emulator)
    created = call.created()
    _, downtime = call("POST", "/v1/downtime", {"scope": "a:b"})
    _, duplicate = call("POST", "/v1/monitor", monitor())
    _, user = call("GET", "/v2/current_user")
    (included,) = (part for part in user["included"] if part["type"] == "orgs")
    assert user["data"]["relationships"]["org"]["data"]["id"] == included["id"]
    return {
        "monitor": created["org_id"],
        "listed": call("GET", "/v1/monitor")[1][0]["org_id"],
        "downtime": downtime["org_id"],
        "duplicate": int(duplicate["errors"][0].rpartition(":")[2]),
        "user": included["id"],
        "public_id": included["attributes"]["public_id"],
    }


def test_each_fresh_emulator_is_an_organisation_of_its_own() -> None:
    first, second = organisations(Emulator()), organisations(Emulator())
    assert first["monitor"] == first["listed"] == first["downtime"] == first["duplicate"]
    assert all(first[place] != second[place] for place in first)


def test_the_organisation_can_be_fixed() -> None:
    first, second = (organisations(Emulator(org_id=7)) for _ in range(2))
    assert first == second
    assert first["monitor"] == 7


def test_a_restart_with_the_same_state_keeps_the_organisation(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    empty = Emulator(state=state)
    org_id = empty.org_id
    empty.close()
    again = Emulator(state=state)
    assert again.org_id == organisations(again)["monitor"] == org_id
    again.close()
    fixed_too_late = Emulator(state=state, org_id=7)
    assert fixed_too_late.org_id == org_id
    fixed_too_late.close()


def test_the_first_seeded_monitors_bring_their_organisation(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    emulator = Emulator(state=state)
    emulator.seed([{"id": 1, "org_id": 42, **monitor()}, {"id": 2, "org_id": 43, **monitor()}])
    assert emulator.org_id == 42
    assert Caller(emulator).created(name="New")["org_id"] == 42
    emulator.close()
    again = Emulator(state=state)
    again.seed([{"id": 3, "org_id": 44, **monitor()}])
    assert again.org_id == 42
    again.close()
    fixed = Emulator(org_id=7)
    fixed.seed([{"id": 1, "org_id": 42, **monitor()}])
    assert fixed.org_id == 7
