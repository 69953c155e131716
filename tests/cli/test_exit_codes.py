"""Exit codes that scenarios cannot show: a Datadog that fails, and writes that stop halfway."""

from __future__ import annotations

import json
import socket
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from monitor_sync import __main__
from monitor_sync.cli import main
from tests.conftest import Local
from tests.emulator.calls import forget_requests, requests


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), prog_name="monitor-sync")


@pytest.fixture
def here(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project, with the working directory in it."""
    monkeypatch.chdir(project)
    return project


def test_a_datadog_that_does_not_answer_is_exit_1(
    here: Path, local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_SYNC_BACKOFF", "0.001")
    with socket.socket() as taken:  # bound and not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DD_HOST", f"http://127.0.0.1:{taken.getsockname()[1]}")
        result = invoke("plan")
    assert here.is_dir()
    assert local.emulator.monitor_count == 0
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")


def test_nothing_made_at_all_is_exit_1(here: Path, local: Local) -> None:
    path = here / "monitors" / "motor" / "flow.yaml"
    path.write_text(
        "monitors:\n  m:\n    name: members that are gone\n    type: composite\n"
        "    query: 4711 && 4712\n    message: m\n"
    )
    result = invoke("apply", "--yes")
    assert result.exit_code == 1
    assert "nothing done, 1 failed" in result.stdout
    assert "1 change of 1 was not made" in result.stderr
    assert local.emulator.monitor_count == 0


@pytest.mark.usefixtures("here", "local")
def test_a_plan_asks_for_one_listing_and_an_apply_for_one_write_a_change(local: Local) -> None:
    assert invoke("apply", "--yes").exit_code == 0
    assert requests(local.emulator)["POST /api/v1/monitor"] == 1

    forget_requests(local.emulator)
    assert invoke("plan", "--fail-on-changes").exit_code == 0
    assert requests(local.emulator) == {"GET /api/v1/monitor": 1}


@pytest.mark.usefixtures("here")
def test_a_broken_file_is_told_before_a_missing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DD_API_KEY", raising=False)
    Path("monitors/motor/other.yaml").write_text("monitors: [")
    assert invoke("plan").exit_code == 3


def test_without_a_command_the_help_is_shown_and_the_exit_is_2() -> None:
    result = invoke()
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: monitor-sync")
    assert "error:" not in result.stderr


@pytest.mark.usefixtures("here")
def test_an_answer_goes_to_the_file_that_was_named() -> None:
    result = invoke("list", "--format", "json", "--output", "list.json")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert json.loads(Path("list.json").read_text())[0]["key"] == "motor/flow/conversion-drop"


def test_a_folder_elsewhere_is_suggested(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here / "monitors" / "motor")
    result = invoke("list")
    assert result.exit_code == 2
    assert "`monitor-sync --root .. …`" in result.stderr


class Interrupting(MetaPathFinder):
    """Ctrl-C while the command line is being loaded."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name == "monitor_sync.cli":
            raise KeyboardInterrupt


def test_an_interruption_while_the_program_is_loaded_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "monitor_sync.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)

    with pytest.raises(SystemExit) as ended:
        __main__.main()

    assert ended.value.code == 130
    assert capsys.readouterr().err == "interrupted: nothing was written\n"


class InterruptingAClass(MetaPathFinder):
    """Ctrl-C where Python 3.11 makes a RuntimeError of it: while the names of a class are set."""

    def __set_name__(self, *_: Any) -> None:
        raise KeyboardInterrupt

    def find_spec(self, name: str, *_: Any) -> None:
        if name == "monitor_sync.cli.commands.list":
            type("Loaded", (), {"name": self})


@pytest.mark.usefixtures("here")
def test_an_interruption_while_a_class_is_made_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "monitor_sync.cli.commands.list", raising=False)
    monkeypatch.setattr(sys, "meta_path", [InterruptingAClass(), *sys.meta_path])

    result = invoke("list")
    assert (result.exit_code, result.stderr.strip()) == (130, "interrupted: nothing was written")


class InterruptingWithWords(MetaPathFinder):
    """Ctrl-C where something was kept already, and says so."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name == "monitor_sync.cli.commands.list":
            raise KeyboardInterrupt("what was read is kept")


@pytest.mark.usefixtures("here")
def test_an_interruption_tells_what_is_kept_where_something_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "monitor_sync.cli.commands.list", raising=False)
    monkeypatch.setattr(sys, "meta_path", [InterruptingWithWords(), *sys.meta_path])

    result = invoke("list")
    assert (result.exit_code, result.stderr.strip()) == (130, "interrupted: what was read is kept")
