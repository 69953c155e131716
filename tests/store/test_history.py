"""The file of the history: what is kept, by whom it may be read, and what damage does to it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor_sync.errors import UsageError
from monitor_sync.incidents import AlertTransition, HistoryPage, Incident, TimeSpan
from monitor_sync.store.history import FILE, FORMAT, HistoryFile, ReadSpan, Unfinished, opened

_PAGES = 25
ALWAYS = TimeSpan(0, 1e12)
SOURCE = "zenduty@zenduty.example"


def incident(number: int = 1, **fields: object) -> Incident:
    known = Incident(
        tool="zenduty",
        id=f"i{number}",
        number=str(number),
        title="Load is high",
        service="Quotes",
        service_id="s1",
        status="resolved",
        created=100.0 * number,
        acknowledged=100.0 * number + 5,
        resolved=100.0 * number + 50,
        tags=("a", "b"),
    )
    return replace(known, **fields)


def transition(number: int, **fields: object) -> AlertTransition:
    known = AlertTransition(
        id=f"e{number}", monitor_id=7, group="host:a", at=float(number), state="alert"
    )
    return replace(known, **fields)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[HistoryFile]:
    with opened(tmp_path) as kept:
        yield kept


def kept_of(history: HistoryFile) -> list[Incident]:
    return list(history.incidents([SOURCE], ALWAYS))


def after(history: HistoryFile, *versions: Incident) -> Incident:
    """What is kept of an incident that was told in these versions, one after the other."""
    for version in versions:
        history.keep(SOURCE, HistoryPage(incidents=(version,)))
    (known,) = kept_of(history)
    return known


def test_what_was_kept_comes_back_equal(history: HistoryFile) -> None:
    received = incident(self_resolved=False, origin="datadog", monitor_id=7, has_review=True)
    assert after(history, received) == received
    events = transition(1, cycle="c", lasted=2.5, notified=True, before="warning"), transition(2)
    history.keep(SOURCE, HistoryPage(transitions=events))
    assert tuple(history.transitions(SOURCE, ALWAYS)) == events


def test_an_event_that_is_told_twice_is_kept_once(history: HistoryFile) -> None:
    for _ in range(2):
        history.keep(SOURCE, HistoryPage(transitions=(transition(1),)))
    assert len(list(history.transitions(SOURCE, ALWAYS))) == 1


def test_the_first_acknowledgement_stays_when_the_tool_forgets_it(history: HistoryFile) -> None:
    received = incident(acknowledged=105.0)
    assert after(history, received, replace(received, acknowledged=None)).acknowledged == 105
    assert after(history, replace(received, acknowledged=130.0)).acknowledged == 105
    assert after(history, replace(received, acknowledged=103.0)).acknowledged == 103


def test_an_acknowledgement_that_comes_apart_from_the_incident_is_added(
    history: HistoryFile,
) -> None:
    history.keep(SOURCE, HistoryPage(incidents=(incident(acknowledged=None),)))
    history.keep(SOURCE, HistoryPage(acknowledged={"i1": 107.0, "unknown": 1.0}))
    history.keep(SOURCE, HistoryPage(acknowledged={"i1": 109.0}, self_resolved={"i1": True}))
    (known,) = kept_of(history)
    assert (known.acknowledged, known.self_resolved) == (107.0, True)


def test_a_resolution_that_is_taken_back_counts_as_reopened(history: HistoryFile) -> None:
    received = incident()
    opened_again = replace(received, status="triggered", resolved=None)
    assert after(history, received, received).reopened == 0
    assert after(history, opened_again).reopened == 1
    later = replace(received, resolved=received.created + 900)
    assert after(history, later).reopened == 1
    assert after(history, replace(later, resolved=received.created + 1800)).reopened == 2


def test_what_an_incidents_own_alerts_told_outlives_the_next_listing(history: HistoryFile) -> None:
    listed = incident()
    detail = replace(listed, entity="7", monitor_id=7, origin="datadog", self_resolved=True)
    history.keep(SOURCE, HistoryPage(incidents=(listed,)))
    history.detail(SOURCE, detail, 1_000)
    assert after(history, listed) == detail
    assert list(history.without_detail(SOURCE, ALWAYS)) == []


def test_incidents_without_detail_come_newest_first(history: HistoryFile) -> None:
    history.keep(SOURCE, HistoryPage(incidents=tuple(map(incident, (1, 2, 3)))))
    history.detail(SOURCE, incident(2), 1_000)
    assert [known.number for known in history.without_detail(SOURCE, ALWAYS)] == ["3", "1"]


def test_a_reading_is_whole_only_after_its_last_page(history: HistoryFile) -> None:
    reading = ReadSpan(TimeSpan(0, 500), 900)
    history.keep(SOURCE, HistoryPage(incidents=(incident(1),), cursor="2"), reading)
    assert history.readings(SOURCE) == ()
    assert history.unfinished(SOURCE) == Unfinished(reading, "2")
    history.keep(SOURCE, HistoryPage(incidents=(incident(2),)), reading)
    assert history.readings(SOURCE) == (reading,)
    assert history.unfinished(SOURCE) is None
    assert history.sources() == (SOURCE,)


def test_a_later_reading_takes_the_place_of_those_within_it(history: HistoryFile) -> None:
    for span, read in ((TimeSpan(0, 10), 1.0), (TimeSpan(5, 30), 2.0), (TimeSpan(0, 20), 3.0)):
        history.keep(SOURCE, HistoryPage(), ReadSpan(span, read))
    assert history.readings(SOURCE) == (
        ReadSpan(TimeSpan(0, 20), 3.0),
        ReadSpan(TimeSpan(5, 30), 2.0),
    )


def test_an_address_in_a_text_is_a_digest_that_stays_the_same(history: HistoryFile) -> None:
    received = incident(
        title="for Ani@acme.example", entity="ani@acme.example", tags=("ani@acme.eu",)
    )
    known = after(history, received)
    assert "@" not in known.title + known.entity + known.tags[0]
    assert known.title.endswith(known.entity)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with opened(tmp_path / "new") as history:
            history.keep(SOURCE, HistoryPage(incidents=(incident(),)))
            modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "new").glob(f"{FILE}*")}
    finally:
        os.umask(old)
    assert modes == {0}


def test_a_broken_file_is_renamed_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, " * 100)
    with opened(tmp_path) as history:
        assert history.set_aside == tmp_path / f"{FILE}.set-aside-1"
        history.keep(SOURCE, HistoryPage(incidents=(incident(),)))
    assert history.set_aside.read_bytes().startswith(b"no database")
    with opened(tmp_path) as history:
        assert history.set_aside is None
        assert len(kept_of(history)) == 1


def test_a_file_with_a_damaged_page_is_renamed_too(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        history.keep(SOURCE, HistoryPage(incidents=tuple(incident(n) for n in range(2_000))))
    path = tmp_path / FILE
    content = bytearray(path.read_bytes())
    content[8_192:16_384] = b"\xa5" * 8_192
    path.write_bytes(content)
    with opened(tmp_path) as history:
        assert history.set_aside is not None
        assert kept_of(history) == []


def test_a_file_of_the_first_version_is_taken_over_and_what_it_did_not_know_is_read_again(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as history:
        for number, origin in enumerate((True, False, None), 1):
            history.detail(SOURCE, incident(number, origin=origin), 1_000)
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("ALTER TABLE incidents RENAME COLUMN origin TO from_datadog")
        database.execute("DROP TABLE monitors")
        database.execute("PRAGMA user_version = 1")

    for _ in range(2):
        with opened(tmp_path) as history:
            assert history.set_aside is None
            assert [known.origin for known in kept_of(history)] == ["datadog", None, None]
            assert [known.number for known in history.without_detail(SOURCE, ALWAYS)] == ["2"]


def test_maintenance_that_is_told_later_marks_what_was_kept_before(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        made = (incident(1), incident(2), incident(3), incident(4, service_id="s2"))
        history.keep(SOURCE, HistoryPage(incidents=made))
        history.keep("zenduty@other.example", HistoryPage(incidents=made))
        history.keep(SOURCE, HistoryPage(maintenance=(("s1", TimeSpan(200.0, 300.0)),)))
        history.keep(SOURCE, HistoryPage(incidents=made))

        assert [known.number for known in kept_of(history) if known.maintenance] == ["2"]
        other = history.incidents(["zenduty@other.example"], ALWAYS)
        assert not any(known.maintenance for known in other)


def test_the_keys_of_live_monitors_are_those_of_the_last_listing_in_an_older_file_too(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as history:
        history.keep(SOURCE, HistoryPage(incidents=(incident(),)))
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("DROP TABLE monitors")
        database.execute("PRAGMA user_version = 2")

    with opened(tmp_path) as history:
        assert history.monitors() == {}
        history.keep_monitors({7: "motor/a/b", 8: "motor/a/c"})
        history.keep_monitors({7: "motor/a/d"})
    with opened(tmp_path) as history:
        assert history.monitors() == {7: "motor/a/d"}
        assert len(kept_of(history)) == 1


@pytest.mark.parametrize("version", [FORMAT + 1, 99])
def test_a_file_of_another_version_is_renamed_and_kept(tmp_path: Path, version: int) -> None:
    with opened(tmp_path) as history:
        history.keep(SOURCE, HistoryPage(incidents=(incident(),)))
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute(f"PRAGMA user_version = {version}")
    database.close()
    with opened(tmp_path) as history:
        assert history.set_aside is not None
        assert kept_of(history) == []
    with sqlite3.connect(history.set_aside) as database:
        assert database.execute("SELECT count(*) FROM incidents").fetchone() == (1,)
    database.close()


def test_a_file_that_lacks_a_table_is_renamed_and_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as history:
        history.keep(SOURCE, HistoryPage(incidents=(incident(),)))
    with contextlib.closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("DROP TABLE looked")
    with opened(tmp_path) as history:
        assert history.set_aside is not None
        assert kept_of(history) == []


def test_a_process_that_was_killed_before_it_made_tables_leaves_a_file_to_begin_in(
    tmp_path: Path,
) -> None:
    (tmp_path / FILE).touch()
    with opened(tmp_path) as history:
        assert history.set_aside is None
        assert kept_of(history) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot keep the history"), opened(tmp_path / "file"):
        pass


def _write_much(folder: str, first: int) -> None:
    """Write some pages, as another process does."""
    for number in range(first, first + _PAGES):
        with opened(Path(folder)) as history:
            page = HistoryPage(incidents=(incident(number),), transitions=(transition(number),))
            history.keep(f"source {first}", page, ReadSpan(TimeSpan(number, number + 1), number))


def _write_until_killed(folder: str, statements: int) -> None:
    """Write one page, and be killed before the SQL statement of this number."""
    left = [statements]

    def count(_: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with opened(Path(folder)) as history:
        history._database.set_trace_callback(count)
        page = HistoryPage(incidents=(incident(3), incident(4)), cursor="4")
        history.keep(SOURCE, page, ReadSpan(TimeSpan(0, 500), 900))


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be killed like this on Windows")
def test_a_kill_at_any_statement_leaves_the_page_and_its_place_or_neither(tmp_path: Path) -> None:
    reading = ReadSpan(TimeSpan(0, 500), 900)
    with opened(tmp_path) as history:
        history.keep(SOURCE, HistoryPage(incidents=(incident(1),), cursor="2"), reading)
    outcomes = []
    for statements in range(20):
        other = multiprocessing.Process(
            target=_write_until_killed, args=(str(tmp_path), statements)
        )
        other.start()
        other.join(60)
        with opened(tmp_path) as history:
            assert history.set_aside is None
            unfinished = history.unfinished(SOURCE)
            outcomes.append((len(kept_of(history)), unfinished and unfinished.cursor))
        if other.exitcode == 0:
            break
    assert outcomes[:-1] == [(1, "2")] * (len(outcomes) - 1)
    assert outcomes[-1] == (3, "4")
    assert len(outcomes) > 4


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    others = [
        multiprocessing.Process(target=_write_much, args=(str(tmp_path), n)) for n in (0, 1_000)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    assert [other.exitcode for other in others] == [0, 0]
    with opened(tmp_path) as history:
        assert history.set_aside is None
        for first in (0, 1_000):
            source = f"source {first}"
            assert len(list(history.incidents([source], ALWAYS))) == _PAGES
            assert len(history.readings(source)) == _PAGES


@pytest.mark.parametrize(
    "change",
    [
        "incidents SET tags = '{'",
        "incidents SET tags = '[1]'",
        "incidents SET title = x'ff00'",
        "incidents SET status = 'lost'",
        "transitions SET state = 'up'",
        "readings SET start = 'x'",
    ],
)
def test_a_row_that_nobody_here_wrote_is_damage_and_no_traceback(
    tmp_path: Path, change: str
) -> None:
    with opened(tmp_path) as history:
        page = HistoryPage(incidents=(incident(),), transitions=(transition(1),))
        history.keep(SOURCE, page, ReadSpan(ALWAYS, 5.0))
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute(f"UPDATE {change}")
    database.close()

    with pytest.raises(UsageError, match="damaged") as raised:
        everything(tmp_path)

    assert raised.value.hint == "move it away, then run again: it is read anew"


def everything(folder: Path) -> None:
    """Read all rows of a history."""
    with opened(folder) as history:
        kept_of(history)
        list(history.transitions(SOURCE, ALWAYS))
        history.readings(SOURCE)
