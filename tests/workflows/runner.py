"""
Runs a workflow's jobs on this machine: every ``run:`` in a real bash, in a folder of its own.

As GitHub's runner does it: a clean environment, ``bash -e`` or ``bash -eo pipefail``, files for
outputs and summaries, composite actions step by step. What is replaced: actions of others, each by
what it does locally (``stand_ins.py``); the action's installation, by the tests' own Python. The
token may do what the job's ``permissions`` say, and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests import preloaded
from tests.github.fake import REPOSITORY, TOKEN, FakeGitHub
from tests.workflows import stand_ins
from tests.workflows.expressions import Contexts, Status, Unsupported

ROOT = Path(__file__).resolve().parents[2]
SUMMARY_LIMIT = 1024 * 1024
TOOL = "acme/monitor-sync"
"""The repository that the workflows are called from, unless they are the repository's own."""
_SHELLS = {None: ["bash", "-e"], "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened: its name, its payload, the commit and ref that GitHub gives the run."""

    name: str
    payload: Mapping[str, Any]
    sha: str
    ref: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def github(self) -> dict[str, Any]:
        """The ``github`` context."""
        return {
            "event": self.payload,
            "event_name": self.name,
            "ref": self.ref,
            "ref_name": self.ref.removeprefix("refs/heads/").removeprefix("refs/tags/"),
            "repository": REPOSITORY,
            "sha": self.sha,
            "token": TOKEN,
            "workflow": "a workflow",
        }


@dataclass(slots=True)
class Job:
    """How one job went: what its steps printed, the names of those that ran and that failed."""

    name: str
    result: str = "success"
    log: str = ""
    summary: str = ""
    steps: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Runner:
    """A machine: where the repository is, which GitHub and which Datadog it reaches."""

    folder: Path
    origin: Path
    fake: FakeGitHub
    datadog: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)
    programs: Path | None = None
    artifacts: dict[str, Path] = field(default_factory=dict)
    caches: dict[str, Path] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    runs: int = 0
    workflow_repository: str = TOOL
    workflow_sha: str = "5" * 40
    tools: list[tuple[str, str]] = field(default_factory=list)
    """The repository and commit of each tool that a job checked out beside the files."""

    @property
    def kept(self) -> Path:
        """The artifacts of the run that is under way."""
        return self.folder / f"artifacts-{self.runs}"

    def run(self, file: str, event: Event) -> dict[str, Job]:
        """All jobs of a workflow, in the order of their ``needs``. Those not meant are left out."""
        workflow = load(file)
        assert stand_ins.starts(workflow[True], event), f"{file} does not start for {event.name}"
        self.runs += 1
        self.artifacts.clear()
        done: dict[str, Job] = {}
        for name, job in workflow["jobs"].items():
            for matrix in _matrix(job):
                contexts = {
                    "github": {**event.github, "run_id": self.runs, "run_attempt": 1},
                    "inputs": event.inputs,
                    "secrets": event.secrets,
                    "vars": self.variables,
                    "matrix": matrix,
                    "job": {
                        "workflow_repository": self.workflow_repository,
                        "workflow_sha": self.workflow_sha,
                    },
                }
                needed = [done.get(name_) for name_ in _several(job.get("needs"))]
                unmet = any(result is None or result.result != "success" for result in needed)
                if not unmet and Contexts(contexts).true(job.get("if")):
                    done[name] = _Running(self, workflow, job, event, contexts, name).run()
        return done


