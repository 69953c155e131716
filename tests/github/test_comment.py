"""The command ``comment --github``, run as a job of GitHub Actions runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from msgspec.structs import replace

from monitor_sync.github import marker
from monitor_sync.sync import plan_json
from monitor_sync.sync.change import Change
from monitor_sync.sync.plan import Plan
from tests.cli.run import invoke
from tests.github.fake import BOT, FakeGitHub
from tests.render.test_comment import long_plan
from tests.render.test_plan import create, delete, plan, update

PROJECT = "acme"
FINDING = {
    "rule": "query/odd", "severity": "warning", "message": "@odd", "file": "monitors/a/b.yaml",
    "line": 3, "column": 1, "end_column": 4, "hint": "write it", "key": "a/b/c",
}  # fmt: skip


def own_identity(change: Change, number: int) -> Change:
    """The same change with this id, where it has one, and with our tags on what it makes."""
    tags = [f"monitor_sync_project:{PROJECT}", f"monitor_sync_key:{change.key}"]
    body = change.body and {**change.body, "tags": tags}
    return replace(change, id=change.id and number, body=body)


class Job:
    """A job's folder, with its event and the files that it writes."""

    def __init__(self, folder: Path, fake: FakeGitHub) -> None:
        self.folder, self.fake = folder, fake
        self.event({"pull_request": {"number": 7, "head": {"sha": "a" * 40}}})

    @property
    def summary(self) -> str:
        """What the job shows on its page."""
        path = self.folder / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def outputs(self) -> dict[str, str]:
        """What the job hands to later steps."""
        lines = (self.folder / "output").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def event(self, payload: dict[str, Any]) -> None:
        """What started the job."""
        (self.folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")

    def plan(self, value: Plan) -> str:
        """The name of a plan file, in which each change has an identity of its own."""
        path = self.folder / "plan.json"
        changes = tuple(
            own_identity(change, number) for number, change in enumerate(value.changes, 7)
        )
        whole = replace(value, changes=changes)
        path.write_text(plan_json.file(whole, commit="c" * 40), encoding="utf-8")
        return str(path)

    def findings(self, *values: dict[str, Any]) -> str:
        """The name of a file with findings."""
        path = self.folder / "findings.json"
        path.write_text(json.dumps(values), encoding="utf-8")
        return str(path)

    def comment(self, *arguments: str, **changed: str) -> Result:
        """Run the command."""
        environment = {
            **self.fake.environment,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_RUN_ID": "42",
            "MONITOR_SYNC_BACKOFF": "0.001",
        }
        return invoke(
            "comment", "--github", *arguments, cwd=self.folder, changed={**environment, **changed}
        )


@pytest.fixture
def job(tmp_path: Path, fake: FakeGitHub) -> Job:
    """A job that pull request 7 started."""
    return Job(tmp_path, fake)


def test_the_plan_and_the_findings_are_on_the_pull_request_and_in_the_summary(
    job: Job, fake: FakeGitHub
) -> None:
    shown = plan(delete("motor/a/old"), create("motor/a/new"))
    done = job.comment("--plan", job.plan(shown), "--findings", job.findings(FINDING))

    (comment,) = fake.on(7)
    assert (done.exit_code, done.stdout) == (0, f"{comment['html_url']}\n")
    assert done.stderr == "Comment on #7 posted.\n"
    assert comment["body"].split("\n")[1].startswith("### Monitor plan `")
    assert "**In the files:** 1 warning" in comment["body"]
    assert comment["body"] == job.summary
    assert job.outputs == {
        "fingerprint": shown.fingerprint,
        "changes": "2",
        "comment-url": comment["html_url"],
    }


def test_a_second_push_edits_the_comment_and_says_when_nothing_changes_any_more(
    job: Job, fake: FakeGitHub
) -> None:
    job.comment("--plan", job.plan(plan(delete("motor/a/old"))))
    done = job.comment("--plan", job.plan(plan(unchanged=3)))

    (comment,) = fake.on(7)
    assert done.stderr == "Comment on #7 edited.\n"
    assert "Datadog holds every monitor as declared." in comment["body"]


def test_a_token_that_may_not_comment_is_no_failure_and_the_summary_has_the_plan(
    job: Job, fake: FakeGitHub
) -> None:
    fake.permissions = {"contents": "read"}
    done = job.comment("--plan", job.plan(plan(delete("motor/a/old"))))

    assert done.exit_code == 0
    assert "warning: no comment: the plan is in the step's summary" in done.stderr
    assert "fork" in done.stderr
    assert "motor/a/old" in job.summary
    assert "may not comment on #7" in job.summary
    assert not fake.comments


def test_a_github_that_keeps_failing_fails_the_step_in_two_lines(
    job: Job, fake: FakeGitHub
) -> None:
    fake.fail("* /repos/*", 502, times=99)
    done = job.comment("--plan", job.plan(plan(delete("motor/a/old"))))

    assert done.exit_code == 1
    assert done.stderr.startswith("error: cannot read the comments of #7: GitHub answered 502, 5")
    assert "Traceback" not in done.stderr
    assert "motor/a/old" in job.summary


def test_a_plan_too_long_for_a_comment_is_cut_there_and_whole_in_the_summary(
    job: Job, fake: FakeGitHub
) -> None:
    done = job.comment("--plan", job.plan(long_plan(400)), "--artifact", "monitor-plan")
    (comment,) = fake.on(7)
    read = marker.read(comment["body"])

    assert done.exit_code == 0
    assert read is not None
    assert read.truncated
    assert "artifact `monitor-plan`" in comment["body"]
    assert "<code>motor/a/m399</code>" not in comment["body"]
    assert "<code>motor/a/m399</code>" in job.summary


def test_a_github_that_takes_less_than_it_says_gets_a_shorter_comment(
    job: Job, fake: FakeGitHub
) -> None:
    fake.longest = 15_000
    done = job.comment("--plan", job.plan(long_plan(400)))
    (comment,) = fake.on(7)

    assert done.exit_code == 0
    assert len(comment["body"]) < 15_000
    assert "**The whole plan** is in the [summary of the run]" in comment["body"]


def test_without_a_plan_the_summary_says_why_and_what_is_wrong_in_the_files(
    job: Job, fake: FakeGitHub
) -> None:
    done = job.comment("--findings", job.findings(FINDING), "--no-plan", "It comes from a fork.")
    assert done.exit_code == 0
    assert "It comes from a fork." in job.summary
    assert "**In the files:** 1 warning" in job.summary
    assert not fake.requests


def test_an_event_that_is_no_pull_request_gets_the_summary_alone(
    job: Job, fake: FakeGitHub
) -> None:
    job.event({"ref": "refs/heads/main", "before": "0" * 40})
    done = job.comment("--plan", job.plan(plan(delete("motor/a/old"))))
    assert (done.exit_code, done.stdout) == (0, "")
    assert "motor/a/old" in job.summary
    assert not fake.requests


def test_the_number_may_be_given_by_hand(job: Job, fake: FakeGitHub) -> None:
    job.event({})
    job.comment("--plan", job.plan(plan()), "--pull-request", "9")
    assert len(fake.on(9)) == 1


# what is said of a wrong command line


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        ((), {}, "--plan is missing"),
        (("--plan", "lacking.json"), {}, "cannot read lacking.json"),
        (("--findings", "event.json"), {}, "event.json holds no findings"),
        (("--plan", "event.json"), {}, "event.json is no whole plan file"),
        (("--no-plan", "x"), {"GITHUB_REPOSITORY": ""}, "no GITHUB_REPOSITORY"),
        (("--no-plan", "x"), {"GITHUB_REPOSITORY": "acme"}, "GITHUB_REPOSITORY is 'acme'"),
        (("--no-plan", "x"), {"GITHUB_EVENT_PATH": "lacking"}, "cannot read GITHUB_EVENT_PATH"),
        (("--no-plan", "x"), {"MONITOR_SYNC_BACKOFF": "soon"}, "MONITOR_SYNC_BACKOFF is 'soon'"),
    ],
)
def test_a_wrong_command_line_is_told_with_what_to_type(
    job: Job, arguments: tuple[str, ...], changed: dict[str, str], said: str
) -> None:
    done = job.comment(*arguments, **changed)
    assert done.exit_code in {2, 5}
    assert f"error: {said}" in done.stderr
    assert " help: " in done.stderr
    assert not job.fake.requests


