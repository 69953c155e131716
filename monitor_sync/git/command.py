"""Run git: the one place that does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from monitor_sync.errors import UsageError, system_reason

_NOTHING_RUN: Final = (
    "-c", "safe.bareRepository=explicit",
    "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}",
)  # fmt: skip
"""
What keeps git from running what files of monitors say.

A pull request can add ``HEAD``, ``objects``, ``refs`` and ``config`` to the folder of monitors. Git
takes that folder for a repository then, and starts what its ``config`` names. The first line makes
it an error from git 2.38 on (gitdocs: git-config, ``safe.bareRepository``), the others leave
nothing to start for older versions.
"""


def run(
    folder: Path, *arguments: str, stdin: bytes = b"", timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """
    Run one git command in a folder, whatever its exit code.

    ``timeout`` is in seconds. Raises UsageError where git cannot be started or takes longer.
    """
    try:
        return subprocess.run(  # noqa: S603 - a fixed command, no shell
            ["git", "-C", str(folder), *_NOTHING_RUN, *arguments],  # noqa: S607 - whatever git the user has
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except OSError as error:
        reason = system_reason(error)
        raise UsageError(f"cannot run git: {reason}", hint="install git") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} took longer than {timeout:g} s") from None


def ask(folder: Path, *arguments: str, timeout: float | None = None) -> str | None:
    """Return what git prints, without the last line break; None where the command fails."""
    done = run(folder, *arguments, timeout=timeout)
    if done.returncode != 0:
        return None
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")


def require(folder: Path, *arguments: str, hint: str, stdin: bytes = b"") -> bytes:
    """Return what git prints. Raises UsageError with git's last line where the command fails."""
    done = run(folder, *arguments, stdin=stdin)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        reason = lines[-1] if lines else arguments[-1]
        raise UsageError(f"git {arguments[0]} failed: {reason}", hint=hint)
    return done.stdout
