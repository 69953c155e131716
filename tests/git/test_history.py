"""Files of an earlier revision come out of git, whatever is in its trees, and nowhere else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from monitor_sync.errors import UsageError
from monitor_sync.git.history import History

AUTHOR = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@acme.example",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@acme.example",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


class Repository:
    """A repository whose trees are made object by object, as no honest git would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            input=stdin, capture_output=True, check=True, env=AUTHOR,
        )  # fmt: skip
        return done.stdout.decode().strip()

    def blob(self, text: str) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=text.encode())

    def tree(self, *entries: tuple[str, str, str]) -> str:
        """Mode, name and object of each entry, unchecked."""
        raw = b"".join(
            f"{mode} {name}".encode() + b"\0" + bytes.fromhex(sha) for mode, name, sha in entries
        )
        return self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)

    def commit(self, tree: str) -> str:
        commit = self.git("commit-tree", tree, stdin=b"x")
        self.git("update-ref", "refs/heads/main", commit)
        return commit


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository, with the folder of monitors in its work tree."""
    repository = Repository(tmp_path / "repository")
    (repository.folder / "monitors").mkdir()
    return repository


def written(repository: Repository, commit: str, into: Path) -> list[str]:
    """Every file that is written below the folder, and beside it."""
    into.mkdir(parents=True)
    history = History.find((repository.folder / "monitors").resolve(), "main")
    history.write(commit, into.resolve())
    above = into.parent.parent
    return sorted(str(path.relative_to(above)) for path in above.rglob("*") if path.is_file())


def test_a_tree_that_names_the_folder_above_writes_nothing_there(
    tmp_path: Path, repository: Repository
) -> None:
    evil, good = repository.blob("evil"), repository.blob("good")
    above = repository.tree(("100644", "evil.yaml", evil))
    monitors = repository.tree(("40000", "..", above), ("100644", "project.yaml", good))
    commit = repository.commit(repository.tree(("40000", "monitors", monitors)))

    paths = written(repository, commit, tmp_path / "out" / "a" / "root")

    assert paths == ["a/root/project.yaml"]


def test_a_link_with_files_below_it_writes_nothing_where_it_leads(
    tmp_path: Path, repository: Repository
) -> None:
    evil = repository.blob("evil")
    below = repository.tree(("100644", "evil.yaml", evil))
    folder = repository.tree(("120000", "up", repository.blob("..")))
    monitors = repository.tree(
        ("40000", "d", folder),
        ("120000", "out", repository.blob("d/up/..")),
        ("40000", "out", below),
    )
    commit = repository.commit(repository.tree(("40000", "monitors", monitors)))

    paths = written(repository, commit, tmp_path / "out" / "a" / "root")

    assert [path for path in paths if not path.startswith("a/root/")] == []


def test_a_file_that_the_clone_lacks_is_named(tmp_path: Path, repository: Repository) -> None:
    lacking = "1" * 40
    monitors = repository.tree(("100644", "project.yaml", lacking))
    commit = repository.commit(repository.tree(("40000", "monitors", monitors)))

    with pytest.raises(UsageError, match=r"project\.yaml at .* is not in this clone") as raised:
        written(repository, commit, tmp_path / "out" / "a" / "root")

    assert "partial clone" in str(raised.value.hint)


def test_the_files_are_those_of_the_base_until_one_is_changed_added_or_gone(
    repository: Repository,
) -> None:
    folder = repository.folder / "monitors"
    file = folder / "project.yaml"
    file.write_text("project: acme\n")
    (repository.folder / ".gitignore").write_text("ignored.yaml\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "all")
    history = History.find(folder, "HEAD")
    seen = [history.same()]

    (repository.folder / "elsewhere").touch()
    seen.append(history.same())
    for name in ("new.yaml", "ignored.yaml"):
        (folder / name).touch()
        seen.append(history.same())
        (folder / name).unlink()
    file.write_text("project: other\n")
    seen.append(history.same())
    repository.git("commit", "--quiet", "--all", "--message", "other")
    seen.append(history.same())
    file.unlink()
    seen.append(history.same())

    assert seen == [True, True, False, False, False, False, False]
