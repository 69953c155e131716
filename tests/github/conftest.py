"""What tests of GitHub's side use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor_sync.github import runner
from monitor_sync.github.client import GitHub
from tests.github import fake as faking
from tests.github.fake import FakeGitHub


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    """A GitHub of this test's own."""
    with faking.running() as found:
        yield found


@pytest.fixture
def github(fake: FakeGitHub) -> GitHub:
    """Our door to it, which waits for nothing."""
    return GitHub(runner.from_environment({**fake.environment, "MONITOR_SYNC_BACKOFF": "0.001"}))
