"""What a pull request sees: findings beside lines, and one comment that says what a merge does."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.cli.repository import DROP, ERRORS
from tests.cli.run import FLOW
from tests.cli.test_backtest import LATENCY
from tests.github.fake import REPOSITORY
from tests.github.golden import Golden
from tests.workflows.events import GitHubSide
from tests.workflows.expressions import Contexts
from tests.workflows.runner import TOOL, load

CHANGED = FLOW.replace("critical: 12", "critical: 13")
WRONG = FLOW.replace("priority: 1", "priority: soon")
NEVER_FIRES = """tests:
  - name: nobody would be told
    monitor: conversion-drop
    series:
      - {metric: motor.conversion, values: "15x59"}
    expect: [{at: 50m, state: alert}]
"""
FORK = "somebody/monitors"
EVENTS = (
    "pull_request", "pull_request_review", "merge_group", "push", "schedule", "workflow_dispatch",
)  # fmt: skip


def another(name: str) -> str:
    return FLOW.replace("conversion-drop", name)


def test_an_opened_pull_request_gets_its_plan_in_a_comment_and_as_files_by_the_released_tool(
    side: GitHubSide, golden: Golden
) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    side.change(7, "motor/new.yaml", another("new"))
    job = side.run("plan.yml", side.pull_request(7))

    (comment,) = side.delivery.fake.on(7)
    assert job.result == "success", job.log
    golden.compare("opened", comment["body"])
    assert job.summary == comment["body"]
    kept = side.machine.artifacts["monitor-plan"]
    plan = json.loads((kept / "plan.json").read_text(encoding="utf-8"))
    assert [change["action"] for change in plan["changes"]] == ["update", "create"]
    assert (kept / "findings.json").exists()
    assert "motor/new/new" not in side.delivery.repository.live()
    # what gets the key is the tool of the release, never that of the pull request
    assert side.machine.tools == [(TOOL, side.machine.workflow_sha)]


def test_a_push_to_it_edits_the_comment_until_nothing_changes(
    side: GitHubSide, golden: Golden
) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    side.run("plan.yml", side.pull_request(7))
    side.change(7, "motor/flow.yaml", FLOW)
    job = side.run("plan.yml", side.pull_request(7, "synchronize"))

    (comment,) = side.delivery.fake.on(7)
    assert job.result == "success", job.log
    golden.compare("nothing-changes", comment["body"])


def test_the_comment_tells_this_change_from_drift_and_from_what_others_merged(
    side: GitHubSide, golden: Golden
) -> None:
    repository = side.delivery.repository
    router = repository.folder / "monitors/payments/router.yaml"
    repository.write(
        "payments/router.yaml", router.read_text().replace("critical: 5", "critical: 6")
    )
    repository.commit("merged and not applied")
    repository.by_hand(DROP, priority=4)
    side.change(7, "motor/flow.yaml", CHANGED)
    side.run("plan.yml", side.pull_request(7))

    (comment,) = side.delivery.fake.on(7)
    golden.compare("drift-and-merged", comment["body"])
    assert ERRORS in comment["body"]


def test_a_delete_and_who_is_paged_for_less_come_first(side: GitHubSide, golden: Golden) -> None:
    side.change(7, "motor/flow.yaml", "monitors: {}\n")
    side.change(7, "motor/new.yaml", another("new"))
    side.run("plan.yml", side.pull_request(7))
    (comment,) = side.delivery.fake.on(7)
    golden.compare("deleted", comment["body"])


def test_a_plan_that_refuses_a_change_is_commented_and_red(side: GitHubSide) -> None:
    repository = side.delivery.repository
    live = repository.live()[DROP]
    clone = {name: live[name] for name in ("type", "query", "message", "tags", "options")}
    repository.ask("POST", "/api/v1/monitor", {**clone, "name": "clone"})
    side.change(7, "motor/flow.yaml", "monitors: {}\n")
    job = side.run("plan.yml", side.pull_request(7))

    (comment,) = side.delivery.fake.on(7)
    assert "**refused**" in comment["body"]
    assert job.result == "failure"
    assert "The plan refuses a change" in job.log
    assert "monitor-plan" in side.machine.artifacts


def test_where_the_policy_asks_a_change_is_replayed_with_points_that_earlier_runs_fetched(
    side: GitHubSide,
) -> None:
    repository = side.delivery.repository
    project = (repository.folder / "monitors/project.yaml").read_text(encoding="utf-8")
    policy = "policy: {backtest: {max_fires_per_week: 0, days: 1}}\n"
    repository.write("project.yaml", f"{project}{policy}")
    repository.write("motor/latency.yaml", LATENCY)
    repository.commit("policy")
    repository.done("apply --yes --workers 1")
    repository.local.emulator.generate_metrics(1)
    side.change(7, "motor/latency.yaml", LATENCY.replace("critical: 5", "critical: 2.45"))
    loud = side.run("plan.yml", side.pull_request(7))
    assert loud.failed == ["Fail if a monitor would alert too often"], loud.log
    (comment,) = side.delivery.fake.on(7)
    assert "**On the last day:** 1 monitor would have alerted" in comment["body"]
    assert "drawn in `backtest.svg` of the artifact `monitor-plan`" in comment["body"]
    assert (side.machine.artifacts["monitor-plan"] / "backtest.svg").exists()

    repository.local.emulator.inject(["forbidden,route=POST /api/v2/query/timeseries,times=always"])
    again = side.run("plan.yml", side.pull_request(7))
    assert again.failed == loud.failed, again.log
    kept = side.machine.artifacts["monitor-plan"] / "backtest.json"
    (monitor,) = json.loads(kept.read_text(encoding="utf-8"))["monitors"]
    assert (monitor["key"], monitor["calls"]) == ("motor/latency/slow", 0)


@pytest.mark.parametrize(
    ("outcome", "argument"),
    [
        ("success", "--backtest backtest.json"),
        ("failure", '--no-backtest "The log of its step says why."'),
        ("skipped", ""),
    ],
)
def test_a_backtest_that_could_not_run_is_told_in_the_comment_and_fails_after_it(
    outcome: str, argument: str
) -> None:
    steps = {step.get("name"): step for step in load("plan.yml")["jobs"]["plan"]["steps"]}
    contexts = Contexts({"steps": {"backtest": {"outcome": outcome, "outputs": {}}}})

    assert steps["Backtest"]["continue-on-error"] is True
    arguments = contexts.text(steps["Comment"]["with"]["arguments"])
    assert arguments.partition("--artifact monitor-plan")[2].strip() == argument
    fails = contexts.true(steps["Fail if the backtest could not run"]["if"])
    assert fails is (outcome == "failure")


def many(factor: int) -> str:
    """Three hundred monitors, of which none changes as another does."""
    return "monitors:\n" + "".join(
        f"  m{n}:\n    name: {f'level {n * factor} ' * 20}{n}\n"
        f"    query: avg(last_5m):avg:m{n}{{*}} > ${{critical}}\n"
        f"    thresholds: {{critical: {n + 1}}}\n    priority: 3\n    message: Too many.\n"
        f"    runbook: motor/m{n}\n"
        for n in range(300)
    )


def test_a_plan_that_is_too_long_is_cut_in_the_comment_and_whole_on_the_runs_page(
    side: GitHubSide,
) -> None:
    repository = side.delivery.repository
    repository.write("motor/many.yaml", many(7))
    repository.commit("many")
    repository.done("apply --yes")
    side.change(7, "motor/many.yaml", many(11))
    job = side.run("plan.yml", side.pull_request(7))

    (comment,) = side.delivery.fake.on(7)
    assert job.result == "success", job.log
    assert len(comment["body"]) <= 65_536
    assert (
        "**The whole plan** is in the artifact `monitor-plan` and the [summary" in comment["body"]
    )
    assert len(job.summary) > len(comment["body"])


def test_a_pull_request_from_a_fork_is_validated_without_a_secret_and_not_planned(
    side: GitHubSide, golden: Golden
) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    event = side.pull_request(7, source=FORK)
    validated = side.run("validate.yml", event)
    done = side.machine.run("plan.yml", event)

    assert validated.result == "success", validated.log
    assert list(done) == ["no-plan"]
    golden.compare("fork-summary", done["no-plan"].summary)
    assert not side.delivery.fake.requests


def test_a_pull_request_of_dependabot_is_not_planned_either(side: GitHubSide) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    done = side.machine.run("plan.yml", side.pull_request(7, user="dependabot[bot]"))
    assert list(done) == ["no-plan"]
    assert done["no-plan"].result == "success"


def test_findings_stand_beside_their_lines_in_the_summary_and_in_a_sarif_file(
    side: GitHubSide, golden: Golden
) -> None:
    side.change(7, "motor/flow.yaml", WRONG)
    job = side.run("validate.yml", side.pull_request(7))

    assert job.failed == ["Run monitor-sync"]
    assert "::error file=monitors/motor/flow.yaml,line=6," in job.log
    golden.compare("findings-summary", job.summary)
    kept = side.machine.artifacts["findings"]
    sarif = json.loads((kept / "findings.sarif").read_text(encoding="utf-8"))
    assert sarif["runs"][0]["results"]
    assert json.loads((kept / "findings.json").read_text(encoding="utf-8"))


def test_a_monitor_that_does_not_what_its_test_says_is_red(side: GitHubSide) -> None:
    side.change(7, "motor/flow.tests.yaml", NEVER_FIRES)
    job = side.run("validate.yml", side.pull_request(7))

    assert job.failed == ["Run monitor-sync"]
    assert "failed: nobody would be told" in job.log
    assert (side.machine.artifacts["findings"] / "findings.json").exists()


def test_wrong_files_have_no_plan_and_the_log_says_where(side: GitHubSide) -> None:
    side.change(7, "motor/flow.yaml", WRONG)
    job = side.run("plan.yml", side.pull_request(7))
    assert job.result == "failure"
    assert "monitors/motor/flow.yaml:6:" in job.log
    assert not side.delivery.fake.comments


def test_a_merge_queue_validates(side: GitHubSide) -> None:
    event = side.push()
    group = type(event)(
        name="merge_group", payload={}, sha=event.sha, ref="refs/heads/main", secrets={}
    )
    assert side.run("validate.yml", group).result == "success"
    assert side.machine.run("plan.yml", group) == {}  # a job left out is a check that passed


@pytest.mark.parametrize("file", ["validate.yml", "plan.yml", "ci.yml"])
def test_a_check_that_may_be_demanded_also_reports_in_a_merge_queue(file: str) -> None:
    """Or the queue waits for it for ever; and one entry of the queue must not cancel another."""
    workflow = load(file)
    assert {"pull_request", "merge_group"} <= workflow[True].keys()
    assert workflow["concurrency"]["group"].endswith(
        "${{ github.event.pull_request.number || github.ref }}"
    )


def test_a_github_that_forbids_or_fails_is_told_and_the_summary_has_the_plan(
    side: GitHubSide,
) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    fake = side.delivery.fake
    fake.fail(f"* /repos/{REPOSITORY}/issues/*", 403, times=1)
    forbidden = side.run("plan.yml", side.pull_request(7))
    fake.fail(f"* /repos/{REPOSITORY}/issues/*", 502, times=99)
    failing = side.run("plan.yml", side.pull_request(7))

    assert forbidden.result == "success", forbidden.log
    assert "warning: no comment: the plan is in the step's summary" in forbidden.log
    assert DROP in forbidden.summary
    assert failing.result == "failure"
    assert "GitHub answered 502, 5 times in a row" in failing.log
    assert DROP in failing.summary
    assert "monitor-plan" in side.machine.artifacts  # also kept where the comment failed


def test_a_gateway_that_fails_once_is_not_noticed(side: GitHubSide) -> None:
    side.change(7, "motor/flow.yaml", CHANGED)
    side.delivery.fake.fail("POST *", 502, after=True)
    assert side.run("plan.yml", side.pull_request(7)).result == "success"
    assert len(side.delivery.fake.on(7)) == 1


def test_where_the_policy_asks_the_check_is_red_until_somebody_paged_approves(
    side: GitHubSide,
) -> None:
    repository, fake = side.delivery.repository, side.delivery.fake
    teams = (repository.folder / "monitors/teams.yaml").read_text(encoding="utf-8")
    project = (repository.folder / "monitors/project.yaml").read_text(encoding="utf-8")
    repository.write("project.yaml", f"{project}policy: {{paging_approval: true}}\n")
    repository.write("teams.yaml", teams.replace("    name:", "    approvers: [budi]\n    name:"))
    repository.commit("policy")
    side.change(7, "motor/new.yaml", another("new"))
    # nobody lets themselves through by changing who may
    side.change(7, "teams.yaml", teams.replace("    name:", "    approvers: [ani]\n    name:"))
    event = side.pull_request(7)
    head = event.payload["pull_request"]["head"]["sha"]
    fake.review(7, "ani", "APPROVED", head)
    fake.review(7, "budi", "APPROVED", "0" * 40)  # of an earlier push
    jobs = side.run("plan.yml", event)
    fake.review(7, "Budi", "APPROVED", head)
    fake.review(7, "Budi", "COMMENTED", head)
    review = replace(
        event, name="pull_request_review", payload={**event.payload, "action": "submitted"}
    )
    approved = side.run("plan.yml", review)
    fake.review(7, "Budi", "DISMISSED", head)
    taken_back = side.run("plan.yml", review)

    assert jobs.result == "failure"
    assert "error: 1 team paged differently, and nobody has approved for" in jobs.log
    assert "motor-quotes: budi" in jobs.log
    assert len(fake.on(7)) == 1
    assert approved.result == "success", approved.log
    assert "Approved for motor-quotes." in approved.log
    assert taken_back.result == "failure"


def test_where_the_monitors_live_beside_the_tool_it_is_that_of_the_base_branch(
    side: GitHubSide,
) -> None:
    side.machine.workflow_repository = REPOSITORY
    side.change(7, "monitor_sync/evil.py", "raise SystemExit\n")
    event = side.pull_request(7)
    job = side.run("plan.yml", event)

    assert job.result == "success", job.log
    assert side.machine.tools == [(REPOSITORY, event.payload["pull_request"]["base"]["sha"])]


def test_no_step_with_a_key_takes_the_tool_from_the_pull_request() -> None:
    steps = load("plan.yml")["jobs"]["plan"]["steps"]
    keyed = [step for step in steps if "secrets" in str(step.get("env"))]

    assert keyed
    assert all(step["uses"].startswith("./.monitor-sync/") for step in keyed)


@pytest.mark.parametrize("name", ["validate", "plan", "apply", "drift", "on-call"])
def test_one_call_runs_each_workflow_for_its_events_with_its_permissions(name: str) -> None:
    call, called = load("monitors.yml")["jobs"][name], load(f"{name}.yml")
    events = set(called[True]) - {"workflow_call"}
    by_hand = {"workflow_dispatch"} if name in ("drift", "on-call") else set()  # by hand applies

    calling = {event for event in EVENTS if re.search(rf"[\"']{event}[\"']", call["if"])}
    declared = (called[True]["workflow_call"] or {}).get("inputs", {})
    permissions: dict[str, str] = {}
    for job in called["jobs"].values():
        permissions |= job["permissions"]

    assert call["uses"] == f"$/.github/workflows/{name}.yml"
    assert calling == events - by_hand
    assert call["permissions"] == permissions
    assert call.get("with", {}).keys() == declared.keys()
