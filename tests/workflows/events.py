"""What happens on GitHub, as payloads of its events; the shapes are those of its reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.github.delivery import Delivery
from tests.github.fake import REPOSITORY
from tests.workflows.runner import Event, Job, Runner

SECRETS = {"DD_API_KEY": "test", "DD_APP_KEY": "test"}
_REPOSITORY = {"full_name": REPOSITORY, "default_branch": "main"}


@dataclass(slots=True)
class GitHubSide:
    """The repository as GitHub has it, and the machine on which its workflows run."""

    delivery: Delivery
    machine: Runner
    base: dict[int, str] = field(default_factory=dict)

    def run(self, file: str, event: Event, job: str = "") -> Job:
        """One workflow, of which one job is meant to run: the first, or the one named."""
        done = self.machine.run(file, event)
        return done[job or next(iter(done))]

    # pull requests

    def change(self, number: int, path: str, text: str) -> None:
        """Push a commit to a pull request, which this opens where it is new."""
        repository = self.delivery.repository
        name = f"pull-{number}"
        if repository.git("branch", "--list", name):
            repository.git("switch", "--quiet", name)
        else:
            repository.branch(name)
        repository.write(path, text)
        repository.commit(f"{path} in #{number}")
        repository.git("switch", "--quiet", "main")

    def pull_request(
        self, number: int, action: str = "opened", *, source: str = REPOSITORY, user: str = "ani"
    ) -> Event:
        """An event of a pull request; a fork and Dependabot get no secrets."""
        git = self.delivery.repository.git
        head, base = git("rev-parse", f"pull-{number}"), git("rev-parse", "main")
        git("switch", "--quiet", "--detach", "main")
        git("merge", "--quiet", "--no-ff", head, "--message", f"Merge {head} into {base}")
        merge = git("rev-parse", "HEAD")
        git("update-ref", f"refs/pull/{number}/merge", merge)
        git("switch", "--quiet", "main")
        trusted = source == REPOSITORY and user != "dependabot[bot]"
        pull: dict[str, Any] = {
            "number": number,
            "user": {"login": user},
            "head": {"sha": head, "ref": "topic", "repo": {"full_name": source}},
            "base": {"sha": base, "ref": "main", "repo": _REPOSITORY},
        }
        payload = {"action": action, "number": number, "pull_request": pull}
        return Event(
            name="pull_request",
            payload={**payload, "repository": _REPOSITORY},
            sha=merge,
            ref=f"refs/pull/{number}/merge",
            secrets=SECRETS if trusted else {},
        )

    # the branch

    def push(self, before: str = "") -> Event:
        """A push to the branch that everything is merged into."""
        head = self.delivery.repository.git("rev-parse", "main")
        payload = {"ref": "refs/heads/main", "before": before or "0" * 40, "after": head}
        return Event(
            name="push",
            payload={**payload, "repository": _REPOSITORY},
            sha=head,
            ref="refs/heads/main",
            secrets=SECRETS,
        )

    def dispatch(self, **inputs: str) -> Event:
        """Somebody starts a workflow by hand."""
        head = self.delivery.repository.git("rev-parse", "main")
        return Event(
            name="workflow_dispatch",
            payload={"inputs": inputs, "repository": _REPOSITORY},
            sha=head,
            ref="refs/heads/main",
            secrets=SECRETS,
            inputs=inputs,
        )

    def schedule(self, cron: str) -> Event:
        """The clock starts a workflow."""
        head = self.delivery.repository.git("rev-parse", "main")
        return Event(
            name="schedule",
            payload={"schedule": cron, "repository": _REPOSITORY},
            sha=head,
            ref="refs/heads/main",
            secrets=SECRETS,
        )
