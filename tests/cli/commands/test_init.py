"""``init`` on a terminal: what it asks, and that an answer that does not fit is asked for again."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor_sync.cli import main
from monitor_sync.project.load import load
from tests.cli.run import environment, run


def answered(*answers: str, arguments: tuple[str, ...], cwd: Path) -> tuple[str, int]:
    """Run ``init`` on a terminal on which all answers are typed ahead."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor_sync", "init", *arguments],
        cwd=cwd, env=environment({"TERM": "dumb"}), stdin=other, stdout=other, stderr=other,
    )  # fmt: skip
    os.close(other)
    os.write(main, "".join(f"{answer}\n" for answer in answers).encode())
    seen = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # the other side is closed: the process has ended
            break
        if not part:
            break
        seen += part
    os.close(main)
    return seen.decode(), process.wait(timeout=120)


def test_it_asks_for_what_no_option_says_and_again_where_an_answer_does_not_fit(
    tmp_path: Path,
) -> None:
    seen, code = answered(
        "Acme", "acme", "", "pagerduty-Shop", "@pagerduty-Shop", "@slack-shop",
        arguments=("--site", "datadoghq.eu"), cwd=tmp_path,
    )  # fmt: skip

    assert code == 0, seen
    assert "'Acme' does not fit" in seen
    assert "'pagerduty-Shop' does not fit" in seen
    assert "Datadog site" not in seen
    assert "GitHub" not in seen
    project = load(tmp_path / "monitors").project
    assert project.name == "acme"
    assert project.teams["acme"].handles == {"pager": "@pagerduty-Shop", "chat": "@slack-shop"}


def test_where_a_project_is_it_asks_nothing(tmp_path: Path) -> None:
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors/project.yaml").write_text("project: theirs\n")
    seen, code = answered(arguments=(), cwd=tmp_path)

    assert code == 5
    assert "Name of the project" not in seen
    assert (tmp_path / "monitors/project.yaml").read_text() == "project: theirs\n"


def test_who_reviews_is_optional_and_asked_for_only_with_github(tmp_path: Path) -> None:
    seen, code = answered(
        "", "", "@pagerduty-Shop", "@slack-shop", "", "", arguments=("--github",), cwd=tmp_path
    )

    assert code == 0, seen
    assert "GitHub team" in seen
    assert (tmp_path / ".github/CODEOWNERS").is_file()


def test_ctrl_d_leaves_nothing(tmp_path: Path) -> None:
    seen, code = answered("acme", "\x04", arguments=(), cwd=tmp_path)

    assert code == 130, seen
    assert list(tmp_path.iterdir()) == []


def test_the_site_is_that_of_the_environment_unless_said(tmp_path: Path) -> None:
    named = ("--project", "acme", "--pager", "@pagerduty-Shop", "--chat", "@slack-shop")
    done = run("init", *named, cwd=tmp_path, changed={"DD_SITE": "us5.datadoghq.com"})

    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "monitors").project.site == "us5.datadoghq.com"


def test_a_project_that_is_there_gets_the_workflow_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    started = CliRunner().invoke(main, ["init", "--empty", "--project", "acme"])
    assert started.exit_code == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.yaml")}

    added = CliRunner().invoke(main, ["init", "--github"])

    assert added.stdout.startswith(
        ".github/workflows/monitors.yml is written.\n.github/CODEOWNERS is written.\n\nNext:\n"
    )
    assert {path: path.read_bytes() for path in before} == before
    again = CliRunner().invoke(main, ["init", "--github"])
    assert (again.exit_code, "monitors.yml exists" in again.stderr) == (5, True)


def test_owners_that_are_there_stay_where_the_workflow_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(main, ["init", "--empty", "--project", "acme"])
    (tmp_path / "CODEOWNERS").write_text("* @acme/all\n")

    assert CliRunner().invoke(main, ["init", "--github"]).exit_code == 0

    assert (tmp_path / "CODEOWNERS").read_text() == "* @acme/all\n"
    assert not (tmp_path / ".github/CODEOWNERS").exists()