def test_a_missing_token_is_told_with_the_line_to_write(job: Job) -> None:
    done = job.comment("--plan", job.plan(plan()), GITHUB_TOKEN="")
    assert done.exit_code == 2
    assert "GITHUB_TOKEN: ${{ github.token }}" in done.stderr


def test_the_token_is_in_no_output(job: Job, fake: FakeGitHub) -> None:
    fake.fail("*", 500, times=99)
    done = job.comment("--plan", job.plan(plan()), GITHUB_TOKEN="ghs_secret")  # noqa: S106 - it opens nothing
    assert "ghs_secret" not in done.stdout + done.stderr + job.summary


# the issue about drift


def drift(job: Job, value: Plan) -> Result:
    job.event({"schedule": "17 4 * * *"})
    return job.comment("--drift", "--plan", job.plan(value))


def labels(issue: dict[str, Any]) -> list[str]:
    return [label["name"] for label in issue["labels"]]


def test_drift_opens_one_issue_that_names_and_labels_the_owners(job: Job, fake: FakeGitHub) -> None:
    first = plan(update("motor/a/b", team="motor-quotes"), update("travel/a/b", team="ferries"))
    assert drift(job, first).stderr == "Issue about drift: opened.\n"
    assert drift(job, first).stderr == "Issue about drift: updated.\n"

    (issue,) = fake.issues
    assert issue["title"] == "2 monitors differ from the files"
    assert labels(issue) == ["drift", "team:ferries", "team:motor-quotes"]
    assert "`motor-quotes`" in issue["body"]
    assert not fake.comments


