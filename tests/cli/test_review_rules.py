"""A change under review is judged by the rules of its base, and says which of them it weakens."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.app import approvals
from monitor_sync.errors import UsageError
from monitor_sync.github.runner import ActionsRunner
from monitor_sync.sync import plan_file, plan_json
from tests.cli.repository import DROP, ERRORS, Repository

TWELVE = """\
monitors:
  errors:
    for_each: {shard: [a, b, c, d, e, f, g, h, i, j, k, l]}
    name: "[Payments] ${shard}: errors"
    query: sum(last_5m):sum:payments.errors{env:${env},shard:${shard}} > ${critical}
    thresholds: {critical: 5}
    priority: 2
    message: Payments fail.
    runbook: payments/errors
"""


@pytest.fixture
def estate(repository: Repository) -> Repository:
    """Twelve more monitors, applied, with a pull request branched off."""
    repository.write("payments/many.yaml", TWELVE)
    repository.commit("many")
    repository.done("apply --yes --workers 1")
    repository.branch("pull")
    return repository


def loosened(plan: dict[str, object]) -> list[tuple[str, str, str]]:
    entries = plan.get("loosened", [])
    assert isinstance(entries, list)
    return [(entry["what"], entry["old"], entry["new"]) for entry in entries]


def add(repository: Repository, text: str, file: str = "project.yaml") -> None:
    path = repository.folder / "monitors" / file
    repository.write(file, path.read_text() + text)


@pytest.mark.parametrize(
    "rule",
    [
        "limits: {deletes: null}",
        "limits: {deletes: 100%}",
        "limits: {units: {payments: {deletes: null}}, deletes: [99, 100%]}",
    ],
)
def test_a_change_that_lifts_a_limit_is_refused_by_the_limit_of_its_base(
    estate: Repository, rule: str
) -> None:
    add(estate, f"{rule}\n")
    (estate.folder / "monitors/payments/many.yaml").unlink()
    estate.commit("gone, and nothing forbids it")

    plan = estate.plan("HEAD^1")
    text = estate.done("plan --base HEAD^1").stdout
    result = estate.run(f"apply --base HEAD^1 --yes --expect {plan['fingerprint']}")

    assert loosened(plan)
    assert text.startswith("! This change weakens the rules of its review")
    assert result.exit_code == 5
    assert "would be deleted or replaced" in result.stderr
    assert len(estate.live()) == 14


def test_a_release_is_judged_by_the_base_and_taking_it_back_deletes_nothing(
    estate: Repository,
) -> None:
    (estate.folder / "monitors/payments/many.yaml").write_text("released: {errors: it moves}\n")
    estate.commit("let go, and not applied yet")
    (estate.folder / "monitors/payments/many.yaml").unlink()
    estate.commit("no longer let go")

    plan = estate.plan("HEAD^1")
    text = estate.done("plan --base HEAD^1").stdout
    estate.apply("HEAD^1", f"--expect {plan['fingerprint']}")

    assert plan["changes"] == []
    assert {(apart["action"], apart["since"] != "") for apart in plan["merged"]} == {
        ("release", True)
    }
    assert len(loosened(plan)) == 12
    assert loosened(plan)[0] == ("released", "payments/many/errors.a", "none")
    assert "released: payments/many/errors.a → none" in text
    assert len(estate.live()) == 14


def test_a_release_that_was_applied_may_be_taken_out_and_nothing_is_said(
    estate: Repository,
) -> None:
    (estate.folder / "monitors/payments/many.yaml").write_text("released: {errors: it moves}\n")
    estate.commit("let go")
    let_go = estate.plan("HEAD^1")
    estate.apply("HEAD^1", f"--expect {let_go['fingerprint']}")
    (estate.folder / "monitors/payments/many.yaml").unlink()
    estate.commit("it has left")

    after = estate.plan("HEAD^1")

    assert let_go["summary"]["release"] == 12
    assert (after["changes"], after["merged"], loosened(after)) == ([], [], [])
    assert len(estate.ask("GET", "/api/v1/monitor")) == 14


def test_a_limit_that_the_change_makes_stricter_counts_at_once(estate: Repository) -> None:
    add(estate, "limits: {changes: 1}\n")
    estate.edit("payments/many.yaml", "priority: 2", "priority: 3")
    estate.commit("few at a time, and all of them")

    assert loosened(estate.plan("HEAD^1")) == []
    assert estate.run("apply --base HEAD^1 --yes").exit_code == 5


def test_what_is_weakened_is_part_of_the_fingerprint_and_holds_from_the_next_change_on(
    estate: Repository,
) -> None:
    estate.edit("payments/router.yaml", "critical: 5", "critical: 6")
    estate.commit("less noise")
    alone = estate.plan("HEAD^1")
    add(estate, "limits: {deletes: null}\n")
    estate.git("add", "--all")
    estate.git("commit", "--quiet", "--amend", "--message", "and no limit")
    both = estate.plan("HEAD^1")
    markdown = estate.done("plan --base HEAD^1 --format markdown").stdout
    estate.apply("HEAD^1", f"--expect {both['fingerprint']}")
    (estate.folder / "monitors/payments/many.yaml").unlink()
    estate.commit("gone")
    after = estate.plan("HEAD^1")
    estate.apply("HEAD^1")

    assert alone["fingerprint"] != both["fingerprint"]
    assert alone["changes"] == both["changes"]
    assert loosened(both) == [("limits.deletes", "30%", "no limit")]
    assert markdown.index("`limits.deletes`: `30%` → `no limit`") < markdown.index(ERRORS)
    assert loosened(after) == []
    assert estate.live().keys() == {DROP, ERRORS}


def test_a_change_of_nothing_but_the_rules_is_told_too(estate: Repository) -> None:
    add(estate, "limits: {changes: null, unpaged: 50%}\n")
    estate.commit("do as you please")

    plan = estate.plan("HEAD^1")

    assert plan["changes"] == []
    assert loosened(plan) == [
        ("limits.changes", "30%", "no limit"),
        ("limits.unpaged", "10%", "50%"),
    ]


def test_a_plan_file_is_held_to_the_limits_of_its_base(estate: Repository) -> None:
    add(estate, "limits: {deletes: null}\n")
    (estate.folder / "monitors/payments/many.yaml").unlink()
    estate.commit("gone, and nothing forbids it")
    estate.done("plan --base HEAD^1 --out plan.json")

    result = estate.run("apply plan.json --yes")

    assert result.stdout.startswith("! This change weakens the rules of its review")
    assert result.exit_code == 5
    assert len(estate.live()) == 14


def test_a_suppression_of_a_rule_that_protects_people_does_not_silence_it_in_its_own_change(
    estate: Repository,
) -> None:
    add(estate, "policy: {paging_priorities: [1]}\n")
    estate.commit("who has to be woken")
    quiet = "priority: 1\n    notify: {alert: [chat]}\n    ignore: [{rule: RULE, reason: x}]"
    estate.edit("motor/flow.yaml", "priority: 1", quiet.replace("RULE", "routing/pager-required"))
    estate.commit("nobody is, and nobody says so")

    alone = estate.run("plan")
    result = estate.run("plan --base HEAD^1")

    assert alone.exit_code == 0
    assert result.exit_code == 3
    assert "[routing/pager-required]" in result.stderr
    assert "what this change weakens counts from the next change on" in result.stderr


EVASIONS = {
    "narrowed and renamed": ("pagers: []", 'pagers: ["@oncall-*"]'),
    "no approval": ("paging_approval: true", "paging_approval: false"),
}


@pytest.mark.parametrize("evasion", EVASIONS)
def test_who_is_paged_is_asked_with_the_words_of_the_base_too(
    estate: Repository, evasion: str
) -> None:
    add(estate, "policy: {paging_approval: true, pagers: []}\n")
    estate.commit("approvals")
    old, new = EVASIONS[evasion]
    estate.edit("project.yaml", old, new)
    estate.edit("teams.yaml", 'pager: "@webhook-zenduty-pay', 'phone: "@webhook-zenduty-pay')
    estate.edit("teams.yaml", "[{alert: [pager, chat], warning", "[{alert: [chat], warning")
    estate.edit("teams.yaml", "recovery: [pager, chat]}]", "recovery: [chat]}]")
    estate.commit("nobody is paged any more")
    estate.done("plan --base HEAD^1 --out plan.json")

    with pytest.raises(UsageError, match="this job has no pull request"):
        approvals(estate.folder / "monitors", ActionsRunner(repository="a/b"),
                  estate.folder / "plan.json", "HEAD^1")  # fmt: skip


def test_a_handle_behind_a_variable_that_may_show_nothing_is_asked_about(
    estate: Repository,
) -> None:
    add(estate, "policy: {paging_approval: true}\n")
    estate.commit("approvals")
    estate.edit("payments/router.yaml", "Payments fail.", '"{{nope}}@webhook-zenduty-motor-quotes"')
    estate.commit("words alone")
    estate.done("plan --base HEAD^1 --out plan.json")

    with pytest.raises(UsageError, match="this job has no pull request"):
        approvals(estate.folder / "monitors", ActionsRunner(repository="a/b"),
                  estate.folder / "plan.json", "HEAD^1")  # fmt: skip


@pytest.mark.parametrize(
    ("weaker", "what"),
    [
        ({"limits": {}}, "limits."),
        ({"pagers": ("@slack-*",)}, "what is a pager"),
        ({"project": "", "limits": {}, "pagers": ("@slack-*",)}, "limits.changes"),
    ],
)
def test_a_plan_file_that_was_sealed_again_with_weaker_rules_is_refused(
    estate: Repository, weaker: dict[str, Any], what: str
) -> None:
    """Kept as the last plan, it would hide from the next apply that the files get weaker."""
    estate.edit("payments/router.yaml", "critical: 5", "critical: 6")
    estate.done("plan --out reviewed.json")
    file = estate.folder / "reviewed.json"
    honest = plan_file.read(file.read_text(), file.name)
    forged = replace(honest, rules=replace(honest.rules, **weaker))
    file.write_text(plan_json.file(forged, commit=""))

    result = estate.run("apply reviewed.json --yes")

    assert result.exit_code == 5, result.output
    assert "judged by weaker rules than these files have" in result.stderr
    assert what in result.stderr
    assert estate.critical(ERRORS) == 5.0
