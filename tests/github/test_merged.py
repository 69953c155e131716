"""What was merged is applied as it was reviewed, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.github.client import TASK
from monitor_sync.github.marker import Marker
from tests.cli.repository import DROP, ERRORS
from tests.cli.run import FLOW
from tests.conftest import Local
from tests.github.delivery import Delivery
from tests.github.fake import BOT

pytestmark = pytest.mark.early


def another(name: str) -> str:
    return FLOW.replace("conversion-drop", name)


CHANGED = FLOW.replace("critical: 12", "critical: 13")


def test_a_merge_is_applied_as_reviewed_recorded_and_told_on_its_pull_request(
    delivery: Delivery,
) -> None:
    fingerprint = delivery.pull(7, "motor/flow.yaml", CHANGED)
    commit = delivery.squash(7)
    done = delivery.apply()

    assert done.exit_code == 0, done.stderr
    assert delivery.repository.critical(DROP) == 13.0
    assert delivery.recorded[-1] == commit
    assert f"### Monitors applied `{fingerprint[:8]}`: 1 changed" in delivery.comments_on(7)
    assert "Monitors applied" in delivery.summary


def test_another_run_finds_nothing_to_do(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.squash(7)
    delivery.apply()
    again = delivery.apply()

    assert again.exit_code == 0
    assert "Nothing was merged since" in again.stderr
    assert len(delivery.recorded) == 2


def test_two_merged_at_once_are_applied_in_their_order_each_with_its_own_review(
    delivery: Delivery,
) -> None:
    delivery.pull(7, "motor/one.yaml", another("one"))
    delivery.pull(8, "motor/two.yaml", another("two"))
    commits = [delivery.squash(7), delivery.squash(8)]
    done = delivery.apply()

    assert done.exit_code == 0, done.stderr
    assert delivery.recorded[1:] == commits
    assert {"motor/one/one", "motor/two/two"} <= delivery.repository.live().keys()
    assert "1 created" in delivery.comments_on(7)
    assert "1 created" in delivery.comments_on(8)


def test_the_first_that_is_not_as_reviewed_stops_and_a_person_approves_the_new_plan(
    delivery: Delivery,
) -> None:
    delivery.pull(7, "motor/one.yaml", another("one"))
    delivery.pull(8, "motor/flow.yaml", CHANGED)
    delivery.pull(9, "motor/three.yaml", another("three"))
    first, _, last = (delivery.squash(number) for number in (7, 8, 9))
    delivery.repository.raise_threshold(DROP, 20)  # since the review
    refused = delivery.apply()
    live = delivery.repository.live()

    assert refused.exit_code == 5
    assert "#8 is not applied, and nothing of what was merged after it" in refused.stderr
    assert delivery.recorded[-1] == first
    assert "motor/one/one" in live
    assert "motor/three/three" not in live
    assert delivery.repository.critical(DROP) == 20.0
    assert "Not applied" in delivery.comments_on(8)
    assert f"with the fingerprint `{delivery.new_plan}`" in delivery.summary
    assert f"### Monitor plan `{delivery.new_plan}`" in delivery.summary

    approved = delivery.apply(MONITOR_SYNC_FINGERPRINT=delivery.new_plan)

    assert approved.exit_code == 0, approved.stderr
    assert delivery.recorded[-1] == last
    assert delivery.repository.critical(DROP) == 13.0
    assert "motor/three/three" in delivery.repository.live()


def test_an_approval_of_another_plan_writes_nothing(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.squash(7)
    done = delivery.apply("--fingerprint", "00000000")

    assert done.exit_code == 5
    assert delivery.repository.critical(DROP) == 12.0
    assert len(delivery.recorded) == 1
    assert delivery.new_plan in done.stderr


def test_what_failed_in_part_is_to_be_mended_before_the_rest_is_approved(
    delivery: Delivery,
) -> None:
    delivery.repository.write("motor/new.yaml", FLOW.replace("conversion-drop", "new"))
    delivery.pull(7, "motor/flow.yaml", CHANGED)  # takes the other file along
    delivery.squash(7)
    delivery.repository.local.emulator.inject(
        [{"kind": "forbidden", "route": "POST *", "times": None}]
    )
    done = delivery.apply()

    assert done.exit_code == 6, done.stderr
    assert len(delivery.recorded) == 1
    assert "Once what failed is mended, start the workflow Apply by hand" in delivery.comments_on(7)
    assert f"`{delivery.new_plan}`" in delivery.comments_on(7)


def test_a_part_may_be_approved_and_is_not_recorded(delivery: Delivery) -> None:
    delivery.repository.write("motor/flow.yaml", CHANGED)
    router = delivery.repository.folder / "monitors" / "payments" / "router.yaml"
    router.write_text(router.read_text().replace("critical: 5", "critical: 6"))
    delivery.repository.commit("pushed")
    delivery.apply()
    done = delivery.apply("--fingerprint", delivery.new_plan, "--only", "payments")

    assert done.exit_code == 0, done.stderr
    assert delivery.repository.critical(ERRORS) == 6.0
    assert delivery.repository.critical(DROP) == 12.0
    assert len(delivery.recorded) == 1


def test_a_part_of_another_plan_is_refused(delivery: Delivery) -> None:
    delivery.repository.write("motor/flow.yaml", CHANGED)
    delivery.repository.commit("pushed")
    done = delivery.apply("--fingerprint", "00000000", "--only", "motor")
    assert done.exit_code == 5
    assert "and 00000000 was approved: nothing was written" in done.stderr
    assert delivery.repository.critical(DROP) == 12.0


# ways to merge


def test_a_merge_commit_finds_its_plan(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.repository.git("merge", "--quiet", "--no-ff", "pull-7", "--message", "merged")
    delivery.fake.merge(7, delivery.repository.git("rev-parse", "HEAD"))
    assert delivery.apply().exit_code == 0
    assert delivery.repository.critical(DROP) == 13.0


def test_the_commits_of_a_rebased_pull_request_are_applied_together(delivery: Delivery) -> None:
    repository = delivery.repository
    repository.branch("pull-7")
    for name in ("one", "two"):
        repository.write(f"motor/{name}.yaml", another(name))
        repository.commit(name)
    fingerprint = repository.plan("main")["fingerprint"]
    delivery.fake.write_comment(7, str(Marker(fingerprint=fingerprint)), BOT)
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--ff-only", "pull-7")
    delivery.fake.merge(7, *repository.git("rev-list", "--reverse", "HEAD~2..HEAD").split())
    done = delivery.apply()

    assert done.exit_code == 0, done.stderr
    assert len(delivery.recorded) == 2
    assert {"motor/one/one", "motor/two/two"} <= repository.live().keys()


def test_a_revert_is_a_pull_request_like_any(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.squash(7)
    delivery.apply()
    delivery.pull(8, "motor/flow.yaml", FLOW)
    delivery.squash(8)
    assert delivery.apply().exit_code == 0
    assert delivery.repository.critical(DROP) == 12.0


def test_a_pull_request_into_another_branch_is_not_the_one_that_was_merged_here(
    delivery: Delivery,
) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    commit = delivery.squash(7)
    delivery.fake.merge(99, commit, base="topic")
    assert delivery.apply().exit_code == 0
    assert delivery.comments_on(7)
    assert not delivery.comments_on(99)


# what is not reviewed


def test_a_push_without_a_pull_request_is_not_applied_until_somebody_approves_it(
    delivery: Delivery,
) -> None:
    delivery.repository.write("motor/flow.yaml", CHANGED)
    commit = delivery.repository.commit("pushed by hand")
    refused = delivery.apply()

    assert refused.exit_code == 5
    assert "it was pushed without a pull request" in delivery.summary
    assert delivery.repository.critical(DROP) == 12.0
    assert delivery.apply("--fingerprint", delivery.new_plan).exit_code == 0
    assert delivery.repository.critical(DROP) == 13.0
    assert delivery.recorded[-1] == commit


def test_a_push_that_changes_no_monitor_asks_nobody(delivery: Delivery) -> None:
    (delivery.repository.folder / "README.md").write_text("words", encoding="utf-8")
    delivery.repository.commit("words")
    done = delivery.apply()
    assert done.exit_code == 0
    assert not any("/pulls" in request for request in delivery.fake.requests)


def test_a_push_whose_files_mean_the_same_needs_no_review(delivery: Delivery) -> None:
    delivery.repository.write("motor/flow.yaml", f"# a remark\n{FLOW}")
    commit = delivery.repository.commit("a remark")
    assert delivery.apply().exit_code == 0
    assert delivery.recorded[-1] == commit


def test_a_merge_from_a_fork_has_no_plan_and_needs_approval(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.fake.comments.clear()
    delivery.squash(7, fork=True)
    done = delivery.apply()
    assert done.exit_code == 5
    assert "no plan stands on it: it came from a fork" in delivery.comments_on(7)


def test_a_plan_that_somebody_else_wrote_is_none(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED, author="mallory")
    delivery.squash(7)
    done = delivery.apply()
    assert done.exit_code == 5
    assert delivery.repository.critical(DROP) == 12.0


# where it begins


def test_the_first_run_begins_where_the_branch_stood_before_the_push(delivery: Delivery) -> None:
    delivery.event = {"before": delivery.repository.git("rev-parse", "HEAD")}
    delivery.fake.deployments.clear()
    delivery.pull(7, "motor/one.yaml", another("one"))
    delivery.pull(8, "motor/two.yaml", another("two"))
    commits = [delivery.squash(7), delivery.squash(8)]
    assert delivery.apply().exit_code == 0
    assert delivery.recorded == commits


def test_a_deployment_that_failed_or_is_of_another_kind_is_no_record(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    commit = delivery.squash(7)
    for task, state in ((TASK, "failure"), ("deploy", "success")):
        delivery.record(commit)
        delivery.fake.deployments[-1] |= {"task": task, "states": [state]}
    assert delivery.apply().exit_code == 0
    assert delivery.repository.critical(DROP) == 13.0


def test_a_record_from_before_history_was_rewritten_is_told(delivery: Delivery) -> None:
    delivery.fake.deployments.clear()
    delivery.record("d" * 40)
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.squash(7)
    done = delivery.apply()
    assert done.exit_code == 0, done.stderr
    assert "dddddddddddd was applied last and is no longer in this history" in done.stderr


# when something fails


def test_a_github_that_cannot_be_asked_leaves_datadog_alone(delivery: Delivery) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.squash(7)
    delivery.fake.fail("GET */pulls", 502, times=99)
    done = delivery.apply()
    assert done.exit_code == 1
    assert "GitHub answered 502, 5 times in a row" in done.stderr
    assert delivery.repository.critical(DROP) == 12.0


def test_a_comment_or_a_record_that_is_forbidden_does_not_fail_what_is_done(
    delivery: Delivery,
) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.squash(7)
    delivery.fake.permissions = {"pull-requests": "read", "deployments": "read"}
    done = delivery.apply()
    assert done.exit_code == 0
    assert "warning: #7 is not told: cannot comment on #7" in done.stderr
    assert "warning: applied, and not recorded: cannot record" in done.stderr
    assert delivery.repository.critical(DROP) == 13.0


def test_a_datadog_that_refuses_stops_what_comes_after(delivery: Delivery, local: Local) -> None:
    delivery.pull(7, "motor/flow.yaml", CHANGED)
    delivery.pull(8, "motor/two.yaml", another("two"))
    delivery.squash(7)
    delivery.squash(8)
    local.emulator.inject([{"kind": "forbidden", "route": "PUT /api/v1/monitor/*", "times": None}])
    done = delivery.apply()

    assert done.exit_code == 1
    assert len(delivery.recorded) == 1
    assert "motor/two/two" not in delivery.repository.live()
    assert "mend what failed and run this job again" in done.stderr
    assert delivery.comments_on(7)
    assert not delivery.comments_on(8)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "motor"), "--only needs --fingerprint"),
        (("--allow", "--max-deletes 3"), "--allow needs --fingerprint"),
        (("--fingerprint", "0" * 8, "--allow", "--root /"), "--allow '--root'"),
    ],
)
def test_a_wrong_command_line_is_told(
    delivery: Delivery, arguments: tuple[str, ...], said: str
) -> None:
    done = delivery.apply(*arguments)
    assert done.exit_code == 2
    assert f"error: {said}" in done.stderr


def test_a_refused_limit_is_let_through_by_hand(delivery: Delivery) -> None:
    delivery.repository.write("project.yaml", _limited(delivery.repository.folder))
    delivery.repository.commit("a limit")
    delivery.apply()
    delivery.pull(7, "motor/flow.yaml", "monitors: {}\n")
    commit = delivery.squash(7)
    refused = delivery.apply()
    still = delivery.apply("--fingerprint", delivery.new_plan)
    done = delivery.apply("--fingerprint", delivery.new_plan, MONITOR_SYNC_ALLOW="--max-deletes 1")

    assert (refused.exit_code, still.exit_code, done.exit_code) == (5, 5, 0)
    assert DROP not in delivery.repository.live()
    assert delivery.recorded[-1] == commit


def _limited(folder: Path) -> str:
    project = folder / "monitors" / "project.yaml"
    return project.read_text(encoding="utf-8") + "limits: {deletes: 0}\n"


def test_a_limit_that_forbids_what_was_reviewed_is_named_on_the_pull_request(
    delivery: Delivery,
) -> None:
    project = (delivery.repository.folder / "monitors/project.yaml").read_text()
    delivery.pull(7, "project.yaml", f"{project}limits: {{deletes: 0}}\n")
    delivery.squash(7)
    delivery.apply()
    delivery.pull(8, "motor/flow.yaml", another("other"))
    delivery.squash(8)
    done = delivery.apply()

    assert done.exit_code == 5
    assert "A limit forbids what was reviewed:" in delivery.comments_on(8)
    assert "1 of 2 monitors in all would be deleted or replaced" in delivery.comments_on(8)
    assert "not what was reviewed" not in delivery.comments_on(8)
