"""Pieces of text: what is said beside an answer fits the terminal, and commands can be copied."""

from __future__ import annotations

from monitor_sync.render.text import columns, hanging


def test_what_is_too_long_goes_on_below_and_a_command_stays_whole() -> None:
    words = "review it again, then type `monitor-sync apply --yes --expect 0123` in this folder"

    lines = hanging(words, 40, 7)

    assert lines == [
        "review it again, then type",
        "       `monitor-sync apply --yes --expect 0123`",
        "       in this folder",
    ]
    assert all(columns(line) <= 40 for line in (lines[0], lines[2]))


def test_without_a_terminal_only_the_lines_that_are_there_are_below_each_other() -> None:
    words = f"one {'long ' * 40}line\nand a second"

    assert hanging(words, 0, 7) == [f"one {'long ' * 40}line", "       and a second"]
    assert hanging("", 80, 7) == [""]
