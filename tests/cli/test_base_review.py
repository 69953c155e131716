"""``--base REV`` finds the reviewed plan after a merge of any kind, or says what it lacks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.repository import DROP, ERRORS, Repository, keys
from tests.cli.run import FLOW


class TestTheReviewedPlanIsFound:
    """The fingerprint of the review is that of the apply, whatever the button was."""

    def pull(self, repository: Repository, name: str = "pull", level: int = 13) -> str:
        """A pull request that is not merged yet: its plan as reviewed."""
        repository.branch(name)
        repository.edit("motor/flow.yaml", "critical: 12", f"critical: {level}")
        repository.write("motor/new.yaml", FLOW.replace("conversion-drop", name))
        repository.commit(f"{name}, first try")
        repository.edit("motor/new.yaml", "priority: 1", "priority: 3")
        repository.commit(f"{name}, as reviewed")
        reviewed = repository.plan("main")["fingerprint"]
        repository.git("switch", "--quiet", "main")
        assert isinstance(reviewed, str)
        return reviewed

    def theirs(self, repository: Repository, *, applied: bool) -> str:
        """Another team's merge meanwhile."""
        repository.edit("payments/router.yaml", "critical: 5", "critical: 6")
        made = repository.commit("theirs")
        if applied:
            repository.apply("HEAD^1")
        return made

    @pytest.mark.parametrize("applied", [True, False])
    def test_after_a_squash_merge_behind_another_teams_merge(
        self, repository: Repository, applied: bool
    ) -> None:
        reviewed = self.pull(repository)
        self.theirs(repository, applied=applied)

        repository.git("switch", "--quiet", "pull")
        again = repository.plan("main")
        repository.squash("pull")
        repository.apply("HEAD^1", f"--expect {reviewed}")

        assert again["fingerprint"] == reviewed
        assert [len(again[name]) for name in ("drift", "merged", "newer")] == [0, 0, applied]
        assert repository.critical(DROP) == 13.0
        assert repository.critical(ERRORS) == (6.0 if applied else 5.0)
        assert "motor/new/pull" in repository.live()

    def test_after_a_merge_commit_and_on_the_commit_that_github_tests(
        self, repository: Repository
    ) -> None:
        reviewed = self.pull(repository)
        self.theirs(repository, applied=False)

        repository.git("merge", "--quiet", "--no-ff", "pull", "--message", "merged")

        assert repository.plan("HEAD^1")["fingerprint"] == reviewed
        repository.apply("HEAD^1", f"--expect {reviewed}")

    def test_after_several_commits_were_rebased_the_base_is_the_commit_before_them(
        self, repository: Repository
    ) -> None:
        reviewed = self.pull(repository)
        self.theirs(repository, applied=True)
        repository.git("switch", "--quiet", "pull")
        repository.git("rebase", "--quiet", "main")
        repository.git("switch", "--quiet", "main")
        repository.git("merge", "--quiet", "--ff-only", "pull")

        assert repository.plan("HEAD^1")["fingerprint"] != reviewed
        repository.apply("HEAD~2", f"--expect {reviewed}")

    def test_a_merge_of_the_same_monitor_makes_it_another_plan_and_nothing_is_written(
        self, repository: Repository
    ) -> None:
        reviewed = self.pull(repository)
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 11")
        repository.commit("theirs, on the same line")
        repository.apply("HEAD^1")
        repository.git("merge", "--quiet", "--squash", "--strategy-option=theirs", "pull")
        repository.commit("ours wins")

        result = repository.run(f"apply --base HEAD^1 --yes --expect {reviewed}")

        assert result.exit_code == 5
        assert f"and {reviewed} was reviewed: nothing was written" in result.stderr
        assert repository.critical(DROP) == 11.0

    def test_of_a_merge_queue_each_commit_in_turn_with_the_review_of_its_own(
        self, repository: Repository
    ) -> None:
        reviews = {}
        for name in ("one", "two"):
            repository.branch(name)
            repository.write(f"motor/{name}.yaml", FLOW.replace("conversion-drop", name))
            repository.commit(name)
            reviews[name] = repository.plan("main")["fingerprint"]
            repository.git("switch", "--quiet", "main")
        applied = repository.git("rev-parse", "HEAD")
        merges = {name: repository.squash(name) for name in ("one", "two")}

        together = repository.plan(applied)
        wrong = repository.run(f"apply --base {applied} --yes --expect {reviews['two']}")
        for name, commit in merges.items():
            repository.git("switch", "--quiet", "--detach", commit)
            repository.apply("HEAD^1", f"--expect {reviews[name]}")

        assert len(together["changes"]) == 2
        assert together["fingerprint"] not in reviews.values()
        assert wrong.exit_code == 5
        assert {"motor/one/one", "motor/two/two"} <= repository.live().keys()

    def test_applied_out_of_turn_a_later_merge_is_not_undone(self, repository: Repository) -> None:
        repository.edit("payments/router.yaml", "critical: 5", "critical: 6")
        first = repository.commit("first")
        repository.write("motor/new.yaml", FLOW.replace("conversion-drop", "second"))
        repository.commit("second")
        repository.apply("HEAD^1")

        repository.git("switch", "--quiet", "--detach", first)
        repository.apply("HEAD^1")

        assert repository.critical(ERRORS) == 6.0
        assert "motor/new/second" in repository.live()

    def test_a_revert_is_a_change_like_any(self, repository: Repository) -> None:
        reviewed = self.pull(repository)
        repository.squash("pull")
        repository.apply("HEAD^1", f"--expect {reviewed}")
        self.theirs(repository, applied=False)
        repository.branch("undo")
        repository.git("revert", "--no-edit", "HEAD~1")

        plan = repository.plan("main")
        repository.squash("undo")
        repository.apply("HEAD^1", f"--expect {plan['fingerprint']}")

        assert keys(plan["changes"]) == [("delete", "motor/new/pull"), ("update", DROP)]
        assert keys(plan["merged"]) == [("update", ERRORS)]
        assert repository.live().keys() == {DROP, ERRORS}
        assert repository.critical(DROP) == 12.0

    def test_a_plan_file_holds_this_change_and_nothing_else(self, repository: Repository) -> None:
        self.theirs(repository, applied=False)
        repository.raise_threshold(DROP, 9)
        repository.edit("motor/flow.yaml", "priority: 1", "priority: 2")
        repository.commit("ours")

        repository.done("plan --base HEAD^1 --out kept.json")
        repository.done("apply kept.json --yes")

        assert repository.critical(DROP) == 9.0
        assert repository.live()[DROP]["priority"] == 2
        assert repository.critical(ERRORS) == 5.0
        kept = json.loads(Path("kept.json").read_text())
        repository.valid(kept)


