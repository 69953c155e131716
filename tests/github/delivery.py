"""A repository on GitHub, its pull requests, and the job that applies what was merged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import Result

from monitor_sync.github.client import TASK
from monitor_sync.github.marker import Marker
from tests.cli.repository import Repository
from tests.cli.run import invoke
from tests.github.fake import BOT, FakeGitHub

ENVIRONMENT = "datadog-production"


class Delivery:
    """A repository on GitHub, its pull requests, and the job that applies what was merged."""

    def __init__(self, repository: Repository, fake: FakeGitHub, folder: Path) -> None:
        self.repository, self.fake, self.folder = repository, fake, folder
        self.event: dict[str, Any] = {}

    # pull requests

    def pull(self, number: int, path: str, text: str, *, author: str = BOT) -> str:
        """A pull request that writes one file, with the plan that was reviewed on it."""
        self.repository.branch(f"pull-{number}")
        self.repository.write(path, text)
        self.repository.commit(f"pull request {number}")
        fingerprint = str(self.repository.plan("main")["fingerprint"])
        self.fake.write_comment(number, f"{Marker(fingerprint=fingerprint)}\nplan", author)
        self.repository.git("switch", "--quiet", "main")
        return fingerprint

    def squash(self, number: int, **how: Any) -> str:
        """Merge it with GitHub's first button."""
        commit = self.repository.squash(f"pull-{number}")
        self.fake.merge(number, commit, **how)
        return commit

    # the record

    def record(self, commit: str) -> None:
        """As if everything up to a commit was applied."""
        number = len(self.fake.deployments) + 1
        url = f"{self.fake.url}/repos/acme/monitors/deployments/{number}"
        self.fake.deployments.append(
            {
                "id": number, "sha": commit, "ref": commit,
                "task": TASK, "environment": ENVIRONMENT,
                "url": url, "statuses_url": f"{url}/statuses", "states": ["success"],
            }
        )  # fmt: skip

    @property
    def recorded(self) -> list[str]:
        """The commits that are recorded as applied."""
        return [
            deployment["sha"]
            for deployment in self.fake.deployments
            if "success" in deployment["states"]
        ]

    # the job

    def apply(self, *arguments: str, **changed: str) -> Result:
        (self.folder / "event.json").write_text(json.dumps(self.event), encoding="utf-8")
        environment = {
            **self.repository.local.environment,
            **self.fake.environment,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_RUN_ID": "42",
            "MONITOR_SYNC_BACKOFF": "0.001",
            **changed,
        }
        (self.folder / "summary.md").write_text("", encoding="utf-8")
        (self.folder / "output").write_text("", encoding="utf-8")
        return invoke(
            "merged", "--github", "--environment", ENVIRONMENT, *arguments,
            cwd=self.repository.folder, changed=environment,
        )  # fmt: skip

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text(encoding="utf-8")

    @property
    def new_plan(self) -> str:
        """The fingerprint of the plan that a refused run shows."""
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return next(line.removeprefix("fingerprint=") for line in lines if "fingerprint" in line)

    def comments_on(self, number: int) -> str:
        """What stands on a pull request, but its plan."""
        return "\n".join(
            comment["body"]
            for comment in self.fake.on(number)
            if '"kind":"applied"' in comment["body"]
        )
