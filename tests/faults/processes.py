"""
Commands in processes of their own, forked from one that has loaded the program already.

A test that interrupts or kills a command needs a process, not the half second in which Python
loads what the tests have loaded too. The parent of such processes is started once; it forks one
for each command and tells how each ended. It has no thread, so that a fork of it is sound.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_LOADED = ("monitor_sync", "datadog_api_client", "deepdiff", "jsonschema_rs", "rich", "yaml")
"""Packages of which the parent loads what the tests' own process has loaded."""

_LONGEST_MESSAGE = 1_000_000
_ONE_AT_A_TIME = threading.Lock()


class Command:
    """A command in a process of its own: what a test needs of ``subprocess.Popen``."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._output, other = os.pipe()
        self._said = b""
        self._code: int | None = None
        try:
            self._pid = _ask({"arguments": arguments, "env": dict(env)}, (other,))
        finally:
            os.close(other)

    @property
    def returncode(self) -> int:
        """The exit code of a process that has ended; of one that was killed, less its signal."""
        code = self.poll()
        assert code is not None, "it has not ended"
        return code

    def poll(self) -> int | None:
        """Return the exit code; None while the process runs."""
        if self._code is None:
            self._code = _ask({"poll": self._pid})
        return self._code

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that has not ended."""
        if self.poll() is None:
            os.kill(self._pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, None]:
        """Return all that it says until its end. Raises subprocess.TimeoutExpired."""
        ends = time.monotonic() + (timeout or 3600.0)
        while self._output >= 0:
            if not select.select([self._output], [], [], max(0.0, ends - time.monotonic()))[0]:
                raise subprocess.TimeoutExpired(list(self._arguments), timeout or 0.0)
            part = os.read(self._output, 65536)
            self._said += part
            if not part:
                os.close(self._output)
                self._output = -1
        while self.poll() is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired(list(self._arguments), timeout or 0.0)
            time.sleep(0.002)
        return self._said.decode(), None


def _ask(question: Mapping[str, Any], files: Sequence[int] = ()) -> Any:
    """Return the parent's answer: the number of a new process, or how one has ended."""
    with _ONE_AT_A_TIME:
        door = _parent()
        socket.send_fds(door, [json.dumps(question).encode()], files)
        return json.loads(door.recv(_LONGEST_MESSAGE))


@functools.cache
def _parent() -> socket.socket:
    """Start the parent; return the socket to it, by whose closing it ends."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    modules = sorted(name for name in sys.modules if name.split(".")[0] in _LOADED)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.processes", str(there.fileno()), *modules],
        cwd=_ROOT, pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL,
        stdout=there.fileno(), stderr=there.fileno(),  # like a pipe, and unlike a file, no seeking
    )  # fmt: skip
    there.close()
    atexit.register(process.wait)
    atexit.register(here.close)
    return here


def _next_command(door: socket.socket) -> list[str] | None:
    """Return, in a process of its own, the arguments of a command; None where there is no more."""
    while True:
        message, files, _, _ = socket.recv_fds(door, _LONGEST_MESSAGE, 1)
        if not message:
            return None
        question = json.loads(message)
        if "poll" in question:
            pid, status = os.waitpid(question["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if not answer:
                door.close()
                for stream in (1, 2):
                    os.dup2(files[0], stream)
                os.close(files[0])
                os.environ.clear()
                os.environ.update(question["env"])
                return [str(argument) for argument in question["arguments"]]
            os.close(files[0])
        door.send(json.dumps(answer).encode())


def main() -> None:
    """Load what is named, then fork until the other side goes away; each fork runs a command."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # one that is ignored is inherited
    for name in sys.argv[2:]:
        importlib.import_module(name)
    arguments = _next_command(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        from monitor_sync.cli import main as monitor_sync

        monitor_sync(arguments, prog_name="monitor-sync")


if __name__ == "__main__":
    main()
