"""Small projects as files, the account they are applied to, and what a plan must say of both."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from monitor_sync.cli import main
from monitor_sync.model import KEY_TAG, PROJECT_TAG
from tests.faults.recording_emulator import RecordingEmulator, tag
from tests.preloaded import Command

BASE = Path(__file__).parents[1] / "scenarios" / "base"
_LIMITS = "limits: {deletes: null, changes: null, labels: null, unpaged: null, lookalikes: null}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """
    What one monitor of a test is: just enough to tell by it whether Datadog holds it as declared.

    ``kind`` is ``query``, ``log`` or ``composite``; ``threshold`` is of the first two, ``members``
    are the two keys of the third.
    """

    kind: str = "query"
    title: str = "Errors"
    threshold: int = 5
    members: tuple[str, str] = ("", "")
    moved_from: str = ""

    @property
    def type(self) -> str:
        """Datadog's name of the type."""
        return "composite" if self.kind == "composite" else f"{self.kind} alert"

    def declared(self, key: str) -> dict[str, Any]:
        """As an author writes it."""
        last = key.rpartition("/")[2].replace("-", ".")
        written: dict[str, Any] = {"name": self.title, "message": "It fails.", "type": self.type}
        if self.kind == "composite":
            written["query"] = " && ".join(f"${{id:{member}}}" for member in self.members)
        else:
            written["thresholds"] = {"critical": self.threshold}
            written["query"] = {
                "query": f"avg(last_5m):sum:app.{last}{{env:${{env}}}} > ${{critical}}",
                "log": f'logs("service:{last}").index("*").rollup("count").last("5m")'
                " > ${critical}",
            }[self.kind]
        return written | ({"moved_from": self.moved_from} if self.moved_from else {})


Project = Mapping[str, Spec]


def write(root: Path, project: Project) -> None:
    """The project's files, in place of what is there."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(BASE, root)
    with (root / "project.yaml").open("a") as file:
        file.write(_LIMITS)
    files: dict[Path, dict[str, Any]] = {}
    for key, spec in project.items():
        unit, name, monitor = key.split("/")
        files.setdefault(root / unit / f"{name}.yaml", {})[monitor] = spec.declared(key)
    for path, monitors in files.items():
        path.write_text(json.dumps({"monitors": monitors}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one command ended, and what it said in all."""

    code: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A person's or a build server's computer: files, a state folder, a Datadog to talk to."""

    folder: Path
    url: str
    timeout: float = 3.0
    backoff: float = 0.01
    state: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.folder / "monitors"

    @property
    def state_home(self) -> Path:
        """Where its journals are."""
        return self.state or self.folder / "state"

    @property
    def journal(self) -> Path:
        """
        The journal of the project ``acme`` at this Datadog.

        Where no apply has begun yet, the one from before organisations were told apart: an
        apply begins with it.
        """
        host = re.sub(r"[^A-Za-z0-9._-]", "_", self.url.removeprefix("http://"))
        folder = self.state_home / "monitor-sync" / f"acme_{host}"
        own = [path for path in folder.glob("org-*/journal.jsonl") if not path.parent.is_symlink()]
        return own[0] if own else folder / "journal.jsonl"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead to its Datadog and its journals."""
        return {
            "DD_HOST": self.url,
            "DD_API_KEY": "test",
            "DD_APP_KEY": "test",
            "DD_SITE": "datadoghq.eu",
            "XDG_STATE_HOME": str(self.state_home),
            "XDG_CACHE_HOME": str(self.state_home / "cache"),
            "MONITOR_SYNC_TIMEOUT": str(self.timeout),
            "MONITOR_SYNC_BACKOFF": str(self.backoff),
            "NO_COLOR": "1",
            **self.extra,
        }

    def run(self, *arguments: str) -> Ran:
        """The command in this process."""
        result = CliRunner(env=self.environment).invoke(
            main, ["--root", str(self.root), *arguments], prog_name="monitor-sync"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(code=result.exit_code, said=result.output)

    def start(self, *arguments: str) -> Command:
        """The command in a process of its own, which can be interrupted and killed."""
        return Command(
            ["--root", str(self.root), *arguments], env={**os.environ, **self.environment}
        )

    def plan(self) -> tuple[set[tuple[str, str]], dict[str, Any]]:
        """What a plan says is to be done, as pairs of action and key; and all it says."""
        ran = self.run("plan", "--format", "json", "--output", str(self.folder / "seen.json"))
        assert ran.code in (0, 5), ran.said
        plan = json.loads((self.folder / "seen.json").read_text())
        assert ran.code == (5 if plan["refused"] else 0), ran.said
        return {(change["action"], change["key"]) for change in plan["changes"]}, plan


def remaining(project: Project, account: RecordingEmulator) -> set[tuple[str, str]]:
    """
    What is left to do for Datadog to hold what is declared, as pairs of action and key.

    Worked out from the few words of Spec, not from any code under test. What a clone holds up
    (deletes and changes of type of its original) is not among it.
    """
    live = account.monitors()
    keyed = account.keyed()
    kept = dict(keyed)
    left: set[tuple[str, str]] = set()
    held: set[str] = set()
    ids: dict[str, int | None] = {}
    for key, spec in project.items():
        own = keyed.pop(key, None) or keyed.get(spec.moved_from)
        if own is None:
            left.add(("create", key))
        elif live[own[0]]["type"] != spec.type:
            if any(live[clone]["type"] != spec.type for clone in own[1:] if key in kept):
                held.add(key)
            else:
                left.add(("replace", key))
        elif not _same(live[own[0]], key, spec):
            left.add(("update", key))
        # of a replace that was cut short the new monitor is there, and composites may name it
        right = [held_id for held_id in own or () if live[held_id]["type"] == spec.type]
        if key in held and own:
            right.append(own[0])  # what stays as it is, as long as its clone lives
        ids[key] = right[0] if right else None
    for key, spec in project.items():
        number = ids[key]
        if number is not None and spec.kind == "composite" and key not in held:
            named = [int(digits) for digits in re.findall(r"[0-9]+", live[number]["query"])]
            if named != [ids[member] for member in spec.members]:
                left.add(("update", key))
    former = {spec.moved_from for spec in project.values()}
    gone = {key for key, its in keyed.items() if len(its) == 1 and key not in former}
    return left | {("delete", key) for key in gone}


def _same(monitor: Mapping[str, Any], key: str, spec: Spec) -> bool:
    """Whether a live monitor is what Spec says, but for the ids of a composite."""
    return (
        monitor["name"] == spec.title
        and tag(monitor, KEY_TAG) == key
        and tag(monitor, PROJECT_TAG) == "acme"
        and (
            spec.kind == "composite"
            or monitor["options"]["thresholds"]["critical"] == spec.threshold
        )
    )


def changed(project: Project, **specs: Spec | None) -> dict[str, Spec]:
    """The project with these monitors (``__`` stands for ``/``) in place of theirs, None: none."""
    made = dict(project)
    for name, spec in specs.items():
        key = name.replace("__", "/").replace("_", "-")
        if spec is None:
            del made[key]
        else:
            made[key] = spec
    return made
