"""Blanks outside of quotes collapse, blanks inside quotes stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.language.query import parse
from monitor_sync.language.syntax.monitor_ids import ids_in
from monitor_sync.language.whitespace import one_line
from tests.language.query_text import print_query


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("avg(last_5m):a{*}\n  > 5 \n", "avg(last_5m):a{*} > 5"),
        ("avg(last_5m):a{*}\t>\r\n5", "avg(last_5m):a{*} > 5"),
        ("avg(last_5m):a{*}\u00a0> 5", "avg(last_5m):a{*} > 5"),
        ('logs("a  b")\n.last("5m")  > 5', 'logs("a  b") .last("5m") > 5'),
        ("logs('a  b').last('5m')  > 5", "logs('a  b').last('5m') > 5"),
        (r'logs("msg:\"a  b\"  c").last("5m")  > 5', r'logs("msg:\"a  b\"  c").last("5m") > 5'),
        ('logs("it\'s  so").last("5m")  > 5', 'logs("it\'s  so").last("5m") > 5'),
        ('logs("a\nb").last("5m") > 5', 'logs("a\nb").last("5m") > 5'),
        ('logs("never  closed', 'logs("never closed'),
        ('logs("größe:  見積").last("5m")  > 5', 'logs("größe:  見積").last("5m") > 5'),
        (" \n ", ""),
    ],
)
def test_blanks_collapse_but_inside_quotes(written: str, line: str) -> None:
    assert one_line(written) == line


@given(st.text(alphabet="ab \"'\\\n\t\u00a0ü", max_size=30))
def test_a_line_stays_as_it_is_and_loses_nothing_but_blanks(text: str) -> None:
    line = one_line(text)

    assert one_line(line) == line
    assert "".join(line.split()) == "".join(text.split())


def test_a_folded_query_is_read_as_the_line_it_becomes() -> None:
    folded = 'formula("a /\n  b").last(\n  "5m") > 5'
    before, after = parse("query alert", folded), parse("query alert", one_line(folded))

    assert print_query(before.tree) == print_query(after.tree)  # type: ignore[arg-type]  # it has a tree


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("(12 && !34) || 12", [12, 34, 12]),
        ("12 && ${id:motor/flow/errors.99}", [12]),
        ("12 && && (34", [12, 34]),
        ("a && b", []),
        ("1" * 30, []),
    ],
)
def test_ids_are_found_in_a_composite_and_not_in_keys(query: str, ids: list[int]) -> None:
    assert ids_in(query) == ids
