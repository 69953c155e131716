"""
What a job of GitHub Actions is told: which repository, which event, where its outputs go.

Source: GitHub's page on the variables that a runner sets, and on the payloads of events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitor_sync.errors import UsageError

_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+")
_ELSEWHERE: Final = "a job of GitHub Actions sets it; elsewhere set it yourself"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsRunner:
    """
    One job: ``repository`` is ``owner/name``, ``event`` the payload of what started it.

    ``api_url`` and ``server_url`` are where GitHub's API and its pages are, ``run_id`` is the
    run's number. ``summary`` and ``output`` are the files that the job writes for people and for
    later steps. All but the repository may be empty, or None.
    """

    repository: str
    token: str = field(default="", repr=False)
    api_url: str = "https://api.github.com"
    server_url: str = "https://github.com"
    run_id: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    summary: Path | None = None
    output: Path | None = None
    backoff: float = 0.5

    @property
    def address(self) -> str:
        """The repository's page."""
        return f"{self.server_url}/{self.repository}"

    @property
    def run(self) -> str:
        """The page of this run; empty where it has no number."""
        return f"{self.address}/actions/runs/{self.run_id}" if self.run_id else ""

    @property
    def pull_request(self) -> int:
        """The number of the pull request that started the job; 0 for another event."""
        return int(_within(self.event, "pull_request", "number") or 0)

    @property
    def head(self) -> str:
        """The commit at the tip of that pull request; empty for another event."""
        return str(_within(self.event, "pull_request", "head", "sha") or "")

    @property
    def base(self) -> str:
        """The commit that the pull request is to be merged into; empty for another event."""
        return str(_within(self.event, "pull_request", "base", "sha") or "")

    @property
    def pushed_from(self) -> str:
        """Where the branch stood before the push that started the job; empty where nowhere."""
        before = str(self.event.get("before") or "")
        return before if before.strip("0") else ""

    @property
    def default_branch(self) -> str:
        """The branch that pull requests are merged into, where the event says so."""
        return str(_within(self.event, "repository", "default_branch") or "")

    def put(self, **outputs: str) -> None:
        """Write outputs for later steps. The values are ours: one line each."""
        if self.output is not None:
            with self.output.open("a", encoding="utf-8") as file:
                for name, value in outputs.items():
                    file.write(f"{name.replace('_', '-')}={value}\n")

    def summarise(self, text: str) -> bool:
        """Show Markdown on the run's page. False where there is no such page."""
        if self.summary is None:
            return False
        with self.summary.open("a", encoding="utf-8") as file:
            file.write(text if text.endswith("\n") else text + "\n")
        return True


def from_environment(environ: Mapping[str, str]) -> ActionsRunner:
    """Return the job that this process runs in. Raises UsageError where it is none."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        what = f"GITHUB_REPOSITORY is {repository!r}" if repository else "no GITHUB_REPOSITORY"
        raise UsageError(f"{what}: write owner/name", hint=_ELSEWHERE)
    defaults = ActionsRunner(repository=repository)
    return ActionsRunner(
        repository=repository,
        token=environ.get("GITHUB_TOKEN", ""),
        api_url=environ.get("GITHUB_API_URL") or defaults.api_url,
        server_url=environ.get("GITHUB_SERVER_URL") or defaults.server_url,
        run_id=environ.get("GITHUB_RUN_ID", ""),
        event=_event(environ.get("GITHUB_EVENT_PATH", "")),
        summary=_path(environ.get("GITHUB_STEP_SUMMARY")),
        output=_path(environ.get("GITHUB_OUTPUT")),
        backoff=_seconds(environ.get("MONITOR_SYNC_BACKOFF", ""), defaults.backoff),
    )


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read GITHUB_EVENT_PATH: {error}", hint=_ELSEWHERE) from None
    return event if isinstance(event, dict) else {}


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None


def _seconds(value: str, usual: float) -> float:
    try:
        return max(float(value), 0.0) if value else usual
    except ValueError:
        raise UsageError(
            f"MONITOR_SYNC_BACKOFF is {value!r}: a number of seconds is expected", hint="try 0.5"
        ) from None


def _within(event: Mapping[str, Any], *names: str) -> Any:
    """Return the value some levels down in a payload; None where a level is missing."""
    value: Any = event
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
