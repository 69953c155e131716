"""Every mistake of ``query_mistakes.txt`` is told at the right place, in the words given there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor_sync.language.query import Parsed, parse
from monitor_sync.language.query_shape import shape

MISTAKES = Path(__file__).with_name("query_mistakes.txt")
"""Blocks: the type, the query on one line, then each problem with a caret under its stretch."""


def blocks() -> Iterator[tuple[str, str, str]]:
    for block in MISTAKES.read_text(encoding="utf-8").split("\n\n"):
        if block.startswith("#") or not block.strip():
            continue
        monitor_type, query, *_ = block.splitlines()
        yield monitor_type, query[2:], block.strip("\n")


def underlined(parsed: Parsed) -> str:
    """The problems of a query as the file has them."""
    lines = [parsed.type, f"  {parsed.text}"]
    for problem in parsed.problems:
        carets = " " * problem.start + "^" * (problem.end - problem.start)
        level = "error" if problem.refused else "warning"
        lines.append(f"  {carets} {level} {problem.code}")
        lines.append(f"    {problem.message}")
        if problem.hint:
            lines.append(f"    hint: {problem.hint}")
    return "\n".join(lines)


BLOCKS = list(blocks())


@pytest.mark.parametrize(
    ("monitor_type", "query", "expected"), BLOCKS, ids=[query for _, query, _ in BLOCKS]
)
def test_a_mistake_is_told_where_it_stands(monitor_type: str, query: str, expected: str) -> None:
    assert underlined(parse(monitor_type, query)) == expected


def test_the_shape_of_a_query_has_its_mistakes() -> None:
    """Rules look at shapes first: what is not found there is told of no monitor."""
    hidden = [
        query
        for monitor_type, query, _ in BLOCKS
        if {problem.code for problem in parse(monitor_type, query).problems}
        - {problem.code for problem in parse(monitor_type, shape(query)).problems}
    ]

    assert hidden == []


def test_the_file_holds_many_different_mistakes() -> None:
    codes = {problem.code for kind, query, _ in BLOCKS for problem in parse(kind, query).problems}

    assert len(BLOCKS) > 150
    assert len(codes) > 50


def test_every_stretch_lies_within_its_query_or_just_behind_it() -> None:
    for monitor_type, query, _ in BLOCKS:
        for problem in parse(monitor_type, query).problems:
            assert 0 <= problem.start < problem.end <= len(query) + 1
