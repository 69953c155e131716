"""Whatever stands in the files, no output gives a build log a command or moves a terminal."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor_sync.cli import console, main
from monitor_sync.errors import UsageError
from monitor_sync.render.style import PLAIN, Style
from tests.conftest import Local
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
    "report ownership --format markdown",
    "on-call brief motor-quotes",
    "test",
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
        says_nothing_that_acts(command)


def says_nothing_that_acts(command: str) -> str:
    """Run a command, and return all that it says."""
    result = CliRunner().invoke(main, shlex.split(command), prog_name="monitor-sync")

    assert result.exception is None or isinstance(result.exception, SystemExit), command
    for stream in (result.stdout, result.stderr):
        control = ACTS.search(SGR.sub("", stream) if "--color" in command else stream)
        assert control is None, (
            command,
            stream[max(0, control.start() - 40) : control.end() + 20],
        )
    return result.stdout + result.stderr


ASKING = (
    "plan --full",
    "plan --format json",
    "plan --format markdown",
    "drift",
    "drift --format json",
    "unmanaged",
    "unmanaged --format json",
    "import --all --dry-run",
    "import --all --dry-run --format json",
    "validate --online --all",
    "doctor",
    "doctor --format json",
    "apply --yes",
    "apply --yes --format json",
    "apply --yes --format markdown",
)
OURS = ["monitor_sync_project:acme", "monitor_sync_key:motor/flow/m"]
SERVED: list[dict[str, Any]] = [
    {"name": EVIL},
    {"message": EVIL},
    {"tags": [EVIL, f"team:{EVIL}", f"{EVIL}:a"]},
    {"tags": [f"monitor_sync_project:{EVIL}", f"monitor_sync_key:{EVIL}"]},
    {"query": f"avg(last_5m):avg:a{{*}} > 1 {EVIL}"},
    {"type": EVIL},
    {"creator": {"name": EVIL, "email": EVIL, "handle": EVIL}},
    {"options": {"escalation_message": EVIL, "thresholds": {"critical": 1}}},
    {"options": {EVIL: EVIL, "thresholds": {"critical": 1, EVIL: 2}}},
    {"restricted_roles": [EVIL], "draft_status": EVIL, "overall_state": EVIL},
]
DECLARED = "monitors: {m: {name: n, query: 'avg(last_5m):avg:a{*} > 1', message: m, priority: 1}}\n"
SHOWN = {"name", "message", "tags", "query", "type"}
"""Fields that some command shows as they live."""
LIVE = {"name": "m", "message": "m", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 1"}


@pytest.mark.parametrize("served", SERVED, ids="-".join)
def test_no_field_of_what_lives_acts_in_any_command(
    served: dict[str, Any], project: Path, local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    write(project / "monitors", {"motor/flow.yaml": DECLARED})
    ours = {**LIVE, **served, "tags": [*OURS, *served.get("tags", ())], "id": 1}
    local.emulator.seed([ours, {**ours, "id": 2}, {**LIVE, **served, "id": 3}])

    said = "".join(map(says_nothing_that_acts, ASKING))

    assert "add-mask" in said or not {*served} <= SHOWN


class Refusing(BaseHTTPRequestHandler):
    """Refuses everything, in words that would act."""

    disable_nagle_algorithm = True  # head and body are two writes: else each answer takes 40 ms
    status = 400

    def do_GET(self) -> None:
        content = json.dumps({"errors": [EVIL], "error": EVIL, "message": EVIL}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 200])
def test_no_error_of_a_server_acts_in_any_command(
    status: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = type("Handler", (Refusing,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.chdir(project)
        monkeypatch.setenv("DD_HOST", f"http://127.0.0.1:{server.server_port}")
        for name in ("DD_API_KEY", "DD_APP_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("MONITOR_SYNC_BACKOFF", "0.001")
        for command in ASKING:
            says_nothing_that_acts(command)
        server.shutdown()


def test_the_door_makes_text_harmless_whoever_forgot_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bold = "\x1b[1mname\x1b[0m \x1b[31;1mred\x1b[0m\n"

    assert ACTS.search(console.harmless(EVIL, PLAIN)) is None
    assert console.harmless(bold, Style(colour=True)) == bold
    assert "\x1b" not in console.harmless(bold, PLAIN)
    written = console.harmless(json.dumps({"a": EVIL}, ensure_ascii=False), PLAIN)
    assert ACTS.search(written) is None
    assert json.loads(written) == {"a": EVIL}
    console.say(EVIL)
    assert ACTS.search(capsys.readouterr().err) is None


def test_no_link_is_followed_that_was_made_after_the_option_was_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")

    with pytest.raises(UsageError, match="it is a link"):
        console.answer("text", tmp_path / "link")

    assert not (tmp_path / "target").exists()


def test_a_pipe_is_written_to_where_somebody_reads_it_and_else_named(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(UsageError, match="it is a pipe that nobody reads"):
        console.answer("text", pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        console.answer("text", pipe)
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)


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
        ("monitor-sync list --output nowhere/x", 2, "cannot write nowhere/x: no such file"),
        ("monitor-sync plan --out nowhere/x", 2, "cannot write nowhere/x: no such file"),
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


@pytest.mark.parametrize("option", ["--output", "--out"])
@pytest.mark.parametrize("file", ["monitors/motor/flow.yaml", "monitors/../monitors/teams.yaml"])
def test_no_answer_is_written_over_a_file_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "monitors", {"motor/flow.yaml": "monitors: {m: {name: m, query: q}}\n"})
    before = Path(file).read_text(encoding="utf-8")

    said = says_nothing_that_acts(f"plan {option} {file}")

    assert f"cannot write {file}: it is a file of the project" in said
    assert Path(file).read_text(encoding="utf-8") == before
