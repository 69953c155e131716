"""History that was fetched is kept, and never believed where it is damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor_sync.store.points_cache import KeptLines, PointsCache

LINES: KeptLines = {("a", "b"): ([60, 120], [1.0, 2.5]), (): ([60], [3.0])}


def kept_file(home: Path) -> Path:
    return next((home / "points").glob("*/*"))


def test_what_was_kept_comes_back_for_that_query_and_stretch_alone(tmp_path: Path) -> None:
    assert PointsCache(tmp_path).put("q", 0, 3600, LINES)
    cache = PointsCache(tmp_path)

    assert cache.has("q", 0, 3600)
    assert not cache.has("q", 0, 7200)
    assert cache.get("q", 0, 3600) == LINES
    assert cache.get("q", 0, 7200) is None
    assert cache.get("other", 0, 3600) is None
    assert kept_file(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "7", '{"form": 9, "lines": []}', '{"form": 1}',
        '{"form": 1, "lines": [[["a"], [60, 120], [1]]]}',
        '{"form": 1, "lines": [[["a"], ["x"], [1]]]}',
        '{"form": 1, "lines": [[["a"], [60], ["x"]]]}',
        '{"form": 1, "lines": [[["a"], [60], [1e400]]]}',
        '{"form": 1, "lines": [[["a"], [120, 60], [1, 2]]]}',
        '{"form": 1, "lines": [[["a"], [60, 60], [1, 2]]]}',
        '{"form": 1, "lines": [[["a"], [-60, 60], [1, 2]]]}',
        '{"form": 1, "lines": [[["a"], [60, 3600], [1, 2]]]}',
        '{"form": 1, "lines": [[["a"], [60], [1]], [["a"], [120], [1]]]}',
        '{"form": 1, "lines": [[["\udcff"], [60], [1]]]}',
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_as_none(tmp_path: Path, text: str) -> None:
    cache = PointsCache(tmp_path)
    cache.put("q", 0, 3600, LINES)
    kept_file(tmp_path).write_text(text, errors="surrogateescape")

    assert cache.get("q", 0, 3600) is None
    cache.put("q", 0, 3600, LINES)
    assert cache.get("q", 0, 3600) == LINES


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "points").write_text("a file")
    cache = PointsCache(tmp_path)

    assert not cache.put("q", 0, 3600, LINES)
    assert cache.get("q", 0, 3600) is None
    cache.trim()


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = PointsCache(tmp_path)
    for number in range(3):
        cache.put(f"q{number}", 0, 3600, LINES)
    for age, path in enumerate(sorted((tmp_path / "points").glob("*/*"))):
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    size = kept_file(tmp_path).stat().st_size
    last = sorted((tmp_path / "points").glob("*/*"))[-1]
    cache.trim(size + 1)

    assert list((tmp_path / "points").glob("*/*")) == [last]


@pytest.mark.parametrize("kind", ["pipe", "endless device", "folder"])
def test_nobody_waits_for_what_is_no_file(tmp_path: Path, kind: str) -> None:
    cache = PointsCache(tmp_path)
    cache.put("q", 0, 3600, LINES)
    file = kept_file(tmp_path)
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to("/dev/zero")

    assert cache.get("q", 0, 3600) is None


def test_a_link_in_the_place_of_a_draft_leads_to_no_file_of_others(tmp_path: Path) -> None:
    cache = PointsCache(tmp_path)
    cache.put("q", 0, 3600, LINES)
    file, others = kept_file(tmp_path), tmp_path / "others"
    others.write_text("theirs")
    file.with_name(f"{file.name}.{os.getpid()}").symlink_to(others)

    assert cache.put("q", 0, 3600, LINES)
    assert others.read_text() == "theirs"
    assert cache.get("q", 0, 3600) == LINES
