"""The options of ``emulate`` that make things go wrong, typed as a user types them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from monitor_sync import emulator
from monitor_sync.cli.commands.emulate import ways_on
from monitor_sync.emulator.faults import KINDS
from tests.cli.run import environment, invoke, run, small_project

SLIPS = [
    (["--fault", "trottled"], "'trottled' is no kind of fault", "did you mean `throttled`?"),
    (
        ["--fault", "latency,second=1"],
        "'second' is nothing that fault latency",
        "did you mean `seconds`?",
    ),
    (["--limit", "post_monitor=5/1"], "'post_monitor' is the name of no", "`post_monitors=…`"),
    (["--without", "monitor_write"], "'monitor_write' is no permission", "mean `monitors_write`?"),
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
    first_words = {line.split()[0] for line in lines if line.startswith("  ") and line.split()}
    assert set(KINDS) <= first_words


def test_options_reach_the_emulator_and_it_says_how_it_is_used(tmp_path: Path) -> None:
    arguments = ["--fault", "truncated,count=3", "--limit", "post_monitors=7/1", "--limits"]
    with subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", "emulate", "--port", "0", *arguments],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        try:
            settings = [own(url, what) for what in ("faults", "limits")]
            said = [process.stderr.readline() for _ in range(3)]
        finally:
            process.terminate()
    assert said[1:] == [
        f"  export DD_HOST={url} DD_API_KEY=any DD_APP_KEY=any\n",
        "No metric has a history: to try `monitor-sync backtest`, add --metrics 1.\n",
    ]
    assert '"kind":"truncated"' in settings[0]
    assert '"count":3' in settings[0]
    assert '"post_monitors":{"requests":7,"seconds":1,"enforced":true' in settings[1]
    assert '"put_monitors":{"requests":500,"seconds":10,"enforced":true' in settings[1]


def test_that_alerts_of_a_history_fit_no_points_is_said_before_a_backtest_finds_it() -> None:
    said = [
        list(ways_on("http://127.0.0.1:1", 3, metrics=1, on_call=True, history=made_up))[-1]
        for made_up in (True, False)
    ]

    assert ["leave out --history" in line for line in said] == [True, False]


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


def test_a_port_that_is_taken_names_the_danger(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("emulate", "--port", str(port), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: cannot listen on 127.0.0.1:{port}: address already in use. A"
        f" DD_HOST=http://127.0.0.1:{port} that is still set leads to whatever else answers there\n"
        " help: `monitor-sync emulate --port 0` takes a free port and prints its address\n"
    )


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--state", b"monitors:\n" * 100, "cannot keep state in file: file is not a database"),
        ("--data", b'[{"type": "a", "query": "b", "tags": 5}]', "tags is 5, expected an array of"),
        ("--data", b"[" * 100_000, "it is not valid JSON, or nested too deeply"),
        ("--data", b"", "it is not valid JSON"),
    ],
)
def test_a_file_that_is_none_is_exit_2(
    option: str, content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)
    done = run("emulate", "--port", "0", option, "file", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "file").read_bytes() == content


@pytest.mark.parametrize("path", [".", "nowhere/file", "/dev/full", "/dev/null"])
def test_a_state_that_cannot_be_kept_is_exit_2(path: str, tmp_path: Path) -> None:
    done = run("emulate", "--port", "0", "--state", path, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_a_pipe_is_no_state(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run("emulate", "--port", "0", "--state", "pipe", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot keep state in pipe" in done.stderr


def test_on_call_tools_need_teams_and_ways_that_there_are(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    lone = invoke("emulate", "--broken", "error", cwd=project)
    assert (lone.exit_code, "add --on-call" in lone.stderr) == (2, True)
    wrong = invoke("emulate", "--on-call", "--broken", "schedule-emty", cwd=project)
    assert (wrong.exit_code, "did you mean `schedule-empty`?" in wrong.stderr) == (2, True)
    nobody = invoke("emulate", "--on-call", "--broken", "error=motr-quotes", cwd=project)
    assert (nobody.exit_code, "did you mean `error=motor-quotes`?" in nobody.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--history", "26w"], "add --on-call"),
        (["--on-call", "--truth", "truth.jsonl"], "add `--history 26w`"),
        (["--on-call", "--history", "half a year"], "e.g. `--history 26w`"),
        (["--on-call", "--history", "66w"], "expected 1 to 65 weeks"),
        (["--on-call", "--history", "2w", "--history-until", "now"], "'now' is no time"),
        (["--on-call", "--history", "2w", "--variant", "oldest"], "`oldest-first`"),
        (["--on-call", "--history", "2w", "--truth", "no/where.jsonl"], "cannot write no/where"),
        (["--on-call", "--history", "2w", "--truth", "link"], "cannot write link: it is a link"),
    ],
)
def test_a_history_that_cannot_be_made_is_exit_2(
    arguments: list[str], says: str, tmp_path: Path
) -> None:
    project = small_project(tmp_path)
    (project / "link").symlink_to(tmp_path / "elsewhere")
    done = invoke("emulate", *arguments, cwd=project)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.split())
