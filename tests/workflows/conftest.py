"""A repository on GitHub with its workflows, a machine that runs them, and both remote sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.github.conftest import delivery, fake, golden
from tests.github.delivery import Delivery
from tests.workflows.events import GitHubSide
from tests.workflows.runner import Runner

__all__ = ["delivery", "fake", "golden", "side"]


@pytest.fixture
def side(delivery: Delivery, tmp_path: Path) -> GitHubSide:
    """Everything that a workflow touches."""
    machine = Runner(
        folder=tmp_path / "machine",
        origin=delivery.repository.folder,
        fake=delivery.fake,
        datadog=delivery.repository.local.environment,
        variables={"DD_SITE": "datadoghq.eu"},
    )
    machine.folder.mkdir()
    return GitHubSide(delivery, machine)
