"""A site is written over the one of last time, and over nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor_sync.app import publish, refuse_others
from monitor_sync.app.publishing import MANIFEST
from monitor_sync.errors import AppliedInPart, UsageError


def names(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in files} - {MANIFEST}


def test_pages_that_are_no_longer_there_are_removed_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert publish(folder, [("index.html", "1"), ("teams/old.html", "1")]) == 2
    (folder / "CNAME").write_text("monitors.acme.example")

    assert publish(folder, [("index.html", "2")]) == 1

    assert names(folder) == {"index.html", "CNAME"}
    assert (folder / "index.html").read_text() == "2"


def test_an_interruption_is_told_by_what_was_written_and_the_next_run_goes_on(
    tmp_path: Path,
) -> None:
    def until_ctrl_c(*names: str) -> Iterator[tuple[str, str]]:
        yield from ((name, "1") for name in names)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "out", until_ctrl_c())
    with pytest.raises(AppliedInPart, match="holds pages of this run"):
        publish(tmp_path / "out", until_ctrl_c("index.html"))
    assert publish(tmp_path / "out", [("index.html", "2")]) == 1


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.html").write_text("mine")

    with pytest.raises(UsageError, match="holds what is not a site"):
        publish(tmp_path, [("index.html", "1")])

    with pytest.raises(UsageError, match="holds what is not a site"):
        refuse_others(tmp_path)
    assert names(tmp_path) == {"thesis.html"}


@pytest.mark.parametrize(
    "text",
    [
        '["../a"]', '["/etc/hosts"]', "{}", "no JSON", '["a\\u0000b"]', '["\\ud800"]',
        pytest.param("[" * 100_000, id="deep"),
    ],
)  # fmt: skip
def test_a_list_that_names_files_elsewhere_is_none_of_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)

    with pytest.raises(UsageError, match="holds what is not a site"):
        publish(tmp_path, [("index.html", "1")])


def test_a_page_that_a_person_put_beside_ours_is_not_written_over(tmp_path: Path) -> None:
    publish(tmp_path / "out", [("index.html", "1")])
    theirs = tmp_path / "out" / "teams.html"
    theirs.write_text("mine")

    with pytest.raises(UsageError, match=r"teams\.html is no page of the site"):
        publish(tmp_path / "out", [("index.html", "2"), ("teams.html", "2")])

    assert theirs.read_text() == "mine"
    theirs.unlink()
    assert publish(tmp_path / "out", [("index.html", "3"), ("teams.html", "3")]) == 2


def test_a_file_where_the_folder_would_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError):
        publish(tmp_path / "file", [("index.html", "1")])
    with pytest.raises(UsageError):
        publish(tmp_path / "file" / "below", [("index.html", "1")])


def test_a_link_in_the_folder_leads_no_page_and_no_removal_out_of_it(tmp_path: Path) -> None:
    folder, others = tmp_path / "out", tmp_path / "others"
    publish(folder, [("index.html", "1")])
    others.mkdir()
    (others / "old.html").write_text("theirs")
    (folder / "teams").symlink_to(others)
    (folder / MANIFEST).write_text('["index.html", "teams/old.html"]')

    for files in ([("index.html", "2")], [("teams/new.html", "2")]):
        with pytest.raises(UsageError, match="teams is a link"):
            publish(folder, files)
    assert [file.read_text() for file in others.iterdir()] == ["theirs"]


def test_nobody_waits_for_a_pipe_in_place_of_the_list(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / MANIFEST)

    with pytest.raises(UsageError, match="holds what is not a site"):
        refuse_others(tmp_path)
