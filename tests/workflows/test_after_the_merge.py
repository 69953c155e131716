"""What happens on the branch: merges are applied as reviewed, drift is told, releases are made."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitor_sync.app.on_call_emulator import WantedHistory, seed
from tests.cli.repository import DROP, Repository
from tests.cli.run import FLOW
from tests.datadog.conftest import Answer, Script, script
from tests.github.golden import Golden
from tests.workflows.events import GitHubSide
from tests.workflows.runner import Event, load

__all__ = ["script"]

CHANGED = FLOW.replace("critical: 12", "critical: 13")
CRON = "17 4 * * *"


def another(name: str) -> str:
    return FLOW.replace("conversion-drop", name)


def reviewed(side: GitHubSide, number: int, path: str, text: str) -> None:
    """A pull request whose plan stands on it, as the workflow wrote it."""
    side.change(number, path, text)
    job = side.run("plan.yml", side.pull_request(number))
    assert job.result == "success", job.log


# apply


def test_what_was_planned_on_the_pull_request_is_applied_after_its_merge(
    side: GitHubSide, golden: Golden
) -> None:
    reviewed(side, 7, "motor/flow.yaml", CHANGED)
    commit = side.delivery.squash(7)
    job = side.run("apply.yml", side.push())

    assert job.result == "success", job.log
    assert side.delivery.repository.critical(DROP) == 13.0
    assert side.delivery.recorded[-1] == commit
    golden.compare("applied", side.delivery.comments_on(7))
    assert side.machine.artifacts["applied"].joinpath(f"{commit[:12]}.md").exists()


def test_two_merged_at_once_are_both_applied_by_the_first_run_and_the_second_has_nothing_to_do(
    side: GitHubSide,
) -> None:
    before = side.delivery.repository.git("rev-parse", "main")
    reviewed(side, 7, "motor/one.yaml", another("one"))
    reviewed(side, 8, "motor/two.yaml", another("two"))
    side.delivery.squash(7)
    first = side.push(before)  # waits while the other is merged
    side.delivery.squash(8)
    second = side.push()
    jobs = [side.run("apply.yml", job) for job in (first, second)]

    assert [job.result for job in jobs] == ["success", "success"], jobs
    assert {"motor/one/one", "motor/two/two"} <= side.delivery.repository.live().keys()
    assert "Nothing to apply" in jobs[1].summary
    assert len(side.delivery.recorded) == 3


def test_what_is_not_as_reviewed_stops_and_is_approved_by_hand(
    side: GitHubSide, golden: Golden
) -> None:
    reviewed(side, 7, "motor/flow.yaml", CHANGED)
    side.delivery.squash(7)
    side.delivery.repository.raise_threshold(DROP, 20)
    refused = side.run("apply.yml", side.push())

    assert refused.result == "failure"
    assert side.delivery.repository.critical(DROP) == 20.0
    golden.compare("not-as-reviewed-summary", refused.summary)
    golden.compare("not-as-reviewed", side.delivery.comments_on(7))
    shown = refused.log.rpartition("with the fingerprint ")[2].split()[0]
    approved = side.run("apply.yml", side.dispatch(fingerprint=shown, monitors="", allow=""))
    assert approved.result == "success", approved.log
    assert side.delivery.repository.critical(DROP) == 13.0


def test_a_business_unit_may_go_first(side: GitHubSide) -> None:
    repository = side.delivery.repository
    repository.write("motor/flow.yaml", CHANGED)
    repository.edit("payments/router.yaml", "critical: 5", "critical: 6")
    repository.commit("pushed")
    refused = side.run("apply.yml", side.push())
    shown = refused.log.rpartition("with the fingerprint ")[2].split()[0]
    part = side.run("apply.yml", side.dispatch(fingerprint=shown, monitors="motor", allow=""))

    assert part.result == "success", part.log
    assert repository.critical(DROP) == 13.0
    assert repository.critical("payments/router/errors") == 5.0


def test_a_github_that_fails_leaves_datadog_alone(side: GitHubSide) -> None:
    reviewed(side, 7, "motor/flow.yaml", CHANGED)
    side.delivery.squash(7)
    side.delivery.fake.fail("GET */pulls", 502, times=99)
    job = side.run("apply.yml", side.push())
    assert job.result == "failure"
    assert side.delivery.repository.critical(DROP) == 12.0


# drift


def test_drift_opens_an_issue_and_its_end_closes_it(side: GitHubSide, golden: Golden) -> None:
    repository, fake = side.delivery.repository, side.delivery.fake
    repository.raise_threshold(DROP, 20)
    opened = side.run("drift.yml", side.schedule(CRON))
    (issue,) = fake.issues
    assert opened.result == "success", opened.log
    assert issue["title"] == "1 monitor differs from the files"
    assert [label["name"] for label in issue["labels"]] == ["drift", "team:motor-quotes"]
    golden.compare("drift-issue", issue["body"])
    assert "declared 12 (user@emulator.example, " in issue["body"]
    assert side.machine.artifacts["drift"].joinpath("plan.json").exists()

    repository.raise_threshold(DROP, 12)
    closed = side.run("drift.yml", side.dispatch())
    assert closed.result == "success", closed.log
    assert issue["state"] == "closed"


@pytest.mark.parametrize("audited", [True, False])
def test_a_monitor_that_somebody_deleted_is_in_the_issue_and_not_a_merge_that_waits(
    side: GitHubSide, audited: bool
) -> None:
    repository, fake = side.delivery.repository, side.delivery.fake
    repository.ask("DELETE", f"/api/v1/monitor/{repository.live()[DROP]['id']}")
    if not audited:
        route = "POST /api/v2/audit/events/search"
        repository.local.emulator.inject([{"kind": "forbidden", "route": route, "times": None}])

    done = side.run("drift.yml", side.schedule(CRON))

    (issue,) = fake.issues
    assert done.result == "success", done.log
    assert DROP in issue["body"]
    assert "deleted in Datadog" in issue["body"]
    assert ("by user@emulator.example at " in issue["body"]) is audited
    assert "id kept; else it gets a new id" in issue["body"]


def test_what_is_merged_and_not_applied_yet_is_no_drift(side: GitHubSide) -> None:
    side.delivery.repository.write("motor/flow.yaml", CHANGED)
    side.delivery.repository.commit("merged")
    assert side.run("drift.yml", side.schedule(CRON)).result == "success"
    assert not side.delivery.fake.issues


@pytest.mark.parametrize("fault", ["bad-gateway", "unauthorized"])
def test_a_datadog_that_cannot_be_asked_fails_the_job_and_closes_nothing(
    side: GitHubSide, fault: str
) -> None:
    repository = side.delivery.repository
    repository.raise_threshold(DROP, 20)
    side.run("drift.yml", side.schedule(CRON))
    repository.local.emulator.inject([{"kind": fault, "route": "GET *", "times": None}])
    job = side.run("drift.yml", side.schedule(CRON))

    assert job.result == "failure"
    assert "Keep the issue" not in job.steps
    assert side.delivery.fake.issues[0]["state"] == "open"


def test_a_github_that_cannot_be_told_of_drift_fails_the_job(side: GitHubSide) -> None:
    side.delivery.repository.raise_threshold(DROP, 20)
    side.delivery.fake.fail("* /repos/*", 502, times=99)
    assert side.run("drift.yml", side.schedule(CRON)).result == "failure"


# pages


def test_a_page_that_reaches_nobody_is_in_an_issue(side: GitHubSide) -> None:
    job = side.run("on-call.yml", side.schedule("47 5 * * 1-5"))

    (issue,) = side.delivery.fake.issues
    assert job.result == "success", job.log
    assert issue["title"].endswith("nobody")
    assert {"name": "on-call"} in issue["labels"]
    assert "Datadog has no webhook" in issue["body"]


# weeks


MONDAY = "7 1 * * 1"


@pytest.fixture
def slack(side: GitHubSide, script: Script) -> Script:
    """A Slack, and a Zenduty that knows the teams."""
    local = side.delivery.repository.local
    seed(local.emulator, side.delivery.repository.folder / "monitors", (), WantedHistory(weeks=2))
    side.machine.datadog = {**side.machine.datadog, "ZENDUTY_URL": f"{local.url}/__zenduty"}
    script.say(Answer(body="ok"))
    return script


def monday(side: GitHubSide, slack: Script) -> Event:
    more = {"ZENDUTY_API_KEY": "any", "MONITOR_SYNC_SLACK_WEBHOOK": f"{slack.url}/services/x"}
    event = side.schedule(MONDAY)
    return replace(event, secrets={**event.secrets, **more})


# the whole of each workflow


ONLY_IF_REFUSED_OR_REPLAYED = {
    "Fail if the plan refuses a change",
    "Take the points of earlier runs",
    "Backtest",
    "Keep the points",
    "Fail if the backtest could not run",
    "Fail if a monitor would alert too often",
}
"""Steps of a pull request whose plan is refused, or with a backtest (``test_pull_requests.py``)."""


def names(file: str, job: str) -> list[str]:
    return [str(step.get("name") or step["uses"]) for step in load(file)["jobs"][job]["steps"]]


def test_every_step_of_the_workflows_about_monitors_runs_in_these_tests(
    side: GitHubSide, slack: Script
) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    event = side.pull_request(7)
    fork = side.pull_request(7, source="somebody/monitors")
    runs = {
        ("validate.yml", "validate"): fork,
        ("plan.yml", "plan"): event,
        ("plan.yml", "no-plan"): fork,
        ("apply.yml", "apply"): side.push(),
        ("drift.yml", "drift"): side.schedule(CRON),
        ("on-call.yml", "on-call"): side.schedule("47 5 * * 1-5"),
        ("weekly.yml", "weekly"): monday(side, slack),
        ("site.yml", "site"): side.schedule("37 1 * * 1"),
    }
    for (file, name), run in runs.items():
        job = side.run(file, run, name)
        assert job.result == "success", job.log
        steps = [step for step in names(file, name) if step not in ONLY_IF_REFUSED_OR_REPLAYED]
        assert [step for step in job.steps if step in names(file, name)] == steps
    titles = [request.body["text"] for request in slack.requests]
    assert [re.split(": | of ", title)[0] for title in titles] == ["Motor quotes", "Review"]
    others = {"ci.yml", "release.yml", "monitors.yml"}  # the last calls those above
    assert {file for file, _ in runs} | others == workflows()


def test_a_site_that_names_people_is_not_made_where_anybody_may_download_it(
    side: GitHubSide,
) -> None:
    assert side.machine.run("site.yml", side.dispatch(names="true")) == {}


def workflows() -> set[str]:
    folder = Path(__file__).resolve().parents[2] / ".github/workflows"
    return {path.name for path in folder.iterdir()}


def test_drift_does_not_start_for_another_hour(side: GitHubSide) -> None:
    with pytest.raises(AssertionError, match="does not start"):
        side.run("drift.yml", side.schedule("0 0 * * *"))


def test_a_repository_is_what_these_tests_think(side: GitHubSide) -> None:
    assert isinstance(side.delivery.repository, Repository)
    assert side.delivery.repository.live().keys() == {DROP, "payments/router/errors"}
