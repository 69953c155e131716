"""The options of ``emulate`` that make things go wrong, typed as a user types them."""

from __future__ import annotations

import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from monitor_sync import emulator
from monitor_sync.emulator.faults import KINDS
from tests.cli.run import environment, run

SLIPS = [
    (["--fault", "trottled"], "'trottled' is no kind of fault", "write `throttled`"),
    (["--fault", "latency,second=1"], "'second' is nothing that fault latency", "write `seconds`"),
    (["--limit", "post_monitor=5/1"], "'post_monitor' is the name of no", "`post_monitors=…`"),
    (["--without", "monitor_write"], "'monitor_write' is no permission", "write `monitors_write`"),
]


@pytest.mark.parametrize(("arguments", "message", "hint"), SLIPS, ids=lambda value: str(value)[:25])
def test_a_slip_is_exit_2_with_what_to_write(
    arguments: list[str], message: str, hint: str, tmp_path: Path
) -> None:
    done = run("emulate", "--port", "0", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: " + message)
    assert hint in done.stderr


def test_the_help_tells_every_kind(tmp_path: Path) -> None:
    lines = run("emulate", "--help", cwd=tmp_path).stdout.splitlines()
    told = {line.split()[0] for line in lines if line.startswith("  ") and line.split()}
    assert set(KINDS) <= told


def test_options_reach_the_emulator(tmp_path: Path) -> None:
    arguments = ["--fault", "truncated,count=3", "--limit", "post_monitors=7/1", "--limits"]
    with subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", "emulate", "--port", "0", *arguments],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            told = [own(url, what) for what in ("faults", "limits")]
        finally:
            process.terminate()
    assert '"kind":"truncated"' in told[0]
    assert '"count":3' in told[0]
    assert '"post_monitors":{"requests":7,"seconds":1,"enforced":true' in told[1]
    assert '"put_monitors":{"requests":500,"seconds":10,"enforced":true' in told[1]


def own(url: str, what: str) -> str:
    """What one of the emulator's own paths answers."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", f"/__emulator/{what}")
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


def test_the_readme_tells_every_kind() -> None:
    page = (Path(emulator.__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert rows == list(KINDS)
