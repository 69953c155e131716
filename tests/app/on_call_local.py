"""A project whose teams a running emulator serves, on whatever on-call tools they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from monitor_sync.app import files, on_call_emulator
from monitor_sync.app.on_call import VerifiedPaths, follow_monitors
from monitor_sync.app.selection import select_monitors
from monitor_sync.app.target import Target
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from monitor_sync.model import Project
from monitor_sync.oncall.path import PagingPath

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
KEY = "7f3a9c1e5b2d4f608a7c"

MONITORS = """
team: {team}
monitors:
  load:
    name: Load
    query: avg(last_5m):avg:system.load.1{{*}} > 5
    thresholds: {{critical: 5, warning: 4}}
    message: It is busy.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCallLocal:
    """A running emulator, and a project whose teams it serves."""

    emulator: Emulator
    url: str
    root: Path
    project: Project

    def break_it(self, *ways: str) -> None:
        on_call_emulator.seed_teams(self.emulator, self.project.teams.values(), ways)

    def target(self, **environ: str) -> Target:
        usual = {
            "DD_HOST": self.url,
            "DD_API_KEY": "any",
            "DD_APP_KEY": "any",
            "ZENDUTY_URL": f"{self.url}/__zenduty",
            "ZENDUTY_API_KEY": KEY,
            "MONITOR_SYNC_BACKOFF": "0.001",
        }
        return Target(environ=usual | environ)

    def verify(self, *selectors: str, **environ: str) -> VerifiedPaths:
        monitors = select_monitors(self.project, selectors)
        return follow_monitors(self.project, monitors, self.target(**environ), now=NOW)


@contextmanager
def serving(root: Path, teams: str, project: str = "") -> Iterator[OnCallLocal]:
    """
    Write a project in which each of the teams has a monitor, and run an emulator for it.

    ``teams`` is the text of teams.yaml, ``project`` what project.yaml says besides its name.
    """
    names = list(yaml.safe_load(teams)["teams"])
    (root / "motor").mkdir(parents=True)
    (root / "project.yaml").write_text(f"project: acme\n{project}")
    (root / "teams.yaml").write_text(teams)
    (root / "motor" / "business-unit.yaml").write_text(f"name: Motor\nteam: {names[0]}\n")
    for name in names:
        (root / "motor" / f"{name}.yaml").write_text(MONITORS.format(team=name))
    emulator = Emulator(clock=NOW.timestamp)
    with running(emulator) as url:
        declared = files.read_whole(root).project
        yield OnCallLocal(emulator=emulator, url=url, root=root, project=declared)


def steps(path: PagingPath, status: str) -> set[str]:
    return {step.step for step in path.steps if step.status == status}
