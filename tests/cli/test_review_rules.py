"""A change under review is judged by the rules of its base, and says which of them it weakens."""

from __future__ import annotations

import pytest

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
