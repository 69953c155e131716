"""Several signals in a row: what is said, and the exit code, follow from what was sent."""

from __future__ import annotations

import random
import signal
import threading
import time
from pathlib import Path

import pytest

from monitor_sync.emulator.server import running
from tests.faults.estate import Machine, Spec, write
from tests.faults.recording_emulator import RecordingEmulator

pytestmark = pytest.mark.early

MONITORS = 40


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 200))]
)
def test_signals_in_a_row_never_hide_what_was_written(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    emulator = RecordingEmulator()
    writing = threading.Event()
    with running(emulator) as url:
        machine = Machine(folder=tmp_path, url=url, timeout=5)
        write(machine.root, {f"motor/flow/m{number}": Spec() for number in range(MONITORS)})
        slow = {"kind": "latency", "seconds": 0.05, "times": None, "route": "POST /api/v1/monitor"}
        emulator.inject([slow])
        emulator.at(chance.choice([1, 5, 20, 39]), writing.set)

        process = machine.start("apply", "--yes", "--workers", str(chance.choice([1, 8])))
        assert writing.wait(timeout=120)
        for _ in range(chance.randint(2, 8)):
            process.send_signal(chance.choice([signal.SIGINT, signal.SIGTERM]))
            time.sleep(chance.choice([0, 0.001, 0.01, 0.03, 0.1]))
        said, _ = process.communicate(timeout=300)

    made = len(emulator.monitors())
    assert made > 0
    assert "Traceback" not in said
    assert "nothing was written" not in said
    assert process.returncode in ({0, 6} if made == MONITORS else {6}), said
