"""Which revision of the files this is, as git has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from monitor_sync.cli.git import git


def commit_of(folder: Path) -> str:
    """
    The commit that is checked out around a folder, with ``-dirty`` where files differ from it.

    Empty where there is no git, or no commit.
    """
    found = _git(folder, "rev-parse", "HEAD")
    if not found:
        return ""
    changed = _git(folder, "status", "--porcelain", "--", ".")
    return f"{found}-dirty" if changed else found


def _git(folder: Path, *arguments: str) -> str:
    try:
        asked = git(folder, *arguments, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.decode(errors="replace").strip() if asked.returncode == 0 else ""
