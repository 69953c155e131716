"""``validate``, ``show`` and ``list`` open no socket, and start without what they do not need."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.cli.run import environment, run, small_project

KEY = "motor/flow/conversion-drop"
OFFLINE = [
    *(
        ["validate", "--format", format_]
        for format_ in ("text", "json", "github", "gitlab", "sarif", "junit")
    ),
    ["explain"],
    ["explain", "file/not-yaml"],
    ["show", KEY],
    ["show", KEY, "--explain"],
    ["list"],
]

# Loading the command line in a process that ends at the first attempt to reach anything.
GUARDED = """
import sys

def guard(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"opened a socket: {event} {arguments}")

sys.addaudithook(guard)
from monitor_sync.cli import main
try:
    main(sys.argv[1:], prog_name="monitor-sync")
finally:
    print("loaded:", *sorted(sys.modules), file=sys.stderr)
"""


Guarded = tuple[subprocess.CompletedProcess[str], set[str]]


def guarded(*arguments: str, cwd: Path) -> Guarded:
    """Run a command that may open no socket; also give the modules it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, *arguments],
        cwd=cwd,
        env=environment({"DD_HOST": "http://127.0.0.1:9", "DD_API_KEY": "x", "DD_APP_KEY": "x"}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    loaded = next(line for line in done.stderr.splitlines() if line.startswith("loaded:"))
    return done, set(loaded.split()[1:])


@pytest.fixture(scope="module", params=OFFLINE, ids=" ".join)
def offline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Guarded:
    """One command that may open no socket, run once for all that is to be said of it."""
    return guarded(*request.param, cwd=small_project(tmp_path_factory.mktemp("offline")))


def test_no_socket_is_opened(offline: Guarded) -> None:
    done, _ = offline
    assert "opened a socket" not in done.stderr
    assert done.returncode == 0, done.stderr


def test_the_guard_would_notice_a_socket(project: Path) -> None:
    done, loaded = guarded("plan", cwd=project)
    assert "opened a socket" in done.stderr
    assert dataclasses_in(loaded) == {
        "monitor_sync.app.target.Target",  # its repr leaves out the keys
        "monitor_sync.datadog.settings.Settings",  # as above
    }


def dataclasses_in(loaded: set[str]) -> frozenset[str]:
    """The dataclasses of our modules among these: each takes a millisecond to make."""
    ours = (name for name in loaded if name.startswith("monitor_sync."))
    return frozenset().union(*map(dataclasses_of, ours))


@functools.cache
def dataclasses_of(name: str) -> frozenset[str]:
    """The dataclasses of one module."""
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return frozenset(
        f"{name}.{definition.name}"
        for definition in ast.walk(tree)
        if isinstance(definition, ast.ClassDef)
        and any("dataclass" in ast.unparse(maker) for maker in definition.decorator_list)
    )


def test_validate_loads_no_dataclass(offline: Guarded) -> None:
    done, loaded = offline
    if "validate" in done.args:
        assert dataclasses_in(loaded) == set()


def test_neither_the_datadog_client_nor_deepdiff_is_loaded(offline: Guarded) -> None:
    _, loaded = offline
    assert "click" in loaded
    assert loaded.isdisjoint(
        {"datadog_api_client", "deepdiff", "urllib3", "rich", "starlette", "uvicorn", "jsonschema"}
    )


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]], ids=" ".join)
def test_help_and_version_load_no_library_but_click(arguments: list[str], project: Path) -> None:
    _, loaded = guarded(*arguments, cwd=project)
    assert "click" in loaded
    assert loaded.isdisjoint(
        {"yaml", "jsonschema", "jsonschema_rs", "urllib3", "rich", "asyncio", "difflib", "ssl"}
        | {"monitor_sync.project", "monitor_sync.sync", "monitor_sync.datadog"}
        | {"monitor_sync.model", "monitor_sync.diagnostics", "msgspec", "sqlite3"}
        | {"github", "requests", "uvicorn", "httptools"}  # what only an extra installs
    )


def test_files_that_are_wrong_need_no_key_to_be_told(project: Path) -> None:
    (project / "monitors" / "motor" / "flow.yaml").write_text("monitors: [\n")
    done = run("plan", cwd=project)
    assert done.returncode == 3
    assert "flow.yaml" in done.stderr
    assert "DD_API_KEY" not in done.stderr


def test_a_plan_without_keys_names_what_to_set(project: Path) -> None:
    done = run("plan", cwd=project)
    assert done.returncode == 2
    assert "DD_API_KEY" in done.stderr
