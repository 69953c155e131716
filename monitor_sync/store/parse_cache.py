"""
Files that were read before need not be read again: their values, kept by the text's digest.

One file for each project folder, below the user's cache folder. It holds what the last run read
and nothing older, so it never grows beyond the project. It is used only if it was written by this
very version of the reader and the schemas, and if its own digest fits; else it counts as empty. A
cache that cannot be read or written changes the time a run takes and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from monitor_sync import regular_file

_DIGEST: Final = 32
"""Bytes of a SHA-256, which processors compute themselves: in a third of the time of BLAKE2."""
_LARGEST: Final = 1 << 29
"""Bytes: a larger cache is not read."""

_on: ContextVar[bool] = ContextVar("parse_cache", default=True)


@contextlib.contextmanager
def off() -> Iterator[None]:
    """Use and write no cache inside this block, as ``--no-cache`` asks."""
    token = _on.set(False)
    try:
        yield
    finally:
        _on.reset(token)


class ParseCache:
    """
    The values of files by the digest of their kind and text.

    Only plain data may be put in: what ``marshal`` can hold comes back equal.
    """

    def __init__(self, entries: Mapping[bytes, bytes]) -> None:
        self._entries = entries
        self._kept: dict[bytes, bytes] = {}

    def get(self, kind: str, content: bytes) -> Any:
        """Return what was kept for a file of this kind and text, None where nothing is."""
        key = _key(kind, content)
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._kept[key] = entry
        return marshal.loads(entry)  # noqa: S302 - our own file, its digest was checked

    def put(self, kind: str, content: bytes, value: Any) -> None:
        """Keep a value; one that is no plain data is left out."""
        with contextlib.suppress(ValueError):
            self._kept[_key(kind, content)] = marshal.dumps(value)

    @property
    def changed(self) -> bool:
        """Return whether this run read other files than the cache holds."""
        return self._kept.keys() != self._entries.keys()

    @property
    def entries(self) -> Mapping[bytes, bytes]:
        """Return what this run used or read."""
        return self._kept


@contextlib.contextmanager
def opened(root: Path, version: str) -> Iterator[ParseCache | None]:
    """
    Give the cache of a project folder, and write it anew at the end where files have changed.

    ``version`` names the code that made the values. None where there is to be no cache.
    """
    if not _on.get():
        yield None
        return
    path = _path(root)
    head = _head(version)
    cache = ParseCache(_read(path, head))
    yield cache
    if cache.changed:
        _write(path, head, cache.entries)


def _key(kind: str, content: bytes) -> bytes:
    return hashlib.sha256(kind.encode() + b"\0" + content).digest()


def _path(root: Path) -> Path:
    import platformdirs  # 5 ms, which a run without a cache need not take

    folder = Path(platformdirs.user_cache_path("monitor-sync", appauthor=False))
    return folder / "parsed" / hashlib.blake2b(bytes(root.resolve()), digest_size=16).hexdigest()


def _head(version: str) -> bytes:
    """Return the digest of all that decides what an entry means."""
    text = f"{version} {sys.version_info[:2]} {marshal.version}"
    return hashlib.sha256(text.encode()).digest()


def _read(path: Path, head: bytes) -> Mapping[bytes, bytes]:
    try:
        content = memoryview(regular_file.content(path, _LARGEST + 1))
    except OSError:
        return {}
    if len(content) > _LARGEST or content[:_DIGEST] != head:
        return {}
    digest, payload = content[_DIGEST : 2 * _DIGEST], content[2 * _DIGEST :]
    if hashlib.sha256(payload).digest() != digest:
        return {}
    entries = marshal.loads(payload)  # noqa: S302 - our own file, its digest was checked
    return entries if isinstance(entries, dict) else {}


def _write(path: Path, head: bytes, entries: Mapping[bytes, bytes]) -> None:
    """Put the new cache in the place of the old one at once, or leave the old one."""
    payload = marshal.dumps(dict(entries))
    half = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half.unlink(missing_ok=True)  # a link there would lead to somebody else's file
        with half.open("xb") as file:
            file.write(head + hashlib.sha256(payload).digest() + payload)
        half.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            half.unlink()