class TestWhereThereIsNoBase:
    @pytest.mark.parametrize(
        ("base", "words"),
        [("nowhere", "git knows no such revision"), ("--output=x", "git knows no such revision")],
    )
    def test_a_revision_that_git_does_not_know(
        self, repository: Repository, base: str, words: str
    ) -> None:
        result = repository.run(f"plan --base={base}")

        assert (result.exit_code, words in result.stderr) == (2, True)

    def test_a_folder_that_is_not_there_is_said_to_be_so(self, repository: Repository) -> None:
        result = repository.run("--root elsewhere plan --base main")

        assert result.exit_code == 2
        assert "the folder 'elsewhere' does not exist" in result.stderr

    def test_a_shallow_clone_says_how_deep_it_has_to_be(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")
        repository.commit("ours")
        for depth in (1, 2):
            into = tmp_path / f"depth-{depth}"
            repository.git("clone", "-q", f"--depth={depth}", f"file://{tmp_path}", str(into))
        monkeypatch.chdir(tmp_path / "depth-1")
        refused = repository.run("plan --base HEAD^1")
        monkeypatch.chdir(tmp_path / "depth-2")
        repository.raise_threshold(ERRORS, 50)
        plan = repository.plan("HEAD^1")

        assert refused.exit_code == 2
        assert "`fetch-depth: 0`" in refused.stderr
        assert keys(plan["changes"]) == [("update", DROP)]
        assert "this clone is shallow" in plan["unchecked"][0]

    def test_a_folder_that_is_in_no_repository(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
        shutil.rmtree(tmp_path / ".git")

        result = repository.run("plan --base main")

        assert result.exit_code == 2
        assert "is in no git repository" in result.stderr

    def test_a_base_with_errors_in_its_files_is_refused_in_one_line(
        self, repository: Repository
    ) -> None:
        repository.edit("motor/flow.yaml", "priority: 1", "priority: one")
        wrong = repository.commit("oops")
        repository.edit("motor/flow.yaml", "priority: one", "priority: 2")
        repository.commit("mended")

        result = repository.run("plan --base HEAD^1")

        assert result.exit_code == 3
        assert f"error: the files at HEAD^1 ({wrong[:8]}) have 1 error" in result.stderr
        assert repository.plan("HEAD~2")["changes"] != []

    def test_a_base_from_before_the_project_was_begun(self, repository: Repository) -> None:
        repository.git("switch", "--quiet", "--orphan", "elsewhere")
        (repository.folder / "README.md").write_text("nothing yet")
        repository.commit("the beginning")
        repository.git("checkout", "--quiet", "main", "--", "monitors")
        repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")

        assert keys(repository.plan("HEAD")["changes"]) == [("update", DROP)]
        assert repository.run("plan --base main").exit_code == 2

    def test_it_goes_with_no_plan_file(self, repository: Repository) -> None:
        repository.done("plan --out kept.json")

        assert repository.run("apply kept.json --base main --yes").exit_code == 2
