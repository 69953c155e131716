"""
Commands in processes of their own, forked from one that has loaded the program already.

What a test interrupts, kills or starts from a shell needs a process, not the half second in which
Python loads the program. Their parent (``parent.py``) is started once; it has no thread, so that a
fork of it is sound. A shell reaches it by ``python()``, through ``client.py``.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import marshal
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_LOADED = (
    "monitor_sync", "datadog_api_client", "deepdiff", "github", "jsonschema_rs", "rich", "yaml",
)  # fmt: skip
"""Packages of which the parent loads what the tests' own process has loaded."""

_LONGEST_ANSWER = 100


class Command:
    """``monitor-sync`` in a process of its own: what a test needs of ``subprocess.Popen``."""

    def __init__(self, arguments: Sequence[str], env: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._output, other = os.pipe()
        self._said = b""
        self._code: int | None = None
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        weakref.finalize(self, self._door.close)  # a thread may look at it until the end
        self._asking = threading.Lock()
        self._door.connect(_parent())
        arguments = ["-m", "monitor_sync", *arguments]
        wanted = {"arguments": arguments, "env": dict(env), "folder": str(Path.cwd())}
        with Path(os.devnull).open() as nothing:
            files = [nothing.fileno(), other, other]
            socket.send_fds(self._door, [marshal.dumps(wanted)], files)
        os.close(other)
        self._pid = int(self._door.recv(_LONGEST_ANSWER))

    @property
    def returncode(self) -> int:
        """The exit code of a process that has ended; of one that was killed, less its signal."""
        code = self.poll()
        assert code is not None, "it has not ended"
        return code

    def poll(self, timeout: float = 0.0) -> int | None:
        """Return the exit code; None while the process runs."""
        if self._code is None and select.select([self._door], [], [], timeout)[0]:
            with self._asking:  # the code is told once, and threads that interrupt ask too
                if self._code is None:
                    self._code = int(self._door.recv(_LONGEST_ANSWER))
        return self._code

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that has not ended; it may end just before."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float = 3600.0) -> tuple[str, None]:
        """Return all that it says until its end. Raises subprocess.TimeoutExpired."""
        ends = time.monotonic() + timeout
        late = subprocess.TimeoutExpired(list(self._arguments), timeout)
        while self._output >= 0:
            if not select.select([self._output], [], [], max(0.0, ends - time.monotonic()))[0]:
                raise late
            part = os.read(self._output, 65536)
            self._said += part
            if not part:
                os.close(self._output)
                self._output = -1
        if self.poll(max(0.0, ends - time.monotonic())) is None:
            raise late
        return self._said.decode(), None


def python() -> str:
    """
    Return a shell script that does what Python does with its arguments, and sooner.

    It runs ``-m monitor_sync`` and scripts; with anything else it is Python itself.
    """
    client = Path(__file__).with_name("client.py")
    words = [sys.executable, "-I", "-S", str(client), _parent()]
    return f'#!/bin/sh\nexec {shlex.join(words)} "$0" "$@"\n'


@functools.cache
def _parent() -> str:
    """Start the parent; return where it listens. When its input ends it tidies up and ends."""
    address = str(Path(tempfile.mkdtemp(prefix="preloaded-")) / "socket")
    modules = sorted(name for name in sys.modules if name.split(".")[0] in _LOADED)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.preloaded.parent", address, *modules],
        cwd=_ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    atexit.register(process.stdout.close)
    atexit.register(process.wait)
    atexit.register(process.stdin.close)
    first_line = process.stdout.readline()
    assert first_line == "ready\n", first_line + process.stdout.read()
    return address
