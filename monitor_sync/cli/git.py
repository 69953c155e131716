"""Run git: the one place that does."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(
    folder: Path, *arguments: str, sent: bytes = b"", timeout: float | None = None
) -> subprocess.CompletedProcess[bytes]:
    """
    One command of git's in a folder, with ``sent`` as its input.

    Raises OSError where there is no git, TimeoutExpired after so many seconds.
    """
    return subprocess.run(  # noqa: S603 - a fixed command, no shell
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - whatever git the user has
        input=sent,
        capture_output=True,
        timeout=timeout,
        check=False,
    )


def last_words(answer: subprocess.CompletedProcess[bytes]) -> str:
    """The last line of what git complains of; empty where it says nothing."""
    said = answer.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else ""
