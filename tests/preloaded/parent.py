"""The process that has loaded the program and forks one for each command that is wanted."""

from __future__ import annotations

import gc
import importlib
import marshal
import os
import runpy
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

_LONGEST = 1_000_000


def _next_command(listening: socket.socket) -> dict[str, Any] | None:
    """Return what is wanted, in a process of its own; None where standard input has ended."""
    while True:
        ready, _, _ = select.select([listening.fileno(), 0], [], [])
        if listening.fileno() not in ready:
            return None
        connection, _ = listening.accept()
        if os.fork():
            connection.close()
            _bury()
            continue
        message, files, _, _ = socket.recv_fds(connection, _LONGEST, 3)
        pid = os.fork()
        if pid:
            for file in files:
                os.close(file)
            connection.send(str(pid).encode())
            _, status = os.waitpid(pid, 0)
            connection.send(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
        connection.close()
        for stream, file in enumerate(files):
            os.dup2(file, stream)
            os.close(file)
        wanted: dict[str, Any] = marshal.loads(message)  # noqa: S302 - by our own tests
        return wanted


def _bury() -> None:
    """Take leave of the processes between us and the commands that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _carry_out(wanted: Mapping[str, Any]) -> None:
    """Do what Python would do with these arguments, there and with this environment."""
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["folder"])
    arguments: list[str] = wanted["arguments"]
    try:
        if arguments[:2] == ["-m", "monitor_sync"]:
            from monitor_sync.cli import main as monitor_sync

            monitor_sync(arguments[2:], prog_name="monitor-sync")
        elif arguments and arguments[0].endswith(".py"):
            sys.executable = wanted["python"]
            sys.argv = arguments
            sys.path.insert(0, str(Path(arguments[0]).parent))
            runpy.run_path(arguments[0], run_name="__main__")
        else:
            os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606 - Python itself
    except SystemExit as ended:
        _end(ended.code if isinstance(ended.code, int) else int(bool(ended.code)))


def _end(code: int) -> NoReturn:
    """
    End as `multiprocessing` ends its processes: threads are waited for, nothing is taken down.

    Taking down all that was loaded would copy nearly every page of it: 50 ms a command.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # the one way to wait for pools too
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def main() -> None:
    """Load what is named, then fork until the other side goes away; each fork runs a command."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # one that is ignored is inherited
    address, *modules = sys.argv[1:]
    for name in modules:
        importlib.import_module(name)
    gc.freeze()  # or the end of each fork would look through, and so copy, all that is loaded
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(address)
        listening.listen(16)
        print("ready", flush=True)
        wanted = _next_command(listening)
    if wanted is None:
        shutil.rmtree(Path(address).parent)
    else:
        _carry_out(wanted)


if __name__ == "__main__":
    main()
