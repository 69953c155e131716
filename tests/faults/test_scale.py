"""An apply of many monitors under Datadog's limits: none is broken, and little time is lost."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from monitor_sync.emulator.core import Call, Emulator, Headers
from monitor_sync.emulator.limits import Limit
from monitor_sync.emulator.server import running
from tests.faults.estate import Machine, Spec, write
from tests.faults.recording_emulator import CREATE

_WITHIN = 1.2
"""Times what the limit itself forces, as the project promises it."""


class Timed(Emulator):
    """All recorded limits enforced, that of creates as said: so many a second."""

    def __init__(self, creates: int) -> None:
        super().__init__(
            enforce_limits=True,
            limits=[Limit(name="post_monitors", requests=creates, seconds=1)],
        )
        self.times: list[float] = []

    def carry_out(self, call: Call) -> tuple[int, Headers, bytes]:
        if call.route == CREATE:
            self.times.append(time.monotonic())
        return super().carry_out(call)


@pytest.mark.parametrize(
    ("creates", "limit"),
    [(300, 100), pytest.param(1200, 100, marks=pytest.mark.long)],
)
def test_an_apply_keeps_to_the_limit_and_loses_little_time_by_it(
    creates: int, limit: int, tmp_path: Path
) -> None:
    emulator = Timed(limit)
    with running(emulator) as url:
        machine = Machine(folder=tmp_path, url=url, timeout=10, backoff=0.5)
        write(machine.root, {f"motor/flow/m{n}": Spec() for n in range(creates)})

        process = machine.start("apply", "--yes")
        said, _ = process.communicate(timeout=120)

    assert process.returncode == 0, said[-2000:]
    _, _, content = emulator.handle("GET", "/__emulator/limits", "", {}, b"")
    told = json.loads(content)
    for name, each in told.items():
        assert each["refused"] == 0, f"{name}: {each}"
        assert each["most"] <= each["requests"], f"{name}: {each}"
    assert told["post_monitors"]["most"] > limit / 2, told
    assert emulator.monitor_count == len(emulator.times) == creates
    took, forced = emulator.times[-1] - emulator.times[0], creates / limit - 1
    # a window a second; the first and the last of them may be used in part
    assert took <= _WITHIN * forced + 1, f"{took:.1f} s where the limit forces {forced:.1f} s"
