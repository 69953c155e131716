"""The project behind an emulator with a history: held as applied, with the truth beside it."""

from __future__ import annotations

import json
from pathlib import Path

from monitor_sync.app.on_call_emulator import WantedHistory, seed
from monitor_sync.emulator.core import Emulator
from tests.cli.run import small_project

UNTIL = 1_795_996_800.0  # 2026-11-30, 00:00 UTC
KEYS = {"DD-API-KEY": "any", "DD-APPLICATION-KEY": "any"}


def test_a_history_holds_the_monitors_of_the_files_as_applied_before_it_began(
    tmp_path: Path,
) -> None:
    root = small_project(tmp_path) / "monitors"
    emulator = Emulator(clock=lambda: UNTIL)
    wanted = WantedHistory(weeks=4, until=UNTIL, truth=tmp_path / "truth.jsonl")
    seed(emulator, root, (), wanted)
    _, _, listed = emulator.handle("GET", "/api/v1/monitor", "", KEYS, b"")
    (monitor,) = json.loads(listed)
    assert any(tag.startswith("monitor_sync_key:motor/flow/") for tag in monitor["tags"])
    assert monitor["created_at"] / 1000 < UNTIL - 4 * 604_800
    lines = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    assert lines[0] == {**lines[0], "type": "history", "from": UNTIL - 4 * 604_800, "to": UNTIL}
    monitors = {line["monitor"] for line in lines if line["type"] == "episode"}
    assert monitors <= {"motor/flow/" + tag.rpartition("/")[2] for tag in monitor["tags"]}


def test_monitors_that_are_held_already_keep_their_place(tmp_path: Path) -> None:
    root = small_project(tmp_path) / "monitors"
    emulator = Emulator(clock=lambda: UNTIL)
    emulator.seed([{"id": 5, "type": "query alert", "query": "avg(last_5m):avg:m{*} > 1"}])
    seed(emulator, root, (), WantedHistory(weeks=4))
    assert emulator.monitor_count == 1
