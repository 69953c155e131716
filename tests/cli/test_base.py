"""``--base REV``: this change alone; drift and what is not applied yet are told apart."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from tests.cli.repository import CRITICAL, DROP, ERRORS, ROUTER, Repository, fields, keys


class TestDrift:
    def test_a_threshold_raised_in_last_nights_incident_is_reported_and_not_put_back(
        self, repository: Repository
    ) -> None:
        repository.raise_threshold(ERRORS, 50)
        repository.branch("pull")
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")
        repository.commit("watch earlier")

        plan = repository.plan("main")
        text = repository.done("plan --base main").stdout
        repository.apply("main", f"--expect {plan['fingerprint']}")

        assert keys(plan["changes"]) == [("update", DROP)]
        assert keys(plan["drift"]) == [("update", ERRORS)]
        assert fields(plan["drift"][0])[CRITICAL] == (50.0, 5.0)
        assert "drift: 1 monitor changed in Datadog, and left as it is there" in text
        assert f"{CRITICAL} is 50, declared 5" in text
        assert text.splitlines()[-1].endswith(": 1 to change, 1 drifted.")
        assert repository.critical(DROP) == 13.0
        assert repository.critical(ERRORS) == 50.0

    def test_it_stays_raised_in_the_very_monitor_that_the_change_is_about(
        self, repository: Repository
    ) -> None:
        repository.raise_threshold(ERRORS, 50)
        repository.branch("pull")
        repository.edit("payments/router.yaml", "sum:payments.errors", "sum:payments.failures")
        repository.edit("payments/router.yaml", "priority: 2", "priority: 1")
        repository.commit("the new metric")

        plan = repository.plan("main")
        repository.apply("main", f"--expect {plan['fingerprint']}")

        assert fields(plan["changes"][0]).keys() == {"query", "priority"}
        assert plan["changes"][0]["overwrites"] == []
        assert fields(plan["drift"][0])[CRITICAL] == (50.0, 5.0)
        live = repository.live()[ERRORS]
        assert "payments.failures" in live["query"]
        assert live["query"].endswith("> 50")
        assert (live["priority"], live["options"]["thresholds"]["critical"]) == (1, 50.0)
        assert repository.plan("main")["changes"] == []

    def test_where_both_touch_one_field_the_change_wins_and_says_what_it_overwrites(
        self, repository: Repository
    ) -> None:
        repository.raise_threshold(ERRORS, 50)
        repository.branch("pull")
        repository.edit("payments/router.yaml", "critical: 5", "critical: 7")
        repository.commit("less noise")

        plan = repository.plan("main")
        text = repository.done("plan --base main").stdout
        repository.apply("main")

        overwritten = {
            overwrite["field"]: overwrite for overwrite in plan["changes"][0]["overwrites"]
        }
        assert overwritten[CRITICAL] == {"field": CRITICAL, "base": 5.0, "live": 50.0}
        assert plan["drift"] == []
        assert f"{CRITICAL} is 50, declared 5" in text
        assert repository.critical(ERRORS) == 7.0

    def test_options_and_tags_that_somebody_added_survive_the_update_of_another_option(
        self, repository: Repository
    ) -> None:
        live = repository.live()[ERRORS]
        tags = [*live["tags"], "incident:4711"]
        options = {**live["options"], "renotify_interval": 30, "evaluation_delay": 60}
        repository.by_hand(ERRORS, tags=tags, options=options)
        repository.branch("pull")
        repository.edit("payments/router.yaml", "priority: 2", "priority: 2\n    tags: {tier: one}")
        repository.edit(
            "payments/router.yaml", "priority: 2", "priority: 2\n    options: {timeout_h: 4}"
        )
        repository.commit("resolve by itself")

        plan = repository.plan("main")
        repository.apply("main")

        assert set(fields(plan["changes"][0])) == {"tags", "options.timeout_h"}
        drifted = fields(plan["drift"][0])
        assert drifted["options.renotify_interval"] == (30, None)
        assert set(drifted) == {"tags", "options.renotify_interval", "options.evaluation_delay"}
        now = repository.live()[ERRORS]
        assert {"incident:4711", "tier:one"} <= set(now["tags"])
        kept = {name: now["options"][name] for name in ("renotify_interval", "evaluation_delay")}
        assert kept == {"renotify_interval": 30, "evaluation_delay": 60}
        assert now["options"]["timeout_h"] == 4

    def test_a_monitor_deleted_by_hand_is_told_and_not_made_again(
        self, repository: Repository
    ) -> None:
        for number in range(21):
            words = f"Payments fail. {number}"
            repository.write("payments/router.yaml", ROUTER.replace("Payments fail.", words))
            repository.commit(words)
        repository.done("apply --yes")
        repository.ask("DELETE", f"/api/v1/monitor/{repository.live()[ERRORS]['id']}")
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")

        plan = repository.plan("HEAD")

        assert keys(plan["changes"]) == [("update", DROP)]
        assert keys(plan["drift"]) == [("create", ERRORS)]


class TestThePolicy:
    @pytest.mark.parametrize(
        ("project", "unit", "puts_back"),
        [("revert", "", True), ("revert", "report", False), ("report", "revert", True)],
    )
    def test_revert_makes_drift_part_of_what_apply_does_for_the_unit_that_says_so(
        self, repository: Repository, project: str, unit: str, puts_back: bool
    ) -> None:
        text = (repository.folder / "monitors" / "project.yaml").read_text()
        repository.write("project.yaml", f"{text}drift: {project}\n")
        file = repository.folder / "monitors" / "payments" / "business-unit.yaml"
        before = file.read_text() if file.exists() else ""
        repository.write(
            "payments/business-unit.yaml", before + (f"drift: {unit}\n" if unit else "")
        )
        repository.commit("policy")
        clean = repository.plan("HEAD")
        repository.raise_threshold(ERRORS, 50)

        plan = repository.plan("HEAD")
        repository.apply("HEAD")

        assert [change["origin"] for change in plan["changes"]] == ["drift"] * puts_back
        assert len(plan["drift"]) == (not puts_back)
        assert repository.critical(ERRORS) == (5.0 if puts_back else 50.0)
        assert plan["fingerprint"] == clean["fingerprint"]

    def test_a_change_that_switches_revert_on_puts_back_nothing_itself(
        self, repository: Repository
    ) -> None:
        text = (repository.folder / "monitors" / "project.yaml").read_text()
        repository.write("project.yaml", f"{text}drift: revert\n")
        repository.commit("policy")
        repository.raise_threshold(ERRORS, 50)

        plan = repository.plan("HEAD^1")
        repository.apply("HEAD^1")

        assert [entry["what"] for entry in plan["loosened"]] == ["drift: revert"]
        assert (plan["changes"], repository.critical(ERRORS)) == ([], 50.0)

    def test_reverted_drift_in_a_monitor_of_the_change_is_outside_its_fingerprint(
        self, repository: Repository
    ) -> None:
        text = (repository.folder / "monitors" / "project.yaml").read_text()
        repository.write("project.yaml", f"{text}drift: revert\n")
        repository.commit("policy")
        repository.edit("payments/router.yaml", "priority: 2", "priority: 1")
        repository.commit("wake somebody")
        reviewed = repository.plan("HEAD^1")
        repository.raise_threshold(ERRORS, 50)

        plan = repository.plan("HEAD^1")
        repository.apply("HEAD^1", f"--expect {reviewed['fingerprint']}")

        (change,) = plan["changes"]
        assert set(change["reverts"]) == {"query", CRITICAL}
        assert change["origin"] == "change"
        assert repository.critical(ERRORS) == 5.0
        assert repository.live()[ERRORS]["priority"] == 1


class TestMergedAndNotApplied:
    def test_what_somebody_merged_before_is_told_with_its_commit_and_not_applied_along(
        self, repository: Repository
    ) -> None:
        repository.edit("payments/router.yaml", "critical: 5", "critical: 6")
        theirs = repository.commit("theirs")
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")
        repository.commit("ours")

        plan = repository.plan("HEAD^1")
        shown = repository.done("plan --base HEAD^1").stdout
        repository.apply("HEAD^1")

        assert keys(plan["changes"]) == [("update", DROP)]
        assert (plan["drift"], keys(plan["merged"])) == ([], [("update", ERRORS)])
        assert plan["merged"][0]["since"] == theirs
        assert fields(plan["merged"][0])[CRITICAL] == (5.0, 6.0)
        assert "merged, not applied yet: 1 monitor\n    payments, payments-core" in shown
        assert f"since {theirs[:8]}" in shown
        assert shown.splitlines()[-1].endswith("1 to change, 1 merged and not applied.")
        assert repository.critical(ERRORS) == 5.0

    def test_new_deleted_and_renamed_monitors_of_earlier_merges_are_no_drift(
        self, repository: Repository
    ) -> None:
        repository.write("payments/new.yaml", ROUTER.replace("errors:\n", "late:\n"))
        repository.commit("a new one")
        (repository.folder / "monitors" / "motor" / "flow.yaml").unlink()
        repository.commit("one less")
        repository.edit("payments/router.yaml", "  errors:", "  failures:\n    moved_from: errors")
        repository.commit("renamed")
        repository.edit("payments/router.yaml", "priority: 2", "priority: 1")
        repository.commit("ours")

        plan = repository.plan("HEAD^1")
        repository.apply("HEAD^1")

        assert plan["drift"] == []
        assert keys(plan["merged"]) == [
            ("delete", DROP),
            ("update", "payments/router/failures"),
            ("create", "payments/new/late"),
        ]
        assert set(fields(plan["changes"][0])) == {"priority"}
        live = repository.live()
        assert set(live) == {DROP, ERRORS}
        assert live[ERRORS]["priority"] == 1

    def test_nothing_was_ever_applied_then_the_first_commit_is_what_waits(
        self, repository: Repository
    ) -> None:
        for monitor in repository.live().values():
            repository.ask("DELETE", f"/api/v1/monitor/{monitor['id']}")
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")

        plan = repository.plan("HEAD")

        assert keys(plan["changes"]) == [("create", DROP)]
        assert keys(plan["merged"]) == [("create", ERRORS)]

    def test_a_new_composite_whose_member_is_not_applied_yet_is_refused_and_says_what_to_do(
        self, repository: Repository
    ) -> None:
        repository.write("payments/new.yaml", ROUTER.replace("errors:\n", "late:\n"))
        repository.commit("theirs")
        both = f"${{id:payments/new/late}} && ${{id:{ERRORS}}}"
        repository.write(
            "payments/both.yaml",
            f"""\
