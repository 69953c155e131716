"""Colours, questions and interruptions: how the command behaves on a terminal and in a pipe."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.run import environment, run, run_process
from tests.conftest import Local

pytestmark = pytest.mark.early

COLOUR = "\x1b["


def on_terminal(
    *arguments: str,
    cwd: Path,
    changed: Mapping[str, str] | None = None,
    answer: bytes = b"",
    interrupt_at: bytes = b"",
) -> tuple[str, int]:
    """Run on a terminal; type ``answer`` when asked, or Ctrl-C when a text appears."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", *arguments],
        cwd=cwd,
        env=environment({"TERM": "xterm", "COLUMNS": "100", **(changed or {})}),
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    )
    os.close(other)
    seen = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # the other side is closed: the process has ended
            break
        if not part:
            break
        seen += part
        if answer and b"[y/N]" in seen:
            os.write(main, answer)
            answer = b""
        if interrupt_at and interrupt_at in seen:
            process.send_signal(signal.SIGINT)
            interrupt_at = b""
    os.close(main)
    return seen.decode(), process.wait(timeout=120)


@pytest.mark.parametrize(
    ("arguments", "variables", "coloured"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "auto"], {"FORCE_COLOR": "1"}, True),
    ],
)
def test_the_option_beats_no_color_beats_force_color(
    arguments: list[str], variables: dict[str, str], coloured: bool, project: Path
) -> None:
    before = run(*arguments, "list", cwd=project, changed=variables)
    after = run("list", *arguments, cwd=project, changed=variables)
    assert (COLOUR in before.stdout) is coloured
    assert (COLOUR in after.stdout) is coloured


def test_a_terminal_gets_colours_and_a_file_none(project: Path) -> None:
    shown, code = on_terminal("list", "--output", "list.txt", cwd=project)
    assert code == 0
    assert COLOUR in on_terminal("list", cwd=project)[0]
    assert COLOUR not in shown + (project / "list.txt").read_text()
    assert COLOUR not in on_terminal("list", cwd=project, changed={"TERM": "dumb"})[0]


def test_yes_at_the_question_applies(project: Path, local: Local) -> None:
    shown, code = on_terminal("apply", cwd=project, changed=local.environment, answer=b"y\n")
    assert code == 0
    assert "Apply these changes? [y/N]" in shown
    assert "1 created" in shown
    assert local.emulator.monitor_count == 1


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"yup\n", b"\x04"])
def test_anything_else_at_the_question_is_exit_5_and_writes_nothing(
    answer: bytes, project: Path, local: Local
) -> None:
    shown, code = on_terminal("apply", cwd=project, changed=local.environment, answer=answer)
    assert code == 5
    assert "declined: nothing was written" in shown
    assert local.emulator.monitor_count == 0


def test_an_interruption_at_the_question_is_exit_130_and_writes_nothing(
    project: Path, local: Local
) -> None:
    shown, code = on_terminal(
        "apply", cwd=project, changed=local.environment, interrupt_at=b"[y/N]"
    )
    assert code == 130
    assert "interrupted: nothing was written" in shown
    assert "Traceback" not in shown
    assert local.emulator.monitor_count == 0


def test_an_interruption_while_a_limit_is_waited_for_is_exit_130(
    project: Path, local: Local
) -> None:
    local.emulator.inject(["throttled,seconds=100,times=always,route=POST /api/v1/monitor"])
    shown, code = on_terminal(
        "apply", "--yes", cwd=project, changed=local.environment, interrupt_at=b"Waiting 100 s"
    )
    assert code == 130, shown
    assert shown.splitlines()[-1] == "interrupted: nothing was written"


def test_an_interrupted_apply_says_what_it_did_and_a_second_run_finishes(
    project: Path, local: Local
) -> None:
    many_monitors(project, 400)

    shown, code = on_terminal(
        "apply", "--yes", cwd=project, changed=local.environment, interrupt_at=b"applying"
    )

    made = local.emulator.monitor_count
    assert "Traceback" not in shown
    assert made < 401, "it was over before the interruption: declare more monitors"
    assert code == (6 if made else 130)
    assert f"{made} created" in shown if made else "nothing was written" in shown
    done = run("apply", "--yes", cwd=project, changed=local.environment)
    assert done.returncode == 0
    assert f"{401 - made} created" in done.stdout
    assert local.emulator.monitor_count == 401


def many_monitors(project: Path, number: int) -> None:
    """Declare that many further monitors."""
    names = ", ".join(f"item-{index}" for index in range(number))
    (project / "monitors" / "motor" / "many.yaml").write_text(
        "monitors:\n  many:\n"
        f"    for_each: {{thing: [{names}]}}\n"
        '    name: "${thing}"\n'
        "    query: avg(last_5m):avg:a{thing:${thing}} > ${critical}\n"
        "    thresholds: {critical: 1}\n"
        "    message: m\n"
    )


def test_a_reader_that_goes_away_is_no_error(project: Path) -> None:
    many_monitors(project, 3000)
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", "list"],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(timeout=120) == 0
    assert said == ""


def test_an_emulator_says_where_it_answers_and_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text(
        '[{"id": 5, "name": "By hand", "type": "query alert",'
        ' "query": "avg(last_5m):avg:a{*} > 1"}]'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", "emulate", "--port", "0", "--data", "data.json"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    url = process.stdout.readline().strip()
    try:
        assert url.startswith("http://127.0.0.1:")
        keys = {"DD_HOST": url, "DD_API_KEY": "a", "DD_APP_KEY": "b"}
        (tmp_path / "monitors").mkdir()
        (tmp_path / "monitors" / "project.yaml").write_text("project: acme\n")
        shown = run("plan", cwd=tmp_path, changed=keys)
        assert "1 live monitor without our key is left alone" in shown.stdout, shown.stderr
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 0
    assert "Traceback" not in said
    assert "export DD_HOST=" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "nowhere.json"], "cannot read nowhere.json"),
        (["--data", "object.json"], "no JSON array of monitors"),
        (["--data", "broken.json"], "no JSON array of monitors"),
        (["--state", "no/folder/state.db"], "cannot keep state in no/folder/state.db"),
        (["--state", "broken.json"], "cannot keep state in broken.json"),
    ],
)
def test_an_emulator_that_cannot_start_says_why(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "object.json").write_text("{}")
    (tmp_path / "broken.json").write_text("[" * 2000)
    done = run("emulate", "--port", "0", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_exit_2(tmp_path: Path, local: Local) -> None:
    port = local.url.rpartition(":")[2]
    done = run("emulate", "--port", port, cwd=tmp_path)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "--port 0" in done.stderr


def test_output_in_another_alphabet_survives_an_ascii_locale(project: Path) -> None:
    path = project / "monitors" / "motor" / "flow.yaml"
    path.write_text(path.read_text().replace("Fewer visitors buy.", "見積もり → 購入"))
    done = run_process(
        "show",
        "motor/flow/conversion-drop",
        cwd=project,
        changed={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    )
    assert done.returncode == 0
    assert "見積もり" in done.stdout
