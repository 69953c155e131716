"""What only an extra installs is named where it is missing, with how to install it."""

from __future__ import annotations

import sys

import pytest

from monitor_sync.app import extras, pull_request
from monitor_sync.errors import UsageError
from monitor_sync.github.runner import from_environment


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Forget the modules that were imported while the extras were there."""
    for module in ("monitor_sync.emulator.server", "monitor_sync.github.client"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    for package in ("uvicorn", "github"):
        monkeypatch.setitem(sys.modules, package, None)
    return monkeypatch


@pytest.mark.usefixtures("without")
def test_the_emulator_without_its_server_names_the_package_for_pip_and_for_pipx() -> None:
    with pytest.raises(UsageError) as lacking:
        extras.emulator_classes()

    assert "(uvicorn)" in str(lacking.value)
    assert lacking.value.hint == (
        "`pip install uvicorn`, or with pipx `pipx inject monitor-sync uvicorn`"
    )


@pytest.mark.usefixtures("without")
def test_github_without_its_client_names_the_package_and_not_the_module() -> None:
    job = from_environment({"GITHUB_REPOSITORY": "acme/monitors", "GITHUB_TOKEN": "secret"})

    with pytest.raises(UsageError) as lacking:
        pull_request.connect(job)

    assert "pipx inject monitor-sync PyGithub" in str(lacking.value.hint)
