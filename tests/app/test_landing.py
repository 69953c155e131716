"""Files of an import land all or none, and never over what somebody changed meanwhile."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from monitor_sync.app.landing import land
from monitor_sync.errors import Refused, UsageError


def contents(root: Path) -> dict[str, str]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text() for path in files}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that is there already."""
    path = tmp_path / "teams.yaml"
    path.write_text("teams: {}\n")
    path.chmod(0o640)
    return path


def texts(root: Path) -> dict[Path, str]:
    return {
        root / "motor/api.yaml": "monitors: {}\r\n",
        root / "teams.yaml": "teams: {a: {}}\n",
        root / "travel/api.yaml": "monitors: {}\n",
    }


def test_all_files_are_written_and_keep_their_line_ends_and_their_mode(old: Path) -> None:
    root = old.parent

    land(texts(root), {old: old.read_bytes()})

    assert {path: path.read_bytes() for path in texts(root)} == {
        path: text.encode() for path, text in texts(root).items()
    }
    assert len(contents(root)) == 3
    assert old.stat().st_mode & 0o777 == 0o640


def test_a_file_that_was_changed_meanwhile_stops_all(old: Path) -> None:
    before = {old: old.read_bytes()}
    old.write_text("teams: {mine: {}}\n")

    with pytest.raises(Refused, match=r"teams\.yaml was changed meanwhile"):
        land(texts(old.parent), before)

    assert contents(old.parent) == {"teams.yaml": "teams: {mine: {}}\n"}
    assert sorted(old.parent.iterdir()) == [old]


def test_a_file_that_has_appeared_meanwhile_stops_all(old: Path) -> None:
    root = old.parent
    (root / "motor").mkdir()
    (root / "motor/api.yaml").write_text("mine\n")

    with pytest.raises(Refused, match=r"motor/api\.yaml was changed meanwhile"):
        land(texts(root), {old: old.read_bytes()})

    assert contents(root) == {"motor/api.yaml": "mine\n", "teams.yaml": "teams: {}\n"}


@pytest.mark.parametrize("full_at", range(1, 4))
def test_a_full_disk_leaves_what_was_there(
    old: Path, monkeypatch: pytest.MonkeyPatch, full_at: int
) -> None:
    calls = 0

    def sync(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == full_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", sync)

    with pytest.raises(UsageError, match="no space left on device"):
        land(texts(old.parent), {old: old.read_bytes()})

    assert contents(old.parent) == {"teams.yaml": "teams: {}\n"}
    assert sorted(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("broken_at", range(1, 4))
def test_a_rename_that_fails_takes_back_those_before(
    old: Path, monkeypatch: pytest.MonkeyPatch, broken_at: int
) -> None:
    calls, really = 0, Path.replace

    def replace(self: Path, target: Any) -> Path:
        nonlocal calls
        calls += 1
        if calls == broken_at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)

    with pytest.raises(UsageError, match="nothing is written"):
        land(texts(old.parent), {old: old.read_bytes()})

    assert contents(old.parent) == {"teams.yaml": "teams: {}\n"}
    assert sorted(old.parent.iterdir()) == [old]


def test_ctrl_c_while_files_are_prepared_leaves_nothing(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)

    with pytest.raises(KeyboardInterrupt):
        land(texts(old.parent), {old: old.read_bytes()})

    assert contents(old.parent) == {"teams.yaml": "teams: {}\n"}


def test_ctrl_c_while_files_are_renamed_waits_until_all_are(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, really = old.parent, Path.replace

    def replace(self: Path, target: Any) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)

    with pytest.raises(KeyboardInterrupt):
        land(texts(root), {old: old.read_bytes()})

    assert len(contents(root)) == 3
    assert contents(root)["teams.yaml"] == "teams: {a: {}}\n"
