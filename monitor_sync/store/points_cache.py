"""
History that was fetched once: stretches of it that are over do not change, so they are kept.

A file a stretch, in a folder for each query, in the state folder of the organisation. One that
cannot be read, has another form or is too large counts as missing, and so does one whose points
are not of its stretch, each later than the one before: CI keeps the folder, and may bring another.
When all files together exceed ``LARGEST``, those used longest ago are deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from monitor_sync import regular_file

LARGEST: Final = 256_000_000
"""Bytes of all files together."""

_LARGEST_FILE: Final = 20_000_000
_FORM: Final = 1
_FOLDER: Final = "points"


class _Kept(Struct, kw_only=True):
    """What a file holds."""

    form: int
    lines: list[tuple[tuple[str, ...], list[int], list[float]]]


_DECODER: Final = msgspec.json.Decoder(_Kept)

KeptLines = dict[tuple[str, ...], tuple[list[int], list[float]]]
"""Starts of buckets and values by group."""


class PointsCache:
    """The kept history of one organisation. It changes what a run costs and nothing else."""

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def get(self, query: str, start: int, end: int) -> KeptLines | None:
        """Return what was kept of a query for a stretch; None where nothing usable is."""
        path = self._path(query, start, end)
        try:
            content = regular_file.content(path, _LARGEST_FILE + 1)
            if len(content) > _LARGEST_FILE:
                return None
            kept = _DECODER.decode(content)
        except (OSError, RecursionError, UnicodeDecodeError, msgspec.DecodeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        lines = {group: (times, values) for group, times, values in kept.lines}
        whole = len(lines) == len(kept.lines) and all(
            len(times) == len(values) and _in_order(times, start, end)
            for times, values in lines.values()
        )
        return lines if whole and kept.form == _FORM else None

    def has(self, query: str, start: int, end: int) -> bool:
        """Return whether something is kept of a query for a stretch, usable or not."""
        return self._path(query, start, end).exists()

    def put(self, query: str, start: int, end: int, lines: KeptLines) -> bool:
        """Keep what was answered, at once or not at all; return whether it is kept."""
        path = self._path(query, start, end)
        kept = [[list(group), times, values] for group, (times, values) in lines.items()]
        half = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            half.unlink(missing_ok=True)  # a link there would lead to somebody else's file
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"form": _FORM, "lines": kept}, file)
                size = file.tell()
            half.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                half.unlink()
            return False
        return size <= _LARGEST_FILE

    def trim(self, largest: int = LARGEST) -> None:
        """Delete the files used longest ago until the others have at most ``largest`` bytes."""
        known = sorted(self._files(), reverse=True)
        total = 0
        for _, size, path in known:
            total += size
            if total > largest:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path

    def _path(self, query: str, start: int, end: int) -> Path:
        digest = hashlib.blake2b(query.encode(), digest_size=16).hexdigest()
        return self._folder / digest / f"{start}-{end}.json"


def _in_order(times: list[int], start: int, end: int) -> bool:
    """Return whether all are of the stretch, each later than the one before."""
    within = not times or (start <= times[0] and times[-1] < end)
    return within and all(earlier < later for earlier, later in pairwise(times))
