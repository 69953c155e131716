"""A git repository with a project in it, the account it is applied to, and people at work."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
from click.testing import Result

from tests.cli.project import Project
from tests.cli.run import FLOW
from tests.conftest import Local

DROP = "motor/flow/conversion-drop"
ERRORS = "payments/router/errors"
CRITICAL = "options.thresholds.critical"
ROUTER = """\
monitors:
  errors:
    name: "[Payments] Router errors"
    query: sum(last_5m):sum:payments.errors{env:${env}} > ${critical}
    thresholds: {critical: 5}
    priority: 2
    message: Payments fail.
    runbook: payments/errors
"""
SCHEMA = Path(__file__).parents[2] / "schemas" / "plan.json"


class Repository(Project):
    """A clone with a project in it, the account it is applied to, and people at work in both."""

    def __init__(self, folder: Path, local: Local) -> None:
        super().__init__(folder, local)
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("motor/flow.yaml", FLOW)
        self.write("payments/router.yaml", ROUTER)

    # git

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=Ani", "-c", "user.email=ani@acme.example")
        command = ["git", *who, "-c", "commit.gpgsign=false", *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / "monitors" / path).read_text()
        assert old in text
        self.write(path, text.replace(old, new))

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        self.git("switch", "--quiet", "--create", name, start)

    def squash(self, name: str) -> str:
        """Merge a pull request into main as one commit, as GitHub's button does."""
        self.git("switch", "--quiet", "main")
        self.git("merge", "--quiet", "--squash", name)
        return self.commit(f"{name} (squashed)")

    # the tool

    def plan(self, base: str) -> dict[str, Any]:
        result = self.run(f"plan --base {base} --format json")
        document = json.loads(result.stdout)
        self.valid(document)
        assert isinstance(document, dict)
        assert result.exit_code == (5 if document["refused"] else 0), result.stderr
        return document

    def valid(self, plan: Any) -> None:
        """What is printed as JSON is as its schema says."""
        jsonschema_rs.validate(json.loads(SCHEMA.read_text()), plan)

    def apply(self, base: str, more: str = "") -> Result:
        return self.done(f"apply --base {base} --yes --workers 1 {more}")

    # Datadog

    def by_hand(self, key: str, **changed: Any) -> None:
        """What a person changes in Datadog's own pages."""
        self.ask("PUT", f"/api/v1/monitor/{self.live()[key]['id']}", changed)

    def raise_threshold(self, key: str, level: float) -> None:
        """As its editor does: in the options and in the query."""
        live = self.live()[key]
        query = re.sub(r"[\d.]+$", f"{level:g}", live["query"])
        thresholds = {**live["options"]["thresholds"], "critical": level}
        self.by_hand(key, query=query, options={**live["options"], "thresholds": thresholds})

    def critical(self, key: str) -> float:
        level = self.live()[key]["options"]["thresholds"]["critical"]
        assert isinstance(level, float)
        return level


def keys(changes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(change["action"], change["key"]) for change in changes]


def fields(entry: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {field["field"]: (field["old"], field["new"]) for field in entry["fields"]}
