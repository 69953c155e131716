"""The command that monitor_sync/README.md writes from end to end runs as it stands there."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from monitor_sync import cli
from tests.cli.run import run

README = Path(cli.__file__).parents[1] / "README.md"
MODULES = "monitor_sync.app.unranked_monitors", "monitor_sync.cli.commands.unranked"


@pytest.fixture
def unranked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command of the page, as if its two modules and its name in COMMANDS were there."""
    section = README.read_text(encoding="utf-8").split("### A command from end to end\n")[1]
    blocks = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    for name, source in zip(MODULES, blocks, strict=False):
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(source, str(README), "exec"), vars(module))  # noqa: S102 - our own page
    monkeypatch.setattr(cli, "COMMANDS", (*cli.COMMANDS, "unranked"))


@pytest.mark.usefixtures("unranked")
def test_the_new_command_of_the_page_lists_what_it_says(project: Path) -> None:
    with (project / "monitors/motor/flow.yaml").open("a", encoding="utf-8") as file:
        file.write("  no-rank: {name: N, query: 'avg(last_5m):avg:a.b{*} > 1', message: M}\n")

    shown = run("unranked", cwd=project)
    printed = run("unranked", "--format", "json", cwd=project)

    assert shown.stdout.splitlines()[-1] == "1 monitor in 1 business unit, owned by 1 team."
    assert [monitor["key"] for monitor in json.loads(printed.stdout)] == ["motor/flow/no-rank"]


@pytest.mark.usefixtures("unranked")
def test_the_new_command_of_the_page_stands_in_the_help(tmp_path: Path) -> None:
    assert "List the monitors that declare no priority." in run("--help", cwd=tmp_path).stdout
