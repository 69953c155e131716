"""Run the command as a user does, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from monitor_sync.cli import main

BASE = Path(__file__).parents[1] / "scenarios" / "base"
FLOW = """\
monitors:
  conversion-drop:
    name: "[Motor] Conversion dropped"
    query: avg(last_5m):avg:motor.conversion{env:${env}} < ${critical}
    thresholds: {critical: 12}
    priority: 1
    message: Fewer visitors buy.
    runbook: motor/conversion
"""


def small_project(folder: Path) -> Path:
    """Write a folder ``monitors/`` that declares one monitor; return the folder around it."""
    shutil.copytree(BASE, folder / "monitors")
    (folder / "monitors" / "motor" / "flow.yaml").write_text(FLOW)
    return folder


def environment(changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would lead to a Datadog or change the output."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DD_") and name not in {"NO_COLOR", "FORCE_COLOR"}
    }
    return {**kept, **(changed or {})}


def run(
    *arguments: str, cwd: Path, changed: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``monitor-sync`` in this process; its input is no terminal. Fails where it raises."""
    result = invoke(*arguments, cwd=cwd, changed=changed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(
        [*arguments], result.exit_code, stdout=result.stdout, stderr=result.stderr
    )


def run_process(
    *arguments: str, cwd: Path, changed: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own: half a second more, for what only a process shows."""
    return subprocess.run(
        [sys.executable, "-m", "monitor_sync", *arguments],
        cwd=cwd,
        env=environment(changed),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def invoke(*arguments: str, cwd: Path, changed: Mapping[str, str] | None = None) -> Result:
    """Run it in this process, as ``run`` does; what it raises stands in the result."""
    gone = {name: None for name in os.environ if name not in environment()}
    with contextlib.chdir(cwd):
        return CliRunner(env={**gone, **(changed or {})}).invoke(
            main, arguments, prog_name="monitor-sync"
        )
