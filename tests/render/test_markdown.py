"""Pieces of Markdown: tables, sentences that notify nobody, texts that fit."""

from __future__ import annotations

from monitor_sync.render.markdown import LIMIT, prose, table, whole


def test_a_table_has_its_numbers_to_the_right() -> None:
    assert table(("team", "late"), [("`motor`", "3"), ("`claims`", "-")], right={1}) == [
        "| team | late |",
        "|---|--:|",
        "| `motor` | 3 |",
        "| `claims` | - |",
    ]


def test_a_sentence_mentions_nobody_and_ends_no_cell() -> None:
    assert prose("give @webhook-motor, or `@oncall-motor`: a | b") == (
        "give `@webhook-motor`, or `@oncall-motor`: a \\| b"
    )


def test_what_does_not_fit_is_counted() -> None:
    part = "x" * (LIMIT // 2)

    assert whole([part, "y"]) == f"{part}\n\ny\n"
    assert whole([part, part, "y"]) == f"{part}\n\n2 more parts left out.\n"
