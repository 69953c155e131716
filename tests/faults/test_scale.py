"""An apply of many monitors under Datadog's limits: none is broken, and little time is lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.service import datadog
from monitor_sync.datadog.settings import Settings
from monitor_sync.emulator.core import AcceptedRequest, Emulator, Headers
from monitor_sync.emulator.limits import CountedLimit
from monitor_sync.emulator.server import running
from monitor_sync.http.request_gate import RequestGate
from monitor_sync.model import WORKERS
from monitor_sync.sync.apply import carry_out
from monitor_sync.sync.journal import Journal, Past
from monitor_sync.sync.plan import make_plan
from tests.emulator.calls import ask
from tests.faults.estate import Machine, Spec, write
from tests.faults.recording_emulator import CREATE
from tests.sync.builders import monitor, project

pytestmark = pytest.mark.early

_WITHIN = 10
"""
Times what the limit itself forces; the machine may be slow. That 1.2 times are enough is shown in
simulated time (``tests/http/test_rate_limit.py``).
"""


class Timed(Emulator):
    """All recorded limits enforced, that of creates as said: so many a second."""

    def __init__(self, creates: int) -> None:
        super().__init__(
            enforce_limits=True,
            limits=[CountedLimit(name="post_monitors", requests=creates, seconds=1)],
        )
        self.times: list[float] = []

    def carry_out(self, call: AcceptedRequest) -> tuple[int, Headers, bytes]:
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
    limits = ask(emulator, "GET", "/__emulator/limits")
    for name, counted in limits.items():
        assert counted["refused"] == 0, f"{name}: {counted}"
        assert counted["most"] <= counted["requests"], f"{name}: {counted}"
    assert limits["post_monitors"]["most"] > limit / 2, limits
    assert emulator.monitor_count == len(emulator.times) == creates
    took, forced = emulator.times[-1] - emulator.times[0], creates / limit - 1
    assert took <= _WITHIN * forced, f"{took:.1f} s where the limit forces {forced:.1f} s"


@pytest.mark.parametrize("creates", [2_000, pytest.param(20_000, marks=pytest.mark.long)])
def test_a_deadline_ends_a_run_of_many_creates_without_a_word_about_each(
    creates: int, tmp_path: Path
) -> None:
    plan = make_plan(
        project(*(monitor(f"motor/flow/m{number}") for number in range(creates))),
        [],
        site="datadoghq.eu",
    )
    emulator = Timed(100)
    with running(emulator) as url, Journal(tmp_path / "journal") as log:
        settings = Settings(site="datadoghq.eu", base_url=url, api_key="k", app_key="a")
        log.begin(plan, Past(), tool="", digest="")
        client = Client(settings, gate=RequestGate(datadog(settings), deadline=3.0))
        begin = time.monotonic()
        outcomes = carry_out(plan, {"monitor": client.monitors}, log=log)
        took = time.monotonic() - begin

    undone = [outcome for outcome in outcomes if outcome.status == "not attempted"]
    made = len(emulator.times)
    assert len(undone) == creates - made
    assert all("the deadline of 3 s is over" in str(outcome.error) for outcome in undone)
    # two lines for each create that was sent, and no more than those of the workers besides
    lines = (tmp_path / "journal").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 2 * made + 2 * WORKERS + 2
    assert took < 30  # without a deadline they would take minutes
