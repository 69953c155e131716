"""Commands say what they lack in words that fit them, and ask for no option that must be given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.repository import DROP, Repository
from tests.cli.run import environment, run, run_process


@pytest.mark.parametrize("words", ["comment --plan p", "approvals --plan p --base main", "merged"])
@pytest.mark.parametrize("github", ["", " --github"])
def test_github_need_not_be_said(project: Path, words: str, github: str) -> None:
    result = run(*f"{words}{github}".split(), cwd=project, changed={"GITHUB_REPOSITORY": ""})

    assert result.returncode == 2
    assert "no GITHUB_REPOSITORY" in result.stderr or "cannot read p" in result.stderr
    assert "where?" not in result.stderr


def test_drift_outside_git_speaks_of_no_option_that_it_does_not_have(project: Path) -> None:
    result = run("drift", cwd=project, changed={"GIT_CEILING_DIRECTORIES": str(project.parent)})

    assert result.returncode == 2
    assert "'monitors' is in no git repository" in result.stderr
    assert "--base" not in result.stderr


def test_codeowners_names_the_team_that_lacks_a_github_team(project: Path) -> None:
    file = project / "monitors" / "project.yaml"
    file.write_text(file.read_text() + "owner: payments-core\n")

    result = run("codeowners", cwd=project, changed=environment())

    written = (project / ".github" / "CODEOWNERS").read_text()
    assert "payments-core, its `owner` in project.yaml, has no `github` in teams.yaml" in written
    assert "name one as `owner`" not in written
    assert "payments-core: no `github` in teams.yaml, so nobody reviews" in result.stderr


def test_what_was_done_is_said_where_the_report_cannot_be_kept(repository: Repository) -> None:
    repository.edit("motor/flow.yaml", "critical: 12", "critical: 13")

    result = repository.run("apply --yes --workers 1 --output /dev/full")

    assert result.exit_code == 2
    assert f"~ changed {DROP}" in result.stderr
    assert repository.critical(DROP) == 13.0


def test_the_folder_of_a_jobs_reports_is_looked_at_before_anything_is_applied(
    project: Path,
) -> None:
    file = project / "taken"
    file.write_text("")
    given = {"GITHUB_REPOSITORY": "acme/monitors", "GITHUB_TOKEN": "t"}

    result = run("merged", "--keep", f"{file}/reports", cwd=project, changed=given)

    assert result.returncode == 2
    assert f"--keep {file}/reports: not a directory" in result.stderr
    assert "Traceback" not in result.stderr


def test_standard_output_may_be_named_as_a_file(project: Path) -> None:
    named = run_process("list", "--output", "/dev/stdout", cwd=project)

    assert (named.returncode, named.stdout) == (0, run_process("list", cwd=project).stdout)


def test_a_file_whose_name_is_too_long_is_said_before_anything_is_asked(project: Path) -> None:
    for option in ("--output", "--svg"):
        result = run("backtest", option, "a" * 5000, cwd=project)

        assert result.returncode == 2
        assert "file name too long" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        "sla --from 0001-01-01", "sla --to 0001-01-01", "sla --to 9999-12-31",
        "noise --from 0001-01-01", "weekly --week 9999-W52", "weekly --week 0001-W01",
        "weekly --week 2026-W4\u0668",
    ],
)  # fmt: skip
def test_days_of_no_calendar_that_anybody_keeps_are_refused(project: Path, words: str) -> None:
    result = run("report", *words.split(), cwd=project)

    assert result.returncode == 2
    assert "is no day of the years 2000 to 2099" in result.stderr or "is no week" in result.stderr
