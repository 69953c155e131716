"""Threads that list monitors take their memory from one heap, where the C library can."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from types import SimpleNamespace

import pytest

from monitor_sync.cli import heap

HEAPS = """
import ctypes, sys, threading
from monitor_sync.cli import heap
if "shared" in sys.argv:
    heap.share()
together = threading.Barrier(4)
def take():
    together.wait()
    texts = [b"x" * 20_000 for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


def heaps(*arguments: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", HEAPS, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has a heap a thread")
def test_all_threads_share_one_heap() -> None:
    assert heaps() > 1
    assert heaps("shared") == 1


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())

    heap.share()
