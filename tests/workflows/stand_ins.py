"""What other people's actions, and GitHub itself, do around our steps: as much as we rely on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.workflows.expressions import Unsupported

if TYPE_CHECKING:
    from tests.workflows.runner import Event, _Running

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}")


def starts(on: Mapping[str, Any], event: Event) -> bool:
    """Whether a workflow's ``on:`` names this event."""
    if event.name not in on:
        return False
    wanted = on[event.name] or {}
    if event.name == "schedule":
        return any(path["cron"] == event.payload["schedule"] for path in wanted)
    if event.name != "push":
        assert set(wanted) <= {"inputs", "types"}, wanted
        return event.payload.get("action") in wanted["types"] if "types" in wanted else True
    kind, name = re.fullmatch(r"refs/(heads|tags)/(.*)", event.ref).groups()  # type: ignore[union-attr] # pushes have such refs
    patterns = wanted.get("branches" if kind == "heads" else "tags", ())
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def use(uses: str, given: Mapping[str, str], job: _Running) -> None:
    """Do what an action of others does."""
    assert PINNED.fullmatch(uses), f"{uses} is not pinned"
    action = uses.partition("@")[0]
    if action not in _KNOWN:
        raise Unsupported(uses)
    _KNOWN[action](dict(given), job)


def _checkout(given: dict[str, str], job: _Running) -> None:
    assert given.pop("persist-credentials", "") == "false"
    depth = given.pop("fetch-depth", "1")
    ref = given.pop("ref", "")
    if path := given.pop("path", ""):
        job.runner.tools.append((given.pop("repository"), ref))
        (job.workspace / path).symlink_to(ROOT)
    assert not given
    assert job.runner.fake.permissions.get("contents") in {"read", "write"}
    if path:
        return
    history = [] if depth == "0" else [f"--depth={depth}"]
    source = f"file://{job.runner.origin}"
    wanted = ref or job.event.ref
    _git(job, "init", "--quiet", "--initial-branch=unborn")
    _git(job, "fetch", "--quiet", *history, source, f"+{wanted}:refs/remotes/origin/wanted")
    if depth == "0":
        _git(job, "fetch", "--quiet", "--tags", source, "+refs/heads/*:refs/remotes/origin/*")
    branch = ref or (wanted.removeprefix("refs/heads/") if "refs/heads/" in wanted else "")
    how = ["-B", branch] if branch else ["--detach"]
    _git(job, "checkout", "--quiet", *how, "refs/remotes/origin/wanted")


def _git(job: _Running, *arguments: str) -> None:
    done = subprocess.run(
        ["git", *arguments],
        cwd=job.workspace,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _setup_python(given: dict[str, str], _: _Running) -> None:
    assert set(given) == {"python-version"}


def _upload(given: dict[str, str], job: _Running) -> None:
    missing = given.pop("if-no-files-found", "warn")
    name, patterns = given.pop("name"), given.pop("path").split()
    assert not given
    paths = [path for pattern in patterns for path in job.workspace.glob(pattern)]
    if not paths:
        assert missing != "error", f"nothing to upload as {name}"
        return
    kept = job.runner.kept / name
    assert not kept.exists(), f"two artifacts called {name}"
    kept.mkdir(parents=True)
    for path in paths:
        if path.is_dir():
            shutil.copytree(path, kept, dirs_exist_ok=True)
        else:
            shutil.copy(path, kept)
    job.runner.artifacts[name] = kept


def _download(given: dict[str, str], job: _Running) -> None:
    shutil.copytree(job.runner.artifacts[given["name"]], job.workspace / given["path"])


def _restore(given: dict[str, str], job: _Running) -> None:
    """Copy back what was kept under the key, else the newest under one that begins as asked."""
    del given["path"]
    keys = (given.pop("key"), given.pop("restore-keys", ""))
    assert not given
    caches = job.runner.caches
    name = next((n for key in keys if key for n in reversed(caches) if n.startswith(key)), None)
    if name:
        shutil.copytree(caches[name], job.temp, dirs_exist_ok=True)


def _save(given: dict[str, str], job: _Running) -> None:
    pattern = Path(given["path"]).relative_to(job.temp)
    kept = job.runner.folder / f"cache-{len(job.runner.caches)}"
    for folder in job.temp.glob(str(pattern)):
        shutil.copytree(folder, kept / folder.relative_to(job.temp))
        job.runner.caches[given["key"]] = kept


def _attest(given: dict[str, str], job: _Running) -> None:
    permissions = job.runner.fake.permissions
    assert permissions == {"id-token": "write", "attestations": "write"}
    _published(job, "attested", given["subject-path"])


def _publish(given: dict[str, str], job: _Running) -> None:
    assert not given  # trusted publishing: no password, and dist/ is its default
    assert job.runner.fake.permissions.get("id-token") == "write"
    _published(job, "published", "dist/*")


def _published(job: _Running, what: str, pattern: str) -> None:
    names = sorted(path.name for path in job.workspace.glob(pattern))
    assert names, f"nothing is {what}"
    job.runner.published += [f"{what} {name}" for name in names]


_KNOWN = {
    "actions/cache/restore": _restore,
    "actions/cache/save": _save,
    "actions/checkout": _checkout,
    "actions/setup-python": _setup_python,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
    "actions/attest-build-provenance": _attest,
    "pypa/gh-action-pypi-publish": _publish,
}
