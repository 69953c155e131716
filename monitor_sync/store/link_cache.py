"""Which links were found to lead somewhere, and when: by a digest, as an address may hold a key."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

FRESH: Final = 86_400.0
"""Seconds for which a link that led somewhere is not asked for again."""

_FILE: Final = "links.json"
_LARGEST: Final = 4_000_000


class LinkCache:
    """The links known in a state folder. One that cannot be read or written counts as empty."""

    def __init__(self, home: Path, now: float) -> None:
        self._path = home / _FILE
        self._now = now
        self._seen = {
            digest: at for digest, at in _read(self._path).items() if 0 <= now - at < FRESH
        }

    def __contains__(self, address: str) -> bool:
        return _digest(address) in self._seen

    def keep(self, addresses: Iterable[str]) -> None:
        """Remember that these lead somewhere now."""
        self._seen.update(dict.fromkeys(map(_digest, addresses), self._now))
        half = self._path.with_name(f"{_FILE}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self._seen, file)
            half.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                half.unlink()


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _read(path: Path) -> dict[str, float]:
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        known: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {key: float(at) for key, at in known.items() if isinstance(at, int | float)}
