"""Which revision of the files this is, as git has it."""

from __future__ import annotations

import subprocess
from pathlib import Path


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
        asked = subprocess.run(  # noqa: S603 - a fixed command, no shell
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - whatever git the user has
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""
