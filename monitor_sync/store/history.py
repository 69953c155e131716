"""
Incidents and transitions of alerts, kept in ``history.sqlite`` of a project's state folder.

What was read is remembered by source and span, so that it is read once. A page is written with the
place where the next one begins, in one transaction: a process that is killed at any moment leaves a
file that the next one goes on with. Several processes may use it at once. No assignee and no name
of a person is kept; an e-mail address in a text is replaced by a digest before it is written.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import filelock

from monitor_sync.errors import UsageError, system_reason
from monitor_sync.incidents import AlertTransition, HistoryPage, Incident, Seconds, TimeSpan
from monitor_sync.store.history_rows import (
    INCIDENT,
    TRANSITION,
    incident_of,
    transition_of,
    typed,
    values_of,
)

FILE: Final = "history.sqlite"
FORMAT: Final = 3
"""The version of the tables. A file of a version that we cannot take over is set aside."""

_MONITORS: Final = "CREATE TABLE monitors (id INTEGER PRIMARY KEY, key TEXT NOT NULL);"

_CHANGES: Final = {
    1: """
    ALTER TABLE incidents RENAME COLUMN from_datadog TO origin;
    UPDATE incidents SET detailed = NULL WHERE origin = 0;
    UPDATE incidents SET origin = CASE origin WHEN 1 THEN 'datadog' END;
    """,
    2: _MONITORS,
}
"""
The SQL that brings tables of a version up to the next one.

