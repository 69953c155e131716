"""The emulator as a process of its own, and the count of the requests it got."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PATIENCE = 600
"""Seconds: 100,000 monitors take a while to be taken in."""


@contextlib.contextmanager
def emulator(
    data: Path, *, cwd: Path, env: Mapping[str, str], options: Sequence[str] = ()
) -> Iterator[str]:
    """
    A Datadog that holds ``data``, at the address given, for as long as the block runs.

    Raises:
        RuntimeError: it ended by itself, or did not answer in time. What it wrote is in the text.
    """
    log = cwd / "emulator.log"
    with log.open("wb") as sink:
        port = free_port()
        command = [sys.executable, "-m", "monitor_sync", "emulate"]
        command += ["--port", str(port), "--data", str(data), *options]
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
        try:
            host = f"http://127.0.0.1:{port}"
            _wait_for(host, process, log)
            yield host
        finally:
            process.terminate()
            process.wait(timeout=120)


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def requests(host: str) -> dict[str, int]:
    """How many of each request the emulator got since the last ``forget``."""
    with urllib.request.urlopen(f"{host}/__emulator/requests", timeout=30) as answer:  # noqa: S310 - our own emulator
        counts: dict[str, int] = json.load(answer)
        return counts


def forget(host: str) -> None:
    """Set the counts back to nothing."""
    request = urllib.request.Request(f"{host}/__emulator/requests", method="DELETE")  # noqa: S310 - our own emulator
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - our own emulator


def _wait_for(host: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            requests(host)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the emulator does not answer: {log.read_text(errors='replace')}")
