"""
Each folder beside this file is one run of the tool: files in; command, output and exit code.

    base/            project.yaml, teams.yaml and two units that every scenario starts from
    usual/           files that many scenarios have: a file ``usual`` in theirs names them
    NAME/command     command lines without the name of the program, one a line
    NAME/before/     files over the base that have been applied before; optional
    NAME/monitors/   files over the base when the commands run; as applied where absent
    NAME/live.json   what people did in Datadog since, see ``_by_hand``; optional
    NAME/stdout, stderr, exit   what is expected; ``pytest --update-golden`` writes them
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor_sync.cli import main
from tests.conftest import Local
from tests.emulator.calls import ask

HERE = Path(__file__).parent
BASE, USUAL = HERE / "base", HERE / "usual"
SCENARIOS = sorted(path.parent for path in HERE.glob("*/command"))


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_scenario(
    folder: Path,
    local: Local,
    update_golden: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if (folder / "before").is_dir():
        _project(tmp_path / "monitors", folder / "before")
        assert _run("apply --yes --workers 1").exit_code == 0
    if (folder / "live.json").is_file():
        for done in json.loads((folder / "live.json").read_text()):
            _by_hand(local, done)
    if (folder / "monitors").is_dir() or not (folder / "before").is_dir():
        _project(tmp_path / "monitors", folder / "monitors")

    seen = _seen((folder / "command").read_text().splitlines(), local)

    if update_golden:
        for name, text in seen.items():
            (folder / name).write_text(text)
    assert seen == {name: (folder / name).read_text() for name in seen}


def test_there_are_scenarios_for_every_command_that_reads_files() -> None:
    lines = [
        line for scenario in SCENARIOS for line in (scenario / "command").read_text().splitlines()
    ]
    commands = {line.split()[0] for line in lines}
    assert {"validate", "list", "show", "plan", "apply"} <= commands
    assert len(SCENARIOS) >= 25


def _project(root: Path, over: Path) -> None:
    """Write a project: the base, the usual files that are named in ``over``, and its others."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(BASE, root)
    named = (over / "usual").read_text().split() if (over / "usual").is_file() else []
    for name in named:
        (file,) = USUAL.glob(f"*/{name}.yaml")
        to = root / file.relative_to(USUAL)
        to.parent.mkdir(exist_ok=True)
        shutil.copy(file, to)
    if over.is_dir():
        shutil.copytree(over, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("usual"))


def _run(command: str) -> Result:
    return CliRunner().invoke(main, shlex.split(command), prog_name="monitor-sync")


def _seen(commands: list[str], local: Local) -> dict[str, str]:
    """What the commands print and how they end; of several, each under its command line."""
    streams: dict[str, list[str]] = {"stdout": [], "stderr": [], "exit": []}
    for command in commands:
        result = _run(command)
        assert result.exception is None or isinstance(result.exception, SystemExit), command
        header = f"$ {command}\n" if len(commands) > 1 else ""
        streams["stdout"].append(header + result.stdout)
        streams["stderr"].append(header + result.stderr)
        streams["exit"].append(f"{result.exit_code}\n")
    host = local.url.removeprefix("http://")
    return {
        name: _NOW.sub("at NOW UTC", "".join(texts).replace(host, "HOST"))
        for name, texts in streams.items()
    }


_NOW = re.compile(r"at \d{4}-\d\d-\d\d \d\d:\d\d UTC")
"""When somebody deleted a monitor in the emulator."""


def _by_hand(local: Local, done: dict[str, Any]) -> None:
    """
    One thing that a person did in Datadog.

    ``{"seed": {…}}`` is a monitor that was always there. With ``"key"``, the live monitor of that
    key is changed (``"set": {…}``), muted (``"mute": true``), cloned under another name
    (``"clone": NAME``) or deleted (``"delete": true``).
    """
    if "seed" in done:
        local.emulator.seed([done["seed"]])
        return
    tag = f"monitor_sync_key:{done['key']}"
    live = next(
        monitor
        for monitor in ask(local.emulator, "GET", "/api/v1/monitor")
        if tag in monitor["tags"]
    )
    path = f"/api/v1/monitor/{live['id']}"
    if "set" in done:
        options = {**live["options"], **done["set"].get("options", {})}
        ask(local.emulator, "PUT", path, {**done["set"], "options": options})
    if done.get("mute"):
        ask(local.emulator, "POST", f"{path}/mute", {})
    if "clone" in done:
        copy = {name: live[name] for name in ("type", "query", "message", "tags", "options")}
        ask(local.emulator, "POST", "/api/v1/monitor", {**copy, "name": done["clone"]})
    if done.get("delete"):
        ask(local.emulator, "DELETE", path)
