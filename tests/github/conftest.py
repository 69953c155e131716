"""What tests of GitHub's side use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor_sync.github import runner
from monitor_sync.github.client import GitHub
from tests.cli.repository import Repository
from tests.conftest import Local
from tests.github import fake as faking
from tests.github.delivery import Delivery
from tests.github.fake import FakeGitHub
from tests.github.golden import Golden


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """A GitHub of this test's own."""
    with faking.running() as server:
        yield server


@pytest.fixture
def github(fake: FakeGitHub) -> GitHub:
    """Our door to it, which waits for nothing."""
    return GitHub(runner.from_environment({**fake.environment, "MONITOR_SYNC_BACKOFF": "0.001"}))


@pytest.fixture
def delivery(
    tmp_path: Path, local: Local, fake: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> Delivery:
    """A repository whose one commit is applied and recorded."""
    clone, job = tmp_path / "clone", tmp_path / "job"
    for folder in (clone, job):
        folder.mkdir()
    monkeypatch.chdir(clone)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    repository = Repository(clone, local)
    commit = repository.commit("all of it")
    repository.done("apply --yes --workers 1")
    prepared = Delivery(repository, fake, job)
    prepared.record(commit)
    return prepared


@pytest.fixture
def golden(update_golden: bool) -> Golden:
    """Texts as they should be."""
    return Golden(update_golden)
