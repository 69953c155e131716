"""
What the action's last step does: read the inputs, run the command, write the outputs.

The inputs come as INPUT_… variables and never pass through a shell. Exit code 0 where the
command's is one of those allowed, else the command's own.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

PLANNING = {"plan", "drift"}
"""The commands that write a plan file."""


def command(inputs: dict[str, str]) -> list[str]:
    """The command line that the inputs ask for, after ``monitor-sync``."""
    line = ["--root", inputs["ROOT"], inputs["COMMAND"], *shlex.split(inputs["ARGUMENTS"])]
    if inputs["FORMAT"]:
        line += ["--format", inputs["FORMAT"]]
    if inputs["OUTPUT"]:
        line += ["--output", inputs["OUTPUT"]]
    if inputs["COMMAND"] in PLANNING:
        line += ["--out", plan_file(inputs)]
    return line


def plan_file(inputs: dict[str, str]) -> str:
    """Where a plan is kept."""
    return inputs["PLAN_FILE"] or str(Path(os.environ["RUNNER_TEMP"]) / "monitor-sync-plan.json")


def facts(inputs: dict[str, str]) -> dict[str, str]:
    """What there is to say of the plan that was made; nothing where none was."""
    path = Path(plan_file(inputs))
    if inputs["COMMAND"] not in PLANNING or not path.exists():
        return {}
    plan = json.loads(path.read_text(encoding="utf-8"))
    return {
        "fingerprint": plan["fingerprint"],
        "changes": str(len(plan["changes"])),
        "plan-file": str(path),
        "backtest": str(asks_for_backtest(Path(inputs["ROOT"], "project.yaml"))).lower(),
    }


def asks_for_backtest(project: Path) -> bool:
    """Whether ``policy.backtest`` of project.yaml wants a backtest of each change."""
    import yaml  # only a plan needs it

    policy = yaml.safe_load(project.read_text(encoding="utf-8")).get("policy") or {}
    return bool(policy.get("backtest"))


def main() -> int:
    """Run the command and say how it went."""
    prefix = "INPUT_"
    inputs = {
        name.removeprefix(prefix): value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
    if inputs["SITE"]:
        environment["DD_SITE"] = inputs["SITE"]
    if inputs["COMMAND"] in PLANNING:
        Path(plan_file(inputs)).unlink(missing_ok=True)  # the outputs tell of this run's plan
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        [sys.executable, "-m", "monitor_sync", *command(inputs)], env=environment, check=False
    )
    outputs = {"exit-code": str(done.returncode), **facts(inputs)}
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in outputs.items())
    return 0 if str(done.returncode) in inputs["ALLOWED"].split() else done.returncode


if __name__ == "__main__":
    sys.exit(main())
