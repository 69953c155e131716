"""Columns are right inside quoted, folded and block scalars, behind holes, tabs and wide signs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor_sync.project.document import read as read_yaml
from monitor_sync.project.source_map import find
from tests.project.builders import flow, one, read

NEEDLE = "NEEDLE"


@pytest.mark.parametrize(
    "written",
    [
        "a NEEDLE b",
        '"a NEEDLE b"',
        "'a NEEDLE b'",
        '"a \\"x\\" \\t\\u00e9\\x41 NEEDLE"',
        "'it''s ''quoted'' NEEDLE'",
        ">-\n    a b\n    c NEEDLE d",
        ">\n    a b\n\n      more   indented\n    c NEEDLE d",
        "|\n    a b\n      c NEEDLE d\n",
        "|2-\n    two blanks stay\n    NEEDLE",
        "first line\n    second NEEDLE",
        '"first line\n    second \\\n    third NEEDLE"',
        '"日本語 NEEDLE"',
        '"a\tNEEDLE"',
        '"${x} NEEDLE ${x}"',
        "$${x} ${long} NEEDLE",
        ">-\n    ${long}\n    ${x} NEEDLE",
    ],
)
def test_a_stretch_is_found_in_every_way_to_write_a_text(written: str) -> None:
    document, problems = read_yaml("f.yaml", f"k:\n  q: {written}\n".encode())
    assert problems == []
    long = "a much longer text with é in it"
    scope = {"x": 1, "long": long}
    text = str(document.data["k"]["q"])
    filled = text.replace("$${", "\0").replace("${x}", "1").replace("${long}", long)
    filled = filled.replace("\0", "${")
    start = filled.index(NEEDLE)

    span = find(document, ("k", "q"), filled, start, start + len(NEEDLE), scope)

    assert document.excerpt(span.line)[span.column - 1 : span.end_column - 1] == NEEDLE


def test_what_a_hole_brought_is_the_hole(tmp_path: Path) -> None:
    loaded = read(tmp_path, one("priority: 1"))
    query = loaded.project.monitors["motor/flow/errors"].query

    document, span = loaded.place(
        "motor/flow/errors", ("query",), query.index("production"), query.index("}")
    )

    assert document.excerpt(span.line)[span.column - 1 : span.end_column - 1] == "${env}"


def test_a_query_of_several_lines_is_found_on_its_own_line(tmp_path: Path) -> None:
    files = flow(
        """
        errors:
          name: n
          query: |
            sum(last_5m):
               sum:a{*}   /
               wrong:b{*} > 1
        """
    )
    loaded = read(tmp_path, files)
    query = loaded.project.monitors["motor/flow/errors"].query
    assert query == "sum(last_5m): sum:a{*} / wrong:b{*} > 1"

    start = query.index("wrong")
    document, span = loaded.place("motor/flow/errors", ("query",), start, start + 5)

    assert span.line == 7
    assert document.excerpt(span.line)[span.column - 1 : span.end_column - 1] == "wrong"


def test_an_option_is_found_where_the_strongest_level_sets_it(tmp_path: Path) -> None:
    loaded = read(tmp_path, one("options: {timeout_h: 5}"))

    document, span = loaded.place("motor/flow/errors", ("options", "timeout_h"))

    assert document.excerpt(span.line)[span.column - 1 : span.end_column - 1] == "5"


def test_what_no_file_says_is_where_the_monitor_is_declared(tmp_path: Path) -> None:
    loaded = read(tmp_path, one("priority: 1"))

    document, span = loaded.place("motor/flow/errors", ("options", "evaluation_delay"))

    assert document.path.endswith("flow.yaml")
    assert span.line == 2


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1))
def test_any_text_in_quotes_maps_back_to_itself(text: str) -> None:
    document, problems = read_yaml("f.yaml", f"q: {json.dumps(text)}\n".encode())
    if problems or "${" in text or any(character.isspace() for character in text):
        return

    for index, character in enumerate(text):
        span = find(document, ("q",), text, index, index + 1, {})
        shown = document.excerpt(1)[span.column - 1 : span.end_column - 1]
        assert character in shown or shown.startswith("\\")


WORDS = st.lists(st.sampled_from(["ab", "a", "aba", "'x'", "x"]), min_size=1, max_size=12)


@given(lines=st.lists(WORDS, min_size=1, max_size=4), style=st.sampled_from(["|", ">", "'"]))
def test_a_stretch_that_stands_there_several_times_is_found_each_time_in_its_own_place(
    lines: list[list[str]], style: str
) -> None:
    rows = [" ".join(words) for words in lines]
    if style == "'":
        rows = [row.replace("'", "''") for row in rows]
        written = "'" + "\n    ".join(rows) + "'"
    else:
        written = style + "\n    " + "\n    ".join(rows) + "\n"
    document, problems = read_yaml("f.yaml", f"k:\n  q: {written}\n".encode())
    assert problems == []
    text = str(document.data["k"]["q"])

    places = []
    at = 0
    for word in (word for words in lines for word in words):
        start = text.index(word, at)
        at = start + len(word)
        span = find(document, ("k", "q"), text, start, at, {})
        excerpt = document.excerpt(span.line)[span.column - 1 : span.end_column - 1]
        assert excerpt.replace("''", "'") == word
        places.append((span.line, span.column))
    assert places == sorted(set(places))
