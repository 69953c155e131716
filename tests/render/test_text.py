"""Pieces of text: what is said beside an answer fits the terminal, and commands can be copied."""

from __future__ import annotations

from monitor_sync.render.text import beside, columns, fitting, hanging, not_checked, table, wrapped


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


def test_a_name_makes_room_for_the_columns_beside_it() -> None:
    row = ("7", "n" * 60, "motor-core", "2026-11-30", "query alert")

    fitted = fitting([row], 80, gives=1)[0]

    assert (fitted[0], *fitted[2:]) == (row[0], *row[2:])
    assert columns(table([fitted])[0]) == 80
    assert fitting([row], 60, gives=1)[0][2:] == row[2:4]
    assert fitting([row], 0, gives=1) == [row]


def test_what_stands_beside_a_long_key_is_on_the_line_below() -> None:
    rows = [("key", "prio", "team"), ("k" * 70, "P1", "core"), ("k" * 20, "P2", "x")]

    _, long, below, short = beside(rows, 80)

    assert (long, below) == ("k" * 70, " " * 70 + "P1    core")
    assert short == "k" * 20 + " " * 50 + "P2    x"
    assert beside(rows, 0) == table(rows)


def test_what_was_not_checked_for_one_reason_is_told_together() -> None:
    reasons = {"monitors": "no keys", "teams": "no keys", "logs": "403", "alerts": "no keys"}

    assert not_checked(reasons) == [
        "Not checked: monitors, teams and alerts (no keys), logs (403)."
    ]
    assert not_checked({}) == []


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    said = "the same state in 36 % of the time, a point every 300 s, not 60 s: 2 states"

    assert wrapped(said, 21, 0) == [
        "the same state in",
        "36 % of the time, a",
        "point every 300 s,",
        "not 60 s: 2 states",
    ]
    assert wrapped("in 2 states", 4, 0) == ["in 2", "states"]
