"""Each guide from another tool, walked through as written, against monitors with its marks."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from monitor_sync.cli import main
from tests.conftest import Local
from tests.emulator.calls import ask, requests

GUIDES = Path(__file__).parents[2] / "monitors" / "adopting"
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
KENNEL = "\n-- Managed by kennel motor:{} in teams/motor/monitors.rb, do not modify manually"


def monitor(number: int, *marks: str, ending: str = "") -> dict[str, Any]:
    return {
        "id": number,
        "name": f"[Motor] Quotes fail {number}",
        "type": "query alert",
        "query": f"sum(last_5m):sum:motor.quote.errors{{shard:{number}}} > 5",
        "message": "Quotes fail.\n\n{{#is_alert}}@slack-motor{{/is_alert}}" + ending,
        "tags": ["team:motor-quotes", "service:quote-api", "business_unit:motor", *marks],
        "options": {"thresholds": {"critical": 5.0}},
    }


SEEDS: Mapping[str, list[dict[str, Any]]] = {
    "from-the-ui": [monitor(number) for number in (1001, 1002, 1003)],
    # Terraform marks nothing by itself
    "from-terraform": [
        monitor(1001, "managed_by:terraform"),
        monitor(1002),
        monitor(1003, "ManagedBy:OpenTofu"),
    ],
    "from-pulumi": [
        monitor(1001, "managed_by:pulumi"),
        monitor(1002, "pulumi:project:acme", "pulumi:stack:prod"),
        monitor(1003, "pulumi_stack:prod"),
    ],
    "from-kennel": [monitor(number, ending=KENNEL.format(number)) for number in (1001, 1002, 1003)],
}
_PULUMI = "datadog:index/monitor:Monitor"
STATES: Mapping[str, Any] = {
    "state.json": {
        "format_version": "1.0",
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": address,
                        "mode": "managed",
                        "type": "datadog_monitor",
                        "values": {"id": number, "message": "hunter2"},
                    }
                    for address, number in (
                        ("datadog_monitor.first", "1001"),
                        ('datadog_monitor.each["rail"]', "1002"),
                        ('datadog_monitor.each["gone"]', "999"),
                    )
                ]
            }
        },
    },
    "stack.json": {
        "deployment": {
            "resources": [
                {
                    "urn": f"urn:pulumi:prod::acme::{_PULUMI}::m{number}",
                    "type": _PULUMI,
                    "id": str(number),
                    "protect": number == 1002,
                }
                for number in (1001, 1002, 1003)
            ]
        }
    },
}


def commands(guide: str) -> Iterator[str]:
    """The lines of a guide's blocks, without what is said of them."""
    for block in BLOCK.findall((GUIDES / f"{guide}.md").read_text(encoding="utf-8")):
        for line in block.splitlines():
            if typed := re.sub(r"\s#\s.*", "", line).strip():
                yield typed


def run(line: str) -> str:
    """Do what a person types: our commands, sed; the other tool is a stand-in that does nothing."""
    program, *arguments = shlex.split(line)
    if program == "sed":
        subprocess.run(["bash", "-c", line], check=True)
    if program != "monitor-sync":
        return ""
    if arguments[0] == "init":  # it asks on a terminal
        arguments += ["--pager", "@pagerduty-acme", "--chat", "@slack-acme"]
    result = CliRunner().invoke(main, arguments, prog_name="monitor-sync")
    assert result.exit_code == 0, (line, result.stderr, result.stdout)
    return result.stdout


def live(local: Local) -> dict[int, dict[str, Any]]:
    return {entry["id"]: entry for entry in ask(local.emulator, "GET", "/api/v1/monitor")}


class Walk(NamedTuple):
    """A guide that was followed to its end: what each line printed last, what lived before."""

    guide: str
    printed: Mapping[str, str]
    before: Mapping[int, dict[str, Any]]
    local: Local

    def written(self, name: str) -> str:
        """What a command of the guide wrote to a file."""
        assert any(f"--output {name}" in line for line in self.printed)
        return Path(name).read_text(encoding="utf-8")


@pytest.fixture
def walk(
    request: pytest.FixtureRequest, local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Walk:
    guide: str = request.param
    monkeypatch.chdir(tmp_path)
    local.emulator.seed(SEEDS[guide])
    before = live(local)
    for name, state in STATES.items():
        Path(name).write_text(json.dumps(state))
    return Walk(guide, {line: run(line) for line in commands(guide)}, before, local)


@pytest.mark.parametrize("walk", SEEDS, indirect=True)
def test_nothing_is_made_twice_nothing_is_deleted_and_all_is_ours(walk: Walk) -> None:
    after = live(walk.local)
    routes = requests(walk.local.emulator)

    assert after.keys() == walk.before.keys()
    assert "POST /api/v1/monitor" not in routes
    assert not any(route.startswith("DELETE") for route in routes)
    for number, now in after.items():
        was = walk.before[number]
        assert "monitor_sync_project:acme" in now["tags"]
        assert {*was["tags"]} <= {*now["tags"]}
        assert all(now[name] == was[name] for name in ("name", "query", "type", "options"))
        assert now["message"] == was["message"].partition("\n-- Managed by kennel")[0].strip()
    assert "nothing to do" in walk.printed["monitor-sync plan"]


@pytest.mark.parametrize("walk", ["from-terraform"], indirect=True)
def test_terraform_lets_go_of_exactly_what_was_imported(walk: Walk) -> None:
    steps = walk.written("removed.txt")

    assert "hunter2" not in steps
    assert steps.endswith(
        "On the side of terraform, before `apply` here:\n"
        "not in its state, although they bear its mark (look into its other states):\n"
        "  #1003\n"
        "removed {\n"
        "  from = datadog_monitor.first\n"
        "  lifecycle {\n"
        "    destroy = false\n"
        "  }\n"
        "}\n"
        "\n"
        "# instances of resources of which others stay in Terraform:\n"
        "terraform state rm 'datadog_monitor.each[\"rail\"]'\n"
    )


@pytest.mark.parametrize("walk", ["from-pulumi"], indirect=True)
def test_pulumi_forgets_exactly_what_was_imported(walk: Walk) -> None:
    lines = walk.written("forget.txt").splitlines()

    assert [line.rpartition("::")[2] for line in lines if line.startswith("pulumi state")] == [
        "m1002", "m1001", "m1003",
    ]  # fmt: skip
    assert [line for line in lines if " --force " in line] == [
        f"pulumi state delete --force --yes urn:pulumi:prod::acme::{_PULUMI}::m1002"
    ]


def test_there_is_a_guide_of_one_page_for_each() -> None:
    for guide in SEEDS:
        text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 60, guide
