"""What one child process cost: wall clock, processor, peak memory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """
    One run. ``wall`` and ``cpu`` (user and system) in seconds, ``peak`` in bytes.

    ``peak`` is that of the largest single process, the child or one it waited for. It is never
    below what this process held when it started the child, as the kernel counts the moment
    before the child becomes another program; so the bench keeps itself small.
    """

    wall: float
    cpu: float
    peak: int
    exit_code: int
    output: str


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> Cost:
    """Run a command to its end, standard output and error into ``log``."""
    with log.open("wb") as sink:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss * 1024,
        exit_code=child.returncode,
        output=log.read_text(encoding="utf-8", errors="replace"),
    )
