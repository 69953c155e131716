"""The parse cache changes the time a run takes, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor_sync.app import files
from monitor_sync.project.load import load
from monitor_sync.store import parse_cache
from tests.bench.estate import build

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
WRONG = (
    "monitors:\n  broken: {name: x, query: 'avg(last_5m):avg:a{*} > 1', rel: 1.10, tags: [a b]}\n"
)


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all caches."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "monitor-sync" / "parsed"


def project(tmp_path: Path) -> Path:
    root = tmp_path / "monitors"
    build(root, 60)
    (root / "motor/wrong.yaml").write_text(WRONG, encoding="utf-8")
    return root


def parts_read(root: Path) -> Any:
    loaded = files.read(root)
    return loaded.project, loaded.diagnostics, loaded.incomplete.keys()


def test_a_project_read_from_the_cache_is_the_one_read_from_its_files(
    tmp_path: Path, cached: Path
) -> None:
    root = project(tmp_path)
    plain = load(root)
    first, second = parts_read(root), parts_read(root)

    assert list(cached.iterdir())
    assert first == second
    assert second[:2] == (plain.project, plain.diagnostics)
    assert any(finding.rule.startswith("schema/") for finding in second[1])


@pytest.mark.usefixtures("cached")
def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    root = project(tmp_path)
    parts_read(root)
    path = next(iter(sorted(root.glob("motor/flow-*.yaml"))))
    path.write_text(path.read_text(encoding="utf-8").replace("Step", "Stage"), encoding="utf-8")

    assert parts_read(root)[:2] == (load(root).project, load(root).diagnostics)


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "folder", "version"])
def test_a_damaged_cache_counts_as_none(tmp_path: Path, cached: Path, damage: str) -> None:
    root = project(tmp_path)
    expected = parts_read(root)
    (cache,) = cached.iterdir()
    content = cache.read_bytes()
    if damage == "folder":
        cache.unlink()
        cache.mkdir()
    else:
        broken = {
            "cut": content[: len(content) // 2],
            "bit": content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
            "empty": b"",
            "version": b"\0" * 32 + content[32:],
        }
        cache.write_bytes(broken[damage])

    assert parts_read(root) == expected


def test_a_cache_that_cannot_be_written_ends_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path)
    (tmp_path / "no-folder").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-folder"))

    assert parts_read(root) == parts_read(root)


def test_it_holds_what_the_last_run_read_and_nothing_older(tmp_path: Path, cached: Path) -> None:
    root = project(tmp_path)
    parts_read(root)
    (cache,) = cached.iterdir()
    size = cache.stat().st_size
    for path in root.glob("*/flow-*.yaml"):
        path.unlink()
    parts_read(root)

    assert cache.stat().st_size < size
    assert list(cached.iterdir()) == [cache]


def test_it_is_for_nobody_elses_eyes_and_without_it_nothing_is_written(
    tmp_path: Path, cached: Path
) -> None:
    root = project(tmp_path)
    with parse_cache.off():
        parts_read(root)
    assert not cached.exists()

    parts_read(root)
    assert cached.stat().st_mode & 0o077 == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(value=VALUES, content=st.binary())
def test_whatever_is_put_in_comes_back_equal_to_the_same_version_alone(
    tmp_path: Path, cached: Path, value: Any, content: bytes
) -> None:
    root = tmp_path / str(len(list(cached.iterdir())) if cached.exists() else 0)
    with parse_cache.opened(root, "1") as cache:
        assert cache is not None
        cache.put("monitors", content, value)
    with parse_cache.opened(root, "1") as again:
        assert again is not None
        assert again.get("monitors", content) == value
        assert again.get("teams", content) is None
    with parse_cache.opened(root, "2") as other:
        assert other is not None
        assert other.get("monitors", content) is None


def test_a_pipe_in_its_place_is_an_empty_cache_that_nobody_waits_for(
    tmp_path: Path, cached: Path
) -> None:
    with parse_cache.opened(tmp_path, "1") as cache:
        assert cache is not None
        cache.put("k", b"text", {"a": 1})
    (file,) = (path for path in cached.rglob("*") if path.is_file())
    file.unlink()
    os.mkfifo(file)

    with parse_cache.opened(tmp_path, "1") as cache:
        assert cache is not None
        assert cache.get("k", b"text") is None
