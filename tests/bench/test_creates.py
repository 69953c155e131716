"""The bench of creates runs, and no request of it is refused. Its times are for people to judge."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.bench.__main__ import ROOT
from tests.bench.creates import forced


def test_no_create_of_all_workers_is_refused_under_a_limit() -> None:
    command = [sys.executable, "-m", "tests.bench.creates"]
    command += ["--creates", "150", "--limit", "100/1", "--rounds", "1"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )

    assert done.returncode == 0, done.stderr
    *_, within, closing = done.stdout.splitlines()
    match = re.search(r"at most (\d+) in a window, 0 refused$", within)
    assert match
    assert int(match[1]) <= 100
    assert re.fullmatch(
        r"150 creates, 12 workers: \d+\.\d\d times a bare client,"
        r" \d+\.\d\d times what the limit forces",
        closing,
    )


@pytest.mark.parametrize(("start", "seconds"), [(100.0, 20.2), (109.9, 20.2), (109.7, 10.7)])
def test_the_time_that_a_limit_forces_is_that_of_whole_windows_and_the_rest(
    start: float, seconds: float
) -> None:
    # 1,200 creates at 1,000 a second: what is left of a window, whole windows of 500, the rest
    assert forced(1200, 500, 10.0, start, 1000.0) == pytest.approx(seconds, abs=0.01)
