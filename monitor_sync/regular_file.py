"""Reads files that somebody else may have put there: a pipe would keep us for ever."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def content(path: Path, most: int = -1) -> bytes:
    """
    Return what a regular file holds, or its first bytes, ``most`` of them.

    Raises OSError where it cannot be read, and for what is no regular file: to open a pipe is to
    wait until somebody writes to it, and a device may have no end.
    """
    with open(path, "rb", opener=_regular) as file:
        return file.read(most)


def _regular(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is no regular file", path)
    return descriptor
