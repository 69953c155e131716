"""Whatever stands in the files, no output gives a build log a command or moves a terminal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor_sync.cli import console, main
from tests.project.builders import write

EVIL = "x\n::add-mask::y\n ::set-output name=a::b\r##[error]z\x1b[8m\u202e\x9b2J\x07"
QUOTED = '"x\\n::add-mask::y\\n ::set-output name=a::b\\r##[error]z\\e[8m\\u202E\\x9b2J\\a"'
FIELDS = {
    "project.yaml": [
        "project: {}", "site: {}", "runbooks: {}", "owner: {}", "slos: {{{}: {}}}",
        "tags: {{a: {}}}", "tags: [{}]", "defaults: {{options: {{escalation_message: {}}}}}",
        "policy: {{name_pattern: {}}}", "policy: {{required_tags: {{tier: [{}]}}}}", "{}: 1",
    ],
    "teams.yaml": [
        "teams: {{motor-quotes: {{name: {}}}}}", "teams: {{{}: {{}}}}",
        "teams: {{motor-quotes: {{handles: {{chat: {}}}}}}}",
        "teams: {{motor-quotes: {{on_call: {{name: {}, tool: {}, service: {}}}}}}}",
        "teams: {{motor-quotes: {{github: {}, approvers: [{}]}}}}",
    ],
    "motor/business-unit.yaml": ["{{name: {}, team: motor-quotes}}", "team: {}"],
    "motor/flow.yaml": [
        "monitors: {{m: {{query: q, " + field + "}}}}"
        for field in (
            "name: {}", "message: {}, name: m", "type: {}", "service: {}, name: m",
            "team: {}", "runbook: {}, name: m", "tags: [{}], name: m", "tags: {{a: {}}}, name: m",
            "tags: {{{}: a}}, name: m", "priority: {}", "options: {{{}: 1}}, name: m",
            "options: {{on_missing_data: {}}}", "raw_options: {{a: {}}}, name: m",
            "notify: {{alert: [{}]}}", "moved_from: {}, name: m",
            "ignore: [{{rule: {}, reason: {}}}]",
            "raw_type: true, type: {}, name: m", "raw_type: true, {}: {}, name: m",
            "for_each: {{a: [{}]}}, name: m",
        )
    ] + ["monitors: {{m: {{name: m, query: {}}}}}", "monitors: {{{}: {{}}}}",
         "use: [{{template: {}}}]",
         "adopt: {{{}: 5}}", "moved_from: {}"],
}  # fmt: skip
CASES = [(name, field) for name, fields in FIELDS.items() for field in fields]
COMMANDS = (
    "validate --show note",
    "validate --show note --format json",
    "validate --show note --format sarif",
    "validate --show note --format junit",
    "list",
    "list --format json",
    "show motor/flow/m",
    "show motor/flow/m --format json",
    "show motor/flow/m --explain",
    "show motor/flow/m --explain --format json",
    "codeowners --check",
    "plan",
    "plan --full",
    "plan --format json",
    "plan --format markdown",
)
ACTS = re.compile("^[ \t]*::|##\\[|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", re.M)
SGR = re.compile("\x1b\\[[0-9;]*m")


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize(("name", "field"), CASES)
def test_no_field_of_the_files_acts_in_any_command(
    name: str, field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = "monitors: {m: {name: m, query: 'avg(last_5m):avg:a{*} > 1'}}\n"
    text = field.format(*[QUOTED] * 3)
    head = "project: acme\n" if name == "project.yaml" and "project:" not in field else ""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "monitors", {"motor/flow.yaml": usual, name: f"{head}{text}\n"})

    for command in COMMANDS:
        result = CliRunner().invoke(main, shlex.split(command), prog_name="monitor-sync")

        assert result.exception is None or isinstance(result.exception, SystemExit), command
        for stream in (result.stdout, result.stderr):
            control = ACTS.search(SGR.sub("", stream) if "--color" in command else stream)
            assert control is None, (
                command,
                stream[max(0, control.start() - 40) : control.end() + 20],
            )


def test_the_door_makes_text_harmless_whoever_forgot_it() -> None:
    bold = "\x1b[1mname\x1b[0m \x1b[31;1mred\x1b[0m\n"

    assert ACTS.search(console.harmless(EVIL)) is None
    assert console.harmless(bold) == bold
    assert ACTS.search(console.harmless('{"a": "##[error]"}')) is None


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a shell, for streams that only a shell can set up."""
    program = f"{sys.executable} -m monitor_sync"
    return subprocess.run(  # noqa: S602 - a redirection is what is tested
        command.replace("monitor-sync", program),
        shell=True, cwd=folder, text=True, capture_output=True, check=False, timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "exit_code", "said"),
    [
        ("monitor-sync list >&-", 0, ""),
        ("monitor-sync list 2>&-", 0, ""),
        ("monitor-sync list <&- >&- 2>&-", 0, ""),
        ("monitor-sync list > /dev/full", 2, "the answer could not be written: no space left"),
        ("monitor-sync --version > /dev/full", 2, "no space left"),
        ("monitor-sync list --output /nope/x", 2, "cannot write /nope/x: no such file"),
        ("monitor-sync plan --out /nope/x", 2, "cannot write /nope/x: no such file"),
        ("ln -s target link; monitor-sync list --output link; rc=$?; ls target; exit $rc", 2,
         "cannot write link: it is a link"),
    ],
)  # fmt: skip
def test_streams_and_files_that_take_nothing_end_cleanly(
    tmp_path: Path, command: str, exit_code: int, said: str
) -> None:
    write(tmp_path / "monitors", {"motor/flow.yaml": "monitors: {m: {name: m, query: q}}\n"})

    result = run(command, tmp_path)

    assert result.returncode == exit_code, result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "target").exists()