monitors:
  both:
    type: composite
    name: "[Payments] Both"
    query: {both}
    priority: 2
    message: Both fail.
    runbook: payments/both
""",
        )
        repository.commit("ours")

        refused = repository.plan("HEAD^1")
        result = repository.run("apply --base HEAD^1 --yes")
        together = repository.plan("HEAD~2")

        assert refused["changes"] == []
        assert "payments/new/late, which was merged earlier" in refused["refused"][0]["message"]
        assert result.exit_code == 5
        assert len(together["changes"]) == 2
        repository.apply("HEAD~2")
        assert len(repository.live()) == 4


def test_selectors_narrow_what_stands_apart_too(repository: Repository) -> None:
    repository.raise_threshold(ERRORS, 50)
    repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")

    ours = json.loads(repository.done("plan motor --base HEAD --format json").stdout)
    theirs = json.loads(repository.done("plan team:payments-core --base HEAD --format json").stdout)

    assert (len(ours["changes"]), len(ours["drift"])) == (1, 0)
    assert (len(theirs["changes"]), len(theirs["drift"])) == (0, 1)
    assert ours["fingerprint"] == theirs["fingerprint"]


class TestTheDriftCommand:
    def test_names_what_no_revision_explains_and_who_did_it(self, repository: Repository) -> None:
        text = (repository.folder / "monitors" / "project.yaml").read_text()
        repository.write("project.yaml", f"{text}drift: revert\n")
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")
        repository.commit("merged, and not applied yet")
        clean = repository.run("drift --fail-on-changes")
        repository.raise_threshold(ERRORS, 50)

        shown = repository.run("drift --fail-on-changes")
        drift = json.loads(repository.done("drift --format json").stdout)
        other = json.loads(repository.done("drift motor --format json").stdout)

        assert (clean.exit_code, shown.exit_code) == (0, 4)
        flat = " ".join(shown.stdout.split())
        assert f"{CRITICAL} is 50, declared 5 (user@emulator.example, 20" in flat
        assert shown.stdout.splitlines()[-1].endswith("1 drifted.")
        repository.valid(drift)
        assert [entry["key"] for entry in drift["drift"]] == [ERRORS]
        assert drift["drift"][0]["editor"].startswith("user@emulator.example, 20")
        assert drift["changes"] == drift["merged"] == other["drift"] == []
        assert repository.critical(ERRORS) == 50.0


def test_where_no_file_differs_from_the_base_its_files_are_not_read(
    repository: Repository,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("programs")
    log, git = folder / "log", folder / "git"
    git.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which("git")} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    assert repository.plan("HEAD")["changes"] == []
    assert "cat-file" not in log.read_text()

    repository.edit("project.yaml", "project: acme", "limits: {deletes: null}\nproject: acme")
    assert repository.plan("HEAD")["loosened"] != []
    assert "cat-file" in log.read_text()
