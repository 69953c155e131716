"""A small project to run the command on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.repository import Repository
from tests.cli.run import small_project
from tests.conftest import Local


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with ``monitors/`` that declares one monitor."""
    return small_project(tmp_path)


@pytest.fixture
def repository(tmp_path: Path, local: Local, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository whose one commit is applied."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    made = Repository(tmp_path, local)
    made.commit("all of it")
    made.done("apply --yes --workers 1")
    return made
