"""The workflows about our own code: CI, the release, and what the action installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor_sync import __version__
from tests.github.delivery import Delivery
from tests.workflows.events import GitHubSide
from tests.workflows.runner import ROOT, Event, Runner, load

PROGRAM = "#!/bin/sh\n"


def program(folder: Path, name: str, script: str) -> None:
    """A program of this name on the machine's PATH."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(PROGRAM + script, encoding="utf-8")
    (folder / name).chmod(0o755)


def test_ci_runs_the_one_script_on_both_versions_of_python(side: GitHubSide) -> None:
    repository = side.delivery.repository
    (repository.folder / ".ci").mkdir()
    (repository.folder / ".ci/run").write_text(f'{PROGRAM}echo "it ran"\n', encoding="utf-8")
    (repository.folder / ".ci/run").chmod(0o755)
    repository.commit("the script of CI")
    job = side.run("ci.yml", side.push())

    assert job.result == "success", job.log
    assert job.log == "it ran\n"
    assert load("ci.yml")["jobs"]["checks"]["strategy"]["matrix"]["python"] == ["3.11", "3.13"]


@pytest.fixture
def code(delivery: Delivery, tmp_path: Path) -> Runner:
    """A machine on which our own code is tagged; it makes environments without a network."""
    origin = tmp_path / "code"
    origin.mkdir()
    for name in (".ci", "monitor_sync", "schemas"):
        shutil.copytree(ROOT / name, origin / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, origin / name)
    programs = tmp_path / "programs"
    builder = f'{PROGRAM}exec \\"{sys.executable}\\" -m hatchling \\"\\$@\\"'
    program(
        programs,
        "python3",
        f'mkdir -p "$3/bin"\nprintf "#!/bin/sh\\n" >"$3/bin/pip"\n'
        f'printf "%s\\n" "{builder}" >"$3/bin/hatchling"\nchmod +x "$3/bin/"*\n',
    )
    program(programs, "gh", f'echo "$@" >>{tmp_path}/gh\n')
    folder = tmp_path / "machine"
    folder.mkdir()
    return Runner(folder=folder, origin=origin, fake=delivery.fake, datadog={}, programs=programs)


def tag(code: Runner, name: str) -> Event:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=Ani", "-c", "user.email=ani@acme.example")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=code.origin, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    git("add", "--all")
    git("commit", "--quiet", "--message", "everything")
    git("tag", name)
    commit = git("rev-parse", "HEAD")
    return Event(name="push", payload={}, sha=commit, ref=f"refs/tags/{name}")


def test_a_tag_is_built_once_attested_published_and_described(code: Runner, tmp_path: Path) -> None:
    done = code.run("release.yml", tag(code, f"v{__version__}"))

    assert {name: job.result for name, job in done.items()} == dict.fromkeys(
        ("build", "publish", "notes"), "success"
    ), done["build"].log
    files = [f"monitor_sync-{__version__}-py3-none-any.whl", f"monitor_sync-{__version__}.tar.gz"]
    assert code.published == [
        f"{what} {name}" for what in ("attested", "published") for name in files
    ]
    said = (tmp_path / "gh").read_text(encoding="utf-8").split()
    assert said[:4] == ["release", "create", f"v{__version__}", "--verify-tag"]
    assert said[-2:] == [f"dist/{name}" for name in files]


def test_a_tag_that_is_not_the_codes_version_is_refused_and_nothing_is_published(
    code: Runner,
) -> None:
    done = code.run("release.yml", tag(code, "v99.0.0"))
    assert list(done) == ["build"]
    assert "error: the tag is v99.0.0 and the code's version is" in done["build"].log
    assert not code.published


# the action


def test_the_action_installs_and_runs_its_own_checkout_in_a_folder_of_hostile_files(
    tmp_path: Path,
) -> None:
    workspace = tmp_path / "workspace"
    for name in ("monitor_sync", "venv", "pip", "json", "subprocess", "shlex"):
        (workspace / name).mkdir(parents=True)
        for file in ("__init__.py", "__main__.py"):
            (workspace / name / file).write_text("raise SystemExit('code of a pull request')")
    libraries = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        "GITHUB_ACTION_PATH": str(ROOT / ".github/actions/monitor-sync"),
        "GITHUB_OUTPUT": str(tmp_path / "outputs"),
        "PIP_NO_COMPILE": "1",  # of all modules only a few are run below
        "PIP_NO_INDEX": "1",  # nor asks it an index
        "PYTHONPATH": str(libraries),  # where its packages are, as if they were installed
        "RUNNER_TEMP": str(tmp_path),
    }
    install, run = _steps()
    # nothing can be fetched here: what the pins bring is there already
    install["run"] = install["run"].replace("pip --require-hashes", ": --require-hashes")
    inputs = {**dict.fromkeys(_inputs(run), ""), "INPUT_ROOT": "x", "INPUT_COMMAND": "--version"}
    said = ""
    for step in (install, install, run):  # the second use of the action finds it installed
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**environment, **_written(step), **inputs},
            cwd=workspace, timeout=600, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert "code of a pull request" not in said
    assert said == f"monitor-sync {__version__}\n"
    assert (tmp_path / "outputs").read_text(encoding="utf-8") == "exit-code=0\n"


def test_what_the_action_installs_is_pinned_as_ci_pins_it() -> None:
    ours = _pins(ROOT / ".github/actions/monitor-sync/requirements.txt")
    cis = _pins(ROOT / ".ci/requirements.txt")
    assert {name: cis.get(name) for name in ours} == ours
    assert {"pygithub", "datadog-api-client", "hatchling"} <= ours.keys()


def _pins(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", text, re.MULTILINE))


def _steps() -> list[dict[str, Any]]:
    """The action's steps, in order: it installs, it runs."""
    action = ROOT / ".github/actions/monitor-sync/action.yml"
    steps: list[dict[str, Any]] = yaml.safe_load(action.read_text(encoding="utf-8"))["runs"][
        "steps"
    ]
    return steps


def _written(step: dict[str, Any]) -> dict[str, str]:
    """The variables of a step that hold no expression."""
    return {name: value for name, value in step.get("env", {}).items() if "${{" not in value}


def _inputs(step: dict[str, Any]) -> list[str]:
    return [name for name in step.get("env", {}) if name.startswith("INPUT_")]