Version 1 knew only whether Datadog sent an incident: all others are read one by one again.
"""

_PATIENCE: Final = 60.0
"""Seconds to wait for another process that is writing."""


_TABLES: Final = f"""
CREATE TABLE incidents (
  source TEXT NOT NULL, {", ".join(f'"{name}"' for name in INCIDENT)}, detailed REAL,
  PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE INDEX incidents_by_time ON incidents (tool, created);
CREATE TABLE transitions (
  source TEXT NOT NULL, {", ".join(f'"{name}"' for name in TRANSITION)},
  PRIMARY KEY (monitor_id, "group", at, id)
) WITHOUT ROWID;
CREATE TABLE readings (source TEXT, start REAL, end REAL, read REAL);
CREATE TABLE unfinished (source TEXT PRIMARY KEY, start REAL, end REAL, read REAL, cursor TEXT);
CREATE TABLE looked (source TEXT PRIMARY KEY, at REAL);
{_MONITORS}
"""
_TABLE_NAMES: Final = frozenset(re.findall(r"CREATE TABLE (\w+)", _TABLES))

_KEPT: Final = {
    "acknowledged": "min(coalesce(old.acknowledged, new.acknowledged),"
    " coalesce(new.acknowledged, old.acknowledged))",
    "reopened": "max(old.reopened + (old.resolved IS NOT NULL AND old.status = 'resolved'"
    " AND old.resolved IS NOT new.resolved), new.reopened)",
    "self_resolved": "coalesce(new.self_resolved, old.self_resolved)",
    "entity": "CASE new.entity WHEN '' THEN old.entity ELSE new.entity END",
    "monitor_id": "coalesce(new.monitor_id, old.monitor_id)",
    "group": """CASE new."group" WHEN '' THEN old."group" ELSE new."group" END""",
    "origin": "coalesce(new.origin, old.origin)",
    "suppressed": "max(new.suppressed, old.suppressed)",
    "maintenance": "max(new.maintenance, old.maintenance)",
}
"""How a field is updated: what a listing omits or forgets keeps its earlier value."""


_IN_MAINTENANCE: Final = """
UPDATE incidents SET maintenance = 1
WHERE source = ?1 AND service_id = ?2 AND created >= ?3 AND created < ?4
AND tool = substr(?1, 1, instr(?1, '@') - 1)
"""
"""Marks what was made in a window; the tool is what the index needs."""


@dataclasses.dataclass(frozen=True, slots=True)
class ReadSpan:
    """A span that was read from a source to its end; ``read`` is when that reading began."""

    span: TimeSpan
    read: Seconds


@dataclasses.dataclass(frozen=True, slots=True)
class Unfinished:
    """A reading that was interrupted: its next page begins at ``cursor``."""

    reading: ReadSpan
    cursor: str


class HistoryFile:
    """The history that is kept for one project in one organisation. For one thread."""

    def __init__(self, database: sqlite3.Connection, set_aside: Path | None) -> None:
        self._database = database
        self.set_aside = set_aside

    def keep(self, source: str, page: HistoryPage, reading: ReadSpan | None = None) -> None:
        """Write a page of ``reading``, and where it goes on or that it is complete."""
        with self._writing() as database:
            self._write_incidents(source, page.incidents)
            for column, values in (
                ("acknowledged", page.acknowledged),
                ("self_resolved", page.self_resolved),
            ):
                database.executemany(_update(column), [(v, source, i) for i, v in values.items()])
            database.executemany(
                _insert("transitions", TRANSITION, "OR REPLACE"),
                ((source, *values_of(transition, TRANSITION)) for transition in page.transitions),
            )
            database.executemany(
                _IN_MAINTENANCE,
                ((source, service, span.start, span.end) for service, span in page.maintenance),
            )
            if reading is not None:
                self._note(source, reading, page.cursor)

    def _write_incidents(self, source: str, incidents: Iterable[Incident]) -> None:
        self._database.executemany(
            _UPSERT, ((source, *values_of(incident, INCIDENT)) for incident in incidents)
        )

    def _note(self, source: str, reading: ReadSpan, cursor: str) -> None:
        span, database = reading.span, self._database
        row = (source, span.start, span.end, reading.read)
        if cursor:
            database.execute(
                "INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?, ?, ?)", (*row, cursor)
            )
            return
        database.execute("DELETE FROM unfinished WHERE source = ?", (source,))
        database.execute(
            "DELETE FROM readings WHERE source = ? AND start >= ? AND end <= ? AND read <= ?",
            row,
        )
        database.execute("INSERT INTO readings VALUES (?, ?, ?, ?)", row)

    def detail(self, source: str, incident: Incident, at: Seconds) -> None:
        """Write what was read of a single incident, and that it need not be read again."""
        with self._writing() as database:
            self._write_incidents(source, [incident])
            database.execute(
                "UPDATE incidents SET detailed = ? WHERE source = ? AND id = ?",
                (at, source, incident.id),
            )

    def keep_monitors(self, keys: Mapping[int, str]) -> None:
        """Write the keys of our live monitors by Datadog's id, in place of those of before."""
        with self._writing() as database:
            database.execute("DELETE FROM monitors")
            database.executemany("INSERT INTO monitors VALUES (?, ?)", keys.items())

    def monitors(self) -> dict[int, str]:
        """Return the keys of our live monitors by Datadog's id, as they were last listed."""
        rows = self._database.execute("SELECT id, key FROM monitors").fetchall()
        return dict(typed(rows, list[tuple[int, str]]))

    def look(self, source: str, at: Seconds) -> None:
        """Remember that the open incidents of a source were read again."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO looked VALUES (?, ?)", (source, at))

    def looked(self, source: str) -> Seconds | None:
        """Return when the open incidents of a source were last read again."""
        query = "SELECT at FROM looked WHERE source = ?"
        row = self._database.execute(query, (source,)).fetchone()
        return typed(row[0], float) if row else None

    def readings(self, source: str) -> tuple[ReadSpan, ...]:
        """Return which spans of a source were read, and when, in order of their start."""
        rows = self._database.execute(
            "SELECT start, end, read FROM readings WHERE source = ? ORDER BY start", (source,)
        )
        return tuple(_reading(row) for row in rows)

    def unfinished(self, source: str) -> Unfinished | None:
        """Return the reading of a source that was interrupted."""
        row = self._database.execute(
            "SELECT start, end, read, cursor FROM unfinished WHERE source = ?", (source,)
        ).fetchone()
        return row and Unfinished(_reading(row[:3]), typed(row[3], str))

    def forget_cursor(self, source: str) -> None:
        """Forget an interrupted reading whose place is no longer valid."""
        with self._writing() as database:
            database.execute("DELETE FROM unfinished WHERE source = ?", (source,))

    def sources(self) -> tuple[str, ...]:
        """Return the sources of which something was read whole."""
        rows = self._database.execute("SELECT DISTINCT source FROM readings ORDER BY source")
        return tuple(source for (source,) in rows)

    def incidents(self, sources: Sequence[str], span: TimeSpan) -> Iterator[Incident]:
        """Yield the incidents created in a span, the oldest first."""
        return self._incidents(sources, span, "")

    def open_incidents(self, source: str, span: TimeSpan) -> Iterator[Incident]:
        """Yield the incidents created in a span that were open when they were last read."""
        return self._incidents([source], span, "AND status <> 'resolved'")

    def without_detail(self, source: str, span: TimeSpan) -> Iterator[Incident]:
        """Yield incidents created in a span, not read singly since they ended, the newest first."""
        unread = "AND (detailed IS NULL OR detailed < resolved)"
        return self._incidents([source], span, unread, "DESC")

    def _incidents(
        self, sources: Sequence[str], span: TimeSpan, condition: str, order: str = ""
    ) -> Iterator[Incident]:
        marks = ", ".join("?" for _ in sources)
        rows = self._database.execute(
            f"SELECT {_quoted(INCIDENT)} FROM incidents WHERE source IN ({marks})"  # noqa: S608 - our own names
            f" AND created >= ? AND created < ? {condition} ORDER BY created {order}, id",
            (*sources, span.start, span.end),
        )
        return map(incident_of, rows)

    def transitions(self, source: str, span: TimeSpan) -> Iterator[AlertTransition]:
        """Yield the transitions in a span: monitor by monitor, group by group, in order of time."""
        rows = self._database.execute(
            f"SELECT {_quoted(TRANSITION)} FROM transitions"  # noqa: S608 - our own names
            ' WHERE source = ? AND at >= ? AND at < ? ORDER BY monitor_id, "group", at, id',
            (source, span.start, span.end),
        )
        return map(transition_of, rows)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the file alone, write all or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[HistoryFile]:
    """
    Give the history of a state folder, which is made where there is none.

    A file that is broken or of another version is renamed, and an empty one takes its place;
    ``set_aside`` is then its new name. Raises UsageError where the disk does not let us.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with filelock.FileLock(folder / "history.lock").acquire(timeout=_PATIENCE):
            set_aside = _set_aside_if_unusable(path)
            database = _connected(path)
    except OSError as error:
        raise _unusable(path, system_reason(error)) from None
    except sqlite3.Error as error:
        raise _unusable(path, str(error)) from None
    try:
        yield HistoryFile(database, set_aside)
    except sqlite3.OperationalError as error:  # the disk is full, or another process too slow
        raise _unusable(path, str(error)) from None
    except sqlite3.DatabaseError as error:
        problem = f"{path} is damaged ({error})"
        raise UsageError(problem, hint="move it away, then run again: it is read anew") from None
    finally:
        database.close()


def _set_aside_if_unusable(path: Path) -> Path | None:
    """Rename a file that is no history of this version; return its new name, else None."""
    if not path.exists() or _usable(path):
        return None
    names = (path.with_name(f"{path.name}.set-aside-{number}") for number in range(1, 10_000))
    new = next(name for name in names if not name.exists())
    path.rename(new)
    for suffix in ("-journal", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(new.with_name(new.name + suffix))
    return new


def _usable(path: Path) -> bool:
    if path.stat().st_size == 0:
        return True  # a process was killed before it wrote the tables
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_PATIENCE)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            (sound,) = database.execute("PRAGMA quick_check(1)").fetchone()
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    whole = version in _CHANGES or (version == FORMAT and tables.issuperset(_TABLE_NAMES))
    return whole and bool(sound == "ok")


def _connected(path: Path) -> sqlite3.Connection:
    """Return a connection to a file with our tables, which nobody else may read."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    path.chmod(0o600)
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version != FORMAT:
        changes = "".join(sql for old, sql in _CHANGES.items() if old >= version)
        tables = changes if version else _TABLES
        database.executescript(f"BEGIN IMMEDIATE; {tables} PRAGMA user_version = {FORMAT}; COMMIT;")
    return database


def _unusable(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"cannot keep the history in {path}: {reason}",
        hint="set XDG_STATE_HOME to a folder that can be written",
    )


def _reading(row: Sequence[Any]) -> ReadSpan:
    start, end, read = typed(row, tuple[float, float, float])
    return ReadSpan(TimeSpan(start, end), read)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _insert(table: str, names: Sequence[str], conflict: str = "") -> str:
    marks = ", ".join("?" for _ in range(len(names) + 1))
    columns = _quoted(names)
    return f"INSERT {conflict} INTO {table} (source, {columns}) VALUES ({marks})"  # noqa: S608 - our own names


def _update(column: str) -> str:
    new = "min(coalesce(acknowledged, ?1), ?1)" if column == "acknowledged" else "?1"
    return f"UPDATE incidents SET {column} = {new} WHERE source = ?2 AND id = ?3"  # noqa: S608 - our own names


def _upsert() -> str:
    kept = {
        name: expression.replace("old.", "incidents.").replace("new.", "excluded.")
        for name, expression in _KEPT.items()
    }
    new = {name: kept.get(name, f'excluded."{name}"') for name in INCIDENT if name != "id"}
    changes = (f'"{name}" = {expression}' for name, expression in new.items())
    insert = _insert("incidents", INCIDENT)
    return f"{insert} ON CONFLICT (source, id) DO UPDATE SET {', '.join(changes)}"


_UPSERT: Final = _upsert()
