"""A Python program plans and applies: the one that the README shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor_sync import app
from monitor_sync.app import ApplyOptions, Conversation, PlanOptions, Target, organisation
from monitor_sync.app.failures import LimitsExceeded, WrongFiles
from monitor_sync.errors import Refused
from monitor_sync.store.state import locked
from tests.conftest import Local

README = Path(app.__file__).parents[1] / "README.md"
DROP = "motor/flow/conversion-drop"


def example() -> str:
    """The program in the README."""
    section = README.read_text(encoding="utf-8").split("## From Python\n")[1]
    (program,) = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert isinstance(program, str)
    return program


@pytest.fixture
def target(local: Local, tmp_path: Path) -> Target:
    return Target(environ={**local.environment, "XDG_STATE_HOME": str(tmp_path / "state")})


def test_the_program_of_the_readme_shows_a_plan_and_applies_it(
    project: Path, local: Local, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    assert len(example().splitlines()) <= 12
    exec(compile(example(), str(README), "exec"), {})  # noqa: S102 - our own page
    assert capsys.readouterr().out == f"create {DROP}\n"
    assert local.emulator.monitor_count == 1


def test_nothing_is_printed_and_no_environment_is_read(
    project: Path,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name in ("DD_HOST", "DD_API_KEY", "DD_APP_KEY", "DD_SITE"):
        monkeypatch.delenv(name)
    root = project / "monitors"
    assert app.plan(root, target).plan.summary["create"] == 1
    app.apply(root, target).raise_if_incomplete()
    assert app.validate(root).monitors
    assert not app.plan(root, target).plan.changes
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_the_lock_is_held_while_a_person_is_asked(project: Path, target: Target) -> None:
    held = []

    def confirm(prepared: app.Prepared) -> bool:
        address = organisation.estate(target, prepared.client, "acme")
        with pytest.raises(Refused, match="another apply"):
            locked(address).__enter__()
        held.append(prepared.plan.fingerprint)
        return False

    with pytest.raises(Refused, match="declined"):
        app.apply(project / "monitors", target, conversation=Conversation(confirm=confirm))
    assert len(held) == 1
    assert not list(target.state.glob("**/journal.jsonl"))


def test_wrong_files_carry_their_diagnostics(project: Path, target: Target) -> None:
    (project / "monitors" / "motor" / "flow.yaml").write_text("monitors: [")
    with pytest.raises(WrongFiles) as raised:
        app.plan(project / "monitors", target)
    assert raised.value.diagnostics


def test_every_limit_that_a_plan_exceeds_is_an_error_of_its_own(
    project: Path, target: Target
) -> None:
    root = project / "monitors"
    app.apply(root, target)
    with (root / "project.yaml").open("a") as file:
        file.write("limits: {deletes: 0}\n")
    (root / "motor" / "flow.yaml").unlink()
    with pytest.raises(LimitsExceeded) as raised:
        app.apply(root, target, ApplyOptions())
    assert [error.exit_code for error in raised.value.refusals] == [5] * len(raised.value.refusals)


def test_a_plan_of_selected_monitors_has_a_file_of_its_own(project: Path, target: Target) -> None:
    planned = app.plan(project / "monitors", target, PlanOptions(selectors=["motor"]))
    assert f'"key": "{DROP}"' in planned.file()


def test_importing_app_costs_nothing_until_something_is_used() -> None:
    code = "import sys, monitor_sync.app; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"yaml", "urllib3", "datadog_api_client", "filelock", "click"})


def test_a_plan_without_changes_reads_neither_queries_nor_messages() -> None:
    modules = "project.load", "datadog.client", "sync.plan", "render.plan"
    code = f"import sys, {', '.join(f'monitor_sync.{name}' for name in modules)}"
    code += "; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    parsers = {"query", "tree", "message", "message_tree", "visibility"}
    assert set(done.stdout.split()).isdisjoint(f"monitor_sync.language.{name}" for name in parsers)


def test_what_is_exported_is_there() -> None:
    assert {name for name in app.__all__ if not hasattr(app, name)} == set()
    with pytest.raises(AttributeError, match="no attribute"):
        _ = app.nothing_of_this_name
