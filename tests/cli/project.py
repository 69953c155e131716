"""A project, the account it is applied to, and the command in between."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from monitor_sync.cli import main
from tests.cli.run import BASE
from tests.conftest import Local
from tests.emulator.calls import ask


class Project:
    """A folder of files, the command in it, and what people do in Datadog meanwhile."""

    def __init__(self, folder: Path, local: Local) -> None:
        self.folder = folder
        self.local = local
        shutil.copytree(BASE, folder / "monitors")

    def write(self, path: str, text: str) -> None:
        file = self.folder / "monitors" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, command: str) -> Result:
        return CliRunner().invoke(main, shlex.split(command), prog_name="monitor-sync")

    def done(self, command: str) -> Result:
        result = self.run(command)
        assert result.exit_code == 0, result.stderr + result.stdout
        return result

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return ask(self.local.emulator, method, path, body, user="ani")

    def live(self) -> dict[str, dict[str, Any]]:
        """The live monitors by key, those without one by id."""
        by_key = {}
        for monitor in self.ask("GET", "/api/v1/monitor"):
            tags = dict(tag.split(":", 1) for tag in monitor["tags"] if ":" in tag)
            by_key[tags.get("monitor_sync_key", str(monitor["id"]))] = monitor
        return by_key