class _Running:
    """One job while it runs."""

    def __init__(
        self,
        runner: Runner,
        workflow: Mapping[str, Any],
        job: Mapping[str, Any],
        event: Event,
        contexts: Mapping[str, Any],
        name: str,
    ) -> None:
        self.runner, self.spec, self.event = runner, job, event
        self.job = Job(name)
        number = len(list(runner.folder.glob("job-*")))
        self.folder = runner.folder / f"job-{number}"
        self.workspace, self.temp = self.folder / "workspace", self.folder / "temp"
        self.contexts = {**contexts, "runner": {"temp": str(self.temp)}}
        for folder in (self.workspace, self.temp, self.folder / "home"):
            folder.mkdir(parents=True)
        runner.fake.permissions = dict(job.get("permissions", workflow.get("permissions")))
        self.env = {**workflow.get("env", {}), **job.get("env", {})}
        self._installed()

    def run(self) -> Job:
        """Its steps, in order."""
        self._steps(self.spec["steps"], {}, {})
        assert len(self.job.summary.encode()) <= SUMMARY_LIMIT
        self.job.result = "failure" if self.job.failed else "success"
        return self.job

    def _installed(self) -> None:
        """The action's environment, as if an earlier step had made it."""
        programs = self.temp / "monitor-sync" / "bin"
        programs.mkdir(parents=True)
        (programs.parent / "ready").touch()
        python = programs / "python"
        python.write_text(preloaded.python(), encoding="utf-8")
        python.chmod(0o755)

    def _steps(
        self, steps: list[Any], env: Mapping[str, str], more: Mapping[str, Any]
    ) -> dict[str, dict[str, str]]:
        """
        Run steps with this environment; answers their outputs by id.

        In a composite action success means that of its own steps, whatever failed in the job.
        """
        before = len(self.job.failed)
        outputs: dict[str, dict[str, str]] = {}
        outcomes: dict[str, str] = {}
        for step in steps:
            known = {
                name: {"outputs": values, "outcome": outcomes[name]}
                for name, values in outputs.items()
            }
            contexts = Contexts(
                {**self.contexts, **more, "steps": known},
                Status(failed=len(self.job.failed) > before),
            )
            if not contexts.true(step.get("if")):
                continue
            own = {name: contexts.text(str(value)) for name, value in step.get("env", {}).items()}
            failures = len(self.job.failed)
            written = self._step(step, contexts, {**env, **own})
            name = step.get("id", f"step-{len(outputs)}")
            outputs[name] = written
            outcomes[name] = "failure" if len(self.job.failed) > failures else "success"
            if step.get("continue-on-error"):
                del self.job.failed[failures:]
        return outputs

    def _step(
        self, step: Mapping[str, Any], contexts: Contexts, env: Mapping[str, str]
    ) -> dict[str, str]:
        name = str(step.get("name") or step.get("uses"))
        self.job.steps.append(name)
        unknown = set(step) - {
            "name", "id", "if", "env", "uses", "with", "run", "shell",
            "continue-on-error", "timeout-minutes",
        }  # fmt: skip
        if unknown:
            raise Unsupported(f"step {name}: {unknown}")
        if "run" in step:
            return self._script(name, step, env)
        given = {key: contexts.text(_scalar(value)) for key, value in step.get("with", {}).items()}
        if step["uses"].startswith("$/"):
            return self._composite(ROOT / step["uses"].removeprefix("$/"), given, env)
        if step["uses"].startswith("./"):
            return self._composite(self.workspace / step["uses"], given, env)
        stand_ins.use(step["uses"], given, self)
        return {}

    def _composite(
        self, folder: Path, given: Mapping[str, str], env: Mapping[str, str]
    ) -> dict[str, str]:
        action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        declared = action["inputs"]
        assert set(given) <= set(declared), f"no inputs {set(given) - set(declared)}"
        inputs = {name: given.get(name, input_.get("default")) for name, input_ in declared.items()}
        assert None not in inputs.values(), f"lacks an input: {inputs}"
        assert action["runs"]["using"] == "composite"
        inner = {**env, "GITHUB_ACTION_PATH": str(folder)}
        step_outputs = self._steps(action["runs"]["steps"], inner, {"inputs": inputs})
        known = {name: {"outputs": values} for name, values in step_outputs.items()}
        contexts = Contexts({"steps": known})
        return {name: contexts.text(output["value"]) for name, output in action["outputs"].items()}

    def _script(self, name: str, step: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, str]:
        assert "${{" not in step["run"], f"{name}: text of others in a script"
        script, output, summary = (self.temp / name_ for name_ in ("script", "output", "summary"))
        script.write_text(step["run"], encoding="utf-8")
        for path in (output, summary):
            path.write_text("", encoding="utf-8")
        shells = {
            None: ["bash", "-e"],
            "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
        }
        done = subprocess.run(
            [*shells[step.get("shell")], str(script)],
            cwd=self.workspace,
            env={**self._environment(output, summary), **self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.job.log += done.stdout + done.stderr
        self.job.summary += summary.read_text(encoding="utf-8")
        if done.returncode != 0:
            self.job.failed.append(name)
        lines = output.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _environment(self, output: Path, summary: Path) -> dict[str, str]:
        event = self.temp / "event.json"
        event.write_text(json.dumps(self.event.payload), encoding="utf-8")
        named = dict(self.runner.fake.environment)
        del named["GITHUB_TOKEN"]  # a step has it only where its `env` says so
        path = [str(Path(sys.executable).parent), os.environ["PATH"]]
        if self.runner.programs:
            path.insert(0, str(self.runner.programs))
        return {
            **named,
            **{name: value for name, value in self.runner.datadog.items() if "KEY" not in name},
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REF": self.event.ref,
            "GITHUB_RUN_ID": "42",
            "GITHUB_SHA": self.event.sha,
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "MONITOR_SYNC_BACKOFF": "0.001",
            "PATH": os.pathsep.join(path),
            "RUNNER_TEMP": str(self.temp),
        }


def load(file: str) -> dict[Any, Any]:
    """A workflow; YAML 1.1 reads its ``on`` as True."""
    workflow = yaml.safe_load((ROOT / ".github/workflows" / file).read_text(encoding="utf-8"))
    assert isinstance(workflow, dict)
    return workflow


def _scalar(value: Any) -> str:
    """A value of YAML as the text that GitHub makes of it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _matrix(job: Mapping[str, Any]) -> list[dict[str, str]]:
    matrix = job.get("strategy", {}).get("matrix", {})
    if not matrix:
        return [{}]
    ((name, values),) = matrix.items()
    return [{name: value} for value in values]