def test_labels_of_people_stay_and_those_of_former_owners_go(job: Job, fake: FakeGitHub) -> None:
    drift(job, plan(update("motor/a/b", team="motor-quotes")))
    fake.issues[0]["labels"].append({"name": "known"})
    drift(job, plan(update("travel/a/b", team="ferries")))
    assert labels(fake.issues[0]) == ["drift", "team:ferries", "known"]


def test_the_issue_is_closed_once_nothing_differs_and_another_is_opened_later(
    job: Job, fake: FakeGitHub
) -> None:
    drift(job, plan(update("motor/a/b")))
    assert drift(job, plan()).stderr == "Issue about drift: closed.\n"
    assert drift(job, plan()).stderr == "Issue about drift: not needed.\n"
    drift(job, plan(update("motor/a/b")))
    assert [issue["state"] for issue in fake.issues] == ["closed", "open"]


def test_issues_of_people_with_that_label_are_left_alone(job: Job, fake: FakeGitHub) -> None:
    drift(job, plan(update("motor/a/b")))
    fake.issues[0]["user"]["login"] = "ani"
    drift(job, plan())
    assert fake.issues[0]["state"] == "open"


def test_an_issue_whose_opening_got_no_answer_is_not_opened_twice(
    job: Job, fake: FakeGitHub
) -> None:
    fake.fail("POST */issues", 502, after=True)
    drift(job, plan(update("motor/a/b")))
    assert len(fake.issues) == 1


def test_drift_that_cannot_be_told_fails(job: Job, fake: FakeGitHub) -> None:
    fake.permissions = {}
    done = drift(job, plan(update("motor/a/b")))
    assert done.exit_code == 1
    assert "cannot list the issues labelled drift" in done.stderr


def test_who_writes_can_be_another_account(job: Job, fake: FakeGitHub) -> None:
    fake.writer = "acme-monitors[bot]"
    for _ in range(2):
        job.comment("--plan", job.plan(plan()), "--author", "acme-monitors[bot]")
    assert [comment["user"]["login"] for comment in fake.on(7)] == ["acme-monitors[bot]"]
    assert BOT not in {comment["user"]["login"] for comment in fake.comments}
