"""``on-call verify --github``, run as a job of GitHub Actions runs it: one issue about pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from monitor_sync.app import on_call_emulator
from monitor_sync.github import marker
from tests.cli.run import invoke, small_project
from tests.conftest import Local
from tests.github.fake import FakeGitHub

TEAMS = """
teams:
  motor-quotes:
    on_call: {tool: zenduty}
    handles: {pager: "@webhook-motor"}
    notify: [{alert: [pager], recovery: [pager]}]
"""


class OnCallJob:
    """A job with the files of a project, an emulator of both sides and a GitHub."""

    def __init__(self, project: Path, local: Local, fake: FakeGitHub) -> None:
        self.project, self.local, self.fake = project, local, fake

    def broken(self, *ways: str) -> None:
        on_call_emulator.seed(self.local.emulator, self.project / "monitors", ways)

    def verify(self, *arguments: str) -> Result:
        changed = {
            **self.local.environment,
            **self.fake.environment,
            "GITHUB_STEP_SUMMARY": str(self.project / "summary.md"),
            "ZENDUTY_URL": f"{self.local.url}/__zenduty",
            "ZENDUTY_API_KEY": "any",
            "MONITOR_SYNC_BACKOFF": "0.001",
        }
        return invoke(
            "on-call", "verify", "--github", *arguments, cwd=self.project, changed=changed
        )


@pytest.fixture
def job(tmp_path: Path, local: Local, fake: FakeGitHub) -> OnCallJob:
    project = small_project(tmp_path)
    (project / "monitors" / "teams.yaml").write_text(TEAMS, encoding="utf-8")
    return OnCallJob(project, local, fake)


def test_a_broken_page_opens_an_issue_without_names_and_its_end_closes_it(
    job: OnCallJob, fake: FakeGitHub
) -> None:
    job.broken("schedule-gap=motor-quotes")
    opened = job.verify()

    (issue,) = fake.issues
    assert opened.exit_code == 0, opened.output
    assert issue["title"] == "1 page reaches nobody"
    assert [label["name"] for label in issue["labels"]] == ["on-call", "team:motor-quotes"]
    read = marker.read(issue["body"])
    assert read is not None
    assert read.kind == "on-call"
    assert "somebody is missing in the next 14 days" in issue["body"]
    assert "02:00" not in issue["body"]
    assert "Ani" not in issue["body"]
    assert (job.project / "summary.md").read_text() in issue["body"]

    job.broken("error")
    kept = job.verify()
    assert "the issue stays as it is" in kept.stderr
    assert issue["state"] == "open"

    job.broken()
    job.verify()
    assert issue["state"] == "closed"


def test_names_and_times_are_told_where_they_are_asked_for(
    job: OnCallJob, fake: FakeGitHub
) -> None:
    job.broken("schedule-gap=motor-quotes")
    job.verify("--names")

    (issue,) = fake.issues
    assert "02:00 to 06:00 UTC" in issue["body"]
