"""Commits and working trees, as git has them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from monitor_sync.errors import UsageError
from monitor_sync.git import command, commits


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder within a repository of two commits."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    below = tmp_path / "monitors"
    below.mkdir()
    _git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for text in ("one\n", "two\n"):
        (below / "project.yaml").write_text(text)
        _git(tmp_path, "add", "--all")
        _git(tmp_path, "commit", "--quiet", "--message", text.strip())
    return below


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ani", "-c", "user.email=ani@acme.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_commit_that_is_checked_out_says_whether_files_differ_from_it(folder: Path) -> None:
    head = commits.commit(folder, "HEAD")
    assert commits.checked_out(folder) == head
    (folder / "project.yaml").write_text("three\n")
    assert commits.checked_out(folder) == f"{head}-dirty"


def test_outside_of_git_nothing_is_checked_out(tmp_path: Path) -> None:
    assert commits.checked_out(tmp_path) == ""
    assert commits.repository(tmp_path) is None


def test_a_working_tree_has_the_files_of_its_commit_and_goes_away(folder: Path) -> None:
    with commits.worktree(folder, "HEAD^") as files:
        assert (files / "project.yaml").read_text() == "one\n"
        assert files.name == "monitors"
    assert not files.exists()
    assert (folder / "project.yaml").read_text() == "two\n"


def test_commits_come_with_their_parents_oldest_first(folder: Path) -> None:
    first, second = commits.commit(folder, "HEAD^"), commits.commit(folder, "HEAD")
    assert commits.first_parents(folder, first) == [(second, first)]
    assert commits.contains(folder, first)
    assert commits.branch(folder) == "main"
    assert commits.repository(folder) == folder.parent


def test_what_git_refuses_is_told_in_its_words(folder: Path) -> None:
    with pytest.raises(UsageError, match="git rev-parse failed"):
        commits.commit(folder, "nowhere")
    with pytest.raises(UsageError, match=r"git log failed: fatal: .*nowhere"):
        commits.first_parents(folder, "nowhere")


def test_a_machine_without_git_is_told_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(UsageError, match="cannot run git") as raised:
        command.ask(folder, "status")
    assert raised.value.hint == "install git"
    assert commits.checked_out(folder) == ""


def test_a_repository_among_the_files_of_monitors_is_none_and_starts_nothing(
    folder: Path, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    for name in ("objects", "refs"):
        (folder / name).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(
        "[core]\nrepositoryformatversion = 0\nbare = false\n"
        f'worktree = {folder}\nfsmonitor = "touch {started}; false"\n'
    )
    assert commits.checked_out(folder) == ""
    with pytest.raises(UsageError):
        commits.commit(folder, "HEAD")
    command.run(folder, "status")
    assert not started.exists()


def test_nothing_is_started_that_the_repository_names(folder: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    hook = tmp_path / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {started}\n")
    hook.chmod(0o755)
    _git(tmp_path, "config", "core.fsmonitor", f"touch {started}; false")

    assert not commits.checked_out(folder).endswith("-dirty")
    with commits.worktree(folder, "HEAD^"):
        pass
    assert not started.exists()
