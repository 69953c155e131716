"""One SQLite file in which the state survives a restart, or nothing at all.

Each change is written through in a transaction of its own before the request is answered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

Kind = Literal[
    "monitor", "assets", "downtime", "downtime_v2", "notification_rule", "policy", "slo", "role",
    "team", "webhook", "pagerduty_service", "opsgenie_service", "slack_channel",
]  # fmt: skip

# A killed process loses nothing that was answered; the -wal file beside the other is folded in when
# that is closed or next opened. Two processes on one file would each know half, hence the lock.
_SETTINGS = """
PRAGMA locking_mode=EXCLUSIVE;
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
"""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class BadState(sqlite3.DatabaseError):
    """The state file is a database, but holds what no emulator wrote there."""


class Store:
    """Documents by kind and id, and counters by name. Without a path it forgets everything."""

    def __init__(self, path: Path | None) -> None:
        """Open `path`, creating it where it is missing.

        Raises:
            sqlite3.Error: the file cannot be opened, is no SQLite file, or is another process's.
        """
        self._database: sqlite3.Connection | None = None
        if path is None:
            return
        database = sqlite3.connect(path, timeout=1, check_same_thread=False, isolation_level=None)
        try:
            database.executescript(_SETTINGS + _SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        self._database = database

    def put(self, kind: Kind, identifier: int | str, body: bytes) -> None:
        """Write one document."""
        self.put_all(kind, [(identifier, body)])

    def put_all(self, kind: Kind, documents: Iterable[tuple[int | str, bytes]]) -> None:
        """Write many documents of a kind in one transaction."""
        if self._database is None:
            return
        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)",
                ((kind, str(identifier), body) for identifier, body in documents),
            )

    def remove(self, kind: Kind, identifier: int | str) -> None:
        """Forget one document; it need not be there."""
        if self._database is not None:
            self._database.execute(
                "DELETE FROM documents WHERE kind = ? AND id = ?", (kind, str(identifier))
            )

    def all(self, kind: Kind) -> Iterator[tuple[str, bytes]]:
        """Yield every document of a kind, with its id. Raises `BadState` where one is no text."""
        if self._database is None:
            return
        rows = self._database.execute("SELECT id, body FROM documents WHERE kind = ?", (kind,))
        for identifier, body in rows:
            if not isinstance(identifier, str) or not isinstance(body, bytes):
                raise BadState(f"a document of kind {kind} is damaged")
            yield identifier, body

    def keep_counter(self, name: str, value: int) -> None:
        """Write a counter."""
        if self._database is not None:
            self._database.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, value))

    def counter(self, name: str, otherwise: int) -> int:
        """Return a counter, or `otherwise` where it was never kept."""
        if self._database is None:
            return otherwise
        row = self._database.execute(
            "SELECT value FROM counters WHERE name = ?", (name,)
        ).fetchone()
        return int(row[0]) if row else otherwise

    def close(self) -> None:
        """Fold everything into the one file and let go of it."""
        if self._database is not None:
            self._database.close()
            self._database = None
