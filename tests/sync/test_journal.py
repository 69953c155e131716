"""A journal says what surely happened, what surely did not, and what nobody knows."""

from __future__ import annotations

import json
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.errors import NotSent
from monitor_sync.model import Address, LiveId
from monitor_sync.sync import journal
from monitor_sync.sync.journal import Journal, Made, Past
from monitor_sync.sync.plan import Plan

PLAN = Plan(
    project="acme",
    site="datadoghq.eu",
    ours=frozenset({LiveId("monitor", 1), LiveId("monitor", 2)}),
)
NOW = int(time.time() * 1000)


def at(key: str) -> Address:
    return Address("monitor", key)


def begun(path: Path, past: Past | None = None) -> Journal:
    log = Journal(path)
    log.begin(PLAN, past or Past(), tool="1", digest="d")
    return log


def read_journal(path: Path) -> Past:
    past = journal.read(path)
    assert past is not None
    return past


def test_without_a_file_there_is_no_past(tmp_path: Path) -> None:
    assert journal.read(tmp_path / "journal") is None


def test_a_file_of_something_else_is_no_past(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text('{"hello": 1}\n\x00\xff not json\n')
    assert journal.read(path) is None


def test_a_line_nested_without_end_takes_no_other_with_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    begun(path)
    with path.open("a") as file:
        file.write("[" * 100_000 + "\n")

    assert read_journal(path).ours == PLAN.ours


def test_what_was_made_and_removed_is_known_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with begun(path) as log:
        log.sending(at("a"), "create")
        log.done(at("a"), "create", 7, 70)
        log.sending(at("b"), "delete")
        log.done(at("b"), "delete", 2)
        log.end()
    past = read_journal(path)
    assert past.ended
    assert past.made == {at("a"): Made(id=7, created=70)}
    assert past.removed == {LiveId("monitor", 2)}
    assert past.settled == {(at("a"), "create"), (at("b"), "delete")}
    assert past.expected == {LiveId("monitor", 1), LiveId("monitor", 7)}
    assert past.digest == "d"


def test_a_create_that_was_sent_and_not_answered_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with begun(path) as log:
        log.sending(at("lost"), "create")
        log.sending(at("refused"), "create")
        log.undone(at("refused"), "create")
        log.sending(at("made"), "create")
        log.done(at("made"), "create", 9)
    past = read_journal(path)
    assert past.unknown == {at("lost")}
    assert not past.ended


def test_every_line_is_in_the_file_before_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with begun(path) as log:
        log.sending(at("a"), "create")
        assert read_journal(path).unknown == {at("a")}
        log.done(at("a"), "create", 7)
        assert read_journal(path).made == {at("a"): Made(id=7)}


@given(cut=st.integers(1, 60))
def test_a_line_that_was_cut_short_takes_no_other_with_it(
    tmp_path_factory: object, cut: int
) -> None:
    path = Path(str(tmp_path_factory.mktemp("cut"))) / "journal"  # type: ignore[attr-defined] # pytest's
    with begun(path) as log:
        log.done(at("a"), "create", 7)
        log.sending(at("b"), "create")
    whole = path.read_bytes()
    path.write_bytes(whole[: -min(cut, len(whole.splitlines()[-1]))])
    with Journal(path, again=True) as log:
        log.done(at("c"), "create", 8)
    past = read_journal(path)
    assert {at("a"), at("c")} <= past.made.keys()


def test_what_was_made_is_remembered_for_a_day_and_no_longer(tmp_path: Path) -> None:
    day = 24 * 3600 * 1000
    path = tmp_path / "journal"
    before = Past(
        made={
            at("new"): Made(id=1, created=NOW - 1000),
            at("old"): Made(id=2, created=NOW - day - 1000),
            at("gone"): Made(id=3, created=NOW),
        },
        removed=frozenset({LiveId("monitor", 3)}),
    )
    with begun(path, before):
        pass
    assert read_journal(path).made.keys() == {at("new")}


@contextmanager
def full_after(bytes_left: int, path: Path) -> Iterator[None]:
    """No file grows beyond so many bytes more than this one has: what a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("bytes_left", [0, 20])
def test_nothing_is_sent_that_cannot_be_written_down(tmp_path: Path, bytes_left: int) -> None:
    path = tmp_path / "journal"
    with begun(path) as log:
        with full_after(bytes_left, path), pytest.raises(NotSent, match="cannot be written"):
            log.sending(at("a"), "create")
        log.sending(at("b"), "create")  # there is room again: half a line takes no other with it
    assert read_journal(path).unknown == {at("b")}


def test_what_happened_and_cannot_be_written_down_counts_as_unknown(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with begun(path) as log:
        log.sending(at("a"), "create")
        log.sending(at("b"), "create")
        with full_after(20, path):
            log.done(at("a"), "create", 7, 70)
            log.undone(at("b"), "create")
            log.listed("monitor", {1, 2, 7})
            log.end()
    past = read_journal(path)
    assert past.unknown == {at("a"), at("b")}
    assert not past.settled
    assert not past.ended


def test_only_the_user_can_read_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with begun(path):
        pass
    assert path.stat().st_mode & 0o077 == 0


def test_a_journal_is_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with begun(path) as log:
        log.sending(at("a\n##[b]"), "create")
    lines = path.read_text().splitlines()
    assert [json.loads(line).get("key") for line in lines] == [None, "a\n##[b]"]


def test_a_journal_from_before_there_were_kinds_is_read_as_of_monitors(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    lines = [
        {"journal": 1, "ours": [1], "unknown": ["b"], "made": {"a": [7, 70]}},
        {"step": "sending", "key": "c", "part": "create"},
        {"step": "done", "key": "d", "part": "delete", "id": 1, "created": 0},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    past = read_journal(path)

    assert past.made == {at("a"): Made(id=7, created=70)}
    assert past.unknown == {at("b"), at("c")}
    assert past.expected == {LiveId("monitor", 7)}
