"""What stands among the files and is none is named, and nobody waits for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor_sync.cli import main
from monitor_sync.project.load import load
from monitor_sync.regular_file import content
from tests.project.builders import one, write


def test_a_pipe_among_the_files_of_monitors_is_named(tmp_path: Path) -> None:
    files = write(tmp_path, {**one("")}) / "motor"
    os.mkfifo(files / "pipe.yaml")

    (diagnostic,) = load(tmp_path).diagnostics

    assert diagnostic.rule == "file/unreadable"
    assert diagnostic.message == "pipe.yaml is no regular file, so it is not read"


@pytest.mark.parametrize(
    ("pipe", "command"),
    [
        ("motor/flow.tests.yaml", "validate"),
        ("motor/flow.tests.yaml", "test"),
        ("motor/rca/flow.md", "validate"),
    ],
)
def test_nobody_waits_for_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipe: str, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    place = write(tmp_path / "monitors", {**one("")}) / pipe
    place.parent.mkdir(exist_ok=True)
    os.mkfifo(place)

    result = CliRunner().invoke(main, [command])

    assert result.exit_code == 3
    assert "cannot be read: It is no regular file" in result.output


def test_a_file_is_read_as_far_as_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abcdef")

    assert (content(file), content(file, 3)) == (b"abcdef", b"abc")
    for nothing in (tmp_path, tmp_path / "b", Path(os.devnull)):
        with pytest.raises(OSError, match=r"no regular file|directory"):
            content(nothing)
