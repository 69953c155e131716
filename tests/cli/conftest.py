"""A small project to run the command on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.run import BASE, FLOW


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with ``monitors/`` that declares one monitor."""
    shutil.copytree(BASE, tmp_path / "monitors")
    (tmp_path / "monitors" / "motor" / "flow.yaml").write_text(FLOW)
    return tmp_path
